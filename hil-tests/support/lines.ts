import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** One NDJSON object of wapbridge, seen from outside: fields by name, nothing assumed. */
export type NdjsonObject = Readonly<Record<string, unknown>>;

interface Waiter<Item> {
  readonly match: (item: Item) => boolean;
  readonly resolve: (item: Item) => void;
  readonly reject: (reason: Error) => void;
  readonly timer: NodeJS.Timeout;
  readonly what: string;
}

/** Collects what comes and lets a test wait for an item, whether it has come already or not. */
export class Collector<Item> {
  readonly items: Item[] = [];
  readonly #waiters = new Set<Waiter<Item>>();
  #ended: string | null = null;

  /** `describe` tells, in a failed wait, what was seen instead. */
  constructor(readonly describe: () => string) {}

  add(item: Item): void {
    this.items.push(item);
    for (const waiter of [...this.#waiters]) if (waiter.match(item)) this.#settle(waiter, () => waiter.resolve(item));
  }

  /** Nothing more will come: every open wait fails now instead of at its deadline. */
  end(why: string): void {
    this.#ended = why;
    for (const waiter of [...this.#waiters]) this.#settle(waiter, () => waiter.reject(this.#failure(waiter.what, why)));
  }

  /** The first item, come or coming, that matches; `from` leaves out that many of the earliest. */
  wait(what: string, match: (item: Item) => boolean, options: { timeoutMs?: number; from?: number } = {}): Promise<Item> {
    const found = this.items.slice(options.from ?? 0).find(match);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#ended !== null) return Promise.reject(this.#failure(what, this.#ended));
    const timeoutMs = options.timeoutMs ?? 30_000;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(waiter, () => reject(this.#failure(what, `${timeoutMs} ms are over`))), timeoutMs);
      const waiter: Waiter<Item> = { match, resolve, reject, timer, what };
      this.#waiters.add(waiter);
    });
  }

  /** Waits until `count` items match, and gives all of them. */
  async waitForCount(what: string, count: number, match: (item: Item) => boolean, options: { timeoutMs?: number } = {}): Promise<Item[]> {
    const matching = (): Item[] => this.items.filter(match);
    if (matching().length < count)
      await this.wait(`${count} × ${what}`, (item) => match(item) && matching().length >= count, { ...options, from: this.items.length });
    return matching();
  }

  #settle(waiter: Waiter<Item>, act: () => void): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
    act();
  }

  #failure(what: string, why: string): Error {
    return new Error(`waited for ${what}: ${why}\n${this.describe()}`);
  }
}

/** Calls `take` with each line of a stream, the last one too if it lacks its line end. */
export function eachLine(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take);
}
