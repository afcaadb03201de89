import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Annotation, DecodeError, EncodeError, fromHex, toHex } from '../octets/index.js';
import {
  addressFromText,
  concatenationElement,
  dataFields,
  decodePduMode,
  decodeText,
  decodeTpdu,
  decodeUserData,
  encodePduMode,
  encodeTpdu,
  joinText,
  partFingerprintInput,
  portsElement,
  Reassembler,
  readPart,
  relativeValidity,
  segmentDatagram,
  submitFor,
  userDataHeader,
} from './index.js';
import { deliver, pushPorts } from './parts.testing.js';
import { deliverVectors, otherVectors } from './sms.vectors.js';
import type { Direction, SmsDeliver, SmsSubmit, Tpdu } from './types.js';

const before = '440B914477009810F2000462112291830500';

function decode(hex: string, direction: Direction = 'from-modem'): Tpdu {
  return decodeTpdu(fromHex(hex), { direction });
}

function deliverOf(hex: string): SmsDeliver {
  const tpdu = decode(hex);
  if (tpdu.type !== 'SMS-DELIVER') throw new TypeError(tpdu.type);
  return tpdu;
}

/** An SMS-DELIVER with that user data, 8-bit. */
const withUserData = (userData: string): SmsDeliver => deliverOf(before + toHex(Uint8Array.of(userData.length / 2)) + userData);
const codes = ({ diagnostics }: { readonly diagnostics: readonly { readonly code: string; readonly offset: number | null }[] }) =>
  diagnostics.map(({ code, offset }) => `${code} at ${offset}`);

describe('the user data header', () => {
  test.each<[string, string, object | null, object | null, string[]]>([
    ['ports before concatenation', '0B05040B8423F00003070201AA', pushPorts, { reference: 7, total: 2, sequence: 1, bits: 8 }, []],
    ['concatenation before ports', '0B000307020105040B8423F0AA', pushPorts, { reference: 7, total: 2, sequence: 1, bits: 8 }, []],
    ['unknown elements between', '0DA00199C20005040B8423F07000', pushPorts, null, ['sms/sim-directed at 31']],
    ['the last of two port elements', '0C05040B8523F005040B8423F0', pushPorts, null, ['sms/information-element-repeated at 26']],
    ['16-bit ports after 8-bit ones', '0A0402F0F105040B8423F0', pushPorts, null, ['sms/information-element-repeated at 24']],
    [
      '8-bit ports after 16-bit ones',
      '0A05040B8423F00402F0F1',
      { destination: 240, source: 241, bits: 8 },
      null,
      ['sms/information-element-repeated at 26'],
    ],
    [
      'the last of two concatenations',
      '0A00030702010003080303',
      null,
      { reference: 8, total: 3, sequence: 3, bits: 8 },
      ['sms/information-element-repeated at 25'],
    ],
    [
      'a 16-bit reference after an 8-bit one',
      '0B0003070201080412340201',
      null,
      { reference: 0x1234, total: 2, sequence: 1, bits: 16 },
      ['sms/information-element-repeated at 25'],
    ],
    ['a reference of 0', '050003000201', null, { reference: 0, total: 2, sequence: 1, bits: 8 }, []],
    ['total 0', '050003070000', null, null, ['sms/concatenation-ignored at 20']],
    ['sequence 0', '050003070200', null, null, ['sms/concatenation-ignored at 20']],
    ['sequence above total', '06080400070203', null, null, ['sms/concatenation-ignored at 20']],
    [
      'a good concatenation and then one that cannot be',
      '0A00030702010003080000',
      null,
      null,
      ['sms/information-element-repeated at 25', 'sms/concatenation-ignored at 25'],
    ],
    ['a concatenation of two octets', '0400020702', null, null, ['sms/information-element-length at 20']],
    ['a concatenation of four octets', '06000407020100', null, null, ['sms/information-element-length at 20']],
    ['a 16-bit concatenation of three octets', '050803070201', null, null, ['sms/information-element-length at 20']],
    ['16-bit ports of two octets, then good ones', '0A05020B8405040B8423F0', pushPorts, null, ['sms/information-element-length at 20']],
    ['8-bit ports of three octets', '050403F0F100', null, null, ['sms/information-element-length at 20']],
    ['a shift element of no octet', '022400', null, null, ['sms/information-element-length at 20']],
    ['a locking element of two octets', '0425020101', null, null, ['sms/information-element-length at 20']],
    ['8-bit ports below 240', '040402EFF0', { destination: 239, source: 240, bits: 8 }, null, ['sms/reserved-ports at 20']],
    ['an 8-bit source below 240', '040402F0EF', { destination: 240, source: 239, bits: 8 }, null, ['sms/reserved-ports at 20']],
    ['the highest free 16-bit port', '060504BFFFFFFF', { destination: 49_151, source: 65_535, bits: 16 }, null, []],
    ['a reserved 16-bit port', '060504C000FFFF', { destination: 49_152, source: 65_535, bits: 16 }, null, ['sms/reserved-ports at 20']],
    ['an element just below those of the SIM', '026F00', null, null, []],
    ['an element just above those of the SIM', '028000', null, null, []],
    ['the last element of the SIM', '027F00', null, null, ['sms/sim-directed at 20']],
    ['a header without elements', '000102', null, null, ['sms/user-data-header-empty at 19']],
    ['a header without elements and nothing behind it', '00', null, null, ['sms/user-data-header-empty at 19']],
  ])('%s', (_, userData, ports, concatenation, diagnostics) => {
    const tpdu = withUserData(userData);
    expect(tpdu.userDataHeader?.ports).toEqual(ports);
    expect(tpdu.userDataHeader?.concatenation).toEqual(concatenation);
    expect(codes(tpdu)).toEqual(diagnostics);
    expect(toHex(encodeTpdu(tpdu))).toBe(before + toHex(Uint8Array.of(userData.length / 2)) + userData);
    // What a builder derives from the elements is what the decoder read.
    expect(userDataHeader(tpdu.userDataHeader?.elements ?? [])).toEqual(tpdu.userDataHeader);
  });

  test('elements are kept as they stand', () => {
    const { userDataHeader: header, userData } = withUserData('05A0019922000102');
    expect(header?.elements).toEqual([
      { identifier: 0xa0, octets: Uint8Array.of(0x99) },
      { identifier: 0x22, octets: new Uint8Array(0) },
    ]);
    expect(toHex(userData)).toBe('0102');
  });

  test('messages of diagnostics say what was done', () => {
    const said = (userData: string) => withUserData(userData).diagnostics[0]?.message;
    expect(said('0400020702')).toBe('element concatenation, 8-bit reference has 2 octets instead of 3: passed over');
    expect(said('050003070203')).toBe('part 3 of 2 cannot be: taken as a message of one part');
    expect(said('0C05040B8523F005040B8423F0')).toBe('element ports, 16-bit stands where one of its kind stood before: the last one counts');
    expect(said('060504C00023F0')).toBe('ports 49152 from 9200 are reserved in the 16-bit form: kept');
  });

  test('a header that could not be read is not written', () => {
    const tpdu = deliver();
    const wrong = (elements: readonly { identifier: number; octets: Uint8Array }[]) => () =>
      encodeTpdu({ ...tpdu, ...dataFields(userDataHeader(elements)) });
    expect(wrong([{ identifier: 256, octets: new Uint8Array(0) }])).toThrow(
      expect.objectContaining({ code: 'octets/out-of-range', field: 'ud.udh.ie[0]' }),
    );
  });

  test.each([
    [{ reference: 256, total: 1, sequence: 1, bits: 8 as const }],
    [{ reference: 65_536, total: 1, sequence: 1, bits: 16 as const }],
    [{ reference: -1, total: 1, sequence: 1, bits: 8 as const }],
    [{ reference: 1.5, total: 1, sequence: 1, bits: 8 as const }],
    [{ reference: 1, total: 256, sequence: 1, bits: 8 as const }],
    [{ reference: 1, total: 2, sequence: 3, bits: 8 as const }],
    [{ reference: 1, total: 2, sequence: 0, bits: 8 as const }],
  ])('no part is %j', (concatenation) => {
    expect(() => concatenationElement(concatenation)).toThrow(expect.objectContaining({ code: 'sms/bad-concatenation' }));
  });

  test.each([
    [{ destination: 256, source: 0, bits: 8 as const }],
    [{ destination: 0, source: 256, bits: 8 as const }],
    [{ destination: 65_536, source: 0, bits: 16 as const }],
    [{ destination: -1, source: 0, bits: 16 as const }],
    [{ destination: 0.5, source: 0, bits: 16 as const }],
  ])('no ports are %j', (ports) => {
    expect(() => portsElement(ports)).toThrow(expect.objectContaining({ code: 'sms/bad-ports' }));
  });
});

describe('user data that stands alone', () => {
  test('is read as 8-bit data behind its header', () => {
    const octets = fromHex('0B05040B8423F000037B02020106');
    const bare = decodeUserData(octets, { baseOffset: 5 });
    expect(bare).toMatchObject({ type: 'user-data', userDataLength: 14, userData: Uint8Array.of(1, 6), diagnostics: [] });
    expect(readPart(bare)).toMatchObject({
      alphabet: '8-bit',
      ports: pushPorts,
      concatenation: { reference: 123, total: 2, sequence: 2, bits: 8 },
      timeStamp: null,
      address: { text: '' },
      octets: Uint8Array.of(1, 6),
    });
  });

  test.each([
    ['', 'octets/truncated', 'ud.udh', 5],
    ['06', 'sms/user-data-header-overrun', 'ud.udh', 5],
    ['0500', 'sms/user-data-header-overrun', 'ud.udh', 5],
    ['0100', 'sms/user-data-header-length', 'ud.udh', 5],
    ['03000300', 'sms/information-element-overrun', 'ud.udh.ie[0]', 6],
  ])('%j is refused: %s', (hex, code, field, offset) => {
    expect(() => decodeUserData(fromHex(hex), { baseOffset: 5 })).toThrow(expect.objectContaining({ code, field, offset }));
  });

  test('more than a message holds is said, more than a length octet counts is refused', () => {
    const of = (length: number) => Uint8Array.of(2, 0xa0, 0, ...new Array<number>(length - 3).fill(0));
    expect(decodeUserData(of(140)).diagnostics).toEqual([]);
    expect(codes(decodeUserData(of(141)))).toEqual(['sms/user-data-too-long at 0']);
    expect(codes(decodeUserData(of(255)))).toEqual(['sms/user-data-too-long at 0']);
    expect(() => decodeUserData(of(256))).toThrow(expect.objectContaining({ code: 'sms/user-data-too-long', field: 'ud', offset: 0 }));
  });
});

describe('what is remarkable is said', () => {
  test.each([
    ['4004', ['sms/special-protocol-identifier at 9']],
    ['4104', ['sms/special-protocol-identifier at 9']],
    ['4704', ['sms/special-protocol-identifier at 9']],
    ['7F04', ['sms/special-protocol-identifier at 9']],
    ['3F04', []],
    ['4804', []],
    ['7E04', []],
    ['00F6', ['sms/class-2 at 10']],
    ['0016', ['sms/class-2 at 10']],
    ['00F7', []],
    ['0024', ['sms/compressed at 10']],
    ['00FC', ['sms/reserved-data-coding at 10']],
    ['0084', ['sms/reserved-data-coding at 10', 'sms/ports-with-text at 10']],
    ['0008', ['sms/ports-with-text at 10']],
    ['0000', ['sms/ports-with-text at 10']],
  ])('protocol identifier and data coding scheme %s', (octets, expected) => {
    const length = octets === '0000' ? '09' : '08';
    const tpdu = deliverOf(`440B914477009810F2${octets}62112291830500${length}0605040B8423F001`);
    expect(codes(tpdu)).toEqual(expected);
    const submit = decode(`41000B914477009810F2${octets}${length}0605040B8423F001`, 'to-modem');
    expect(codes(submit)).toEqual(expected.map((said) => said.replace(/\d+$/, (at) => String(Number(at) + 1))));
  });

  test('messages name the type that is replaced, and the port', () => {
    expect(deliverOf('040B914477009810F241046211229183050000').diagnostics[0]?.message).toContain('of type 1 from');
    expect(deliverOf('440B914477009810F2000862112291830500080605040B8423F001').diagnostics[0]?.message).toContain('port 2948');
  });

  test('a time stamp that is no time is kept', () => {
    const tpdu = deliverOf('040B914477009810F20004FF00229183050000');
    expect(codes(tpdu)).toEqual(['sms/bad-time-stamp at 11']);
    expect(toHex(tpdu.serviceCentreTimeStamp)).toBe('FF002291830500');
  });

  test('more user data than 140 octets is read with a diagnostic, and not written', () => {
    const tpdu = deliverOf(`040B914477009810F20004621122918305008D${'00'.repeat(141)}`);
    expect(codes(tpdu)).toEqual(['sms/user-data-too-long at 18']);
    expect(() => encodeTpdu(tpdu)).toThrow(expect.objectContaining({ code: 'sms/user-data-too-long', field: 'ud' }));
    expect(codes(deliverOf(`040B914477009810F20004621122918305008C${'00'.repeat(140)}`))).toEqual([]);
    // 160 septets are 140 octets.
    expect(codes(deliverOf(`040B914477009810F2000062112291830500A0${'00'.repeat(140)}`))).toEqual([]);
  });

  test('compressed data and reserved alphabets are no part of a datagram or a text', () => {
    const alphabet = (octets: string) => readPart(deliverOf(`040B914477009810F200${octets}6211229183050000`)).alphabet;
    expect(['00', '04', '08', '24', '0C', '84', 'F5'].map(alphabet)).toEqual([
      'gsm-7-bit',
      '8-bit',
      'ucs2',
      'reserved',
      'reserved',
      'reserved',
      '8-bit',
    ]);
  });

  test('a reserved coding whose length counts octets is read all the same', () => {
    const octets = deliverOf('040B914477009810F2008462112291830500080102030405060708');
    expect(octets).toMatchObject({ userDataLength: 8, userData: fromHex('0102030405060708') });
    expect(toHex(encodeTpdu(octets))).toBe('040B914477009810F2008462112291830500080102030405060708');
    const septets = deliverOf('040B914477009810F20084621122918305000801020304050607');
    expect(septets.userData).toHaveLength(7);
    expect(() => deliverOf('040B914477009810F200846211229183050008010203040506')).toThrow(DecodeError);
  });
});

describe('allowances', () => {
  const whole = '040B914477009810F2000462112291830500020102';
  const allowing = (hex: string, allow: readonly ('padding-after-user-data' | 'truncated-user-data')[]) =>
    decodeTpdu(fromHex(hex), { direction: 'from-modem', allow });

  test.each(['FF', '00', 'FFFFFFFF', '000000'])('padding of %s is taken only where it is allowed', (padding) => {
    expect(() => allowing(whole + padding, ['truncated-user-data'])).toThrow(
      expect.objectContaining({ code: 'octets/trailing', field: 'tpdu', offset: 21 }),
    );
    const tpdu = allowing(whole + padding, ['padding-after-user-data']);
    expect(codes(tpdu)).toEqual(['sms/padding at 21']);
    expect(tpdu.diagnostics[0]?.message).toBe(`${padding.length / 2} octets of padding passed over`);
    expect(toHex(encodeTpdu(tpdu))).toBe(whole);
  });

  test.each(['01', 'FF00', '00FF', 'FFFE', 'FFFFFF01'])('%s is no padding', (trailing) => {
    expect(() => allowing(whole + trailing, ['padding-after-user-data'])).toThrow(
      expect.objectContaining({ code: 'octets/trailing', offset: 21 }),
    );
  });

  test('user data that ends too early is taken only where it is allowed', () => {
    const short = '040B914477009810F2000462112291830500090102';
    expect(() => allowing(short, ['padding-after-user-data'])).toThrow(
      expect.objectContaining({ code: 'octets/truncated', field: 'tpdu.ud', offset: 19 }),
    );
    const tpdu = allowing(short, ['truncated-user-data']);
    expect(codes(tpdu)).toEqual(['sms/truncated-user-data at 18']);
    expect(tpdu).toMatchObject({ userDataLength: 9, userData: Uint8Array.of(1, 2) });
    expect(tpdu.diagnostics[0]?.message).toContain('9 octets, of which 2 are there');
    expect(() => encodeTpdu(tpdu)).toThrow(expect.objectContaining({ code: 'sms/user-data-length', field: 'udl' }));
  });

  test('neither is needed for what is whole', () => {
    expect(codes(allowing(whole, ['padding-after-user-data', 'truncated-user-data']))).toEqual([]);
  });
});

describe('reports', () => {
  test('an octet that is no parameter indicator is a failure cause', () => {
    expect(decode('00130204', 'to-modem')).toMatchObject({ failureCause: 0x13, parameterIndicator: 2, dataCodingScheme: 4 });
    expect(codes(decode('00130204', 'to-modem'))).toEqual(['sms/reserved-failure-cause at 1']);
    expect(codes(decode('008000', 'to-modem'))).toEqual([]);
    expect(decode('000800', 'to-modem')).toMatchObject({ failureCause: 8 });
    expect(decode('00070004020102', 'to-modem')).toMatchObject({ failureCause: null, parameterIndicator: 7, protocolIdentifier: 0 });
  });

  test('reserved bits of the indicator announce what is kept', () => {
    const hex = '00D3090011223344';
    const report = decode(hex, 'to-modem');
    expect(report).toMatchObject({ parameterIndicator: 9, protocolIdentifier: 0, unknownParameters: fromHex('11223344') });
    expect(codes(report)).toEqual(['sms/reserved-parameter at 4']);
    expect(toHex(encodeTpdu(report))).toBe(hex);
  });

  test('an extended indicator is kept to its last octet', () => {
    const hex = '00D381800300AA';
    const report = decode(hex, 'to-modem');
    expect(report).toMatchObject({ parameterIndicatorExtension: fromHex('8003'), protocolIdentifier: 0, unknownParameters: fromHex('AA') });
    expect(toHex(encodeTpdu(report))).toBe(hex);
    expect(() => decode('00D38180', 'to-modem')).toThrow(expect.objectContaining({ code: 'octets/truncated' }));
  });

  test('parameters that are not announced are left over', () => {
    expect(() => decode('00D300AA', 'to-modem')).toThrow(expect.objectContaining({ code: 'octets/trailing', offset: 3 }));
  });

  test('a report without a data coding scheme has text of the default alphabet', () => {
    expect(decodeText(decode('00D30405E8329BFD06', 'to-modem')).text).toBe('hello');
  });

  test('a report that would read as another is not written', () => {
    const report = decode('00D300', 'to-modem');
    if (report.type !== 'SMS-DELIVER-REPORT') throw new TypeError(report.type);
    const refuses = (changed: Partial<typeof report>, code: string, field: string) =>
      expect(() => encodeTpdu({ ...report, ...changed })).toThrow(expect.objectContaining({ code, field }));
    refuses({ failureCause: 7 }, 'sms/ambiguous-report', 'fcs');
    refuses({ failureCause: null, parameterIndicator: 8 }, 'sms/ambiguous-report', 'fcs');
    refuses({ parameterIndicator: 1 }, 'sms/bad-parameter-indicator', 'pi');
    refuses({ protocolIdentifier: 1 }, 'sms/bad-parameter-indicator', 'pi');
    refuses({ dataCodingScheme: 1 }, 'sms/bad-parameter-indicator', 'pi');
    refuses({ userDataLength: 0 }, 'sms/bad-parameter-indicator', 'pi');
    refuses({ unknownParameters: Uint8Array.of(1) }, 'sms/bad-parameter-indicator', 'pi');
    refuses({ parameterIndicatorExtension: Uint8Array.of(1) }, 'sms/bad-parameter-indicator', 'pi');
    refuses({ parameterIndicator: 0x80 }, 'sms/bad-parameter-indicator', 'pi');
    expect(toHex(encodeTpdu({ ...report, failureCause: null }))).toBe('0000');
  });

  test('without user data the header bit of a report says nothing and stays', () => {
    for (const [hex, direction] of [
      ['40D300', 'to-modem'],
      ['410062112291830500', 'from-modem'],
      [`4605${'04912143'}6211229183050062112291830500${'00'}`, 'from-modem'],
    ] as const) {
      expect(toHex(encodeTpdu(decode(hex, direction)))).toBe(hex);
    }
  });

  test('a status report says what it is of, and takes parameters', () => {
    const hex = '2A070491214362112291830500621122918305004607000402AABB';
    const report = decode(hex);
    expect(report).toMatchObject({
      type: 'SMS-STATUS-REPORT',
      qualifier: 'command',
      moreMessagesToSend: true,
      loopPrevention: true,
      status: 0x46,
      parameterIndicator: 7,
      protocolIdentifier: 0,
      dataCodingScheme: 4,
      userData: fromHex('AABB'),
    });
    expect(toHex(encodeTpdu(report))).toBe(hex);
  });

  test('a command has data, and a header where the first octet says so', () => {
    const hex = '4205000207049121430503A001990A';
    const command = decode(hex, 'to-modem');
    expect(command).toMatchObject({ type: 'SMS-COMMAND', statusReportRequest: false, commandData: Uint8Array.of(0x0a) });
    expect(toHex(encodeTpdu(command))).toBe(hex);
    expect(() => decode('02050002070491214305AA', 'to-modem')).toThrow(
      expect.objectContaining({ code: 'octets/truncated', field: 'tpdu.cd', offset: 10 }),
    );
  });

  test('times of a wrong length are not written', () => {
    const report = decode(`0605${'04912143'}6211229183050062112291830500${'00'}`);
    if (report.type !== 'SMS-STATUS-REPORT') throw new TypeError(report.type);
    expect(() => encodeTpdu({ ...report, dischargeTime: new Uint8Array(6) })).toThrow(
      expect.objectContaining({ code: 'sms/bad-time', field: 'dt' }),
    );
    expect(() => encodeTpdu({ ...report, serviceCentreTimeStamp: new Uint8Array(8) })).toThrow(expect.objectContaining({ field: 'scts' }));
    const { firstOctet: _, ...fields } = submitFor(dataFields(null), { destination: '1' });
    const validityPeriod = { format: 'enhanced', octets: new Uint8Array(8) } as const;
    expect(() => encodeTpdu({ ...fields, firstOctet: 0, validityPeriod })).toThrow(expect.objectContaining({ field: 'vp' }));
  });
});

describe('the first octet', () => {
  test('every one that is read goes back as it came', () => {
    for (let octet = 0; octet < 256; octet += 1) {
      const header = (octet & 0x40) === 0 ? '020102' : '0302A000';
      const scts = '62112291830500';
      const fromModem = [`049121430004${scts}${header}`, `00${scts}`, `0504912143${scts}${scts}00`, `049121430004${scts}${header}`];
      const validity = ['', scts, 'A7', scts][(octet & 0x18) >> 3];
      const toModem = ['00', `05049121430004${validity}${header}`, `050002070491${'2143'}${header}`];
      const first = toHex(Uint8Array.of(octet));
      const one = `${first}${fromModem[octet & 3]}`;
      expect(toHex(encodeTpdu(decode(one)))).toBe(one);
      const other = toModem[octet & 3];
      if (other === undefined) {
        expect(() => decode(`${first}00`, 'to-modem')).toThrow(
          expect.objectContaining({ code: 'sms/reserved-message-type', field: 'tpdu.fo', offset: 0 }),
        );
      } else expect(toHex(encodeTpdu(decode(first + other, 'to-modem')))).toBe(first + other);
    }
  });

  test('bits are taken from the fields, whatever the octet said', () => {
    const tpdu = deliver({ octets: Uint8Array.of(1) });
    const first = (changed: Partial<SmsDeliver>) => encodeTpdu({ ...tpdu, ...changed })[0];
    expect(first({})).toBe(0x44);
    expect(first({ firstOctet: 0 })).toBe(0x44);
    expect(first({ firstOctet: 0x10 })).toBe(0x54);
    expect(first({ moreMessagesToSend: true })).toBe(0x40);
    expect(first({ loopPrevention: true })).toBe(0x4c);
    expect(first({ statusReportIndication: true })).toBe(0x64);
    expect(first({ replyPath: true })).toBe(0xc4);
    expect(first({ ...dataFields(null) })).toBe(0x04);
    const submit = submitFor(dataFields(null), { destination: '+1' });
    const second = (changed: Partial<SmsSubmit>) => encodeTpdu({ ...submit, ...changed })[0];
    expect(second({})).toBe(0x01);
    expect(second({ rejectDuplicates: true })).toBe(0x05);
    expect(second({ statusReportRequest: true })).toBe(0x21);
    expect(second({ replyPath: true })).toBe(0x81);
    expect(second({ validityPeriod: relativeValidity(5) })).toBe(0x11);
    expect(second({ validityPeriod: { format: 'absolute', octets: new Uint8Array(7) } })).toBe(0x19);
    expect(second({ validityPeriod: { format: 'enhanced', octets: new Uint8Array(7) } })).toBe(0x09);
  });
});

describe('segmentDatagram', () => {
  const datagram = (length: number) => ({
    destinationPort: 2948,
    sourcePort: 9200,
    portBits: 16 as const,
    octets: Uint8Array.from({ length }, (_, index) => (index * 31) & 0xff),
  });

  test.each([
    [0, 8, [0]],
    [133, 8, [133]],
    [134, 8, [128, 6]],
    [256, 8, [128, 128]],
    [257, 8, [128, 128, 1]],
    [133, 16, [133]],
    [134, 16, [127, 7]],
    [254, 16, [127, 127]],
  ] as const)('%i octets with %i-bit references are parts of %j', (length, referenceBits, sizes) => {
    const parts = segmentDatagram(datagram(length), { reference: 42, referenceBits });
    expect(parts.map(({ userData }) => userData.length)).toEqual(sizes);
    parts.forEach(({ userDataHeader: header, userDataLength, sequence, total, userData }, index) => {
      expect([sequence, total]).toEqual([index + 1, sizes.length]);
      expect(header?.ports).toEqual(pushPorts);
      expect(header?.elements[0]?.identifier).toBe(0x05);
      expect(header?.concatenation ?? null).toEqual(sizes.length === 1 ? null : { reference: 42, total, sequence, bits: referenceBits });
      expect(userDataLength).toBeLessThanOrEqual(140);
      expect(userDataLength - userData.length).toBe(sizes.length === 1 ? 7 : referenceBits === 8 ? 12 : 13);
    });
  });

  test('255 parts are the most', () => {
    expect(segmentDatagram(datagram(32_640), { reference: 0, referenceBits: 8 })).toHaveLength(255);
    expect(segmentDatagram(datagram(32_385), { reference: 0, referenceBits: 16 })).toHaveLength(255);
    const refused = expect.objectContaining({
      code: 'sms/datagram-too-long',
      message: expect.stringContaining('32640 are the most with a 8-bit'),
    });
    expect(() => segmentDatagram(datagram(32_641), { reference: 0, referenceBits: 8 })).toThrow(refused);
    expect(() => segmentDatagram(datagram(32_386), { reference: 0, referenceBits: 16 })).toThrow(EncodeError);
  });

  test('8-bit ports leave two octets more', () => {
    const small = { ...datagram(135), destinationPort: 240, sourcePort: 241, portBits: 8 as const };
    expect(segmentDatagram(small, { reference: 0, referenceBits: 8 })).toHaveLength(1);
  });

  test('a reference that does not fit is refused even where none is needed', () => {
    expect(() => segmentDatagram(datagram(1), { reference: 256, referenceBits: 8 })).toThrow(/cannot be/);
  });

  test('the worked example: part 1 of 2 as an SMS-SUBMIT valid for a day', () => {
    const header = userDataHeader([portsElement(pushPorts), concatenationElement({ reference: 42, total: 2, sequence: 1, bits: 8 })]);
    const submit = submitFor(dataFields(header, fromHex('0106AB')), {
      destination: '+15555550123',
      validityPeriod: relativeValidity(24 * 60),
    });
    expect(toHex(encodePduMode({ serviceCentreAddress: null, tpdu: submit }))).toBe(
      '0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB',
    );
  });

  test('submitFor takes what it is told', () => {
    const submit = submitFor(dataFields(null), {
      destination: addressFromText('123'),
      statusReportRequest: true,
      rejectDuplicates: true,
      replyPath: true,
      messageReference: 9,
      protocolIdentifier: 0x20,
      dataCodingScheme: 0xf5,
    });
    expect(toHex(encodeTpdu(submit))).toBe('A509038121F320F500');
    expect(submit.firstOctet).toBe(0xa5);
  });

  test('any datagram is cut, sent, received in any order and whole again', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom(8 as const, 16 as const),
        fc.boolean(),
        (octets, reference, referenceBits, reversed) => {
          const whole = { destinationPort: 2948, sourcePort: 9200, portBits: 16 as const, octets };
          const lines = segmentDatagram(whole, { reference, referenceBits }).map((part) =>
            encodeTpdu({ ...deliver(), ...part, type: 'SMS-DELIVER' }),
          );
          const reassembler = new Reassembler<number>();
          const outcomes = (reversed ? lines.toReversed() : lines).map((line, at) =>
            reassembler.accept(readPart(decodeTpdu(line, { direction: 'from-modem' }) as SmsDeliver), at, at),
          );
          const last = outcomes.at(-1);
          expect(last !== undefined && 'message' in last && last.message.datagram).toEqual(whole);
          expect(outcomes.slice(0, -1).every(({ state }) => state === 'pending')).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('partFingerprintInput', () => {
  const same = (one: SmsDeliver | SmsSubmit, other: SmsDeliver | SmsSubmit) =>
    toHex(partFingerprintInput(one)) === toHex(partFingerprintInput(other));
  const tpdu = deliver({ octets: Uint8Array.of(1, 2), concatenation: { reference: 1, total: 2, sequence: 1, bits: 8 } });

  test('what changes from one delivery to the next does not count', () => {
    expect(same(tpdu, { ...tpdu, moreMessagesToSend: true, firstOctet: 0x40, loopPrevention: true })).toBe(true);
  });

  test('everything else does', () => {
    const others: readonly SmsDeliver[] = [
      { ...tpdu, originatingAddress: addressFromText('15555550123') },
      { ...tpdu, originatingAddress: { ...tpdu.originatingAddress, lengthSemiOctets: 12 } },
      { ...tpdu, protocolIdentifier: 1 },
      { ...tpdu, dataCodingScheme: 0xf5 },
      { ...tpdu, serviceCentreTimeStamp: fromHex('62112291830501') },
      { ...tpdu, userData: Uint8Array.of(1, 3) },
      { ...tpdu, ...dataFields(null, tpdu.userData) },
      { ...tpdu, ...dataFields(userDataHeader([{ identifier: 0xa0, octets: Uint8Array.of(1) }]), tpdu.userData) },
      { ...tpdu, userDataLength: 99 },
    ];
    for (const other of others) expect(same(tpdu, other)).toBe(false);
    const submit = submitFor(dataFields(tpdu.userDataHeader, tpdu.userData), { destination: tpdu.originatingAddress });
    expect(same(tpdu, submit)).toBe(false);
    expect(same(submit, { ...submit, messageReference: 1 })).toBe(false);
    expect(same(submit, { ...submit, statusReportRequest: true })).toBe(true);
  });
});

describe('annotations', () => {
  const explain = (hex: string, direction: Direction) => {
    const annotations: Annotation[] = [];
    decodePduMode(fromHex(hex), { direction, baseOffset: 100, annotate: (annotation) => annotations.push(annotation) });
    return annotations.map(({ offset, octets, field, meaning }) => `${offset} ${toHex(octets)} ${field}: ${meaning}`);
  };

  test('say what each octet of a push part means', () => {
    expect(explain('07915155000000F1440B915155550521F300F56211227024000A0F0B05040B8423F000032A02010106AB', 'from-modem')).toEqual([
      '100 07 sca: service centre address of 7 octets',
      '101 915155000000F1 sca: +15550000001 (international, ISDN)',
      '108 44 tpdu.fo: SMS-DELIVER, no more messages, user data header',
      '109 0B tpdu.oa: address of 11 semi-octets',
      '110 915155550521F3 tpdu.oa: +15555550123 (international, ISDN)',
      '117 00 tpdu.pid: protocol identifier: SME to SME',
      '118 F5 tpdu.dcs: data coding scheme: 8 bit, class 1 (ME)',
      '119 6211227024000A tpdu.scts: 2026-11-22T07:42:00-05:00',
      '126 0F tpdu.udl: user data of 15 octets',
      '127 0B tpdu.ud.udh: user data header of 11 octets',
      '128 05040B8423F0 tpdu.ud.udh.ie[0]: destination port 2948 (WAP push), source port 9200 (WSP)',
      '134 00032A0201 tpdu.ud.udh.ie[1]: part 1 of 2, reference 42',
      '139 0106AB tpdu.ud: data, 3 octets',
    ]);
  });

  test('say what the other types mean', () => {
    const meanings = (hex: string, direction: Direction) => explain(hex, direction).map((line) => line.replace(/^\d+ \w+ /, ''));
    expect(meanings('0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB', 'to-modem').slice(0, 4)).toEqual([
      'sca: no service centre address',
      'tpdu.fo: SMS-SUBMIT, user data header, relative validity period',
      'tpdu.mr: message reference 0',
      'tpdu.da: address of 11 semi-octets',
    ]);
    expect(meanings('0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB', 'to-modem')).toContain('tpdu.vp: valid for 1 day');
    expect(meanings('00BD0904A1214300086211229183050004D83DDE00', 'to-modem')).toEqual([
      'sca: no service centre address',
      'tpdu.fo: SMS-SUBMIT, reject duplicates, status report requested, reply path, absolute validity period',
      'tpdu.mr: message reference 9',
      'tpdu.da: address of 4 semi-octets',
      'tpdu.da: 1234 (national, ISDN)',
      'tpdu.pid: protocol identifier: SME to SME',
      'tpdu.dcs: data coding scheme: UCS2',
      'tpdu.vp: 2026-11-22T19:38:50+00:00',
      'tpdu.udl: user data of 4 octets',
      'tpdu.ud: text, UCS2',
    ]);
    expect(meanings('00090100800000021E000000000000', 'to-modem')).toContain('tpdu.vp: validity: 30 seconds');
    expect(meanings('00090100800000021E000000000000', 'to-modem')).toContain('tpdu.da: no number (unknown, unknown plan)');
    expect(meanings('00062A0B915155550521F36211227024000A6211227024900A00', 'from-modem')).toEqual([
      'sca: no service centre address',
      'tpdu.fo: SMS-STATUS-REPORT, no more messages, of an SMS-SUBMIT',
      'tpdu.mr: message reference 42',
      'tpdu.ra: address of 11 semi-octets',
      'tpdu.ra: +15555550123 (international, ISDN)',
      'tpdu.scts: 2026-11-22T07:42:00-05:00',
      'tpdu.dt: 2026-11-22T07:42:09-05:00',
      'tpdu.st: status: received by the recipient',
    ]);
    expect(meanings('0000D3070004020102', 'to-modem')).toEqual([
      'sca: no service centre address',
      'tpdu.fo: SMS-DELIVER-REPORT',
      'tpdu.fcs: failed: memory capacity exceeded',
      'tpdu.pi: follow: protocol identifier, data coding scheme, user data',
      'tpdu.pid: protocol identifier: SME to SME',
      'tpdu.dcs: data coding scheme: 8 bit',
      'tpdu.udl: user data of 2 octets',
      'tpdu.ud: data, 2 octets',
    ]);
    expect(meanings('00010062112291830500', 'from-modem')).toEqual([
      'sca: no service centre address',
      'tpdu.fo: SMS-SUBMIT-REPORT',
      'tpdu.pi: no parameters follow',
      'tpdu.scts: 2026-11-22T19:38:50+00:00',
    ]);
    expect(meanings('0022050002070B915155550521F302AABB', 'to-modem')).toEqual([
      'sca: no service centre address',
      'tpdu.fo: SMS-COMMAND, status report requested',
      'tpdu.mr: message reference 5',
      'tpdu.pid: protocol identifier: SME to SME',
      'tpdu.ct: command: delete',
      'tpdu.mn: of message number 7',
      'tpdu.da: address of 11 semi-octets',
      'tpdu.da: +15555550123 (international, ISDN)',
      'tpdu.cdl: command data of 2 octets',
      'tpdu.cd: command data, 2 octets',
    ]);
    expect(meanings('000409D0CF6690D80400006211223121002205E8329BFD06', 'from-modem').slice(-2)).toEqual([
      'tpdu.udl: user data of 5 septets',
      'tpdu.ud: text, 7 bit packed',
    ]);
    expect(meanings('0000D38801AA', 'to-modem').slice(-3)).toEqual([
      'tpdu.pi: follow: reserved parameters',
      'tpdu.pi: parameter indicator, continued',
      'tpdu.unknown: parameters that are not known',
    ]);
  });

  test('cover every octet once, in order, for every vector', () => {
    for (const { pdu, direction } of [...deliverVectors, ...otherVectors]) {
      const annotations: Annotation[] = [];
      decodePduMode(fromHex(pdu), { direction, annotate: (annotation) => annotations.push(annotation) });
      expect(annotations.map(({ octets }) => toHex(octets)).join('')).toBe(pdu);
      let offset = 0;
      for (const annotation of annotations) {
        expect(annotation.offset).toBe(offset);
        offset += annotation.octets.length;
      }
    }
  });
});

describe('any octets', () => {
  const vectors = [...deliverVectors, ...otherVectors];

  /** Reads octets, and where they can be read writes them back: the same octets, or those that an error says cannot be written. */
  function holds(octets: Uint8Array, direction: Direction): void {
    let decoded: ReturnType<typeof decodePduMode>;
    try {
      decoded = decodePduMode(octets, { direction });
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      const { offset } = error as DecodeError;
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(octets.length);
      return;
    }
    decodeText(decoded.tpdu);
    if (decoded.tpdu.type === 'SMS-DELIVER' || decoded.tpdu.type === 'SMS-SUBMIT') joinText([readPart(decoded.tpdu)]);
    const tooLong = decoded.tpdu.diagnostics.some(({ code }) => code === 'sms/user-data-too-long');
    if (tooLong) expect(() => encodePduMode(decoded)).toThrow(EncodeError);
    else {
      expect(toHex(encodePduMode(decoded))).toBe(toHex(octets));
      expect(decodePduMode(encodePduMode(decoded), { direction })).toEqual(decoded);
    }
  }

  const direction = fc.constantFrom<Direction>('from-modem', 'to-modem');

  test('of which some were changed, inserted or removed give a TPDU that encodes back, or a DecodeError', () => {
    const mutation = fc.record({
      at: fc.nat(200),
      kind: fc.constantFrom('set', 'insert', 'remove'),
      octet: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        direction,
        ({ pdu, direction: own }, mutations, other) => {
          const octets = [...fromHex(pdu)];
          for (const { at, kind, octet } of mutations)
            octets.splice(at % (octets.length + 1), kind === 'insert' ? 0 : 1, ...(kind === 'remove' ? [] : [octet]));
          holds(Uint8Array.from(octets), own);
          holds(Uint8Array.from(octets), other);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('at random give the same', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), direction, holds), { numRuns: 1500 });
  });

  test('of user data at random give a header or a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        try {
          const { userDataHeader: header, userData } = decodeUserData(octets);
          const length = 1 + (header?.elements.reduce((sum, element) => sum + 2 + element.octets.length, 0) ?? 0);
          expect(length + userData.length).toBe(octets.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });
});

describe('any value', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const element = fc.record({ identifier: octet, octets: fc.uint8Array({ maxLength: 6 }) });
  const header = fc.option(fc.array(element, { minLength: 1, maxLength: 5 }).map((elements) => userDataHeader(elements)));
  const fields = fc.tuple(header, fc.uint8Array({ maxLength: 90 })).map(([found, data]) => dataFields(found, data));
  const address = fc.constantFrom('+15555550123', '123', 'OMADM', '*#abc', '').map((text) => addressFromText(text));
  const seven = fc.uint8Array({ minLength: 7, maxLength: 7 });
  const validity = fc.oneof(
    fc.constant(null),
    fc.record({ format: fc.constant('relative' as const), value: octet }),
    fc.record({ format: fc.constantFrom('absolute' as const, 'enhanced' as const), octets: seven }),
  );

  test('of an SMS-SUBMIT is read back as it was written', () => {
    const options = fc.record({
      destination: address,
      validityPeriod: validity,
      statusReportRequest: fc.boolean(),
      rejectDuplicates: fc.boolean(),
      replyPath: fc.boolean(),
      messageReference: octet,
      protocolIdentifier: octet,
      dataCodingScheme: fc.constantFrom(0x04, 0xf5, 0x16, 0x24),
    });
    fc.assert(
      fc.property(fields, options, (part, given) => {
        const submit = submitFor(part, given);
        const read = decodeTpdu(encodeTpdu(submit), { direction: 'to-modem' });
        expect({ ...read, diagnostics: [] }).toEqual(submit);
      }),
    );
  });

  test('of an SMS-DELIVER is read back as it was written', () => {
    const flags = fc.record({
      moreMessagesToSend: fc.boolean(),
      loopPrevention: fc.boolean(),
      statusReportIndication: fc.boolean(),
      replyPath: fc.boolean(),
    });
    fc.assert(
      fc.property(fields, flags, address, seven, (part, given, originatingAddress, serviceCentreTimeStamp) => {
        const tpdu: SmsDeliver = { ...deliver(), ...part, ...given, originatingAddress, serviceCentreTimeStamp };
        const octets = encodeTpdu(tpdu);
        const read = decodeTpdu(octets, { direction: 'from-modem' });
        expect({ ...read, diagnostics: [], firstOctet: 0 }).toEqual({ ...tpdu, firstOctet: 0 });
        expect(read.firstOctet).toBe(octets[0]);
      }),
    );
  });
});
