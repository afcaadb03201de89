/** A queue that one consumer reads with `for await`: ending means closed, failing means lost. */
export class Mailbox<Item> implements AsyncIterable<Item> {
  #items: Item[] = [];
  #head = 0;
  #waiting: { readonly resolve: (result: IteratorResult<Item>) => void; readonly reject: (reason: unknown) => void } | undefined;
  #ended: { readonly failure?: { readonly reason: unknown } } | undefined;

  /** Items put in and not yet taken out. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Puts an item in; after the end it is dropped and the answer is false. */
  put(item: Item): boolean {
    if (this.#ended !== undefined) return false;
    if (this.#waiting !== undefined) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve({ done: false, value: item });
    } else {
      this.#items.push(item);
    }
    return true;
  }

  /** No more items; what is inside can still be taken. */
  close(): void {
    this.#end({});
  }

  /** As {@link close}, but the consumer's loop then fails with `reason`. */
  fail(reason: unknown): void {
    this.#end({ failure: { reason } });
  }

  next(): Promise<IteratorResult<Item>> {
    for (const value of this.#items.slice(this.#head, this.#head + 1)) {
      this.#head += 1;
      if (this.#head >= 1024 && this.#head * 2 > this.#items.length) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended !== undefined) {
      return this.#ended.failure === undefined
        ? Promise.resolve({ done: true, value: undefined })
        : Promise.reject(this.#ended.failure.reason);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Item> {
    return { next: () => this.next() };
  }

  #end(how: { readonly failure?: { readonly reason: unknown } }): void {
    if (this.#ended !== undefined) return;
    this.#ended = how;
    if (this.#waiting === undefined) return;
    const { resolve, reject } = this.#waiting;
    this.#waiting = undefined;
    if (how.failure === undefined) resolve({ done: true, value: undefined });
    else reject(how.failure.reason);
  }
}
