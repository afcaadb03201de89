import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { knownUsbDevices, profiles } from '../../src/profiles/index.js';
import { ManualClock, seededRandom } from '../../src/runtime/index.js';
import { openVirtualBench } from '../../src/virtual-bench/index.js';
import { deliverTpdu, QuirkBench } from '../support/quirk-bench.js';
import { seed } from '../support/seed.js';

/** Everything a driver writes to a modem of a profile within some hours, commands by line. */
async function written(profile: string): Promise<{ readonly commands: readonly string[]; readonly submitted: number }> {
  const clock = new ManualClock(Date.UTC(2026, 10, 22));
  const bench = QuirkBench.of(
    await openVirtualBench({ modems: 1, transport: 'memory', clock, random: seededRandom(seed), profile }),
    clock,
  );
  const host = bench.target.host();
  let text = '';
  const write = host.write.bind(host);
  host.write = ((chunk: Buffer, ...rest: []) => {
    text += chunk.toString('latin1');
    return write(chunk, ...rest);
  }) as typeof host.write;
  const modem = await bench.drive();
  for (const last of [1, 2]) {
    void bench.target.deliver(deliverTpdu(last));
    await bench.take(modem, 60_000);
  }
  await clock.step(3 * 3_600_000);
  const { submitted } = bench.target.modem;
  await bench.close();
  return { commands: text.split('\r').filter((line) => line !== ''), submitted };
}

const ids = profiles.map(({ id }) => id);

test('no modem is sent a command that is known to crash modems', async () => {
  for (const id of ids) {
    const { commands } = await written(id);
    expect(commands.length).toBeGreaterThan(20);
    expect(commands.filter((command) => /GETPORTMODE|\$QC|QCDMG|DIAG|!|AT\^?FREQ|COPS=\?|CFUN=1,1|CFUN=[04]/i.test(command))).toEqual([]);
  }
});

test('the driver never sends a message of its own, nor sets what outlives a restart', async () => {
  for (const id of ids) {
    const { commands, submitted } = await written(id);
    expect([
      id,
      submitted,
      commands.filter((command) => /CMGS|CMSS|CMGW|&W|&F|ATZ|QCFG|U2DIAG|NWSCAN|SETPORT|CLCK/i.test(command)),
    ]).toEqual([id, 0, []]);
  }
});

test('the settings come in the order in which modems take them', async () => {
  const { commands } = await written('plain-27005');
  const place = (pattern: RegExp): number => commands.findIndex((command) => pattern.test(command));
  const order = [
    /^ATE0/,
    /\+CMEE=1/,
    /\+CFUN\?/,
    /\+CPIN\?/,
    /\+CMGF=0/,
    /\+CSMS=1/,
    /\+CPMS=\?/,
    /\+CPMS="/,
    /\+CMGL=4/,
    /\+CNMI=\?/,
    /\+CNMI=\d/,
    /\+CNMI\?/,
  ];
  const places = order.map(place);
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((left, right) => left - right));
  // What arrived while indications were being set is looked for afterwards.
  expect(commands.lastIndexOf('AT+CMGL=4')).toBeGreaterThan(place(/\+CNMI\?/));
});

test('announcements at line rate for a minute: commands are answered, messages come, memory stays bounded', async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 22));
  const bench = QuirkBench.of(
    await openVirtualBench({ modems: 1, transport: 'memory', clock, random: seededRandom(seed), baud: 115_200 }),
    clock,
  );
  const modem = await bench.drive();
  await bench.target.fault('urc-flood', { seconds: 60, rate: 700 });
  await clock.step(1_000);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (const last of [1, 2, 3]) {
    void bench.target.deliver(deliverTpdu(last));
    expect((await bench.take(modem, 15_000)).pdu.endsWith(deliverTpdu(last))).toBe(true);
    await clock.step(10_000);
  }
  expect((await bench.within(20_000, modem.status())).sim).toBe('READY');
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  expect(modem.lost).toBeNull();
  await bench.close();
});

test('the udev rules keep ModemManager off and the bus awake', () => {
  const rules = readFileSync(fileURLToPath(new URL('../../udev/77-wapbridge-modems.rules', import.meta.url)), 'utf8');
  const lines = rules.split('\n').filter((line) => !line.startsWith('#'));
  expect(lines.join('\n')).toMatch(/ENV\{ID_MM_DEVICE_IGNORE\}="1"/);
  expect(lines.join('\n')).toMatch(/ATTR\{power\/control\}="on"/);
  expect(lines.join('\n')).toMatch(/ATTR\{power\/autosuspend_delay_ms\}="-1"/);
  expect(knownUsbDevices.length).toBeGreaterThan(150);
});
