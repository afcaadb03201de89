import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Clock, Logger } from '../runtime/index.js';
import type { AttemptToRecord } from './types.js';

/** What is less than this is the clock being steered, or a second being inserted, and no clock that was set. */
const leastJumpMs = 1000;

/** A clock that is steered hard comes here every few seconds; that need not be read. */
const worthSayingMs = 60_000;
/** A clock that is set more often is set by nobody who knows the time. */
const mostRemembered = 64;

/** What the clock was set by, and when, by the one that never jumps. */
interface Jump {
  readonly at: number;
  readonly by: number;
}

/**
 * Moves what waits for its sinks along when the clock is set, so that a delay and an age are as long as a clock that never jumps counts
 * them: set back, a retry would wait until the clock has caught up; set forward (a board without a battery, when the network tells it the
 * time), a message of a minute ago would be older than any bound and given up at its first failure.
 */
export class ClockJumps {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #move: { run(...values: number[]): { readonly changes: number | bigint } };
  /** The clock less the one that never jumps, when what is on disk was last moved with it. */
  #offset: number;
  /** As {@link #offset}, of the transaction that is under way. */
  #moved: number | null = null;
  readonly #began: number;
  #jumps: readonly Jump[] = [];

  constructor(database: DatabaseSyncInstance, clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    this.#offset = this.#now();
    this.#began = this.#offset;
    // What has not been tried is due whatever the clock says; it only must not lie in the future.
    this.#move = database.prepare(`UPDATE delivery SET pending_since = min(pending_since + ?1, ?2), last_attempt_at = last_attempt_at + ?1,
      next_attempt_at = CASE attempts WHEN 0 THEN min(next_attempt_at, ?2) ELSE next_attempt_at + ?1 END WHERE state = 'pending'`);
  }

  /** Whether the clock was set since what waits was last moved with it. */
  get jumped(): boolean {
    return this.#jump() !== 0;
  }

  /** Moves what waits; to be called inside a transaction, before the time is written down in it. */
  follow(): void {
    const by = this.#jump();
    if (by === 0) return;
    const { changes } = this.#move.run(by, this.#clock.now());
    this.#moved = this.#now();
    const facts = { seconds: Math.round(by / 1000), deliveries: Number(changes) };
    if (facts.deliveries === 0) return;
    const say = Math.abs(by) < worthSayingMs ? this.#logger.debug : this.#logger.warn;
    say('the clock was set, or the machine slept: what waits for its sinks is moved with it', facts);
  }

  /** How far the clock was set forward within so many milliseconds: what came before that looks so much older than it is. */
  forwardWithin(ms: number): number {
    const since = this.#clock.monotonic() - ms;
    return this.#jumps.reduce((sum, { at, by }) => (at > since && by > 0 ? sum + by : sum), Math.max(0, this.#jump()));
  }

  /** The time by which something is certainly old: that of the clock, or where it is earlier that of one which nobody has set since the journal was opened. */
  cautiousNow(): number {
    return Math.min(this.#clock.now(), Math.floor(this.#began + this.#clock.monotonic()));
  }

  /** An attempt as it is to be written later, when the clock may have been set since it was noted. */
  carry(attempt: AttemptToRecord): () => AttemptToRecord {
    const noted = this.#now();
    return () => {
      const by = leap(this.#now() - noted);
      return by === 0 ? attempt : { ...attempt, nextAttemptAt: attempt.nextAttemptAt + by };
    };
  }

  /** A transaction begins; whatever one before it did that did not come to an end is undone. */
  begun(): void {
    this.#moved = null;
  }

  committed(): void {
    if (this.#moved === null) return;
    this.#jumps = [...this.#jumps.slice(1 - mostRemembered), { at: this.#clock.monotonic(), by: this.#moved - this.#offset }];
    this.#offset = this.#moved;
    this.#moved = null;
  }

  #jump(): number {
    return leap(this.#now() - (this.#moved ?? this.#offset));
  }

  #now(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}

const leap = (ms: number): number => (Math.abs(ms) < leastJumpMs ? 0 : Math.round(ms));
