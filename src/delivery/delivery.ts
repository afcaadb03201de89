import { type Clock, type Logger, type Random, silentLogger } from '../runtime/index.js';
import { SinkError } from './errors.js';
import { SinkQueue } from './sink-queue.js';
import type { DeliveryEvent, DeliveryStore, SinkPlan, SinkStatistics } from './types.js';

export interface DeliveryOptions {
  readonly store: DeliveryStore;
  readonly sinks: readonly SinkPlan[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** Told of each answer once it is on disk. */
  readonly onEvent?: (event: DeliveryEvent) => void;
}

/**
 * Hands each message in the store to each of its sinks until the sink says yes or no, or the message is too old. Sinks do not wait
 * for each other, and nobody waits for a sink. What waits stays in the store, so a restart goes on where the last run ended.
 */
export class Delivery {
  readonly #queues: ReadonlyMap<string, SinkQueue>;

  /** @throws SinkError `delivery/name-taken` where two sinks have one name */
  constructor({ store, sinks, clock, random, logger = silentLogger, onEvent = () => {} }: DeliveryOptions) {
    const queues = new Map<string, SinkQueue>();
    for (const plan of sinks) {
      const { name } = plan.sink;
      if (queues.has(name))
        throw new SinkError('delivery/name-taken', `two sinks are named ${name}`, name, { advice: 'rename one of them' });
      queues.set(name, new SinkQueue(plan, { store, clock, random, logger, onEvent }));
    }
    this.#queues = queues;
  }

  /** Begins to hand over, what was left from an earlier run first. */
  start(): void {
    for (const queue of this.#queues.values()) queue.start();
  }

  /** To be called when messages were completed: all sinks look, or those named. */
  wake(sinks?: Iterable<string>): void {
    for (const queue of this.#chosen(sinks)) queue.wake();
  }

  /** As {@link wake}, and also sinks that wait before a retry look again: to be called after a redelivery. */
  retryNow(sinks?: Iterable<string>): void {
    for (const queue of this.#chosen(sinks)) queue.retryNow();
  }

  get statistics(): readonly SinkStatistics[] {
    return [...this.#queues.values()].map((queue) => queue.statistics);
  }

  /** Hands over what is due now, for at most `drainMs`, and closes the sinks; the rest stays in the store. */
  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(drainMs)));
  }

  #chosen(sinks: Iterable<string> | undefined): readonly SinkQueue[] {
    if (sinks === undefined) return [...this.#queues.values()];
    return [...sinks].flatMap((name) => this.#queues.get(name) ?? []);
  }
}
