import type { Direction } from './types.js';

/** What a TPDU is, and what must be found in it. */
export interface TpduVector {
  readonly name: string;
  readonly source: string;
  readonly direction: Direction;
  /** Service centre address and TPDU. */
  readonly pdu: string;
  readonly tpduOctets: number;
  readonly expected: Readonly<Record<string, unknown>>;
}

const body = '010603C2AF8702A4016A00';
/** Octets counting up from `first`. */
const counting = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => (first + index).toString(16).padStart(2, '0').toUpperCase()).join('');

const byHand = 'made by hand from 3GPP TS 23.040 9.2.2.1 and 9.2.3.24, read back with tshark 4.0.17 (gsm_sms)';
const push = { text: null, ports: { destination: 2948, source: 9200, bits: 16 }, concatenation: null };

/** SMS-DELIVERs that carry a push to port 2948, and such as only look like it. */
export const deliverVectors: readonly TpduVector[] = [
  {
    name: 'S01: 8-bit data, 16-bit ports, one part',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F2000462112291830500140605040B8423F0010603C2AF8702A4016A006D01',
    tpduOctets: 39,
    expected: {
      ...push,
      type: 'SMS-DELIVER',
      firstOctet: 0x44,
      moreMessagesToSend: false,
      replyPath: false,
      address: '+44770089012',
      dataCodingScheme: 4,
      messageClass: null,
      time: '2026-11-22T19:38:50+00:00',
      userData: '010603C2AF8702A4016A006D01',
      elements: ['05 0B8423F0'],
      diagnostics: [],
    },
  },
  {
    name: 'S02: data coding scheme F5',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F200F562112291830500140605040B8423F0010603C2AF8702A4016A006D01',
    tpduOctets: 39,
    expected: {
      ...push,
      dataCodingScheme: 0xf5,
      messageClass: 1,
      alphabet: '8-bit',
      userData: '010603C2AF8702A4016A006D01',
      diagnostics: [],
    },
  },
  {
    name: 'S03: data coding scheme F6, class 2',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F200F662112291830500140605040B8423F0010603C2AF8702A4016A006D01',
    tpduOctets: 39,
    expected: { ...push, messageClass: 2, alphabet: '8-bit', diagnostics: ['sms/class-2 at 11'] },
  },
  {
    name: 'S04: data coding scheme 15',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F2001562112291830500140605040B8423F0010603C2AF8702A4016A006D01',
    tpduOctets: 39,
    expected: { ...push, messageClass: 1, alphabet: '8-bit', diagnostics: [] },
  },
  {
    name: 'S05: first of two parts, full',
    source: byHand,
    direction: 'from-modem',
    pdu: `00440B914477009810F20004621122918305008C0B05040B8423F000037B0201${body}${counting(0, 0x74)}`,
    tpduOctets: 159,
    expected: {
      ...push,
      concatenation: { reference: 123, total: 2, sequence: 1, bits: 8 },
      userData: `${body}${counting(0, 0x74)}`,
      diagnostics: [],
    },
  },
  {
    name: 'S06: second of two parts',
    source: byHand,
    direction: 'from-modem',
    pdu: `00440B914477009810F20004621122918305005F0B05040B8423F000037B0202${counting(0x75, 0xc7)}`,
    tpduOctets: 114,
    expected: {
      ...push,
      concatenation: { reference: 123, total: 2, sequence: 2, bits: 8 },
      userData: counting(0x75, 0xc7),
      diagnostics: [],
    },
  },
  {
    name: 'S07: ports, but a 7-bit data coding scheme',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F2000062112291830500160605040B8423F0010603C2AF8702A4016A006D01',
    tpduOctets: 39,
    expected: {
      ports: push.ports,
      alphabet: 'gsm-7-bit',
      userDataLength: 22,
      diagnostics: ['sms/ports-with-text at 11'],
    },
  },
  {
    name: 'S08: 8-bit ports',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F200046211229183050012040402F0F1010603C2AF8702A4016A006D01',
    tpduOctets: 37,
    expected: { ports: { destination: 240, source: 241, bits: 8 }, userData: '010603C2AF8702A4016A006D01', diagnostics: [] },
  },
  {
    name: 'S09: a 16-bit reference before the ports, total 1',
    source: byHand,
    direction: 'from-modem',
    pdu: '00440B914477009810F20004621122918305001A0C08041234010105040B8423F0010603C2AF8702A4016A006D01',
    tpduOctets: 45,
    expected: {
      ...push,
      concatenation: { reference: 0x1234, total: 1, sequence: 1, bits: 16 },
      elements: ['08 12340101', '05 0B8423F0'],
      diagnostics: [],
    },
  },
  {
    name: 'S10: concatenation before the ports',
    source: byHand,
    direction: 'from-modem',
    pdu: `00440B914477009810F2000462112291830500700B00037C020105040B8423F0${body}${counting(0, 0x58)}`,
    tpduOctets: 131,
    expected: { ...push, concatenation: { reference: 124, total: 2, sequence: 1, bits: 8 }, diagnostics: [] },
  },
  {
    name: 'S11: a second part without ports',
    source: byHand,
    direction: 'from-modem',
    pdu: `00440B914477009810F2000462112291830500750500037C0202${counting(0x59, 0xc7)}`,
    tpduOctets: 136,
    expected: { ports: null, concatenation: { reference: 124, total: 2, sequence: 2, bits: 8 }, diagnostics: [] },
  },
];

const exampleSource = 'made by hand from 3GPP TS 23.040 9.2.2, read back with node-pdu 2.1.1';

/** The other types and forms. */
export const otherVectors: readonly TpduVector[] = [
  {
    name: 'SMS-SUBMIT with ports, part 1 of 2, valid for a day',
    source: exampleSource,
    direction: 'to-modem',
    pdu: '0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB',
    tpduOctets: 29,
    expected: {
      type: 'SMS-SUBMIT',
      firstOctet: 0x51,
      rejectDuplicates: false,
      statusReportRequest: false,
      messageReference: 0,
      address: '+15555550123',
      validityPeriod: { format: 'relative', value: 0xa7 },
      ports: push.ports,
      concatenation: { reference: 42, total: 2, sequence: 1, bits: 8 },
      userData: '0106AB',
      diagnostics: [],
    },
  },
  {
    name: 'SMS-DELIVER with a service centre address and a zone of minus five hours',
    source: exampleSource,
    direction: 'from-modem',
    pdu: '07915155000000F1440B915155550521F300F56211227024000A0F0B05040B8423F000032A02010106AB',
    tpduOctets: 34,
    expected: { serviceCentre: '+15550000001', address: '+15555550123', time: '2026-11-22T07:42:00-05:00', userData: '0106AB' },
  },
  {
    name: 'an alphanumeric sender, text, a zone of five and a half hours',
    source: exampleSource,
    direction: 'from-modem',
    pdu: '000409D0CF6690D80400006211223121002205E8329BFD06',
    tpduOctets: 23,
    expected: {
      address: 'OMADM',
      text: 'hello',
      time: '2026-11-22T13:12:00+05:30',
      ports: null,
      concatenation: null,
      alphabet: 'gsm-7-bit',
      diagnostics: [],
    },
  },
  {
    name: 'SMS-STATUS-REPORT, delivered',
    source: exampleSource,
    direction: 'from-modem',
    pdu: '00062A0B915155550521F36211227024000A6211227024900A00',
    tpduOctets: 25,
    expected: {
      type: 'SMS-STATUS-REPORT',
      messageReference: 42,
      address: '+15555550123',
      time: '2026-11-22T07:42:00-05:00',
      discharged: '2026-11-22T07:42:09-05:00',
      status: 0,
      qualifier: 'submit',
      parameterIndicator: null,
      text: null,
      diagnostics: [],
    },
  },
  {
    name: 'the shortest SMS-DELIVER-REPORT',
    source: 'at-sms, RP-ACK: made by hand from 3GPP TS 23.040 9.2.2.1a',
    direction: 'to-modem',
    pdu: '000000',
    tpduOctets: 2,
    expected: { type: 'SMS-DELIVER-REPORT', failureCause: null, parameterIndicator: 0, userDataLength: null, diagnostics: [] },
  },
  {
    name: 'SMS-DELIVER-REPORT, memory capacity exceeded, with all parameters',
    source: 'made by hand from 3GPP TS 23.040 9.2.2.1a and 9.2.3.27',
    direction: 'to-modem',
    pdu: '0000D3070004020102',
    tpduOctets: 8,
    expected: {
      type: 'SMS-DELIVER-REPORT',
      failureCause: 0xd3,
      parameterIndicator: 7,
      dataCodingScheme: 4,
      userData: '0102',
      diagnostics: [],
    },
  },
  {
    name: 'SMS-SUBMIT-REPORT, accepted',
    source: 'made by hand from 3GPP TS 23.040 9.2.2.2a',
    direction: 'from-modem',
    pdu: '00010062112291830500',
    tpduOctets: 9,
    expected: { type: 'SMS-SUBMIT-REPORT', failureCause: null, parameterIndicator: 0, time: '2026-11-22T19:38:50+00:00', diagnostics: [] },
  },
  {
    name: 'SMS-SUBMIT-REPORT, service centre busy, with a header in its user data',
    source: 'made by hand from 3GPP TS 23.040 9.2.2.2a',
    direction: 'from-modem',
    pdu: '0041C00662112291830500040503070100AA',
    tpduOctets: 17,
    expected: {
      type: 'SMS-SUBMIT-REPORT',
      failureCause: 0xc0,
      parameterIndicator: 6,
      elements: ['07 00'],
      userData: 'AA',
      diagnostics: [],
    },
  },
  {
    name: 'SMS-COMMAND, delete message 7',
    source: 'made by hand from 3GPP TS 23.040 9.2.2.4',
    direction: 'to-modem',
    pdu: '0022050002070B915155550521F302AABB',
    tpduOctets: 16,
    expected: {
      type: 'SMS-COMMAND',
      statusReportRequest: true,
      messageReference: 5,
      commandType: 2,
      messageNumber: 7,
      address: '+15555550123',
      commandData: 'AABB',
      diagnostics: [],
    },
  },
  {
    name: 'SMS-SUBMIT with an absolute validity period, UCS2 and every flag',
    source: 'made by hand from 3GPP TS 23.040 9.2.2.2 and 9.2.3.12.2',
    direction: 'to-modem',
    pdu: '00BD0904A1214300086211229183050004D83DDE00',
    tpduOctets: 20,
    expected: {
      type: 'SMS-SUBMIT',
      rejectDuplicates: true,
      statusReportRequest: true,
      replyPath: true,
      messageReference: 9,
      address: '1234',
      text: '\u{1f600}',
      validity: '2026-11-22T19:38:50+00:00',
      diagnostics: [],
    },
  },
  {
    name: 'SMS-SUBMIT with an enhanced validity period of 30 seconds to nobody',
    source: 'made by hand from 3GPP TS 23.040 9.2.2.2 and 9.2.3.12.3, 9.1.2.5',
    direction: 'to-modem',
    pdu: '00090100800000021E000000000000',
    tpduOctets: 14,
    expected: { type: 'SMS-SUBMIT', address: '', validity: '30 seconds', text: '', diagnostics: [] },
  },
  {
    name: 'the reserved message type, read as SMS-DELIVER',
    source: 'made by hand from 3GPP TS 23.040 9.2.3.1',
    direction: 'from-modem',
    pdu: '000304A121430004621122918305000101',
    tpduOctets: 16,
    expected: {
      type: 'SMS-DELIVER',
      firstOctet: 3,
      moreMessagesToSend: true,
      userData: '01',
      diagnostics: ['sms/reserved-message-type at 1'],
    },
  },
];
