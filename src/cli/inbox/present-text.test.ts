import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Output } from '../output.js';
import { listLine, shownLines } from './present-text.js';

const view = (environment: Readonly<Record<string, string>>) => ({
  output: new Output(new Writable({ write: (_chunk, _encoding, done) => done() }), environment),
  environment,
});
const pipe = view({ LC_ALL: 'C.UTF-8' });
const narrow = view({ LC_ALL: 'C.UTF-8', COLUMNS: '80' });
const coloured = view({ LC_ALL: 'C.UTF-8', COLUMNS: '80', FORCE_COLOR: '1' });

const id = '8642ac54-b805-4277-9c22-7ce0010d23c9';
const pdu = '0391515544'.repeat(32);
const message = {
  event: 'message',
  id,
  completedAt: '2026-11-22T19:38:51.204Z',
  receivedAt: '2026-11-22T19:38:51.204Z',
  state: 'undelivered',
  verdict: { verdict: 'not-push', reason: 'no-ports', rule: null, conditions: [] },
  from: '+15550009001',
  modem: 'a',
  parts: 1,
  text: 'hello',
  deliveries: [
    { sink: 'archive', state: 'refused', attempts: 2, nextAttemptAt: null, lastReason: `exit code 1: ${'no room left '.repeat(20)}` },
    { sink: 'stdout', state: 'taken', attempts: 1, nextAttemptAt: null, lastReason: null },
  ],
  attempts: [
    { sink: 'archive', number: 1, at: '2026-11-22T19:38:52.000Z', outcome: 'later', reason: 'exit code 75' },
    { sink: 'archive', number: 2, at: '2026-11-22T19:38:53.000Z', outcome: 'refused', reason: 'no room left '.repeat(20) },
  ],
  rawParts: [
    { receivedAt: '2026-11-22T19:38:51.204Z', binding: 'sms', modem: 'a', state: 'used', pdu },
    { receivedAt: '2026-11-22T19:38:51.204Z', binding: 'http', modem: null, state: 'duplicate', pdu },
  ],
};
const set = {
  id: 'incomplete-12',
  completedAt: null,
  state: 'incomplete',
  verdict: null,
  from: '+15550009001',
  parts: 1,
  total: 40,
  missing: Array.from({ length: 39 }, (_, index) => index + 2),
  since: '2026-11-22T19:38:51.204Z',
  rawParts: [{ receivedAt: '2026-11-22T19:38:51.204Z', binding: 'sms', modem: 'a', state: 'open', pdu }],
};

describe('an entry of the inbox', () => {
  test('is no wider than the terminal, with colour as without', () => {
    for (const entry of [message, set]) {
      const lines = [...shownLines(entry, narrow), listLine(entry, narrow)];
      for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(80);
      const stripped = [...shownLines(entry, coloured), listLine(entry, coloured)].map((line) => stripVTControlCharacters(line));
      expect(stripped).toEqual(lines);
    }
  });

  test('has whole ids and PDUs where it goes into a pipe', () => {
    expect(listLine({ ...message, verdict: 'not-push' }, pipe)).toBe(
      `${id}  undelivered  2026-11-22 19:38:51  not-push          +15550009001     1`,
    );
    expect(shownLines(message, pipe)).toContain(`    ${pdu}`);
  });

  test('is listed on a narrow terminal by the beginning of its id, and where it is not whole by all of it', () => {
    expect(listLine({ ...message, verdict: 'not-push' }, narrow)).toBe(
      '8642ac54  undelivered  11-22 19:38:51  not-push          +15550009001     1',
    );
    expect(listLine(set, narrow)).toBe('incomplete-12          11-22 19:38:51  missing 2 3 4 ... +15550009001     1/40');
  });

  test('says in words how each sink took it and what became of each part', () => {
    const lines = shownLines(message, narrow).map((line) => line.trimEnd());
    expect(lines).toContain('  state          undelivered');
    expect(lines).toContain('  delivery       stdout: taken, 1 try');
    expect(lines).toContain('  tries          2026-11-22T19:38:52.000Z archive: later: exit code 75');
    expect(lines).toContain('  as received    2026-11-22T19:38:51.204Z at a, part of this message');
    expect(lines).toContain('  as received    2026-11-22T19:38:51.204Z over http, a duplicate, not used');
    expect(
      lines
        .filter((line) => /^ {4}[0-9A-F]+$/.test(line))
        .join('')
        .replaceAll(' ', ''),
    ).toBe(pdu + pdu);
    expect(shownLines(set, narrow).slice(0, 2)).toEqual([
      '  from           +15550009001',
      '  parts          1 of 40, missing 2 3 4 5 6 7 8 9 10 11 ...',
    ]);
  });
});
