import type { Alphabet } from './types.js';

/** What a message waiting group tells the handset to show. @see 3GPP TS 23.038 4 */
export interface MessageIndication {
  readonly active: boolean;
  readonly of: 'voicemail' | 'fax' | 'electronic mail' | 'other';
  /** Whether the text is to be kept. */
  readonly store: boolean;
}

/** A data coding scheme taken apart. @see 3GPP TS 23.038 4 */
export interface DataCoding {
  readonly alphabet: Alphabet;
  /** Compressed by 3GPP TS 23.042; the length then counts octets. */
  readonly compressed: boolean;
  readonly messageClass: 0 | 1 | 2 | 3 | null;
  /** To be deleted once read. */
  readonly automaticDeletion: boolean;
  readonly indication: MessageIndication | null;
  /** True where reserved bits are set or the coding is not assigned. */
  readonly reserved: boolean;
  /** Whether TP-UDL counts septets. Reserved codings are to be taken as the default alphabet. */
  readonly countsSeptets: boolean;
  /** For people. */
  readonly meaning: string;
}

const general: readonly Alphabet[] = ['gsm-7-bit', '8-bit', 'ucs2', 'reserved'];
const classes = [0, 1, 2, 3] as const;
const indications = ['voicemail', 'fax', 'electronic mail', 'other'] as const;
const alphabetNames: Readonly<Record<Alphabet, string>> = {
  'gsm-7-bit': 'GSM 7 bit',
  '8-bit': '8 bit',
  ucs2: 'UCS2',
  reserved: 'reserved alphabet',
};
const classNames = ['class 0 (immediate display)', 'class 1 (ME)', 'class 2 (SIM)', 'class 3 (TE)'];

type Parts = Pick<DataCoding, 'alphabet'> & Partial<Omit<DataCoding, 'meaning' | 'countsSeptets'>>;

function coding(parts: Parts): DataCoding {
  const { alphabet, compressed = false, messageClass = null, automaticDeletion = false, indication = null, reserved = false } = parts;
  const words = [alphabetNames[alphabet]];
  if (compressed) words.push('compressed');
  if (messageClass !== null) words.push(classNames[messageClass] ?? '');
  if (automaticDeletion) words.push('deleted once read');
  if (indication !== null) {
    words.push(`${indication.of} indication ${indication.active ? 'on' : 'off'}`, indication.store ? 'text kept' : 'text discarded');
  }
  if (reserved) words.push('reserved coding');
  const countsSeptets = !compressed && (alphabet === 'gsm-7-bit' || alphabet === 'reserved');
  return {
    alphabet,
    compressed,
    messageClass,
    automaticDeletion,
    indication,
    reserved,
    countsSeptets,
    meaning: words.join(', '),
  };
}

function dataCoding(scheme: number): DataCoding {
  const messageClass = classes[scheme & 3] ?? null;
  if (scheme < 0x80) {
    const alphabet = general[(scheme >> 2) & 3] ?? 'reserved';
    return coding({
      alphabet,
      compressed: (scheme & 0x20) !== 0,
      messageClass: (scheme & 0x10) === 0 ? null : messageClass,
      automaticDeletion: scheme >= 0x40,
      // Without the class bit the class bits are reserved, but old service centres leave them set: no reason to complain.
      reserved: alphabet === 'reserved',
    });
  }
  if (scheme < 0xc0) return coding({ alphabet: 'reserved', reserved: true });
  if (scheme < 0xf0) {
    return coding({
      alphabet: scheme < 0xe0 ? 'gsm-7-bit' : 'ucs2',
      indication: { active: (scheme & 8) !== 0, of: indications[scheme & 3] ?? 'other', store: scheme >= 0xd0 },
      reserved: (scheme & 4) !== 0,
    });
  }
  return coding({ alphabet: (scheme & 4) === 0 ? 'gsm-7-bit' : '8-bit', messageClass, reserved: (scheme & 8) !== 0 });
}

const all: readonly DataCoding[] = Array.from({ length: 256 }, (_, scheme) => dataCoding(scheme));
const defaultCoding = dataCoding(0);

/** What a data coding scheme says. @see 3GPP TS 23.038 4 */
export function describeDataCoding(scheme: number): DataCoding {
  return all[scheme] ?? defaultCoding;
}
