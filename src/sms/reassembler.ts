import { completeMessage } from './complete-message.js';
import { Generation, type Held, isSame, keyHash, repeats } from './generation.js';
import { OpenSets } from './open-sets.js';
import { Tombstones } from './tombstones.js';
import type { Concatenation, IncompleteSet, ReassemblyOutcome, ShortMessagePart } from './types.js';

/** Bounds of a {@link Reassembler}. */
export interface ReassemblerOptions {
  /** Sets that wait for parts, at most; the oldest is given up for one more. 4096 unless given. */
  readonly maximumOpenSets?: number;
  /** Parts in sets that wait, at most; 65536 unless given. */
  readonly maximumOpenParts?: number;
  /** Parts of complete messages that are remembered to know them again, at most; 32768 unless given. */
  readonly maximumTombstones?: number;
  /** How long those are remembered, in milliseconds; a day unless given. */
  readonly tombstoneMs?: number;
}

const dayMs = 24 * 60 * 60 * 1000;
const none: readonly never[] = [];

/**
 * Puts parts together. A part belongs to a set by receiver, originating address as it stands, reference and its width, total, and
 * alphabet; a set is complete when every sequence number is there. What contradicts a set opens another beside it, and nothing is
 * overwritten. Input never makes it throw, and time is an argument.
 * @see 3GPP TS 23.040 9.2.3.24.1
 */
export class Reassembler<Tag extends NonNullable<unknown>> {
  readonly #maximumOpenSets: number;
  readonly #maximumOpenParts: number;
  readonly #tombstones: Tombstones<Tag>;
  readonly #open = new OpenSets<Tag>();
  #openParts = 0;

  constructor(options: ReassemblerOptions = {}) {
    const { maximumOpenSets = 4096, maximumOpenParts = 65_536, maximumTombstones = 32_768, tombstoneMs = dayMs } = options;
    this.#maximumOpenSets = maximumOpenSets;
    this.#maximumOpenParts = maximumOpenParts;
    this.#tombstones = new Tombstones(maximumTombstones, tombstoneMs);
  }

  /**
   * Takes a part; `tag` is the caller's name for it and comes back with it. The set of a `pending` outcome shows what it holds when it
   * is looked at, so it grows with later parts.
   * @param now milliseconds
   * @param receiver the IMSI or modem that received it: equal parts at two receivers are two messages
   */
  accept(part: ShortMessagePart, tag: Tag, now: number, receiver = ''): ReassemblyOutcome<Tag> {
    const { concatenation } = part;
    const held: Held<Tag> = { part, tag };
    if (concatenation === null) return { state: 'single', message: completeMessage([held]) };
    this.#tombstones.forget(now);
    const hash = keyHash(part, concatenation, receiver);
    const sequence = concatenation.sequence;
    let lacking: Generation<Tag> | undefined;
    let repeated: Held<Tag> | undefined;
    let contradicts = false;
    for (let generation = this.#open.newest(hash); generation !== undefined; generation = generation.older) {
      if (!generation.isKeyOf(part, concatenation, receiver)) continue;
      contradicts = true;
      const before = generation.slots[sequence - 1];
      if (before === undefined) {
        if (lacking === undefined && generation.isCompatible(part)) lacking = generation;
      } else {
        if (isSame(before.part, part)) return { state: 'duplicate', of: before.tag };
        if (repeated === undefined && repeats(before.part, part)) repeated = before;
      }
    }
    const known = this.#tombstones.find(hash, part, concatenation, receiver);
    if (known !== undefined) return { state: 'duplicate', of: known };
    if (lacking !== undefined) return this.#join(lacking, held, sequence, now);
    if (repeated !== undefined) return { state: 'duplicate', of: repeated.tag };
    return this.#begin(new Generation<Tag>(hash, part, concatenation, now, receiver), held, concatenation, now, contradicts);
  }

  /** Sets that wait for parts, oldest first. */
  openSets(): readonly IncompleteSet<Tag>[] {
    return this.#open.all();
  }

  /** Gives up the sets that were opened at least `hardLimitMs` ago, and returns them. */
  expire(now: number, hardLimitMs: number): readonly IncompleteSet<Tag>[] {
    const late = this.#open.all().filter(({ since }) => now - since >= hardLimitMs);
    for (const generation of late) this.#giveUp(generation);
    return late;
  }

  /** The sets that were opened at least `softLimitMs` ago and still wait, each one once. */
  overdue(now: number, softLimitMs: number): readonly IncompleteSet<Tag>[] {
    const late = this.#open.all().filter(({ since, reported }) => !reported && now - since >= softLimitMs);
    for (const generation of late) generation.reported = true;
    return late;
  }

  #begin(
    generation: Generation<Tag>,
    held: Held<Tag>,
    concatenation: Concatenation,
    now: number,
    contradicts: boolean,
  ): ReassemblyOutcome<Tag> {
    generation.add(held, concatenation.sequence);
    if (generation.isComplete) return this.#complete(generation, now);
    this.#open.add(generation);
    this.#openParts += 1;
    return { state: contradicts ? 'conflict' : 'pending', set: generation, evicted: this.#makeRoom(generation) };
  }

  #join(generation: Generation<Tag>, held: Held<Tag>, sequence: number, now: number): ReassemblyOutcome<Tag> {
    generation.add(held, sequence);
    this.#openParts += 1;
    if (!generation.isComplete) return { state: 'pending', set: generation, evicted: this.#makeRoom(generation) };
    this.#giveUp(generation);
    return this.#complete(generation, now);
  }

  #complete(generation: Generation<Tag>, now: number): ReassemblyOutcome<Tag> {
    this.#tombstones.add(generation, now);
    return { state: 'complete', message: completeMessage(generation.parts) };
  }

  /** Gives up the oldest sets, never the one that is needed now, until the bounds hold. */
  #makeRoom(keep: Generation<Tag>): readonly IncompleteSet<Tag>[] {
    if (this.#open.size <= this.#maximumOpenSets && this.#openParts <= this.#maximumOpenParts) return none;
    const evicted: Generation<Tag>[] = [];
    let oldest = this.#open.oldest;
    while (oldest !== undefined && (this.#open.size > this.#maximumOpenSets || this.#openParts > this.#maximumOpenParts)) {
      const next = oldest.after;
      if (oldest !== keep) {
        this.#giveUp(oldest);
        evicted.push(oldest);
      }
      oldest = next;
    }
    return evicted;
  }

  /** Takes a set out of those that wait. */
  #giveUp(generation: Generation<Tag>): void {
    this.#open.remove(generation);
    this.#openParts -= generation.count;
  }
}
