import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { conditionLines, glyphsOf, presentMessage } from './present-message.js';

const plain = { colour: false, width: 80 };
const colour = { colour: true, width: 80 };
const ascii = glyphsOf({ LC_ALL: 'C' });
const unicode = glyphsOf({ LANG: 'en_GB.UTF-8' });

const dm = {
  event: 'message',
  id: '7b0c',
  receivedAt: '2026-11-22T19:38:51.204Z',
  binding: 'sms',
  modem: 'modem-1',
  from: '+15550000002',
  parts: 2,
  pdus: ['00', '01'],
  datagram: { destinationPort: 2948, sourcePort: 9200, octets: '0106' },
  push: {
    contentType: 'application/vnd.syncml.dm+wbxml',
    contentTypeCode: 66,
    applicationId: 7,
    applicationUri: 'x-wap-application:syncml.dm',
    body: `02A4016A${'41'.repeat(60)}`,
  },
  text: null,
  verdict: {
    verdict: 'dm-application',
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3',
    conditions: [
      { condition: 'destination-port', expected: [2948], found: 2948, holds: true },
      { condition: 'application-id', expected: [7], found: 7, holds: true },
      { condition: 'content-type', expected: [66, 67], found: 66, holds: true },
    ],
  },
  diagnostics: [],
};

const plainSms = {
  ...dm,
  parts: 1,
  datagram: undefined,
  push: undefined,
  text: 'one\ntwo\u001b[2J\u202etxt.exe \u00e9',
  verdict: {
    verdict: 'not-push',
    rule: null,
    reason: 'no-ports',
    conditions: [
      { condition: 'destination-port', expected: [2948], found: null, holds: null },
      { condition: 'application-id', expected: [7], found: null, holds: null },
      { condition: 'content-type', expected: [66, 67], found: null, holds: null },
    ],
  },
};

test('a DM message shows sender, parts, type, application id, the three conditions, the rule, its size and a preview', () => {
  const text = presentMessage(dm, plain, unicode).join('\n');
  for (const piece of [
    'dm-application',
    '+15550000002 at modem-1',
    '2, port 9200 to 2948',
    'application/vnd.syncml.dm+wbxml (0x42)',
    'x-wap-application:syncml.dm (0x07)',
    'destination port wants 2948',
    'found 2948',
    'wants 0x42 or 0x43',
    'by OMA-TS-DM_PushBinding-V1_3 5.1.3',
    '64 octets',
    '02A4016A',
  ])
    expect(text).toContain(piece);
  expect(text.match(/✓ holds/g)).toHaveLength(3);
});

test('what a condition wants and what was found are both there where they are too long for one line', () => {
  const condition = {
    condition: 'content-type',
    holds: false,
    expected: ['application/vnd.syncml.dm+wbxml', 'application/vnd.syncml.dm+xml'],
    found: 'application/vnd.wap.connectivity-wbxml',
  };
  expect(conditionLines(condition, plain, unicode, 80)).toEqual([
    '  ✗ fails        content type     wants application/vnd.syncml.dm+wbxml or',
    '                                  application/vnd.syncml.dm+xml',
    '                                  found application/vnd.wap.connectivity-wbxml',
  ]);
});

test('no line is wider than 80 columns, and colour changes nothing but the colour', () => {
  for (const facts of [dm, plainSms, { ...dm, from: 'x'.repeat(300), text: 'y'.repeat(900) }, {}]) {
    const lines = presentMessage(facts, plain, unicode);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
    const stripped = presentMessage(facts, colour, unicode).map((line) => stripVTControlCharacters(line));
    expect(stripped).toEqual(lines);
  }
});

test('in a plain locale every sign is ASCII and every condition is said in words', () => {
  const fails = { ...dm, verdict: { ...dm.verdict, conditions: [{ condition: 'application-id', expected: [7], found: 4, holds: false }] } };
  const text = [dm, plainSms, fails].flatMap((facts) => presentMessage(facts, plain, ascii)).join('\n');
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  expect(text).toContain('+ holds');
  expect(text).toContain('- not examined');
  expect(text).toContain('x fails');
});

test('nothing from the air reaches the terminal as a control, a line end or a change of direction', () => {
  const hostile = { ...plainSms, from: 'a\u009b31m\u0007', modem: '\u2066b' };
  const lines = presentMessage(hostile, plain, unicode);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  expect(lines.join('\n')).toContain('one\\ntwo');
});
