import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Annotation, fromHex } from '../octets/index.js';
import { propertyRuns } from '../octets/property-runs.testing.js';
import { decodeMms } from './index.js';

const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const headersOf = (hex: string) => decodeMms(fromHex(hex)).headers.map(({ name, value }) => `${name}: ${value}`);
const codesOf = (hex: string) => decodeMms(fromHex(hex)).diagnostics.map(({ code, offset }) => `${code} at ${offset}`);

/** The notification of the tests of oFono and mmsd (unit/test-mmsutil.c, mms_msg1), octet for octet. */
const ofMmsd =
  '8C82984F67514B4B42008D9089088045726F74696B009650696E2D557073008A808E02400088058103' +
  '03F48083687474703A2F2F657073332E64652F4F2F5A39495A4F00';

/** Made by hand from OMA-TS-MMS_ENC: every kind of value once. */
const byHand = [
  ['8C82', 'X-Mms-Message-Type', 'm-notification-ind'],
  [`98${ascii('T-1')}00`, 'X-Mms-Transaction-Id', 'T-1'],
  ['8D93', 'X-Mms-MMS-Version', '1.3'],
  [`891880${ascii('+15550000001/TYPE=PLMN')}00`, 'From', '+15550000001/TYPE=PLMN'],
  [`9606EA${ascii('Z')}C3BC7200`, 'Subject', 'Z\u00fcr'],
  ['8A81', 'X-Mms-Message-Class', 'advertisement'],
  ['8E030186A0', 'X-Mms-Message-Size', 100_000],
  ['880680046A8F1D00', 'X-Mms-Expiry', '2026-08-26T17:06:08Z'],
  ['87048102012C', 'X-Mms-Delivery-Time', 300],
  ['8F82', 'X-Mms-Priority', 'high'],
  ['8504386D4380', 'Date', '2000-01-01T00:00:00Z'],
  [`83${ascii('http://mmsc.invalid/m')}00`, 'X-Mms-Content-Location', 'http://mmsc.invalid/m'],
] as const;

describe('MMS messages in brief', () => {
  test('a notification that others read is read alike', () => {
    expect(decodeMms(fromHex(ofMmsd))).toEqual({
      messageType: 'm-notification-ind',
      diagnostics: [],
      headers: [
        { name: 'X-Mms-Message-Type', value: 'm-notification-ind' },
        { name: 'X-Mms-Transaction-Id', value: 'OgQKKB' },
        { name: 'X-Mms-MMS-Version', value: '1.0' },
        { name: 'From', value: 'Erotik' },
        { name: 'Subject', value: 'Pin-Ups' },
        { name: 'X-Mms-Message-Class', value: 'personal' },
        { name: 'X-Mms-Message-Size', value: 16_384 },
        { name: 'X-Mms-Expiry', value: 259_200 },
        { name: 'X-Mms-Content-Location', value: 'http://eps3.de/O/Z9IZO' },
      ],
    });
  });

  test('every kind of value is read, and the dump names each octet', () => {
    const octets = fromHex(byHand.map(([hex]) => hex).join(''));
    const annotations: Annotation[] = [];
    const { headers, diagnostics } = decodeMms(octets, { annotate: (annotation) => annotations.push(annotation), baseOffset: 7 });
    expect(headers).toEqual(byHand.map(([, name, value]) => ({ name, value })));
    expect(diagnostics).toEqual([]);
    expect(annotations[0]?.offset).toBe(7);
    expect(annotations.reduce((sum, { octets: named }) => sum + named.length, 0)).toBe(octets.length);
    expect(annotations.map(({ meaning }) => meaning)).toContain('300 s after sending');
  });

  test.each([
    ['a token in place of a class', `8C828A${ascii('bench')}00`, 'X-Mms-Message-Class: bench'],
    ['a sender that the centre is to put in', '8C82890181', 'From: insert-address'],
    ['a sender in a character set', '8C8289098007EA4DC3BC6C6C00', 'From: M\u00fcll'],
    ['a subject in UCS-2', '8C8296090203E8004200680000', 'Subject: Bh'],
    ['a subject in UTF-16 with a mark, little-endian', '8C8296090203F7FFFE41004200', 'Subject: AB'],
    ['a quoted text', '8C82967FE400', 'Subject: \u00e4'],
    ['a text that lacks its quote', '8C8296E46200', 'Subject: \u00e4b'],
    ['a text in UTF-8 that says nothing of it', '8C8296C3A400', 'Subject: \u00e4'],
    ['a field of no known name', '8C82FE81', '0x7E: 1'],
    ['a field of no known name with octets', '8C82FE02ABCD', '0x7E: ABCD'],
    ['a header that is written out', `8C82${ascii('X-Bench')}00${ascii('yes')}00`, 'X-Bench: yes'],
    ['a header that is written out in ISO 8859-1', `8C82${ascii('X-Bench')}007FE400`, 'X-Bench: \u00e4'],
    ['a value that nobody has assigned', '8C828F8A', 'X-Mms-Priority: 10'],
    ['a length in the long form', `8C82961F04EA${ascii('ab')}00`, 'Subject: ab'],
    ['a version without a minor number', '8C828D9F', 'X-Mms-MMS-Version: 1'],
  ])('%s', (_name, hex, header) => {
    expect(codesOf(hex)).toEqual([]);
    expect(headersOf(hex)).toEqual(['X-Mms-Message-Type: m-notification-ind', header]);
  });

  test('what follows the content type is content and stays unread', () => {
    const hex = `8C8084A3${'00'.repeat(20)}`;
    expect(headersOf(hex)).toEqual(['X-Mms-Message-Type: m-send-req', 'Content-Type: 35']);
    expect(codesOf(hex)).toEqual([]);
  });

  test.each([
    ['a value of another kind', '8C828E4100', ['X-Mms-Message-Type: m-notification-ind', 'X-Mms-Message-Size: A'], 'dm/mms-bad-value at 3'],
    ['a text that does not end', `8C8298${ascii('TN')}`, ['X-Mms-Message-Type: m-notification-ind'], 'dm/mms-bad-header at 3'],
    ['a length past the end', '8C82880581', ['X-Mms-Message-Type: m-notification-ind'], 'octets/truncated at 4'],
    ['a length that never ends', '8C82881FFFFFFFFFFF01', ['X-Mms-Message-Type: m-notification-ind'], 'dm/mms-bad-header at 3'],
    ['a field without a value', '8C8288', ['X-Mms-Message-Type: m-notification-ind'], 'octets/truncated at 3'],
    ['an octet that begins no header', '8C8205', ['X-Mms-Message-Type: m-notification-ind'], 'dm/mms-bad-header at 2'],
    ['no type at the begin', '8D92', ['X-Mms-MMS-Version: 1.2'], 'dm/mms-without-type at 0'],
    ['a time with no token', '8C8288028301', ['X-Mms-Message-Type: m-notification-ind', 'X-Mms-Expiry: 8301'], 'dm/mms-bad-value at 3'],
    [
      'a date after the end of the calendar',
      '8C82850701FFFFFFFFFFFF',
      ['X-Mms-Message-Type: m-notification-ind', 'Date: 01FFFFFFFFFFFF'],
      'dm/mms-bad-value at 3',
    ],
    [
      'a character set that is not read',
      '8C829605918C8C8C00',
      ['X-Mms-Message-Type: m-notification-ind', 'Subject: null'],
      'dm/unsupported-charset at 3',
    ],
  ])('%s ends or marks the reading, and what was read before stays', (_name, hex, headers, code) => {
    expect(headersOf(hex)).toEqual(headers);
    expect(codesOf(hex)).toEqual([code]);
  });

  test('the dump names what was not read as well', () => {
    const annotations: Annotation[] = [];
    decodeMms(fromHex('8C82880581'), { annotate: (annotation) => annotations.push(annotation) });
    expect(annotations.map(({ offset, field }) => `${offset} ${field}`)).toEqual([
      '0 mms.header',
      '1 mms.Message-Type',
      '2 mms.header',
      '3 mms.Expiry.length',
      '4 mms.rest',
    ]);
  });

  test('at most a hundred headers are looked at, and long values are cut', () => {
    expect(codesOf(`8C82${'8680'.repeat(99)}`)).toEqual([]);
    expect(codesOf(`8C82${'8680'.repeat(100)}`)).toEqual(['dm/mms-too-many-headers at 200']);
    expect(decodeMms(fromHex(`8C8296${'41'.repeat(60_000)}00`)).headers[1]?.value).toBe(`${'A'.repeat(256)}…`);
    expect(String(decodeMms(fromHex(`8C82FE1F83E860${'41'.repeat(62_560)}`)).headers[1]?.value)).toHaveLength(257);
  });

  test('whatever the octets are, something is said of them within the input', () => {
    const begin = fc.constantFrom('', '8C82', ofMmsd);
    const hostile = fc.tuple(begin, fc.uint8Array({ maxLength: 60 })).map(([start, rest]) => start + Buffer.from(rest).toString('hex'));
    fc.assert(
      fc.property(hostile, (hex) => {
        const octets = fromHex(hex);
        const { diagnostics, headers } = decodeMms(octets);
        for (const { offset } of diagnostics) expect(offset).toBeLessThanOrEqual(octets.length);
        for (const { value } of headers) expect(String(value).length).toBeLessThanOrEqual(257);
      }),
      { numRuns: propertyRuns(500) },
    );
  });
});
