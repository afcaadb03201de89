import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BenchPlan, checkBench } from '../config/index.js';
import { seededRandom, systemClock } from '../runtime/index.js';
import { openVirtualBench, type VirtualBench } from '../virtual-bench/index.js';
import { lockModem } from './bench-lock.js';
import { durationMs } from './durations.js';
import { openBench, suggestBench } from './index.js';
import { isQuiet, openLedger } from './ledger.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hil-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environment = { A: '+15550000001', B: '+15550000002' };

/** A file that takes the modems of a virtual bench for real ones, as nobody should. */
const realFile = (bench: VirtualBench, more = ''): string => `name: desk
modems:
  - { name: a, port: "${bench.modems[0]?.port}", features: [sms-mo, sms-mt] }
  - { name: b, port: "${bench.modems[1]?.port}", features: [sms-mo, sms-mt] }
sims:
  - { label: sim-a, in: a, number: { environment: A } }
  - { label: sim-b, in: b, number: { environment: B } }
allow: [sim-a, sim-b]
budget: { messages: 3, per-sim: 2 }
${more}`;

async function planOf(text: string): Promise<BenchPlan> {
  const checked = await checkBench('bench.yaml', text, environment);
  if (!checked.ok) throw checked.problems;
  return checked.plan;
}

/** Virtual modems behind TCP ports, which the file calls real. */
async function disguised<Result>(body: (bench: VirtualBench, file: string) => Promise<Result>, more = ''): Promise<Result> {
  const bench = await openVirtualBench({ modems: 2, transport: 'tcp', clock: systemClock, random: seededRandom(1) });
  try {
    const file = join(folder, 'bench.yaml');
    await writeFile(file, realFile(bench, more));
    return await body(bench, file);
  } finally {
    await bench.close();
  }
}

const push = { type: 'dm+wbxml', body: new Uint8Array(200).fill(7) } as const;

describe('a bench', () => {
  test('says what is wrong with an expectation that nothing can meet, and with a push that cannot be sent, at once', async () => {
    const bench = await openBench({ seed: 1 });
    try {
      const verdict = 'dm-aplication' as 'dm-application';
      await expect(bench.receivePush({ verdict })).rejects.toMatchObject({
        code: 'hil/bad-expectation',
        advice: 'did you mean dm-application?',
      });
      await expect(bench.receivePush({ at: 'c' })).rejects.toMatchObject({ code: 'hil/unknown-modem', advice: 'its modems are a, b' });
      const type = 'text/plain' as 'dm+xml';
      await expect(bench.modem('a').send({ to: 'b', ...push, type })).rejects.toMatchObject({ code: 'sending/bad-type' });
      await bench.modem('a').stop();
      await expect(bench.modem('a').send({ to: 'b', ...push })).rejects.toMatchObject({ code: 'hil/modem-not-ready' });
    } finally {
      await bench.close();
    }
  });

  test('whose modems are virtual is virtual, whatever its file says', () =>
    disguised(async (_, file) => {
      const bench = await openBench({ file, environment, ledgerFolder: folder });
      try {
        expect(bench.kind).toBe('virtual');
      } finally {
        await bench.close();
      }
    }));

  test('never sends more than its budget, tries that fail included, and counts on across benches of one run', () =>
    disguised(async (virtual, file) => {
      const bench = await openBench({ file, environment, ledgerFolder: folder });
      try {
        await virtual.modems[0]?.fault('refuse-submit', { count: 1 });
        expect((await bench.modem('a').send({ ...push, to: 'b' })).outcome).toBe('not-sent');
        await expect(bench.modem('a').send({ ...push, to: 'b' })).rejects.toMatchObject({ code: 'hil/budget-spent' });
        expect(bench.lacks({ messages: 2 })).toMatch(/sends up to 2 messages, and sim-a may send 1 more in this run, by .*bench.yaml:9:9$/);
      } finally {
        await bench.close();
      }
      const again = await openBench({ file, environment, ledgerFolder: folder });
      try {
        expect((await again.modem('b').send({ ...push, to: 'a' })).outcome).toBe('sent');
        expect(again.lacks({ messages: 1 })).toMatch(/up to 1 message, and sim-a may send 0 more/);
        expect(virtual.network.counters.submitted).toBe(2);
      } finally {
        await again.close();
      }
    }));

  test('is held against a second run, which is told who has it', () =>
    disguised(async (_, file) => {
      const bench = await openBench({ file, environment, ledgerFolder: folder });
      try {
        await expect(openBench({ file, environment, ledgerFolder: folder })).rejects.toMatchObject({
          code: 'hil/bench-held',
          message: expect.stringContaining(`process ${process.pid}`),
        });
      } finally {
        await bench.close();
      }
    }));

  test('with another SIM than its file says is refused at the place of the file', () =>
    disguised(async (virtual, file) => {
      await writeFile(file, realFile(virtual).replace('in: a,', 'in: a, iccid: "89000000000000000000",'));
      await expect(openBench({ file, environment, ledgerFolder: folder })).rejects.toMatchObject({
        code: 'hil/wrong-modem',
        message: expect.stringContaining('bench.yaml:3:5'),
      });
    }));

  test('sends nothing in its quiet hours', () =>
    disguised(async (virtual, file) => {
      const bench = await openBench({ file, environment, ledgerFolder: folder });
      try {
        expect(bench.lacks({ messages: 1 })).toMatch(/time of day/);
        await expect(bench.modem('a').send({ ...push, to: 'b' })).rejects.toMatchObject({ code: 'hil/quiet-hours' });
        expect(virtual.network.counters.submitted).toBe(0);
      } finally {
        await bench.close();
      }
    }, 'quiet-hours: [{ from: "00:00", to: "12:00" }, { from: "12:00", to: "00:00" }]\n'));

  test('says what a journey needs and does not find', async () => {
    const bench = await openBench();
    try {
      expect(bench.lacks({ modems: 2, features: ['sms-mo', 'status-reports'], messages: 100, virtual: true })).toBeNull();
      expect(bench.lacks({ modems: 3 })).toMatch(/needs 3 modems/);
      expect(bench.lacks({ features: ['lte-only'] })).toMatch(/lte-only, which a/);
    } finally {
      await bench.close();
    }
  });
});

test('a lock goes when it is released', async () => {
  const release = await lockModem('a', `tcp://${folder}`);
  await expect(lockModem('a', `tcp://${folder}`)).rejects.toMatchObject({ code: 'hil/bench-held' });
  await release();
  await (await lockModem('a', `tcp://${folder}`))();
});

test('a ledger bounds each SIM and all of them', async () => {
  const text = 'name: x\nmodems: [{ name: a, port: /dev/x, features: [] }]\nbudget: { messages: 3, per-sim: 2 }\n';
  const ledger = openLedger(await planOf(text), folder);
  for (const sim of ['one', 'one', 'two']) ledger.spend(sim);
  expect([ledger.left('one'), ledger.left('two')]).toEqual([0, 0]);
  expect(() => ledger.spend('two')).toThrow(/bench.yaml:3:9/);
});

test('quiet hours reach over midnight', async () => {
  const text =
    'name: x\nmodems: [{ name: a, port: /dev/x, features: [] }]\nbudget: { messages: 1 }\nquiet-hours: [{ from: "22:00", to: "07:00" }]';
  const plan = await planOf(text);
  const at = (hour: number): boolean => isQuiet(plan, new Date(2026, 0, 1, hour, 30).getTime());
  expect([at(21), at(22), at(3), at(7)]).toEqual([false, true, true, false]);
});

test('time spans are read with their unit, and nothing else is', () => {
  expect([durationMs('60s'), durationMs('500ms'), durationMs('2min'), durationMs(7)]).toEqual([60_000, 500, 120_000, 7]);
  for (const wrong of ['', '5', '-1s', '1h', Number.NaN]) expect(() => durationMs(wrong)).toThrow(RangeError);
});

test('what is plugged in is suggested by its USB serial number, or by its port where that is not its own', async () => {
  const modem = (serialNumber: string, atPort: string) => ({
    usbId: '1234:0001',
    known: null,
    manufacturer: null,
    product: 'Modem',
    serialNumber,
    usbPath: null,
    sysfsFolder: '/sys/devices/x',
    ports: [],
    atPort,
  });
  const text = await suggestBench(async () => [modem('1', '/dev/x'), modem('2', '/dev/y'), modem('2', '/dev/z')]);
  expect(text).toMatch(/usb-serial: "1"[\s\S]*port: "\/dev\/y"[\s\S]*port: "\/dev\/z"/);
  const checked = await checkBench('x', text, { SIM_A_NUMBER: '+15550000001', SIM_B_NUMBER: '+15550000002', SIM_C_NUMBER: '+15550000003' });
  expect(checked.ok || checked.problems).toBe(true);
});
