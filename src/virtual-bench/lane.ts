import type { DeliveryOutcome, IncomingPdu } from './reception.js';

/** One message on its way to one modem. */
export interface Letter {
  readonly kind: IncomingPdu['kind'];
  readonly serviceCentre: string;
  /** Makes the TPDU at the time of delivery. */
  tpdu(moreWait: boolean): string;
  /** Milliseconds on the monotonic clock after which the network gives up; null for never. */
  readonly expiresAt: number | null;
  /** Each attempt's outcome; the first of `acknowledged` and `stored` is the last. */
  attempted(outcome: DeliveryOutcome): void;
  expired(): void;
}

/** A letter and how it fared. */
export interface Waiting {
  readonly letter: Letter;
  attempts: number;
  /** Milliseconds on the monotonic clock before which it is not tried again. */
  notBefore: number;
  /** An event at the modem makes `notBefore` void: the modem could not take it, rather than would not. */
  eager: boolean;
}

/** Letters for one modem that meet the same obstacles, in order; those that were tried and not taken go first when they are due. */
export class Lane {
  /** The modem could not take the first one; nothing is offered until something changes there. */
  blocked = false;
  #fresh: Waiting[] = [];
  #head = 0;
  #again: Waiting[] = [];

  get size(): number {
    return this.#fresh.length - this.#head + this.#again.length;
  }

  put(letter: Letter): void {
    this.#fresh.push({ letter, attempts: 0, notBefore: 0, eager: false });
  }

  /** Takes out the one to be offered now. */
  next(now: number): Waiting | undefined {
    const due = this.#again.findIndex((waiting) => waiting.notBefore <= now || isExpired(waiting, now));
    if (due >= 0) return this.#again.splice(due, 1)[0];
    const fresh = this.#fresh[this.#head];
    if (fresh === undefined) return undefined;
    this.#head += 1;
    if (this.#head >= 1024 && this.#head * 2 > this.#fresh.length) {
      this.#fresh = this.#fresh.slice(this.#head);
      this.#head = 0;
    }
    return fresh;
  }

  /** Puts back at its place one that was offered in vain: behind those that were tried and not taken, where it never was tried. */
  putBack(waiting: Waiting): void {
    waiting.notBefore = 0;
    if (waiting.attempts > 0) this.#again.unshift(waiting);
    else if (this.#head === 0) this.#fresh.unshift(waiting);
    else {
      this.#head -= 1;
      this.#fresh[this.#head] = waiting;
    }
  }

  /** Keeps one that was tried for later. */
  putOff(waiting: Waiting, notBefore: number, eager: boolean): void {
    waiting.attempts += 1;
    waiting.notBefore = notBefore;
    waiting.eager = eager;
    this.#again.push(waiting);
  }

  /** Something changed at the modem. */
  unblock(): void {
    this.blocked = false;
    for (const waiting of this.#again) if (waiting.eager) waiting.notBefore = 0;
  }

  /** Takes out what has expired. */
  expire(now: number): readonly Letter[] {
    const waiting = [...this.#again, ...this.#fresh.slice(this.#head)];
    const expired = waiting.filter((one) => isExpired(one, now));
    if (expired.length === 0) return [];
    this.#again = this.#again.filter((one) => !isExpired(one, now));
    this.#fresh = this.#fresh.slice(this.#head).filter((one) => !isExpired(one, now));
    this.#head = 0;
    return expired.map((one) => one.letter);
  }

  /** When something is due or expires next, after `now`; infinite where nothing is. */
  nextTime(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const waiting of this.#again) if (waiting.notBefore > now) next = Math.min(next, waiting.notBefore);
    for (const { letter } of [...this.#again, ...this.#fresh.slice(this.#head)]) next = Math.min(next, letter.expiresAt ?? next);
    return next;
  }

  clear(): void {
    this.#fresh = [];
    this.#head = 0;
    this.#again = [];
  }
}

function isExpired({ letter }: Waiting, now: number): boolean {
  return letter.expiresAt !== null && letter.expiresAt <= now;
}
