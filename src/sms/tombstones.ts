import type { Generation } from './generation.js';
import type { Alphabet, Concatenation, ShortMessagePart } from './types.js';

const prime = 0x01000193;
const alphabetNumbers: Readonly<Record<Alphabet, number>> = { 'gsm-7-bit': 0, '8-bit': 1, ucs2: 2, reserved: 3 };
const longestAddress = 12;
const longestData = 255;
/** Places in a record: what is compared, in one piece. Behind them stand the address, the length of the data and the data. */
const place = {
  receiver: 0,
  reference: 2,
  total: 4,
  sequence: 5,
  kind: 6,
  ports: 7,
  time: 11,
  addressLength: 18,
  address: 20,
};
const recordOctets = place.address + longestAddress + 1 + longestData;
/** Records lie in blocks of so many, made when they are needed. */
const blockBits = 10;
const blockRecords = 1 << blockBits;

/**
 * The parts of complete messages, so that one that is delivered again is known: a service centre that did not hear the answer sends it
 * once more with the same time stamp. Bounded in number and in age; the oldest goes first. The octets lie in one ring, because
 * tens of thousands of remembered objects would cost the collector more than all decoding.
 */
export class Tombstones<Tag extends NonNullable<unknown>> {
  readonly #maximum: number;
  readonly #keepMs: number;
  readonly #receivers = new Map<string, number>();
  readonly #probe = new Uint8Array(recordOctets);
  readonly #blocks: Uint8Array[] = [];
  /** As they are: an object around each of tens of thousands would be carried along by the collector. */
  readonly #tags: (Tag | undefined)[] = [];
  /** How many records the arrays below have room for. */
  #room = 0;
  #completedAt = new Float64Array(0);
  #hashes = new Int32Array(0);
  /** Slot of an older record with the same head, or -1. */
  #older = new Int32Array(0);
  /** Slot of the newest record by the low bits of its hash, or -1. */
  #heads = new Int32Array(0);
  #oldest = 0;
  #size = 0;

  constructor(maximum: number, keepMs: number) {
    this.#maximum = maximum;
    this.#keepMs = keepMs;
  }

  /** Parts that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** What the caller tied to the remembered part that this one repeats; undefined where it repeats none. */
  find(keyHash: number, part: ShortMessagePart, concatenation: Concatenation, receiver: string): Tag | undefined {
    if (this.#size === 0) return undefined;
    const hash = partHash(keyHash, part, concatenation.sequence);
    let length = 0;
    for (let slot = this.#heads[hash & (this.#heads.length - 1)] ?? -1; slot >= 0; slot = this.#older[slot] ?? -1) {
      if (this.#hashes[slot] !== hash) continue;
      if (length === 0) length = this.#write(this.#probe, 0, part, concatenation, receiver);
      if (length > 0 && this.#isProbe(slot, length)) return this.#tags[slot];
    }
    return undefined;
  }

  /** Remembers every part of a complete set. */
  add(generation: Generation<Tag>, now: number): void {
    if (this.#maximum === 0) return;
    const { slots, receiver, keyHash } = generation;
    for (let index = 0; index < slots.length; index += 1) {
      const held = slots[index];
      const concatenation = held?.part.concatenation;
      if (held === undefined || concatenation === undefined || concatenation === null) continue;
      if (this.#size === this.#maximum) this.#drop();
      const slot = (this.#oldest + this.#size) % this.#maximum;
      if (slot >= this.#room) this.#grow();
      if (this.#write(this.#block(slot), placeOf(slot), held.part, concatenation, receiver) === 0) continue;
      this.#tags[slot] = held.tag;
      this.#completedAt[slot] = now;
      this.#hashes[slot] = partHash(keyHash, held.part, concatenation.sequence);
      this.#size += 1;
      this.#link(slot);
    }
  }

  /** Forgets what is too old. */
  forget(now: number): void {
    while (this.#size > 0 && now - (this.#completedAt[this.#oldest] ?? 0) >= this.#keepMs) this.#drop();
  }

  /** Writes what makes a part known again; returns its length, or 0 where it is too long to be remembered. */
  #write(to: Uint8Array, at: number, part: ShortMessagePart, concatenation: Concatenation, receiver: string): number {
    const { address, octets, ports, timeStamp } = part;
    const index = this.#receiverIndex(receiver);
    if (address.octets.length > longestAddress || octets.length > longestData || index < 0) return 0;
    to[at + place.receiver] = index >> 8;
    to[at + place.receiver + 1] = index;
    to[at + place.reference] = concatenation.reference >> 8;
    to[at + place.reference + 1] = concatenation.reference;
    to[at + place.total] = concatenation.total;
    to[at + place.sequence] = concatenation.sequence;
    to[at + place.kind] =
      alphabetNumbers[part.alphabet] |
      (concatenation.bits === 8 ? 0 : 4) |
      (ports === null ? 0 : ports.bits === 8 ? 8 : 16) |
      (timeStamp === null ? 0 : 32);
    to[at + place.ports] = ports === null ? 0 : ports.destination >> 8;
    to[at + place.ports + 1] = ports === null ? 0 : ports.destination;
    to[at + place.ports + 2] = ports === null ? 0 : ports.source >> 8;
    to[at + place.ports + 3] = ports === null ? 0 : ports.source;
    for (let digit = 0; digit < 7; digit += 1) to[at + place.time + digit] = timeStamp === null ? 0 : (timeStamp[digit] ?? 0);
    to[at + place.addressLength] = address.lengthSemiOctets;
    to[at + place.addressLength + 1] = address.octets.length;
    let end = at + place.address;
    for (let digit = 0; digit < address.octets.length; digit += 1) to[end + digit] = address.octets[digit] ?? 0;
    end += address.octets.length;
    to[end] = octets.length;
    to.set(octets, end + 1);
    return end + 1 + octets.length - at;
  }

  #block(slot: number): Uint8Array {
    const index = slot >> blockBits;
    const known = this.#blocks[index];
    if (known !== undefined) return known;
    const made = new Uint8Array(blockRecords * recordOctets);
    this.#blocks[index] = made;
    return made;
  }

  #receiverIndex(receiver: string): number {
    const known = this.#receivers.get(receiver);
    if (known !== undefined) return known;
    const index = this.#receivers.size;
    if (index > 0xffff) return -1;
    this.#receivers.set(receiver, index);
    return index;
  }

  #isProbe(slot: number, length: number): boolean {
    const records = this.#block(slot);
    const probe = this.#probe;
    const start = placeOf(slot);
    for (let index = 0; index < length; index += 1) if (records[start + index] !== probe[index]) return false;
    return true;
  }

  #link(slot: number): void {
    const head = (this.#hashes[slot] ?? 0) & (this.#heads.length - 1);
    this.#older[slot] = this.#heads[head] ?? -1;
    this.#heads[head] = slot;
  }

  /** Drops the oldest: it is the last of its chain. */
  #drop(): void {
    const slot = this.#oldest;
    const head = (this.#hashes[slot] ?? 0) & (this.#heads.length - 1);
    if (this.#heads[head] === slot) this.#heads[head] = -1;
    else {
      let before = this.#heads[head] ?? -1;
      while (before >= 0 && this.#older[before] !== slot) before = this.#older[before] ?? -1;
      if (before >= 0) this.#older[before] = -1;
    }
    this.#tags[slot] = undefined;
    this.#size -= 1;
    this.#oldest = this.#size === 0 ? 0 : (slot + 1) % this.#maximum;
  }

  /** Makes room for twice as many; a slot keeps its number, so the records stay where they are. */
  #grow(): void {
    const room = Math.min(this.#maximum, Math.max(blockRecords, this.#room * 2));
    this.#completedAt = longer(this.#completedAt, new Float64Array(room));
    this.#hashes = longer(this.#hashes, new Int32Array(room));
    this.#older = longer(this.#older, new Int32Array(room));
    this.#room = room;
    let heads = blockRecords;
    while (heads < room) heads *= 2;
    if (heads === this.#heads.length) return;
    this.#heads = new Int32Array(heads).fill(-1);
    for (let index = 0; index < this.#size; index += 1) this.#link((this.#oldest + index) % this.#maximum);
  }
}

function longer<Values extends Int32Array | Float64Array>(values: Values, to: Values): Values {
  to.set(values);
  return to;
}

/** Where in its block a record begins. */
function placeOf(slot: number): number {
  return (slot & (blockRecords - 1)) * recordOctets;
}

/** FNV-1a; of the data it takes a sample. What is equal has equal hashes, the rest is compared. */
function partHash(keyHash: number, { octets, timeStamp }: ShortMessagePart, sequence: number): number {
  let hash = Math.imul(keyHash ^ sequence, prime);
  if (timeStamp !== null) for (let index = 2; index < 6; index += 1) hash = Math.imul(hash ^ (timeStamp[index] ?? 0), prime);
  const step = (octets.length >> 4) + 1;
  for (let index = 0; index < octets.length; index += step) hash = Math.imul(hash ^ (octets[index] ?? 0), prime);
  return hash ^ (hash >>> 15);
}
