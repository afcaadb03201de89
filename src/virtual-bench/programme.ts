import { seededRandom } from '../runtime/index.js';
import { shuffled } from './network-faults.js';
import { buildDeliver } from './tpdu.js';

/** What one part of the programme belongs to. */
export type ProgrammeMessage = 'dm-message' | 'dm-notification' | 'mms-notification' | 'not-a-push' | 'out-of-order';

/** One part of the programme, ready for the network to deliver. */
export interface ProgrammePart {
  readonly message: ProgrammeMessage;
  /** Hex of an SMS-DELIVER. */
  readonly tpdu: string;
}

interface Described {
  readonly message: ProgrammeMessage;
  readonly originator: string;
  readonly reference: number;
  /** Hex of the octets for port 2948. */
  readonly datagram: string;
  /** The order in which the parts are sent, counted from 1; a number may stand twice. */
  readonly order: readonly number[];
}

const text = (value: string): string => Buffer.from(value, 'latin1').toString('hex').toUpperCase();

/**
 * Plain octets, so that nothing of wapbridge's own codecs is in them. The DM bodies are vectors made for this project (decoded as
 * expected by Wireshark 4.0.17, and by libwbxml 0.11.8 where they are WBXML); their server is `dm.bench.invalid`.
 */
const described: readonly Described[] = [
  {
    message: 'dm-message',
    originator: '+15550009001',
    reference: 0x21,
    // Push, application/vnd.syncml.dm+wbxml (0x42), application id 7: a Replace of ./DevDetail/Ext/Bench/Flag.
    datagram:
      '010603C2AF8702A4016A006D6C7103312E3200017203444D2F312E3300016503324600015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B604B03310001546E57032E2F44657644657461696C2F4578742F42656E63682F466C61670001015A00014703696E7400010100004FC30137010101120101',
    order: [1, 2],
  },
  {
    message: 'dm-notification',
    originator: '+15550009001',
    reference: 0x22,
    // Push, application/vnd.syncml.notification (0x44), application id 7: package 0 with its digest (OMA-TS-DM_Notification-V1_3 6).
    datagram: '060603C4AF8730805BDC1B19B5E20E8C67C0E798F71902D8000000002F10646D2E62656E63682E696E76616C6964',
    order: [1],
  },
  {
    message: 'mms-notification',
    originator: '+15550009002',
    reference: 0x23,
    // Push, application/vnd.wap.mms-message (0x3E), application id 4: M-Notification.ind, made by hand from OMA-TS-MMS_ENC 6.2.
    datagram: `0B0603BEAF848C8298${text('bench-1')}008D928A808E020200880481020E1083${text('http://mms.bench.invalid/1')}00`,
    order: [1],
  },
  {
    message: 'not-a-push',
    originator: '+15550009003',
    reference: 0x24,
    // A WSP Get (WAP-230 8.2.3.1) for http://bench.invalid/: well formed, and no push.
    datagram: `0C4015${text('http://bench.invalid/')}`,
    order: [1],
  },
  {
    message: 'out-of-order',
    originator: '+15550009001',
    reference: 0x25,
    // Push, application/vnd.syncml.dm+wbxml (0x42) sent as text, application id 7, an X-Wap-Initiator-URI, and the octets of a generic
    // alert (1226): three parts.
    datagram: `0D0651${text('application/vnd.syncml.dm+wbxml')}00AF87B1${text('https://dm.bench.invalid/a/path/that/is/long/')}00ALERT`,
    order: [3, 1, 1, 2],
  },
];

const alert =
  '02A4016A006D6C7103312E3200017203444D2F312E3300016503333000015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B464B033200014F03313232360001546757032E2F42656E63680001015A000153036F72672E6578616D706C652E62656E63682E6576656E740001470363687200014B03696E666F726D6174696F6E616C00010100004F03612662203C20C3A900010101120101';

const partOctets = 128;

/**
 * The small programme of pushes that a virtual bench shows: always the same five messages. With a seed the parts of all
 * of them come in an order of chance and some come twice. `now` is the service centre's time, milliseconds since 1970.
 */
export function programme(now: number, seed?: number): readonly ProgrammePart[] {
  const parts = described.flatMap((one) => partsOf(one, now));
  if (seed === undefined) return parts;
  const random = seededRandom(seed);
  const again = parts.filter(() => random.fraction() < 0.4);
  return shuffled(random, [...parts, ...again]);
}

function partsOf({ message, originator, reference, datagram, order }: Described, now: number): ProgrammePart[] {
  const octets = datagram.replace('ALERT', alert);
  const total = Math.ceil(octets.length / 2 / partOctets);
  const octet = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
  return order.map((sequence) => {
    const piece = octets.slice(2 * partOctets * (sequence - 1), 2 * partOctets * sequence);
    const concatenation = total === 1 ? '' : `0003${octet(reference)}${octet(total)}${octet(sequence)}`;
    const elements = `05040B8423F0${concatenation}`;
    const userData = `${octet(elements.length / 2)}${elements}${piece}`;
    const tpdu = buildDeliver({
      originator,
      protocolIdentifier: 0,
      dataCodingScheme: 4,
      timestamp: now,
      userDataLength: userData.length / 2,
      userData,
      hasUserDataHeader: true,
    });
    return { message, tpdu };
  });
}
