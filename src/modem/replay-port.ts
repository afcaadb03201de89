import { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../runtime/index.js';
import { TraceError } from './errors.js';
import { maskPin, type Trace, type TraceEntry } from './trace.js';

/** What came last is still taken in by whoever reads. */
const endPauseMs = 100;

/**
 * A port that plays a recording back: what came from the modem comes again, at the recorded distance from what went before it, and what is
 * written must be what was written then. Anything else destroys the port with a `TraceError` `modem/replay-differs`.
 */
export class ReplayPort extends Duplex {
  readonly #entries: readonly TraceEntry[];
  /** The reception that was forced when it was recorded: a driver that is to write the same has to be told. */
  readonly reception: Trace['reception'];
  readonly #clock: Clock;
  readonly #paced: boolean;
  readonly #closesAtEnd: boolean;
  #at = 0;
  /** What was written and not yet compared. */
  #written = '';
  /** Characters of the present entry that were compared already. */
  #compared = 0;
  #cancel: Cancel | null = null;

  constructor(
    trace: Trace,
    {
      clock,
      paced = true,
      closesAtEnd = false,
    }: {
      readonly clock: Clock;
      /** Keeps the recorded distances; otherwise all that is due comes at once. */
      readonly paced?: boolean;
      /** Closes after the last entry, as a modem that is pulled out; otherwise the port stays and is silent. */
      readonly closesAtEnd?: boolean;
    },
  ) {
    super();
    this.#entries = trace.entries;
    this.reception = trace.reception;
    this.#clock = clock;
    this.#paced = paced;
    this.#closesAtEnd = closesAtEnd;
    this.#cancel = clock.after(0, () => this.#play());
  }

  /** Entries that have not been played. */
  get remaining(): number {
    return this.#entries.length - this.#at;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (cause?: Error | null) => void): void {
    this.#written += chunk.toString('latin1');
    const difference = this.#compare();
    done(difference);
    if (difference === null && this.#cancel === null) this.#schedule();
  }

  override _destroy(cause: Error | null, done: (cause?: Error | null) => void): void {
    this.#cancel?.();
    done(cause);
  }

  /** Holds what was written against the recording, as far as both go. */
  #compare(): TraceError | null {
    while (this.#written !== '') {
      const entry = this.#entries[this.#at];
      if (entry?.direction !== 'to-modem') {
        const next = this.#entries.slice(this.#at).find(({ direction }) => direction === 'to-modem');
        // It was written sooner than in the recording; it is compared when its turn comes.
        if (next !== undefined) return null;
        // The recording was cut off here, and so is whoever drives it.
        if (this.#closesAtEnd && entry === undefined) return null;
        return differs(this.#at, null, this.#written);
      }
      const expected = maskPin(entry.text).slice(this.#compared);
      const given = maskPin(this.#written);
      const length = Math.min(expected.length, given.length);
      if (expected.slice(0, length) !== given.slice(0, length)) return differs(this.#at, entry.text, this.#written);
      this.#written = given.slice(length);
      if (length < expected.length) {
        this.#compared += length;
        return null;
      }
      this.#compared = 0;
      this.#at += 1;
    }
    return null;
  }

  #schedule(): void {
    const entry = this.#entries[this.#at];
    if (entry === undefined && this.#closesAtEnd && !this.destroyed) {
      this.#cancel = this.#clock.after(endPauseMs, () => this.destroy());
      return;
    }
    if (entry === undefined || entry.direction === 'to-modem' || this.destroyed) return;
    const before = this.#entries[this.#at - 1]?.atMs ?? 0;
    this.#cancel = this.#clock.after(this.#paced ? Math.max(0, entry.atMs - before) : 0, () => this.#play());
  }

  #play(): void {
    this.#cancel = null;
    const entry = this.#entries[this.#at];
    if (entry === undefined || entry.direction === 'to-modem' || this.destroyed) return;
    this.#at += 1;
    if (entry.direction === 'from-modem') this.push(Buffer.from(entry.text, 'latin1'));
    else if (entry.text === 'end') this.push(null);
    else if (entry.text.startsWith('port closed')) {
      this.destroy();
      return;
    }
    const difference = this.#compare();
    if (difference === null) this.#schedule();
    else this.destroy(difference);
  }
}

function differs(at: number, expected: string | null, given: string): TraceError {
  const recorded = expected === null ? 'nothing more' : JSON.stringify(maskPin(expected));
  return new TraceError(
    'modem/replay-differs',
    `Entry ${at + 1} of the trace: ${JSON.stringify(maskPin(given))} was written where the recording has ${recorded}`,
    {
      advice: 'record the trace again where the driver was meant to change',
    },
  );
}
