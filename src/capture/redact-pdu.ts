import { type Annotation, DecodeError, fromHex, toHex } from '../octets/index.js';
import { decodePduMode, decodeTpdu } from '../sms/index.js';
import type { StandIns } from './stand-ins.js';

/** Digits in a row from which on user data is taken to hold a number or an identity. */
const leastRun = 7;

type Reading = readonly Annotation[];

/** A PDU with stand-ins for its addresses and for numbers in its user data; null where the digits are no PDU. Length and structure stay. */
export function redactPdu(hex: string, way: '<' | '>', standIns: StandIns): string | null {
  const octets = fromHex(hex);
  const directions = way === '<' ? (['from-modem', 'to-modem'] as const) : (['to-modem', 'from-modem'] as const);
  const readings = directions.flatMap((direction) => [
    read((annotate) => decodePduMode(octets, { direction, annotate })),
    read((annotate) => decodeTpdu(octets, { direction, annotate })),
  ]);
  const reading = readings.find(({ whole }) => whole) ?? readings.find(({ annotations }) => annotations.some(isAddress));
  if (reading === undefined) return null;
  for (const annotation of reading.annotations) {
    if (isAddress(annotation)) redactAddress(octets, annotation, standIns);
    else if (/(?:^|\.)ud$/.test(annotation.field)) redactUserData(octets, annotation, reading.annotations, standIns);
  }
  const redacted = toHex(octets);
  return hex === hex.toLowerCase() ? redacted.toLowerCase() : redacted;
}

function read(decode: (annotate: (annotation: Annotation) => void) => unknown): { annotations: Reading; whole: boolean } {
  const annotations: Annotation[] = [];
  try {
    decode((annotation) => annotations.push(annotation));
    return { annotations, whole: true };
  } catch (caught) {
    if (!(caught instanceof DecodeError)) throw caught;
    return { annotations, whole: false };
  }
}

/** An address value: the type octet and at least one octet of digits. */
function isAddress({ field, octets }: Annotation): boolean {
  return /(?:^|\.)(?:sca|oa|da|ra)$/.test(field) && octets.length > 1;
}

/** @see 3GPP TS 23.040 9.1.2.3 */
function redactAddress(octets: Uint8Array, { offset, octets: field }: Annotation, standIns: StandIns): void {
  // An alphanumeric address is a name, not a number.
  if ((field[0] ?? 0) >> 4 === 0xd) return;
  let digits = '';
  for (const octet of field.subarray(1)) digits += `${(octet & 15).toString(16)}${(octet >> 4).toString(16)}`;
  const written = digits.replace(/f+$/, '');
  if (!/^\d{3,}$/.test(written)) return;
  const standIn = standIns.for(written, 'number') + digits.slice(written.length);
  for (let index = 0; index < field.length - 1; index += 1) {
    const low = Number.parseInt(standIn[2 * index] ?? 'f', 16);
    const high = Number.parseInt(standIn[2 * index + 1] ?? 'f', 16);
    octets[offset + 1 + index] = (high << 4) | low;
  }
}

function redactUserData(octets: Uint8Array, { offset, octets: field, meaning }: Annotation, all: Reading, standIns: StandIns): void {
  const view = octets.subarray(offset, offset + field.length);
  const units = /7 bit/.test(meaning) ? septets(view, headerOctets(all)) : /UCS2/.test(meaning) ? pairs(view) : singles(view);
  let start = 0;
  for (let at = 0; at <= units.length; at += 1) {
    const isDigit = at < units.length && units.get(at) >= 0x30 && units.get(at) <= 0x39;
    if (isDigit) continue;
    const length = at - start;
    // A number cut in two by the border between parts may show only a few digits here.
    const least = start === 0 || at === units.length ? 3 : leastRun;
    if (length >= least) {
      const digits = Array.from({ length }, (_, index) => String.fromCharCode(units.get(start + index))).join('');
      const standIn = standIns.for(digits, length >= 14 ? 'identity' : 'number');
      for (let index = 0; index < length; index += 1) units.set(start + index, standIn.charCodeAt(index));
    }
    start = at + 1;
  }
}

/** Characters of user data where they stand, whatever their width. */
interface Units {
  readonly length: number;
  get(index: number): number;
  set(index: number, value: number): void;
}

function singles(view: Uint8Array): Units {
  return {
    length: view.length,
    get: (index) => view[index] ?? 0,
    set: (index, value) => {
      view[index] = value;
    },
  };
}

function pairs(view: Uint8Array): Units {
  return {
    length: Math.floor(view.length / 2),
    get: (index) => (view[2 * index] ?? 0) * 256 + (view[2 * index + 1] ?? 0),
    set: (index, value) => {
      view[2 * index] = value >> 8;
      view[2 * index + 1] = value & 0xff;
    },
  };
}

/** @see 3GPP TS 23.038 6.1.2.1, and 3GPP TS 23.040 9.2.3.24 for the fill bits behind a header */
function septets(view: Uint8Array, headerLength: number): Units {
  const fill = (7 - ((headerLength * 8) % 7)) % 7;
  const bit = (position: number): number => ((view[position >> 3] ?? 0) >> (position & 7)) & 1;
  return {
    length: Math.max(0, Math.floor((view.length * 8 - fill) / 7)),
    get: (index) => {
      let value = 0;
      for (let at = 0; at < 7; at += 1) value |= bit(fill + 7 * index + at) << at;
      return value;
    },
    set: (index, value) => {
      for (let at = 0; at < 7; at += 1) {
        const position = fill + 7 * index + at;
        const mask = 1 << (position & 7);
        const octet = view[position >> 3] ?? 0;
        view[position >> 3] = (value >> at) & 1 ? octet | mask : octet & ~mask;
      }
    },
  };
}

function headerOctets(all: Reading): number {
  return all.filter(({ field }) => /(?:^|\.)ud\.udh/.test(field)).reduce((sum, { octets }) => sum + octets.length, 0);
}
