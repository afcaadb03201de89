import { timeStampMs } from './time-stamp.js';
import type { Address, Alphabet, Concatenation, IncompleteSet, Ports, ShortMessagePart } from './types.js';

/** Parts further apart than this are of different messages: far more than any service centre takes between two parts. */
const generationMs = 24 * 60 * 60 * 1000;

/** A part with what the caller tied to it. */
export interface Held<Tag> {
  readonly part: ShortMessagePart;
  readonly tag: Tag;
}

/**
 * One set of parts under a key; there may be several, when references are used again. As an {@link IncompleteSet} it shows what it
 * holds at the time it is looked at.
 */
export class Generation<Tag> implements IncompleteSet<Tag> {
  readonly keyHash: number;
  readonly receiver: string;
  readonly since: number;
  readonly address: Address;
  readonly alphabet: Alphabet;
  readonly concatenation: Omit<Concatenation, 'sequence'>;
  /** By sequence number less one. */
  readonly slots: (Held<Tag> | undefined)[];
  /** Said to be overdue. */
  reported = false;
  /** The next older set with the same hash. */
  older: Generation<Tag> | undefined = undefined;
  /** Neighbours in the order in which sets were opened. */
  before: Generation<Tag> | undefined = undefined;
  after: Generation<Tag> | undefined = undefined;
  readonly #first: ShortMessagePart;
  #ports: Ports | null;
  #count = 0;

  constructor(keyHash: number, part: ShortMessagePart, concatenation: Concatenation, now: number, receiver: string) {
    this.keyHash = keyHash;
    this.receiver = receiver;
    this.since = now;
    this.address = part.address;
    this.alphabet = part.alphabet;
    const { reference, total, bits } = concatenation;
    this.concatenation = { reference, total, bits };
    this.slots = new Array<Held<Tag> | undefined>(total);
    this.#first = part;
    this.#ports = part.ports;
  }

  /** Parts that are there. */
  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count === this.concatenation.total;
  }

  get parts(): readonly Held<Tag>[] {
    const held: Held<Tag>[] = [];
    for (const slot of this.slots) if (slot !== undefined) held.push(slot);
    return held;
  }

  get missing(): readonly number[] {
    const numbers: number[] = [];
    for (let index = 0; index < this.concatenation.total; index += 1) if (this.slots[index] === undefined) numbers.push(index + 1);
    return numbers;
  }

  /** Takes a part whose place is empty. */
  add(held: Held<Tag>, sequence: number): void {
    this.slots[sequence - 1] = held;
    this.#count += 1;
    this.#ports ??= held.part.ports;
  }

  /** True where a part has the key of this set. */
  isKeyOf(part: ShortMessagePart, concatenation: Concatenation, receiver: string): boolean {
    const own = this.concatenation;
    return (
      own.reference === concatenation.reference &&
      own.total === concatenation.total &&
      own.bits === concatenation.bits &&
      this.alphabet === part.alphabet &&
      this.receiver === receiver &&
      this.address.lengthSemiOctets === part.address.lengthSemiOctets &&
      equalOctets(this.address.octets, part.address.octets)
    );
  }

  /** True where a part may join: no other pair of ports, and sent within a day of the part that opened the set. */
  isCompatible(part: ShortMessagePart): boolean {
    if (this.#ports !== null && part.ports !== null && !equalPorts(this.#ports, part.ports)) return false;
    return !isDayApart(this.#first, part);
  }
}

const prime = 0x01000193;
const alphabetNumbers: Readonly<Record<Alphabet, number>> = { 'gsm-7-bit': 0, '8-bit': 1, ucs2: 2, reserved: 3 };

/** FNV-1a over the whole key; equal keys have equal hashes, and {@link Generation.isKeyOf} tells the others apart. */
export function keyHash(part: ShortMessagePart, concatenation: Concatenation, receiver: string): number {
  const { octets } = part.address;
  let hash = 0x811c9dc5;
  for (let index = 0; index < octets.length; index += 1) hash = Math.imul(hash ^ (octets[index] ?? 0), prime);
  for (let index = 0; index < receiver.length; index += 1) hash = Math.imul(hash ^ receiver.charCodeAt(index), prime);
  hash = Math.imul(hash ^ concatenation.reference, prime);
  hash = Math.imul(hash ^ (concatenation.total * 8 + (concatenation.bits === 8 ? 0 : 4) + alphabetNumbers[part.alphabet]), prime);
  return hash ^ (hash >>> 15);
}

function equalOctets(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

function equalPorts(one: Ports | null, other: Ports | null): boolean {
  if (one === null || other === null) return one === other;
  return one.destination === other.destination && one.source === other.source && one.bits === other.bits;
}

function equalTime(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return equalOctets(one, other);
}

/** True where two time stamps are times and more than a day apart. */
function isDayApart(one: ShortMessagePart, other: ShortMessagePart): boolean {
  if (one.timeStamp === null || other.timeStamp === null || equalOctets(one.timeStamp, other.timeStamp)) return false;
  const oneMs = timeStampMs(one.timeStamp);
  const otherMs = timeStampMs(other.timeStamp);
  return oneMs !== null && otherMs !== null && Math.abs(oneMs - otherMs) > generationMs;
}

/** True where two parts of one key and sequence number are the same part come again: time stamp, ports and octets are equal. */
export function isSame(held: ShortMessagePart, part: ShortMessagePart): boolean {
  return equalTime(held.timeStamp, part.timeStamp) && equalPorts(held.ports, part.ports) && equalOctets(held.octets, part.octets);
}

/** True where a part says again what a set that still waits has already, with another time stamp of the same day. */
export function repeats(held: ShortMessagePart, part: ShortMessagePart): boolean {
  return equalPorts(held.ports, part.ports) && equalOctets(held.octets, part.octets) && !isDayApart(held, part);
}
