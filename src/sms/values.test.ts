import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cursor, fromHex, OctetWriter, toHex } from '../octets/index.js';
import { noAddress, readAddress, readServiceCentreAddress, writeAddress, writeServiceCentreAddress } from './address.js';
import {
  addressFromText,
  describeDataCoding,
  describeFailureCause,
  describeProtocolIdentifier,
  describeStatus,
  describeTypeOfAddress,
  formatTimeStamp,
  formatValidityPeriod,
  informationElementName,
  relativeValidity,
  relativeValidityMinutes,
  serviceCentreAddressFromText,
  statusOutcome,
  timeStampFromText,
  timeStampMs,
} from './index.js';

function written(write: (writer: OctetWriter) => void): string {
  const writer = new OctetWriter();
  write(writer);
  return toHex(writer.toOctets());
}

describe('addresses', () => {
  // 3GPP TS 23.040 9.1.2.5; the alphanumeric ones packed by hand.
  test.each([
    ['0B915155550521F3', '+15555550123', 1, 1],
    ['0B815155550521F3', '15555550123', 0, 1],
    ['04A12143', '1234', 2, 1],
    ['0A911032547698', '+0123456789', 1, 1],
    ['0581BADCFE', '*#abc', 0, 1],
    ['0080', '', 0, 0],
    ['0091', '', 1, 1],
    ['149121436587092143658709', '+12345678901234567890', 1, 1],
    ['09D0CF6690D804', 'OMADM', 5, 0],
    ['0291F1', '+1', 1, 1],
    ['0B91515555052143', '+15555550123', 1, 1],
  ])('%s is %j', (hex, text, typeOfNumber, numberingPlan) => {
    const octets = fromHex(String(hex));
    const found = readAddress(new Cursor(octets), 'oa');
    expect(found).toMatchObject({ text, typeOfNumber, numberingPlan, typeOfAddress: octets[1], lengthSemiOctets: octets[0] });
    expect(toHex(found.octets)).toBe(String(hex).slice(2));
    expect(written((writer) => writeAddress(writer, 'oa', found))).toBe(hex);
  });

  test('seven characters whose length was rounded up to whole octets lose the @ that comes of it', () => {
    // "abcdefg" takes 49 bits: 13 semi-octets, or 14 where a service centre rounds.
    const seven = 'D061F1985C369F01';
    expect(readAddress(new Cursor(fromHex(`0D${seven}`)), 'oa').text).toBe('abcdefg');
    expect(readAddress(new Cursor(fromHex(`0E${seven}`)), 'oa').text).toBe('abcdefg');
    // An @ that the length has room for only because it is there stays.
    expect(readAddress(new Cursor(fromHex('04D06B00')), 'oa').text).toBe('k@');
    expect(readAddress(new Cursor(fromHex('02D000')), 'oa').text).toBe('@');
  });

  test.each(['x', 'xy', 'xyz', 'abcd', 'abcdefg', 'abcdefgh', 'Bank & Co', '0123456789A', '€{}'])('the name %j goes both ways', (name) => {
    const { typeOfAddress, octets, lengthSemiOctets } = addressFromText(name);
    expect(typeOfAddress).toBe(0xd0);
    const hex = written((writer) => writeAddress(writer, 'oa', addressFromText(name)));
    expect(readAddress(new Cursor(fromHex(hex)), 'oa')).toEqual({ ...addressFromText(name), octets, lengthSemiOctets, text: name });
  });

  test('numbers from text go both ways', () => {
    const number = fc.tuple(
      fc.constantFrom('', '+'),
      fc.string({ unit: fc.constantFrom(...'0123456789*#abc'), minLength: 1, maxLength: 20 }),
    );
    fc.assert(
      fc.property(number, ([plus, digits]) => {
        const address = addressFromText(plus + digits);
        const hex = written((writer) => writeAddress(writer, 'da', address));
        expect(hex.slice(0, 2)).toBe(digits.length.toString(16).padStart(2, '0').toUpperCase());
        expect(readAddress(new Cursor(fromHex(hex)), 'da')).toEqual(address);
        expect(address.text).toBe(plus + digits);
        expect(address.typeOfAddress).toBe(plus === '' ? 0x81 : 0x91);
      }),
    );
  });

  test('no number at all has no digits', () => {
    expect(addressFromText('')).toMatchObject({ text: '', lengthSemiOctets: 0, octets: Uint8Array.of(0x81) });
    expect(noAddress).toMatchObject({ text: '', lengthSemiOctets: 0 });
  });

  test.each([
    ['+1234567890123456789012', /22 digits, 20 are the most/],
    ['twelve chars', /12 characters, 11 are the most/],
    ['имя', /U\+0438 is not in the GSM 7-bit alphabet/],
    ['+', undefined],
  ])('%j', (text, message) => {
    if (message === undefined) expect(addressFromText(text).text).toBe('+');
    else expect(() => addressFromText(text, 'da')).toThrow(message);
  });

  test('what cannot be an address is not written', () => {
    const address = addressFromText('+123');
    for (const wrong of [
      { ...address, lengthSemiOctets: 5 },
      { ...address, lengthSemiOctets: 2 },
      { ...address, lengthSemiOctets: 21, octets: new Uint8Array(12) },
    ]) {
      expect(() => written((writer) => writeAddress(writer, 'da', wrong))).toThrow(
        expect.objectContaining({ code: 'sms/bad-address', field: 'da' }),
      );
    }
    expect(written((writer) => writeAddress(writer, 'da', { ...address, lengthSemiOctets: 4 }))).toBe('049121F3');
    expect(() => written((writer) => writeServiceCentreAddress(writer, { ...address, octets: new Uint8Array(0) }))).toThrow(
      /type-of-address/,
    );
  });

  test('the service centre address counts octets', () => {
    expect(written((writer) => writeServiceCentreAddress(writer, null))).toBe('00');
    expect(readServiceCentreAddress(new Cursor(fromHex('00')))).toBeNull();
    const address = serviceCentreAddressFromText('+15550000001');
    const hex = '07915155000000F1';
    expect(written((writer) => writeServiceCentreAddress(writer, address))).toBe(hex);
    expect(readServiceCentreAddress(new Cursor(fromHex(hex)))).toEqual(address);
    expect(serviceCentreAddressFromText('8005550199')).toMatchObject({ typeOfAddress: 0x81, lengthSemiOctets: 10 });
    expect(() => serviceCentreAddressFromText('OMADM')).toThrow(/a service centre address is a number/);
    expect(() => serviceCentreAddressFromText('')).toThrow(/a service centre address is a number/);
    expect(() => serviceCentreAddressFromText('1x')).toThrow(/a service centre address is a number/);
    expect(readServiceCentreAddress(new Cursor(fromHex('01D0')))).toMatchObject({ text: '', lengthSemiOctets: 0 });
    expect(() => readServiceCentreAddress(new Cursor(fromHex('0291')))).toThrow(
      expect.objectContaining({ code: 'octets/truncated', field: 'sca' }),
    );
  });

  test.each([
    [0x91, 'international, ISDN'],
    [0x81, 'unknown, ISDN'],
    [0xd0, 'alphanumeric, unknown plan'],
    [0xa2, 'national, reserved plan'],
    [0x71, 'reserved type of number, ISDN, extension bit clear'],
    [0x80, 'unknown, unknown plan'],
  ])('type of address %i is described', (octet, words) => {
    expect(describeTypeOfAddress(octet)).toBe(words);
  });
});

describe('time stamps', () => {
  // Zones: 3GPP TS 23.040 9.2.3.11, quarter hours, the top bit of the tens is the sign.
  test.each([
    ['62112291830500', '2026-11-22T19:38:50+00:00', Date.UTC(2026, 10, 22, 19, 38, 50)],
    ['6211227024000A', '2026-11-22T07:42:00-05:00', Date.UTC(2026, 10, 22, 12, 42, 0)],
    ['62112231210022', '2026-11-22T13:12:00+05:30', Date.UTC(2026, 10, 22, 7, 42, 0)],
    ['6211223121008B', '2026-11-22T13:12:00-09:30', Date.UTC(2026, 10, 22, 22, 42, 0)],
    ['62112231210040', '2026-11-22T13:12:00+01:00', Date.UTC(2026, 10, 22, 12, 12, 0)],
    ['62112231210084', '2026-11-22T13:12:00+12:00', Date.UTC(2026, 10, 22, 1, 12, 0)],
    ['6211223121008C', '2026-11-22T13:12:00-12:00', Date.UTC(2026, 10, 23, 1, 12, 0)],
    ['99211332959500', '1999-12-31T23:59:59+00:00', Date.UTC(1999, 11, 31, 23, 59, 59)],
    ['09101000000000', '1990-01-01T00:00:00+00:00', Date.UTC(1990, 0, 1)],
    ['98101000000000', '2089-01-01T00:00:00+00:00', Date.UTC(2089, 0, 1)],
    ['42209200000000', '2024-02-29T00:00:00+00:00', Date.UTC(2024, 1, 29)],
  ])('%s is %s', (hex, iso, ms) => {
    expect(formatTimeStamp(fromHex(hex))).toBe(iso);
    expect(timeStampMs(fromHex(hex))).toBe(ms);
    expect(Date.parse(iso)).toBe(ms);
    expect(toHex(timeStampFromText(iso))).toBe(hex);
  });

  test('a negative zone of nothing is written as UTC', () => {
    expect(formatTimeStamp(fromHex('62112291830508'))).toBe('2026-11-22T19:38:50+00:00');
  });

  test.each([
    ['A2112291830500', 'a year with a hexadecimal digit'],
    ['2A112291830500', 'a year with a hexadecimal digit'],
    ['62002291830500', 'month 0'],
    ['62312291830500', 'month 13'],
    ['62110091830500', 'day 0'],
    ['62111391830500', '31 November'],
    ['62212391830500', '32 December'],
    ['62209291830500', '29 February of a common year'],
    ['62112242830500', 'hour 24'],
    ['62112291060500', 'minute 60'],
    ['62112291830600', 'second 60'],
    ['621122918305F0', 'a zone with a hexadecimal digit'],
    ['621122918305A0', 'a zone with a hexadecimal digit'],
    ['62A12291830500', 'a month with a hexadecimal digit'],
    ['6211A291830500', 'a day with a hexadecimal digit'],
    ['621122A1830500', 'an hour with a hexadecimal digit'],
    ['62112291A30500', 'a minute with a hexadecimal digit'],
    ['6211229183A500', 'a second with a hexadecimal digit'],
    ['FFFFFFFFFFFFFF', 'no digit at all'],
    ['621122918305', 'six octets'],
    ['6211229183050000', 'eight octets'],
  ])('%s is no time: %s', (hex) => {
    expect(formatTimeStamp(fromHex(hex))).toBeNull();
    expect(timeStampMs(fromHex(hex))).toBeNull();
  });

  test('the last day of each month is a day, the next is none', () => {
    const last = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    last.forEach((day, index) => {
      const month = String(index + 1).padStart(2, '0');
      expect(formatTimeStamp(timeStampFromText(`2026-${month}-${day}T00:00:00Z`))).toBe(`2026-${month}-${day}T00:00:00+00:00`);
      expect(() => timeStampFromText(`2026-${month}-${day + 1}T00:00:00Z`)).toThrow(/is no time/);
    });
  });

  test.each([
    '',
    '2026-11-22',
    '2026-11-22T19:38:50',
    '2026-11-22T19:38:50+00:10',
    '1989-11-22T19:38:50Z',
    '2090-11-22T19:38:50Z',
    '2026-13-22T19:38:50Z',
    '2026-11-22T19:38:50+20:00',
    'x2026-11-22T19:38:50Z',
    '2026-11-22T19:38:50Zx',
  ])('%j is refused', (text) => {
    expect(() => timeStampFromText(text, 'scts')).toThrow(expect.objectContaining({ code: 'sms/bad-time', field: 'scts' }));
  });

  test('any seven octets give a time or null, and a time goes back to its octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (octets) => {
        const text = formatTimeStamp(octets);
        expect(text === null).toBe(timeStampMs(octets) === null);
        if (text !== null && octets[6] !== 8) expect(timeStampFromText(text)).toEqual(octets);
      }),
    );
    const time = fc.tuple(
      fc.date({ min: new Date('1990-01-02'), max: new Date('2089-12-30'), noInvalidDate: true }),
      fc.integer({ min: -79, max: 79 }),
    );
    fc.assert(
      fc.property(time, ([date, quarters]) => {
        const local = new Date(Math.floor(date.getTime() / 1000) * 1000 + quarters * 900_000).toISOString().slice(0, 19);
        const zone = Math.abs(quarters) * 15;
        const iso = `${local}${quarters < 0 ? '-' : '+'}${String(Math.floor(zone / 60)).padStart(2, '0')}:${String(zone % 60).padStart(2, '0')}`;
        expect(formatTimeStamp(timeStampFromText(iso))).toBe(iso);
        expect(timeStampMs(timeStampFromText(iso))).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
    );
  });
});

describe('validity periods', () => {
  // 3GPP TS 23.040 9.2.3.12.1
  test.each([
    [0, 5],
    [143, 720],
    [144, 750],
    [167, 1440],
    [168, 2 * 1440],
    [196, 30 * 1440],
    [197, 5 * 10_080],
    [255, 63 * 10_080],
  ])('%i is %i minutes, and the other way', (value, minutes) => {
    expect(relativeValidityMinutes(value)).toBe(minutes);
    expect(relativeValidity(minutes)).toEqual({ format: 'relative', value });
  });

  test('the shortest period that is long enough is taken', () => {
    for (let minutes = 1; minutes <= 63 * 10_080; minutes += minutes < 2000 ? 1 : 997) {
      const period = relativeValidity(minutes);
      if (period.format !== 'relative') throw new TypeError('relative');
      expect(relativeValidityMinutes(period.value)).toBeGreaterThanOrEqual(minutes);
      if (period.value > 0) expect(relativeValidityMinutes(period.value - 1)).toBeLessThan(minutes);
    }
  });

  test.each([0, -5, 63 * 10_080 + 1, Number.NaN])('%d minutes are refused', (minutes) => {
    expect(() => relativeValidity(minutes)).toThrow(expect.objectContaining({ code: 'sms/bad-validity-period', field: 'vp' }));
  });

  test.each([
    [{ format: 'relative', value: 0 } as const, '5 minutes'],
    [{ format: 'relative', value: 11 } as const, '1 hour'],
    [{ format: 'relative', value: 0xa7 } as const, '1 day'],
    [{ format: 'relative', value: 0xff } as const, '63 weeks'],
    [{ format: 'absolute', octets: fromHex('62112291830500') } as const, '2026-11-22T19:38:50+00:00'],
    [{ format: 'absolute', octets: fromHex('FFFFFFFFFFFFFF') } as const, 'no time'],
    // 3GPP TS 23.040 9.2.3.12.3: functionality indicator, then the value by its low three bits.
    [{ format: 'enhanced', octets: fromHex('00000000000000') } as const, 'no validity period'],
    [{ format: 'enhanced', octets: fromHex('41A70000000000') } as const, '1 day, single shot'],
    [{ format: 'enhanced', octets: fromHex('021E0000000000') } as const, '30 seconds'],
    [{ format: 'enhanced', octets: fromHex('03214365000000') } as const, '12:34:56'],
    [{ format: 'enhanced', octets: fromHex('04000000000000') } as const, 'enhanced, reserved format'],
    [{ format: 'enhanced', octets: fromHex('C1000000000000') } as const, 'enhanced, extended functionality, single shot'],
  ])('%j is said in a few words', (period, words) => {
    expect(formatValidityPeriod(period)).toBe(words);
  });
});

describe('data coding schemes', () => {
  const plain = { compressed: false, messageClass: null, automaticDeletion: false, indication: null, reserved: false };
  // 3GPP TS 23.038 4
  test.each([
    [0x00, { ...plain, alphabet: 'gsm-7-bit', countsSeptets: true, meaning: 'GSM 7 bit' }],
    [0x03, { ...plain, alphabet: 'gsm-7-bit', countsSeptets: true }],
    [0x04, { ...plain, alphabet: '8-bit', countsSeptets: false, meaning: '8 bit' }],
    [0x08, { ...plain, alphabet: 'ucs2', countsSeptets: false, meaning: 'UCS2' }],
    [0x0c, { ...plain, alphabet: 'reserved', reserved: true, countsSeptets: true, meaning: 'reserved alphabet, reserved coding' }],
    [0x10, { ...plain, alphabet: 'gsm-7-bit', messageClass: 0, meaning: 'GSM 7 bit, class 0 (immediate display)' }],
    [0x15, { ...plain, alphabet: '8-bit', messageClass: 1, meaning: '8 bit, class 1 (ME)' }],
    [0x1a, { ...plain, alphabet: 'ucs2', messageClass: 2, meaning: 'UCS2, class 2 (SIM)' }],
    [0x17, { ...plain, alphabet: '8-bit', messageClass: 3, meaning: '8 bit, class 3 (TE)' }],
    [0x20, { ...plain, alphabet: 'gsm-7-bit', compressed: true, countsSeptets: false, meaning: 'GSM 7 bit, compressed' }],
    [0x24, { ...plain, alphabet: '8-bit', compressed: true, countsSeptets: false }],
    [0x44, { ...plain, alphabet: '8-bit', automaticDeletion: true, meaning: '8 bit, deleted once read' }],
    [
      0x7f,
      { ...plain, alphabet: 'reserved', compressed: true, messageClass: 3, automaticDeletion: true, reserved: true, countsSeptets: false },
    ],
    [0x80, { ...plain, alphabet: 'reserved', reserved: true, countsSeptets: true }],
    [0xbf, { ...plain, alphabet: 'reserved', reserved: true }],
    [
      0xc8,
      {
        ...plain,
        alphabet: 'gsm-7-bit',
        indication: { active: true, of: 'voicemail', store: false },
        meaning: 'GSM 7 bit, voicemail indication on, text discarded',
      },
    ],
    [0xc1, { ...plain, alphabet: 'gsm-7-bit', indication: { active: false, of: 'fax', store: false } }],
    [0xda, { ...plain, alphabet: 'gsm-7-bit', indication: { active: true, of: 'electronic mail', store: true }, countsSeptets: true }],
    [
      0xe3,
      {
        ...plain,
        alphabet: 'ucs2',
        indication: { active: false, of: 'other', store: true },
        meaning: 'UCS2, other indication off, text kept',
      },
    ],
    [0xec, { ...plain, alphabet: 'ucs2', indication: { active: true, of: 'voicemail', store: true }, reserved: true }],
    [0xf0, { ...plain, alphabet: 'gsm-7-bit', messageClass: 0 }],
    [0xf5, { ...plain, alphabet: '8-bit', messageClass: 1, countsSeptets: false }],
    [0xfe, { ...plain, alphabet: '8-bit', messageClass: 2, reserved: true }],
  ])('%i', (scheme, expected) => {
    expect(describeDataCoding(scheme)).toMatchObject(expected);
  });

  test('a number that is no octet is read as the default', () => {
    expect(describeDataCoding(256)).toEqual(describeDataCoding(0));
  });
});

describe('code points for people', () => {
  test.each([
    [describeStatus(0x00), 'received by the recipient'],
    [describeStatus(0x10), 'completed'],
    [describeStatus(0x30), 'temporary error, still trying'],
    [describeStatus(0x46), 'validity period expired'],
    [describeStatus(0x50), 'not delivered, given up'],
    [describeStatus(0x7f), 'not delivered, given up'],
    [describeStatus(0x80), 'reserved status'],
    [describeFailureCause(0xd3), 'memory capacity exceeded'],
    [describeFailureCause(0xe0), 'application specific'],
    [describeFailureCause(0xfe), 'application specific'],
    [describeFailureCause(0xff), 'unspecified error'],
    [describeFailureCause(0xdf), 'reserved failure cause'],
    [describeProtocolIdentifier(0x00), 'SME to SME'],
    [describeProtocolIdentifier(0x1f), 'SME to SME, protocol specific'],
    [describeProtocolIdentifier(0x20), 'telematic interworking'],
    [describeProtocolIdentifier(0x3f), 'telematic interworking'],
    [describeProtocolIdentifier(0x40), 'short message type 0'],
    [describeProtocolIdentifier(0x41), 'replace short message type 1'],
    [describeProtocolIdentifier(0x47), 'replace short message type 7'],
    [describeProtocolIdentifier(0x48), 'device triggering'],
    [describeProtocolIdentifier(0x60), 'reserved protocol'],
    [describeProtocolIdentifier(0x7f), 'SIM data download'],
    [describeProtocolIdentifier(0xbf), 'reserved protocol'],
    [describeProtocolIdentifier(0xc0), 'service centre specific'],
    [informationElementName(0x05), 'ports, 16-bit'],
    [informationElementName(0x6f), 'reserved element'],
    [informationElementName(0x70), 'SIM toolkit security header'],
    [informationElementName(0x7f), 'SIM toolkit security header'],
    [informationElementName(0x80), 'SME to SME'],
    [informationElementName(0x9f), 'SME to SME'],
    [informationElementName(0xa0), 'reserved element'],
    [informationElementName(0xbf), 'reserved element'],
    [informationElementName(0xc0), 'service centre specific'],
    [informationElementName(0xdf), 'service centre specific'],
    [informationElementName(0xe0), 'reserved element'],
  ])('%s', (found, expected) => {
    expect(found).toBe(expected);
  });

  test('status values are sorted by how final they are', () => {
    expect([0, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xff].map(statusOutcome)).toEqual([
      'completed',
      'completed',
      'still-trying',
      'still-trying',
      'failed',
      'failed',
      'reserved',
      'reserved',
    ]);
  });
});
