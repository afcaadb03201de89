import type { Cancel, Clock } from '../runtime/index.js';
import { backlogLimitOctets, type Line, type LineHandlers } from './line.js';

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
  #octetMs = 0;
  #handlers: LineHandlers | undefined;
  readonly #out: Schedule;
  readonly #in: Schedule;
  #outFreeAt = 0;
  #inFreeAt = 0;
  #latenessMs = 0;
  #waitingOctets = 0;

  /** @param baud bits a second; null for a line that takes no time */
  constructor(line: Line, clock: Clock, baud: number | null) {
    this.#line = line;
    this.#clock = clock;
    this.#out = new Schedule(clock);
    this.#in = new Schedule(clock);
    this.setBaud(baud);
  }

  /** Changes the rate for what is sent from now on. */
  setBaud(baud: number | null): void {
    this.#octetMs = baud === null ? 0 : 10_000 / baud;
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
        this.#forget();
        handlers.detached();
      },
    });
  }

  write(octets: Uint8Array): void {
    if (this.#octetMs === 0 && this.#waitingOctets === 0) {
      this.#line.write(octets);
      return;
    }
    if (this.backlogOctets > 4 * backlogLimitOctets) return;
    this.#outFreeAt = Math.max(this.#virtualNow(), this.#outFreeAt) + octets.length * this.#octetMs;
    const due = this.#outFreeAt;
    this.#waitingOctets += octets.length;
    this.#out.at(due, () => {
      this.#waitingOctets -= octets.length;
      this.#line.write(octets);
      this.#latenessMs = Math.max(0, this.#clock.monotonic() - due);
    });
  }

  async close(): Promise<void> {
    this.#forget();
    this.#handlers = undefined;
    await this.#line.close();
  }

  #receive(octets: Uint8Array): void {
    if (this.#octetMs === 0 && this.#inFreeAt === 0) {
      this.#handlers?.data(octets);
      return;
    }
    this.#inFreeAt = Math.max(this.#virtualNow(), this.#inFreeAt) + octets.length * this.#octetMs;
    const due = this.#inFreeAt;
    const kept = Uint8Array.from(octets);
    this.#in.at(due, () => {
      this.#latenessMs = Math.max(0, this.#clock.monotonic() - due);
      this.#handlers?.data(kept);
    });
  }

  #forget(): void {
    this.#out.clear();
    this.#in.clear();
    this.#waitingOctets = 0;
  }

  #virtualNow(): number {
    return this.#clock.monotonic() - Math.min(this.#latenessMs, mostLatenessMs);
  }
}

/** Work at given times, in order whatever the timers do. */
class Schedule {
  readonly #clock: Clock;
  #waiting: { readonly due: number; readonly work: () => void }[] = [];
  #cancel: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param due milliseconds on the monotonic clock, never before that of an earlier call */
  at(due: number, work: () => void): void {
    this.#waiting.push({ due, work });
    if (this.#cancel === undefined) this.#run();
  }

  clear(): void {
    this.#waiting = [];
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #run(): void {
    this.#cancel = undefined;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const delayMs = next.due - this.#clock.monotonic();
      if (delayMs > 0) {
        this.#cancel = this.#clock.after(delayMs, () => this.#run());
        return;
      }
      this.#waiting.shift();
      next.work();
    }
  }
}
