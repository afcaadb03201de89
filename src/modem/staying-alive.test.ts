import { expect, test } from 'vitest';
import { plainModem } from '../profiles/index.js';
import { ManualClock } from '../runtime/index.js';
import { timeoutsMs } from './command-table.js';
import { PortError } from './errors.js';
import { Modem } from './modem.js';
import type { ModemOptions } from './modem-options.js';
import { deliverPdu, information, passUntil, ScriptedModem } from './scripted-modem.testing.js';
import { supervise } from './supervise.js';
import type { ModemEvent, ReceivedPdu } from './types.js';

async function bench(options: Partial<ModemOptions> = {}, prepare: (far: ScriptedModem) => void = () => {}) {
  const clock = new ManualClock();
  const far = new ScriptedModem();
  prepare(far);
  const notes: string[] = [];
  const modem = await passUntil(
    clock,
    Modem.open(far.port, {
      clock,
      portName: 'scripted',
      onEvent: (event) => {
        if (event.kind === 'note') notes.push(event.note);
      },
      ...options,
    }),
  );
  const taken: ReceivedPdu[] = [];
  void (async () => {
    for await (const received of modem.received()) taken.push(received);
  })();
  return { clock, far, notes, modem, taken };
}

test('messages that nobody announces are told of and looked for every five seconds, until one is announced again', async () => {
  const { clock, far, notes, taken } = await bench({ reception: 'stored' });
  const memory = far.memories.get('ME');
  memory?.set(1, { status: 0, pdu: deliverPdu(1) });
  await clock.step(63_000);
  expect([taken.length, notes.filter((note) => note === 'announcements-elsewhere').length]).toEqual([1, 1]);
  memory?.set(2, { status: 0, pdu: deliverPdu(2) });
  await clock.step(6_000);
  expect(taken).toHaveLength(2);
  memory?.set(3, { status: 0, pdu: deliverPdu(3) });
  far.send('\r\n+CMTI: "ME",3\r\n');
  await clock.step(6_000);
  const sweeps = far.count(/CMGL/);
  await clock.step(40_000);
  expect([taken.length, far.count(/CMGL/) - sweeps]).toEqual([3, 0]);
  expect(notes.filter((note) => note === 'announcements-elsewhere')).toHaveLength(1);
});

test('a message that was refused and is found again, or one announced while it is looked for, is no sign of another port', async () => {
  const { clock, far, notes, modem, taken } = await bench({ reception: 'stored' });
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  far.send('\r\n+CMTI: "ME",1\r\n');
  await clock.step(1_000);
  await modem.acknowledge(taken[0]!, 'refused');
  await clock.step(200_000);
  expect(taken).toHaveLength(2);
  far.memories.get('ME')?.set(2, { status: 0, pdu: deliverPdu(2) });
  await clock.step(30_000);
  far.send('\r\n+CMTI: "ME",2\r\n');
  await clock.step(5_000);
  expect(notes).not.toContain('announcements-elsewhere');
});

test('direct messages that never come here, so that the modem switches them off again and again, are received through a memory', async () => {
  const { clock, far, notes, modem } = await bench();
  expect(modem.reception).toBe('direct');
  for (const round of [1, 2]) {
    far.indications = '2,0,0,0,0';
    await clock.step(61_000);
    expect([round, modem.reception]).toEqual([round, round === 1 ? 'direct' : 'stored']);
  }
  expect(far.indications).toBe('2,1,0,1,0');
  expect(notes.filter((note) => note === 'rearmed')).toHaveLength(2);
});

test('the indicator of a full memory is found by its name and heard', async () => {
  const { clock, far, notes } = await bench({}, (prepared) =>
    prepared.answers.set('AT+CIND=?', information('+CIND: ("battchg",(0-5)),("signal",(0-5)),("smsfull",(0-1))')),
  );
  expect(far.count(/^AT\+CMER=2,0,0,1,0$/)).toBe(1);
  const sweeps = far.count(/CMGL/);
  far.send('\r\n+CIEV: 2,1\r\n\r\n+CIEV: 3,0\r\n');
  await clock.step(1_000);
  expect(far.count(/CMGL/)).toBe(sweeps);
  far.send('\r\n+CIEV: 3,1\r\n');
  await clock.step(1_000);
  expect(far.count(/CMGL/)).toBeGreaterThan(sweeps);
  expect(notes).toContain('memory-full');
});

test('a memory that is four fifths full is told of', async () => {
  const { notes } = await bench({}, (far) => far.answers.set('AT+CPMS="SM"', information('+CPMS: 8,10,0,100,0,100')));
  expect(notes).toContain('memory-filling');
});

/** Supervises a modem that answers and cannot be set up, for some hours. */
async function broken(profile: typeof plainModem & { readonly resetCommand?: string }, hours: number) {
  const clock = new ManualClock();
  const resets: number[] = [];
  const notes: string[] = [];
  const stop = new AbortController();
  const kept = supervise('scripted', {
    clock,
    signal: stop.signal,
    profile,
    onEvent: (event: ModemEvent) => {
      if (event.kind === 'note') notes.push(event.note);
    },
    open: (name, options) => {
      const far = new ScriptedModem();
      far.answers.set('AT+CMGF=0', '\r\nERROR\r\n');
      far.answers.set('AT#REBOOT', () => {
        resets.push(clock.monotonic());
        return '\r\nOK\r\n';
      });
      return Modem.open(far.port, { ...options, portName: name });
    },
  });
  const ready = kept.next();
  await clock.step(hours * 3_600_000);
  stop.abort();
  await passUntil(clock, ready);
  return { resets, notes };
}

test('a modem that answers and cannot be set up is reset where its profile allows it, and not again within half an hour', async () => {
  const { resets, notes } = await broken({ ...plainModem, resetCommand: 'AT#REBOOT' }, 3);
  expect(resets.length).toBeGreaterThanOrEqual(5);
  expect(resets.slice(1).map((at, place) => at - (resets[place] ?? 0) >= 30 * 60_000)).not.toContain(false);
  expect(notes.filter((note) => note === 'reset')).toHaveLength(resets.length);
}, 30_000);

test('a modem whose profile names no reset is never reset, and that is told', async () => {
  const { resets, notes } = await broken(plainModem, 1);
  expect([resets, notes.includes('reset-withheld'), notes.includes('reset')]).toEqual([[], true, false]);
});

test('a modem that cannot be opened is never reset', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const asked: (boolean | undefined)[] = [];
  const kept = supervise('scripted', {
    clock,
    signal: stop.signal,
    open: (_name, options) => {
      asked.push(options.reset);
      return Promise.reject(new PortError('modem/no-such-port', 'it is not there'));
    },
  });
  const ready = kept.next();
  await clock.settle();
  await clock.step(7_200_000);
  expect(asked.length).toBeGreaterThan(100);
  expect(asked).not.toContain(true);
  stop.abort();
  await passUntil(clock, ready);
});

test('a submission may take longer than the network waits, so that a slow one is not taken for a lost one', () => {
  // Quectel documents 120 s for its send family; 3GPP TS 24.011 10.1 has TR1M at 35 to 45 s.
  expect(timeoutsMs.submit).toBeGreaterThanOrEqual(130_000);
});
