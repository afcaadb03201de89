import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { Modem } from './modem.js';
import { ReplayPort } from './replay-port.js';
import { deliverPdu, information, ok, passUntil, ScriptedModem } from './scripted-modem.testing.js';
import { formatTrace, formatTraceEntry, parseTrace, type TraceEntry } from './trace.js';
import { TracingPort } from './tracing-port.js';

/** Written by hand from the format's description. */
const byHand =
  '# profile: vendor-model   firmware: 01.002   redacted: yes\n+0.000 > "AT+CMGS=20\\r"\n+0.038 < "\\r\\n> "\n+4.120 ! "port closed"\n';

test('a trace is read as it was written', () => {
  const trace = parseTrace(byHand);
  expect(trace).toEqual({
    profile: 'vendor-model',
    firmware: '01.002',
    redacted: true,
    entries: [
      { atMs: 0, direction: 'to-modem', text: 'AT+CMGS=20\r' },
      { atMs: 38, direction: 'from-modem', text: '\r\n> ' },
      { atMs: 4120, direction: 'event', text: 'port closed' },
    ],
  });
  expect(formatTrace(trace)).toBe(byHand);
});

test('every octet survives a trace, and its lines are plain ASCII', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      const text = Buffer.from(octets).toString('latin1');
      const line = formatTraceEntry({ atMs: 1, direction: 'from-modem', text });
      expect(line).toMatch(/^[\x20-\x7e]*\n$/);
      expect(parseTrace(line).entries[0]?.text).toBe(text);
    }),
  );
});

test.each(['+1 x "a"', '+1 > a', '1 > "a"', '+1 > "a\\x"', '+1 > {}', 'AT'])('the line %j is refused with its number', (line) => {
  expect(() => parseTrace(`# x\n${line}\n`)).toThrowError(
    expect.objectContaining({ code: 'modem/bad-trace', message: expect.stringContaining('Line 2') }),
  );
});

test('a PIN never stands in a trace', () => {
  expect(formatTraceEntry({ atMs: 0, direction: 'to-modem', text: 'AT+CPIN="1234"\r' })).toBe('+0.000 > "AT+CPIN=\\"****\\"\\r"\n');
  expect(formatTraceEntry({ atMs: 0, direction: 'to-modem', text: 'AT+CPIN=12345678,"4321"\r' })).not.toMatch(/\d{4}/);
  expect(formatTraceEntry({ atMs: 0, direction: 'to-modem', text: 'AT+CPIN?\r' })).toContain('AT+CPIN?');
});

/** A session with one message, recorded at a chunk size. */
async function record(chunkOctets: number): Promise<TraceEntry[]> {
  const clock = new ManualClock();
  const far = new ScriptedModem({ chunkOctets });
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  const entries: TraceEntry[] = [];
  const port = new TracingPort(far.port, { clock, record: (entry) => entries.push(entry) });
  const modem = await passUntil(clock, Modem.open(port, { clock, portName: 'traced' }));
  const inbox = modem.received()[Symbol.asyncIterator]();
  await passUntil(clock, modem.acknowledge((await passUntil(clock, inbox.next())).value));
  await passUntil(clock, modem.submit('0011AB', 2));
  await clock.step(100);
  far.hangUp();
  await clock.step(10);
  await expect(inbox.next()).rejects.toMatchObject({ code: 'modem/port-lost' });
  return entries;
}

test.each([0, 1])('a recorded session plays back to the same messages and the same end (chunks of %i octets)', async (chunkOctets) => {
  const entries = await record(chunkOctets);
  const trace = parseTrace(formatTrace({ profile: null, firmware: null, redacted: false, entries }));
  const clock = new ManualClock();
  const port = new ReplayPort(trace, { clock });
  const modem = await passUntil(clock, Modem.open(port, { clock, portName: 'replayed' }));
  expect(modem.identity.model).toBe('Model 1');
  const inbox = modem.received()[Symbol.asyncIterator]();
  const { value } = await passUntil(clock, inbox.next());
  expect(value).toMatchObject({ pdu: deliverPdu(1), storage: { memory: 'ME', index: 1 } });
  await passUntil(clock, modem.acknowledge(value));
  expect(await passUntil(clock, modem.submit('0011AB', 2))).toEqual({ messageReference: 7 });
  await clock.step(1_000);
  expect(port.remaining).toBe(0);
  await expect(inbox.next()).rejects.toMatchObject({ code: 'modem/port-lost' });
});

test('a replay objects to a write that the recording does not have', async () => {
  const entries = await record(0);
  const clock = new ManualClock();
  const port = new ReplayPort({ profile: null, firmware: null, redacted: false, entries }, { clock });
  const modem = await passUntil(clock, Modem.open(port, { clock, portName: 'replayed' }));
  await expect(passUntil(clock, modem.submit('0011AC', 2))).rejects.toMatchObject({
    code: 'modem/port-lost',
    message: expect.stringContaining('where the recording has'),
  });
});

test('a tracing port passes everything on, and its closing closes what it wraps', async () => {
  const clock = new ManualClock();
  const far = new ScriptedModem();
  far.answers.set('AT', information('x'));
  const entries: TraceEntry[] = [];
  const port = new TracingPort(far.port, { clock, record: (entry) => entries.push(entry) });
  let seen = '';
  port.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1');
  });
  port.write('AT\r');
  await clock.step(1);
  expect(seen).toBe(`\r\nx\r\n${ok}`);
  expect(entries.map(({ direction, text }) => [direction, text])).toEqual([
    ['to-modem', 'AT\r'],
    ['from-modem', `\r\nx\r\n${ok}`],
  ]);
  port.destroy();
  await clock.step(1);
  expect([far.port.destroyed, port.isOpen]).toEqual([true, false]);
});
