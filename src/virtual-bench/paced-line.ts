import type { Clock } from '../runtime/index.js';
import type { Line, LineHandlers } from './line.js';

/** The most a late timer may be made up for; beyond it the machine was busy and the line really stood still. */
const mostLatenessMs = 5;

/**
 * A line at a baud rate: ten bits an octet, each direction on its own.
 *
 * Timers fire up to some milliseconds late. So that this does not add up, both directions are reckoned on a time line of
 * their own, and how late the last octets reached the host is credited to the host's answer.
 */
export class PacedLine implements Line {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #octetMs: number;
  #handlers: LineHandlers | undefined;
  #generation = 0;
  #outFreeAt = 0;
  #inFreeAt = 0;
  #latenessMs = 0;
  #waitingOctets = 0;

  /** @param baud bits a second */
  constructor(line: Line, clock: Clock, baud: number) {
    this.#line = line;
    this.#clock = clock;
    this.#octetMs = 10_000 / baud;
  }

  get port(): string {
    return this.#line.port;
  }

  get backlogOctets(): number {
    return this.#line.backlogOctets + this.#waitingOctets;
  }

  start(handlers: LineHandlers): void {
    this.#handlers = handlers;
    this.#line.start({
      data: (octets) => this.#receive(octets),
      attached: () => handlers.attached(),
      detached: () => {
        this.#generation += 1;
        this.#waitingOctets = 0;
        handlers.detached();
      },
    });
  }

  write(octets: Uint8Array): void {
    const generation = this.#generation;
    this.#outFreeAt = Math.max(this.#virtualNow(), this.#outFreeAt) + octets.length * this.#octetMs;
    const due = this.#outFreeAt;
    this.#waitingOctets += octets.length;
    this.#at(due, () => {
      if (generation !== this.#generation) return;
      this.#waitingOctets -= octets.length;
      this.#line.write(octets);
      this.#latenessMs = Math.max(0, this.#clock.monotonic() - due);
    });
  }

  async close(): Promise<void> {
    this.#generation += 1;
    this.#handlers = undefined;
    await this.#line.close();
  }

  #receive(octets: Uint8Array): void {
    const generation = this.#generation;
    this.#inFreeAt = Math.max(this.#virtualNow(), this.#inFreeAt) + octets.length * this.#octetMs;
    const due = this.#inFreeAt;
    const kept = Uint8Array.from(octets);
    this.#at(due, () => {
      if (generation !== this.#generation) return;
      this.#latenessMs = Math.max(0, this.#clock.monotonic() - due);
      this.#handlers?.data(kept);
    });
  }

  #virtualNow(): number {
    return this.#clock.monotonic() - Math.min(this.#latenessMs, mostLatenessMs);
  }

  #at(due: number, work: () => void): void {
    const delayMs = due - this.#clock.monotonic();
    if (delayMs <= 0) work();
    else this.#clock.after(delayMs, work);
  }
}
