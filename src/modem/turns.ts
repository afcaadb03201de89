const priorities = ['soon', 'next', 'later'] as const;

/** Lets jobs of several commands run one after the other, so that none of them comes between the commands of another. */
export class Turns {
  readonly #queues: Readonly<Record<(typeof priorities)[number], (() => void)[]>> = { soon: [], next: [], later: [] };
  #busy = false;

  /** Runs a job when its turn comes: `soon` before `next` before `later`. */
  async take<Result>(priority: (typeof priorities)[number], job: () => Promise<Result>): Promise<Result> {
    if (this.#busy) await new Promise<void>((resolve) => this.#queues[priority].push(resolve));
    this.#busy = true;
    try {
      return await job();
    } finally {
      // The line stays busy while it is handed to the next: nobody may slip in between.
      const following = priorities
        .map((name) => this.#queues[name])
        .find((queue) => queue.length > 0)
        ?.shift();
      if (following === undefined) this.#busy = false;
      else following();
    }
  }
}
