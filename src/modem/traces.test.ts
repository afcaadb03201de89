import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { ImsiCover } from './imsi-cover.js';
import { Modem, type ModemEvent, openModem, openPort, openTraceFile, parseTrace, replayTrace, supervise, TracingPort } from './index.js';
import { PinCover } from './pin-cover.js';
import { information, ScriptedModem } from './scripted-modem.testing.js';
import { formatTrace } from './trace.js';

// Made by hand from 3GPP TS 23.040 9.2.2.1.
const pdu = '07911326040000F0440B915155000090F9000462112291830500060605040B8423F0';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-trace-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Drives a modem of the double for a while and gives the trace of it. */
async function recorded(wire: ScriptedModem, by: string, { seconds = 1, pin = '' } = {}): Promise<string> {
  const clock = new ManualClock();
  const file = openTraceFile(join(folder, `${by}-${Math.random()}.trace`), { by });
  const port = new TracingPort(wire.port, { clock, record: (entry) => file.record(entry) });
  const run = async (): Promise<void> => {
    const source = { ask: async () => pin, rejected: async () => {} };
    const modem = await Modem.open(port, { clock, portName: 'x', ...(pin === '' ? {} : { pin: source }) });
    file.identify(modem.identity);
    void (async () => {
      for await (const received of modem.received()) await modem.acknowledge(received);
    })();
    await clock.sleep(1000 * seconds);
    await modem.close();
  };
  let over = false;
  const ran = run()
    .catch(() => {})
    .finally(() => {
      over = true;
    });
  while (!over) await clock.step(20);
  await ran;
  file.close();
  return readFileSync(file.path, 'utf8');
}

describe('a recording', () => {
  test('is for its owner alone and never written over', async () => {
    const path = join(folder, 'new/a.trace');
    openTraceFile(path, {}).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => openTraceFile(path, {})).toThrow(expect.objectContaining({ code: 'modem/trace-not-written' }));
  });

  test('names the modem once it is known', async () => {
    const wire = new ScriptedModem();
    wire.answers.set('AT+CGMR', information('11.001'));
    expect(parseTrace(await recorded(wire, 'listen'))).toMatchObject({
      profile: 'plain-27005',
      firmware: '11.001',
      by: 'listen',
      redacted: false,
    });
  });

  test('plays back: the driver does the same, and every message comes again', async () => {
    const wire = new ScriptedModem();
    wire.memories.get('SM')?.set(3, { status: 0, pdu });
    const trace = parseTrace(await recorded(wire, 'listen', { seconds: 130 }));
    const result = await replayTrace(trace);
    expect(result.received.map((received) => [received.pdu, received.storage])).toEqual([[pdu, { memory: 'SM', index: 3 }]]);
    expect([result.entries, result.failure]).toEqual([trace.entries.length, null]);
    expect(result.lastedMs).toBeGreaterThan(119_000);
  });

  test('that the driver would drive otherwise is refused with the entry', async () => {
    const trace = parseTrace(await recorded(new ScriptedModem(), 'listen'));
    const at = trace.entries.findIndex(({ text }) => text === 'AT+CGMM\r');
    const changed = { ...trace, entries: trace.entries.map((entry, index) => (index === at ? { ...entry, text: 'AT+GMM\r' } : entry)) };
    await expect(replayTrace(changed)).rejects.toMatchObject({
      code: 'modem/replay-differs',
      message: expect.stringContaining(`Entry ${at + 1} `),
    });
    const longer = { ...trace, entries: [...trace.entries, { atMs: 99_000, direction: 'to-modem', text: 'AT+NOSUCH\r' } as const] };
    await expect(replayTrace(longer)).rejects.toMatchObject({ code: 'modem/replay-differs' });
  });

  test('of a set-up that failed fails again in the same way', async () => {
    const wire = new ScriptedModem();
    wire.answers.set('AT+CPIN?', information('+CPIN: SIM PUK'));
    const result = await replayTrace(parseTrace(await recorded(wire, 'record')));
    expect([result.identity, result.failure?.code]).toEqual([null, 'modem/sim-locked']);
  });

  test.each([1, 0])('never has the PIN in it, also where the modem echoes it in chunks of %d octets', async (chunkOctets) => {
    const wire = new ScriptedModem({ chunkOctets });
    wire.echo = true;
    let state = 'SIM PIN';
    wire.answers.set('AT+CPIN?', () => information(`+CPIN: ${state}`));
    wire.answers.set('AT+CPIN="73519"', () => {
      state = 'READY';
      return '\r\nOK\r\n';
    });
    wire.answers.set('ATE0', '\r\nERROR\r\n');
    const text = await recorded(wire, 'listen', { pin: '73519' });
    const octets = parseTrace(text)
      .entries.map((entry) => entry.text)
      .join('');
    expect(wire.count(/CPIN="73519"/)).toBe(1);
    expect(octets).toContain('AT+CPIN=');
    expect(octets.match(/\d{5}/g) ?? []).not.toContain('73519');
    expect(octets).not.toContain('7351');
    expect((await replayTrace(parseTrace(text))).identity?.profile).toBe('plain-27005');
  });
});

test('a PIN is covered whatever asks for it, and nothing else is', () => {
  const cover = new PinCover();
  expect(
    ['AT+CP', 'IN="12', '34"\r', '1234\rAT+CPIN=?\r', 'at+cpwd="SC","1', '1","22"\rAT+CMGS=21\r'].map((text) => cover.cover(text)),
  ).toEqual(['AT+CP', 'IN="**', '**"\r', '1234\rAT+CPIN=?\r', 'at+cpwd="SC","*', '*","**"\rAT+CMGS=21\r']);
});

describe('a modem named trace:FILE', () => {
  const save = (text: string): string => {
    const path = join(folder, 'a.trace');
    writeFileSync(path, text);
    return `trace:${path}`;
  };

  test('is one like any other, comes once, and is not opened again', async () => {
    const wire = new ScriptedModem();
    wire.memories.get('SM')?.set(1, { status: 0, pdu });
    const name = save(await recorded(wire, 'listen'));
    const clock = new ManualClock();
    const events: ModemEvent[] = [];
    const received: string[] = [];
    let over = false;
    const driven = (async () => {
      for await (const modem of supervise(name, { clock, onEvent: (event) => events.push(event) })) {
        try {
          for await (const each of modem.received()) {
            received.push(each.pdu);
            await modem.acknowledge(each);
          }
        } catch {
          // Lost, as is told of by the events.
        }
      }
    })().finally(() => {
      over = true;
    });
    while (!over) await clock.step(20);
    await driven;
    expect(received).toEqual([pdu]);
    expect(events.flatMap((event) => (event.kind === 'state' ? [event.state] : []))).toEqual(['opening', 'ready', 'lost']);
  });

  test('that is no trace, or not there, says so', async () => {
    const clock = new ManualClock();
    await expect(openPort(save('no trace'), { clock })).rejects.toMatchObject({ code: 'modem/bad-trace' });
    await expect(openModem(`trace:${join(folder, 'none')}`, { clock, portName: 'x' } as never)).rejects.toMatchObject({
      code: 'modem/no-such-port',
    });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

test('what a header says is read again', () => {
  const trace = { profile: 'a', firmware: 'b', redacted: true, by: 'record', reception: 'stored', entries: [] } as const;
  expect(parseTrace(formatTrace(trace))).toEqual(trace);
});

test.each([
  ['AT+CIMI\r', '\r\n262019876543210\r\n\r\nOK\r\n', '\r\n26201**********\r\n\r\nOK\r\n'],
  ['AT+CIMI\r', '\r\n+CIMI: 26201987654321\r\nOK\r\n', '\r\n+CIMI: 26201*********\r\nOK\r\n'],
  ['AT+CREG?;+CIMI\r', '+CREG: 0,1\r\n"262019876543210"\r\nOK\r\n', '+CREG: 0,1\r\n"26201**********"\r\nOK\r\n'],
  [
    'AT+CIMI\r',
    '\r\n+CMT: ,20\r\n0791261\r\n262019876543210\r\nOK\r\n350000000000001\r\n',
    '\r\n+CMT: ,20\r\n0791261\r\n26201**********\r\nOK\r\n350000000000001\r\n',
  ],
  ['AT+CGSN\r', '\r\n350000000000001\r\nOK\r\n', '\r\n350000000000001\r\nOK\r\n'],
])('the IMSI that answers %j is covered but for its network, wherever chunks cut it', (command, answer, shown) => {
  for (const cut of [answer.length, 1, 2, 7]) {
    const cover = new ImsiCover();
    cover.sent(command);
    const chunks = Array.from({ length: Math.ceil(answer.length / cut) }, (_, at) => answer.slice(at * cut, (at + 1) * cut));
    expect(chunks.map((chunk) => cover.cover(chunk)).join('')).toBe(shown);
  }
});
