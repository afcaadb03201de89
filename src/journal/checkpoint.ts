import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Cancel, Clock } from '../runtime/index.js';
import { storageFault } from './errors.js';
import type { JournalPoint } from './types.js';

/** Quiet time after which the log is written back into the database. */
const idleMs = 250;
/** Commits between two looks at the log's length. */
const commitsPerLook = 64;
/** Pages in the log at which it is written back although writes keep coming. */
const busyPages = 4000;

/** Writes the log back into the database in quiet moments, and otherwise after an answer has gone out, never before it. */
export class Checkpointer {
  readonly #database: DatabaseSyncInstance;
  readonly #clock: Clock;
  readonly #onPoint: (point: JournalPoint) => void;
  readonly #noop: { get(): { log: number } | undefined };
  #commits = 0;
  #lastCommitAt = 0;
  #idle: Cancel | undefined;
  #due: NodeJS.Immediate | undefined;

  constructor(database: DatabaseSyncInstance, clock: Clock, onPoint: (point: JournalPoint) => void) {
    this.#database = database;
    this.#clock = clock;
    this.#onPoint = onPoint;
    this.#noop = database.prepare('PRAGMA wal_checkpoint(NOOP)');
  }

  /** To be called after every commit. */
  committed(): void {
    this.#commits += 1;
    this.#lastCommitAt = this.#clock.monotonic();
    this.#idle ??= this.#clock.after(idleMs, () => this.#whenIdle());
    if (this.#commits % commitsPerLook === 0) this.#due ??= setImmediate(() => this.#whenBusy());
  }

  /** Writes back what the log holds and empties it: closing the database would, but only once its statements are collected. */
  finish(): void {
    this.#idle?.();
    if (this.#due !== undefined) clearImmediate(this.#due);
    this.#checkpoint('TRUNCATE');
  }

  #whenIdle(): void {
    this.#idle = undefined;
    const quietMs = this.#clock.monotonic() - this.#lastCommitAt;
    if (quietMs < idleMs) this.#idle = this.#clock.after(idleMs - quietMs, () => this.#whenIdle());
    else this.#checkpoint();
  }

  #whenBusy(): void {
    this.#due = undefined;
    if ((this.#noop.get()?.log ?? 0) >= busyPages) this.#checkpoint();
  }

  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE' = 'PASSIVE'): void {
    this.#commits = 0;
    this.#onPoint('checkpoint:before');
    try {
      this.#database.exec(`PRAGMA wal_checkpoint(${mode})`);
    } catch (caught) {
      // Nothing is lost: the log keeps everything, and the next commit says that the disk fails.
      if (storageFault(caught) === null) throw caught;
    }
    this.#onPoint('checkpoint:after');
  }
}
