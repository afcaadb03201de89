import type { Cancel, Clock } from '../runtime/index.js';
import { type IncompleteSet, Reassembler, type ReassemblyOutcome, type ShortMessagePart } from '../sms/index.js';

/** What is known of a stored part beside what it holds. */
export interface PartTag {
  readonly id: string;
  /** Order of arrival. */
  readonly position: number;
  readonly receivedAt: number;
  /** As it stands in the journal. */
  readonly pdu: string;
  /** Name of the modem, as events show it. */
  readonly modem: string | null;
}

/** How long a set may lack parts. */
export interface SetLimits {
  /** After so many milliseconds `incomplete` is said, once. */
  readonly softMs: number;
  /** After so many milliseconds the set is given up. */
  readonly hardMs: number;
  /** Most sets that may be open; the oldest beyond them is given up. */
  readonly openSets?: number;
}

/** Ten minutes and seven days: a service centre tries again for days. */
export const defaultSetLimits: SetLimits = { softMs: 600_000, hardMs: 7 * 86_400_000 };

/** Who is told of sets that stay incomplete. */
export interface SetWatcher {
  /** Parts are still missing after the soft limit; said once for a set. */
  incomplete(set: IncompleteSet<PartTag>): void;
  /** The set is gone from here, its parts with it. */
  expired(set: IncompleteSet<PartTag>, reason: string): void;
}

/** Sets of parts in progress, and the times at which something is to be said of them. */
export class PartSets {
  readonly #clock: Clock;
  readonly #limits: SetLimits;
  readonly #watcher: SetWatcher;
  readonly #reassembler: Reassembler<PartTag>;
  #timer: { readonly due: number; readonly cancel: Cancel } | undefined;
  #closed = false;
  readonly #zero: number;

  constructor(clock: Clock, limits: SetLimits, watcher: SetWatcher) {
    this.#clock = clock;
    this.#zero = clock.now() - clock.monotonic();
    this.#limits = limits;
    this.#watcher = watcher;
    // Parts of complete messages are known again by the journal's fingerprints, so none are remembered here.
    this.#reassembler = new Reassembler({
      maximumTombstones: 0,
      ...(limits.openSets === undefined ? {} : { maximumOpenSets: limits.openSets }),
    });
  }

  /**
   * Gives a part to its set. The time that counts is when the part came, so that limits hold across restarts; how long it is ago is counted
   * by a clock that never jumps, so that sets outlive a clock that is set while they wait.
   */
  accept(receiver: string, part: ShortMessagePart, tag: PartTag): ReassemblyOutcome<PartTag> {
    const now = this.#now();
    const cameAt = Math.min(now, now - (this.#clock.now() - tag.receivedAt));
    const outcome = this.#reassembler.accept(part, tag, cameAt, receiver);
    if (outcome.state === 'pending' || outcome.state === 'conflict') {
      for (const set of outcome.evicted) this.#watcher.expired(set, 'given up to stay within the bound on open sets');
      this.#wakeAt(outcome.set.since + this.#limits.softMs);
      this.#wakeAt(outcome.set.since + this.#limits.hardMs);
    }
    return outcome;
  }

  /** No more is said of any set. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Looks at every set now: for after a restart, and for when the timer fires. */
  check(): void {
    const now = this.#now();
    const { softMs, hardMs } = this.#limits;
    for (const set of this.#reassembler.expire(now, hardMs)) this.#watcher.expired(set, 'parts still missing at the hard limit');
    for (const set of this.#reassembler.overdue(now, softMs)) this.#watcher.incomplete(set);
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const { since } of this.#reassembler.openSets()) this.#wakeAt(since + (since + softMs > now ? softMs : hardMs));
  }

  /** The time by the clock as it stood at the start, and by one that never jumps since. */
  #now(): number {
    return this.#zero + this.#clock.monotonic();
  }

  #wakeAt(due: number): void {
    if (this.#closed || !Number.isFinite(due)) return;
    if (this.#timer !== undefined && this.#timer.due <= due) return;
    this.#timer?.cancel();
    // A timer holds at most 2^31 - 1 milliseconds; looking too early does no harm.
    const delayMs = Math.min(Math.max(0, due - this.#now()), 2_147_483_647);
    this.#timer = { due, cancel: this.#clock.after(delayMs, () => this.check()) };
  }
}
