import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { benchJsonSchema, checkBench } from './index.js';

const environment = { NUMBER_A: '+15550101001', NUMBER_B: '+15550101002', PIN_A: '0000' };

const real = `name: desk
modems:
  - { name: a, usb-serial: "0123", features: [sms-mo, sms-mt] }
  - { name: b, port: /dev/serial/by-path/x, features: [sms-mt] }
sims:
  - { label: sim-a, in: a, number: { environment: NUMBER_A }, pin: { environment: PIN_A } }
  - { label: sim-b, in: b, number: { environment: NUMBER_B } }
allow: [sim-a, sim-b]
budget: { messages: 40, per-sim: 20 }
quiet-hours: [{ from: "22:00", to: "07:00" }]
`;

const problems = async (text: string) => {
  const checked = await checkBench('bench.yaml', text, environment);
  return checked.ok ? [] : checked.problems.map(({ code, line, column }) => [code, line, column]);
};

describe('a bench file', () => {
  test('names modems, says which SIM is in which, and what may be sent; its secrets are read', async () => {
    const checked = await checkBench('bench.yaml', real, environment);
    expect(checked).toMatchObject({
      ok: true,
      plan: {
        virtual: false,
        budget: { messages: 40, perSim: 20 },
        modems: [
          { name: 'a', usbSerial: '0123', sim: { label: 'sim-a', number: '+15550101001', pin: '0000', allowed: true } },
          { name: 'b', sim: { label: 'sim-b' } },
        ],
      },
    });
    expect(checked.ok && checked.plan.place(['budget', 'messages'])).toBe('bench.yaml:9:21');
  });

  test.each([
    ['a SIM in a modem that is not there', real.replace('in: b', 'in: c'), 'config/unknown-modem', 'c, number'],
    ['two SIMs in one slot', real.replace('in: b', 'in: a'), 'config/slot-taken', 'a, number: { environment: NUMBER_B'],
    ['a secret that is missing', real.replace('PIN_A', 'PIN_Z'), 'config/secret-missing', '{ environment: PIN_Z'],
    ['a SIM that is not on the allow-list', real.replace('[sim-a, sim-b]', '[sim-a]'), 'config/number-not-allowed', 'sim-b, in'],
    ['an allow-list with an unknown SIM', real.replace('[sim-a, sim-b]', '[sim-a, sim-b, sim-c]'), 'config/unknown-sim', 'sim-c]'],
    ['no budget', real.replace(/budget.*\n/, ''), 'config/missing-key', 'name: desk'],
    ['a share larger than the whole', real.replace('messages: 40', 'messages: 4'), 'config/bad-value', '20 }'],
    ['virtual and real modems together', real.replace('usb-serial: "0123"', 'virtual: true'), 'config/mixed-bench', '{ name: b'],
    ['a modem without a place', real.replace('usb-serial: "0123", ', ''), 'config/missing-key', '{ name: a'],
    ['two modems of one name', real.replace('name: b', 'name: a').replace('in: b', 'in: a'), 'config/name-taken', 'a, port'],
    ['unplugging without a switch', real.replace('[sms-mt]', '[sms-mt, unplug]'), 'config/missing-key', '[sms-mt, unplug]'],
    ['an unknown feature', real.replace('[sms-mt]', '[sms-tm]'), 'config/bad-value', 'sms-tm]'],
    ['an unknown key', real.replace('quiet-hours', 'quiet-hour'), 'config/unknown-key', 'quiet-hour'],
    ['a number written out', real.replace('{ environment: NUMBER_B }', '"+15550101002"'), 'config/bad-value', '"+15550101002"'],
    ['broken YAML', `${real}]`, 'config/syntax', ']\n]'],
  ])('%s is found, with line and column', async (_, text, code, where) => {
    const before = text.slice(0, text.indexOf(where)).split('\n');
    const place = where === ']\n]' ? [text.split('\n').length, 1] : [before.length, (before.at(-1) ?? '').length + 1];
    expect(await problems(text)).toContainEqual([code, ...place]);
  });

  test('may name a port by a path from the current folder', async () => {
    const ports = await Promise.all(
      ['ports/modem-1', './modem-1', '/dev/ttyUSB0', 'tcp://127.0.0.1:7001', 'unix:ports/modem-1'].map(async (port) => {
        const checked = await checkBench('bench.yaml', real.replace('/dev/serial/by-path/x', port), environment);
        return checked.ok ? checked.plan.modems[1]?.port : checked.problems;
      }),
    );
    expect(ports).toEqual([resolve('ports/modem-1'), resolve('modem-1'), '/dev/ttyUSB0', 'tcp://127.0.0.1:7001', 'unix:ports/modem-1']);
    expect(await problems(real.replace('/dev/serial/by-path/x', 'ttyUSB0'))).toEqual([['config/bad-value', 4, 22]]);
  });

  test('of a virtual bench needs neither SIMs nor a budget', async () => {
    expect(await problems('name: v\nmodems: [{ name: a, virtual: true, features: [sms-mo] }]')).toEqual([]);
  });

  test('is described by the schema that is published', async () => {
    const published = JSON.parse(await readFile(new URL('../../docs/schema/bench.schema.json', import.meta.url), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(benchJsonSchema())));
  });
});
