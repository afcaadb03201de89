import type { AppendedPart, Journal, PartToAppend } from '../journal/index.js';
import type { Cancel, Clock } from '../runtime/index.js';

/** How long a write that nobody's acknowledgement depends on waits for a part to share its commit with. */
const patienceMs = 1;

/**
 * Writes that belong to messages wait a moment for the next part, so that one commit, with its one sync, carries both: while parts
 * pour in, only they cost a sync. A part itself never waits.
 */
export class SharedCommits {
  readonly #journal: Pick<Journal, 'append'>;
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #cancel: Cancel | undefined;

  constructor(journal: Pick<Journal, 'append'>, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** Stores a part, and whatever waits with it. */
  append(part: PartToAppend): Promise<AppendedPart> {
    const appended = this.#journal.append(part);
    this.release();
    return appended;
  }

  /** Begins a write with the next part, or after a moment. */
  soon<Written>(write: () => Promise<Written>): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => write().then(resolve, reject));
      this.#cancel ??= this.#clock.after(patienceMs, () => this.release(), { keepAlive: true });
    });
  }

  /** Begins what waits, now. */
  release(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const begin of waiting) begin();
  }
}
