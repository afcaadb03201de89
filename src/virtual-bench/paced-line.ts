import type { Cancel, Clock } from '../runtime/index.js';
import { backlogLimitOctets, type Line, type LineHandlers } from './line.js';

/** The most that a late timer, or the bench's own computing, is made up for; beyond it the machine was busy and the line really stood still. */
const mostLatenessMs = 5;
/** A host is answering what it was sent no longer ago than this. */
const answersWithinMs = 100;
/** Octets are handed over in pieces of so long on the line, as chips between USB and a serial line do. */
const pieceMs = 16;

/**
 * A line at a baud rate: ten bits an octet, each direction on its own.
 *
 * No octet is handed over before its time on the line, counted from where its direction was free; long runs arrive in pieces. Timers fire up
 * to some milliseconds late, and the bench computes: so that neither counts as time on the line, what the modem answers begins where the
 * command ended, and how late the last octets reached the host is credited to the host's answer.
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
  /** When octets last reached the host, and how much later than they should have. */
  #reachedAt = Number.NEGATIVE_INFINITY;
  #latenessMs = 0;
  /** When the modem last got octets, and when it should have got them. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #heardDue = Number.NEGATIVE_INFINITY;
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
    const beginsAt = Math.max(this.#modemNow(), this.#outFreeAt);
    this.#outFreeAt = beginsAt + octets.length * this.#octetMs;
    this.#waitingOctets += octets.length;
    const most = Math.max(1, Math.floor(pieceMs / this.#octetMs));
    for (let from = 0; from < octets.length; from += most) {
      const piece = octets.subarray(from, from + most);
      const due = beginsAt + (from + piece.length) * this.#octetMs;
      this.#out.at(due, () => {
        this.#waitingOctets -= piece.length;
        this.#reachedAt = this.#clock.monotonic();
        this.#latenessMs = this.#reachedAt - due;
        this.#line.write(piece);
      });
    }
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
    this.#inFreeAt = Math.max(this.#hostNow(), this.#inFreeAt) + octets.length * this.#octetMs;
    const due = this.#inFreeAt;
    const kept = Uint8Array.from(octets);
    this.#in.at(due, () => {
      this.#heardAt = this.#clock.monotonic();
      this.#heardDue = Math.max(due, this.#heardAt - mostLatenessMs);
      this.#handlers?.data(kept);
    });
  }

  #forget(): void {
    this.#out.clear();
    this.#in.clear();
    this.#waitingOctets = 0;
  }

  /** When the modem begins to say something: at once where it answers, whatever the bench needed for that. */
  #modemNow(): number {
    const now = this.#clock.monotonic();
    return now - this.#heardAt <= mostLatenessMs ? this.#heardDue : now;
  }

  /** When the host has said something that comes in now. */
  #hostNow(): number {
    const now = this.#clock.monotonic();
    return now - this.#reachedAt <= answersWithinMs ? now - Math.min(Math.max(0, this.#latenessMs), mostLatenessMs) : now;
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
