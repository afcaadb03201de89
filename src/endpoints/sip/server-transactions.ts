import type { Clock } from '../../runtime/index.js';
import { transactionMs } from './timers.js';

interface Transaction {
  answer: Uint8Array | null;
  /** What the request is, whatever way it came. */
  readonly request: string;
  expiresAt: number;
  /** How often it came again before it was answered. */
  repetitions: number;
}

/**
 * Requests that were answered or are being answered, so that one that comes again gets the same answer and is not taken twice.
 * @see RFC 3261 17.2.2, 8.2.2.2
 */
export class ServerTransactions {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #mostOctets: number;
  /** Octets of the answers that are kept. */
  #octets = 0;
  /** In the order begun, which but for what is still open is the order of their ends. */
  readonly #transactions = new Map<string, Transaction>();
  readonly #open = new Map<string, string>();

  /**
   * @param most transactions kept; beyond it the oldest that are answered are forgotten
   * @param mostOctets of answers kept, likewise
   */
  constructor(clock: Clock, most = 50_000, mostOctets = 67_108_864) {
    this.#clock = clock;
    this.#most = most;
    this.#mostOctets = mostOctets;
  }

  get size(): number {
    return this.#transactions.size;
  }

  /** What is to be done with a request: take it, say nothing yet, say again what was said, or tell that it came another way too. */
  begin(
    key: string,
    request: string,
  ): { readonly is: 'new' | 'open' | 'merged' } | { readonly is: 'answered'; readonly answer: Uint8Array } {
    const known = this.#transactions.get(key);
    const now = this.#clock.monotonic();
    if (known !== undefined && (known.answer === null || known.expiresAt > now)) {
      if (known.answer !== null) return { is: 'answered', answer: known.answer };
      known.repetitions += 1;
      return { is: 'open' };
    }
    this.#drop(key, known);
    if (this.#open.has(request)) return { is: 'merged' };
    this.#forget(now);
    this.#transactions.set(key, { answer: null, request, expiresAt: now + transactionMs, repetitions: 0 });
    this.#open.set(request, key);
    return { is: 'new' };
  }

  /** Keeps the answer, and says how often the request came again before it; on a stream nothing comes again, and there it is not kept. */
  answered(key: string, answer: Uint8Array, reliable: boolean): number {
    const transaction = this.#transactions.get(key);
    if (transaction === undefined) return 0;
    this.#open.delete(transaction.request);
    this.#transactions.delete(key);
    if (reliable) return transaction.repetitions;
    transaction.answer = answer;
    transaction.expiresAt = this.#clock.monotonic() + transactionMs;
    this.#octets += answer.length;
    this.#transactions.set(key, transaction);
    return transaction.repetitions;
  }

  #drop(key: string, transaction: Transaction | undefined): void {
    this.#octets -= transaction?.answer?.length ?? 0;
    this.#transactions.delete(key);
  }

  #forget(now: number): void {
    for (const [key, transaction] of this.#transactions) {
      const { answer, expiresAt } = transaction;
      const crowded = this.#transactions.size >= this.#most || this.#octets > this.#mostOctets;
      if (!crowded && (answer === null || expiresAt > now)) break;
      if (answer !== null) this.#drop(key, transaction);
    }
  }
}
