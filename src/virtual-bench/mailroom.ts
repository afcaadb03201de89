import type { Cancel, Clock } from '../runtime/index.js';
import { Lane, type Letter, type Waiting } from './lane.js';
import { messageClassOf } from './pdu-mode.js';
import type { DeliveryOutcome, IncomingPdu, Unavailable } from './reception.js';

/** Pauses before the network tries again, the last one repeated; an event at the modem makes it try at once. */
const retryPausesMs: readonly number[] = [5_000, 15_000, 60_000, 300_000, 600_000];

const pauseAfter = (attempts: number): number => retryPausesMs[Math.min(attempts, retryPausesMs.length - 1)] ?? 0;

/** The modem as its mailroom sees it. */
export interface Recipient {
  take(pdu: IncomingPdu, settle: (outcome: DeliveryOutcome) => void): Unavailable | null;
  /** Asked when the modem has taken a message: whether its answer is lost on the way, so that the network delivers again. */
  answerLost(): boolean;
}

/** Where the network keeps what one modem has not taken yet. */
export class Mailroom {
  readonly #clock: Clock;
  readonly #recipient: Recipient;
  /** Messages for the SIM, other messages, and reports: each kind may be held up while the others pass. */
  readonly #lanes = { sim: new Lane(), host: new Lane(), report: new Lane() };
  #inHand = 0;
  #pumping = false;
  #pumpAgain = false;
  #blockedAttempts = 0;
  #cancelTimer: Cancel = () => {};
  #timerAt = Number.POSITIVE_INFINITY;
  /** Why the modem did not take the last one offered; null when it did. */
  refusal: Unavailable | null = null;

  constructor(clock: Clock, recipient: Recipient) {
    this.#clock = clock;
    this.#recipient = recipient;
  }

  /** Messages not yet taken, those under way included. */
  get size(): number {
    return this.#waiting + this.#inHand;
  }

  put(letter: Letter): void {
    const lane = letter.kind === 'status-report' ? 'report' : messageClassOf(letter.tpdu(false)) === 2 ? 'sim' : 'host';
    this.#lanes[lane].put(letter);
    if (letter.expiresAt !== null) this.#schedule(letter.expiresAt);
    this.pump();
  }

  /** Something changed at the modem: what it could not take is offered at once. */
  available(): void {
    this.#blockedAttempts = 0;
    for (const lane of Object.values(this.#lanes)) lane.unblock();
    this.pump();
  }

  /** Offers what may be offered, as long as it is taken. */
  pump(): void {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false;
        for (const lane of Object.values(this.#lanes)) while (!lane.blocked && this.#offer(lane));
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Stops trying; for the end of the bench. */
  close(): void {
    this.#cancelTimer();
    for (const lane of Object.values(this.#lanes)) lane.clear();
  }

  get #waiting(): number {
    return this.#lanes.sim.size + this.#lanes.host.size + this.#lanes.report.size;
  }

  #offer(lane: Lane): boolean {
    const now = this.#clock.monotonic();
    const waiting = lane.next(now);
    if (waiting === undefined) return false;
    const { letter } = waiting;
    if (letter.expiresAt !== null && letter.expiresAt <= now) {
      letter.expired();
      return true;
    }
    this.#inHand += 1;
    const pdu: IncomingPdu = { kind: letter.kind, serviceCentre: letter.serviceCentre, tpdu: letter.tpdu(this.#waiting > 0) };
    this.refusal = this.#recipient.take(pdu, (outcome) => this.#settled(lane, waiting, outcome));
    if (this.refusal === null) return true;
    this.#inHand -= 1;
    lane.blocked = true;
    lane.putBack(waiting);
    if (this.refusal !== 'busy') {
      this.#schedule(now + pauseAfter(this.#blockedAttempts));
      this.#blockedAttempts += 1;
    }
    return false;
  }

  #settled(lane: Lane, waiting: Waiting, outcome: DeliveryOutcome): void {
    this.#inHand -= 1;
    const taken = outcome === 'acknowledged' || outcome === 'stored';
    const lost = taken && this.#recipient.answerLost();
    const seen = lost ? 'unacknowledged' : outcome;
    if (!taken || lost) {
      const notBefore = this.#clock.monotonic() + pauseAfter(waiting.attempts);
      lane.putOff(waiting, notBefore, seen === 'unacknowledged' && !lost);
      this.#schedule(notBefore);
    }
    waiting.letter.attempted(seen);
    for (const other of Object.values(this.#lanes)) other.blocked = false;
    this.pump();
  }

  #schedule(at: number): void {
    if (at >= this.#timerAt) return;
    this.#cancelTimer();
    this.#timerAt = at;
    const delayMs = Math.min(Math.max(0, at - this.#clock.monotonic()), 2 ** 31 - 1);
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    for (const lane of Object.values(this.#lanes)) {
      for (const letter of lane.expire(now)) letter.expired();
      lane.blocked = false;
    }
    this.pump();
    const next = Math.min(...Object.values(this.#lanes).map((lane) => lane.nextTime(now)));
    if (next !== Number.POSITIVE_INFINITY) this.#schedule(Math.max(next, now + 100));
  }
}
