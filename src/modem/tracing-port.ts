import { Duplex } from 'node:stream';
import type { Clock } from '../runtime/index.js';
import { ImsiCover } from './imsi-cover.js';
import { PinCover } from './pin-cover.js';
import { closePort } from './port.js';
import type { TraceEntry } from './trace.js';

/** A port that passes everything on to another and records what crosses it, chunk by chunk. */
export class TracingPort extends Duplex {
  readonly #inner: Duplex;
  readonly #clock: Clock;
  readonly #record: (entry: TraceEntry) => void;
  readonly #openedAt: number;
  readonly #covers = { 'to-modem': new PinCover(), 'from-modem': new PinCover() };
  readonly #imsi = new ImsiCover();

  constructor(inner: Duplex, { clock, record }: { readonly clock: Clock; readonly record: (entry: TraceEntry) => void }) {
    super();
    this.#inner = inner;
    this.#clock = clock;
    this.#record = record;
    this.#openedAt = clock.monotonic();
    inner.on('data', (chunk: Buffer) => {
      this.#note('from-modem', chunk.toString('latin1'));
      if (!this.push(chunk)) inner.pause();
    });
    inner.on('end', () => {
      this.#note('event', 'end');
      this.push(null);
    });
    inner.on('error', (cause: Error) => this.#closed(cause.message, cause));
    inner.on('close', (cause?: unknown) => this.#closed(cause instanceof Error ? cause.message : null, undefined));
  }

  /** Whether octets can be written; a serial port that was lost under the stream says no. */
  get isOpen(): boolean {
    return !this.destroyed && !this.#inner.destroyed && !('isOpen' in this.#inner && this.#inner.isOpen === false);
  }

  override _read(): void {
    if (this.#inner.isPaused()) this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (cause?: Error | null) => void): void {
    this.#note('to-modem', chunk.toString('latin1'));
    this.#inner.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#inner.end(() => done());
  }

  override _destroy(cause: Error | null, done: (cause?: Error | null) => void): void {
    void closePort(this.#inner, this.#clock).then(() => done(cause));
  }

  #closed(why: string | null, cause: Error | undefined): void {
    if (this.destroyed) return;
    this.#note('event', why === null ? 'port closed' : `port closed: ${why}`);
    this.destroy(cause);
  }

  #note(direction: TraceEntry['direction'], text: string): void {
    if (direction === 'to-modem') this.#imsi.sent(text);
    const known = direction === 'from-modem' ? this.#imsi.cover(text) : text;
    const covered = direction === 'event' ? known : this.#covers[direction].cover(known);
    this.#record({ atMs: this.#clock.monotonic() - this.#openedAt, direction, text: covered });
  }
}
