import { type Clock, type Logger, type Random, reached } from '../runtime/index.js';
import { reasonOf } from './errors.js';
import { defaultRetry, retryDelayMs } from './retry.js';
import type {
  AttemptRecord,
  DeliveryEvent,
  DeliveryReceipt,
  DeliveryStore,
  Handover,
  PendingHandover,
  RetryPolicy,
  SinkPlan,
  SinkStatistics,
} from './types.js';

/** Deliveries read from the store at once; bodies are read one by one. */
const pageSize = 64;
const defaultConcurrency = 4;
const defaultTimeoutMs = 30_000;
/** Where order does not matter and a lane is free: how often to look for retries that have become due. */
const lookAgainMs = 1000;
/** Wait before the store is asked again after it failed. */
const storeFaultDelayMs = 1000;
const longestTimerMs = 86_400_000;

export interface SinkQueueContext {
  readonly store: DeliveryStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly onEvent: (event: DeliveryEvent) => void;
}

/** Serves one sink: reads what waits for it, hands it over, notes the answer. It keeps nothing that is not in the store. */
export class SinkQueue {
  readonly #plan: SinkPlan;
  readonly #context: SinkQueueContext;
  readonly #retry: RetryPolicy;
  readonly #underWay = new Set<string>();
  /** Aborts tries under way; only a close that ran out of time does. */
  readonly #halt = new AbortController();
  /** Ends waiting for the next thing to do. */
  #rouse: (() => void) | undefined;
  #roused = false;
  #draining = false;
  #running: Promise<void> = Promise.resolve();
  #statistics = { taken: 0, later: 0, refused: 0, dead: 0 };
  #lastReason: string | null = null;
  #sleepsForRetry = false;
  /** By a clock that never jumps. */
  #startedAt = 0;

  constructor(plan: SinkPlan, context: SinkQueueContext) {
    this.#plan = plan;
    this.#context = context;
    this.#retry = plan.retry ?? defaultRetry;
  }

  get statistics(): SinkStatistics {
    const { name, kind } = this.#plan.sink;
    return { sink: name, kind, ...this.#statistics, underWay: this.#underWay.size, lastReason: this.#lastReason };
  }

  start(): void {
    this.#startedAt = this.#context.clock.monotonic();
    this.#running = this.#run();
  }

  /** There is something new in the store. */
  wake(): void {
    // An ordered queue that waits for its head to be due gains nothing from what came behind it.
    if (this.#sleepsForRetry && this.#plan.ordered !== false) return;
    this.retryNow();
  }

  /** Looks into the store again, also where it waits for a retry: something in it may have become due. */
  retryNow(): void {
    this.#roused = true;
    this.#rouse?.();
  }

  /** Hands over what is due, for at most `drainMs`; what then is still under way is aborted and stays pending. */
  async close(drainMs: number): Promise<void> {
    this.#draining = true;
    this.#rouse?.();
    const cancel = this.#context.clock.after(drainMs, () => this.#halt.abort(), { keepAlive: true });
    await this.#running;
    cancel();
    this.#halt.abort();
    await this.#plan.sink.close();
  }

  async #run(): Promise<void> {
    while (!this.#halt.signal.aborted) {
      try {
        const dueInMs = this.#plan.ordered === false ? await this.#serveDue() : await this.#serveInOrder();
        if (dueInMs === 'more') continue;
        if (this.#draining) return;
        await this.#wait(dueInMs);
      } catch (caught) {
        this.#context.logger.error('deliveries cannot be read or noted', { sink: this.#plan.sink.name, reason: reasonOf(caught) });
        if (this.#draining) return;
        await this.#pause(storeFaultDelayMs);
      }
    }
  }

  /** Serves one page; the answer is in how many milliseconds to look again, `more` for at once, null for when something new comes. */
  async #serveInOrder(): Promise<number | 'more' | null> {
    reached('delivery:looking');
    const now = await this.#timeOfStore();
    const page = this.#context.store.pendingDeliveries(this.#plan.sink.name, { limit: pageSize });
    const notes: Promise<void>[] = [];
    let next: number | 'more' | null = page.length === 0 ? null : 'more';
    for (const pending of page) {
      if (this.#halt.signal.aborted) break;
      if (pending.nextAttemptAt > now()) {
        next = pending.nextAttemptAt - now();
        break;
      }
      const { noted, settled } = await this.#try(pending, now);
      notes.push(noted);
      if (!settled) break;
    }
    await Promise.all(notes);
    return next;
  }

  /** Keeps as many tries under way as it may while something is due. */
  async #serveDue(): Promise<number | null> {
    const { store } = this.#context;
    const { sink, concurrency = defaultConcurrency } = this.#plan;
    const lanes = new Map<string, Promise<void>>();
    for (;;) {
      const now = await this.#timeOfStore();
      const due = this.#halt.signal.aborted ? [] : store.dueDeliveries(sink.name, now(), concurrency + lanes.size);
      for (const pending of due) {
        if (lanes.size >= concurrency) break;
        if (lanes.has(pending.messageId)) continue;
        lanes.set(
          pending.messageId,
          this.#serveOne(pending, now).finally(() => lanes.delete(pending.messageId)),
        );
      }
      if (lanes.size === 0) {
        const dueAt = store.nextDueAt(sink.name);
        return dueAt === null ? null : dueAt - now();
      }
      if (lanes.size >= concurrency || this.#draining) await Promise.race(lanes.values());
      else await this.#waitFor(Promise.race(lanes.values()), lookAgainMs);
    }
  }

  /** The time by which what is read from the store now is due; it goes on from there without a jump, however the clock is set meanwhile. */
  async #timeOfStore(): Promise<() => number> {
    const { clock, store } = this.#context;
    await store.followClock();
    const sinceZero = clock.now() - clock.monotonic();
    return () => sinceZero + clock.monotonic();
  }

  async #serveOne(pending: PendingHandover, now: () => number): Promise<void> {
    try {
      await (await this.#try(pending, now)).noted;
    } catch (caught) {
      this.#context.logger.error('a delivery cannot be read or noted', { sink: this.#plan.sink.name, reason: reasonOf(caught) });
      await this.#pause(storeFaultDelayMs);
    }
  }

  /**
   * One try. `noted` resolves once its outcome is on disk; `settled` says that the next in order may follow.
   * @param now the time by which `pending` was read
   */
  async #try(pending: PendingHandover, now: () => number): Promise<{ readonly noted: Promise<void>; readonly settled: boolean }> {
    const { clock, random } = this.#context;
    reached('delivery:begun');
    this.#underWay.add(pending.messageId);
    const receipt = await this.#ask(pending).finally(() => this.#underWay.delete(pending.messageId));
    if (receipt === null) return { noted: Promise.resolve(), settled: false };
    reached('delivery:answered');
    const at = clock.now();
    const attempts = pending.attempts + 1;
    if (receipt.outcome === 'dead')
      return { noted: this.#note(pending, attempts - 1, { at, nextAttemptAt: at, ...receipt }), settled: true };
    if (receipt.outcome !== 'later') {
      const reason = receipt.outcome === 'refused' ? receipt.reason : null;
      return { noted: this.#note(pending, attempts, { at, outcome: receipt.outcome, reason, nextAttemptAt: at }), settled: true };
    }
    const { reason } = receipt;
    // What was kept while nothing ran is not given up before its sink has had time to be started as well.
    const { giveUpAfterMs, maximumDelayMs } = this.#retry;
    const graceMs = this.#startedAt + Math.min(giveUpAfterMs, maximumDelayMs) - clock.monotonic();
    const leftMs = Math.max(graceMs, pending.pendingSince + giveUpAfterMs - now());
    const delayMs = Math.ceil(retryDelayMs(this.#retry, attempts, random, receipt.retryAfterMs));
    const againMs = leftMs > 0 ? Math.min(delayMs, Math.ceil(leftMs)) : delayMs;
    await this.#note(pending, attempts, { at, outcome: 'later', reason, nextAttemptAt: at + againMs });
    if (leftMs > 0) return { noted: Promise.resolve(), settled: false };
    return {
      noted: this.#note(pending, attempts, { at, outcome: 'dead', reason: `given up: ${reason}`, nextAttemptAt: at }),
      settled: true,
    };
  }

  /** What the sink says within its time; null where a close ended the try. */
  async #ask(pending: PendingHandover): Promise<DeliveryReceipt | { readonly outcome: 'dead'; readonly reason: string } | null> {
    const { clock, store, logger } = this.#context;
    const { sink, timeoutMs = defaultTimeoutMs } = this.#plan;
    const stored = store.handover(pending.messageId);
    const facts = stored === null ? null : parseFacts(stored.facts, pending.messageId);
    if (stored === null || facts === null) return { outcome: 'dead', reason: 'the message cannot be read from the journal' };
    const handover: Handover = { id: pending.messageId, facts, body: stored.body, attempt: pending.attempts + 1 };
    const abort = new AbortController();
    const answer = sink.accept(handover, { signal: abort.signal }).catch((caught: unknown): DeliveryReceipt => {
      if (abort.signal.aborted) logger.debug('a try that was given up ended', { sink: sink.name, reason: reasonOf(caught) });
      return { outcome: 'later', reason: reasonOf(caught) };
    });
    return new Promise((resolve) => {
      const finish = (receipt: DeliveryReceipt | null): void => {
        cancel();
        this.#halt.signal.removeEventListener('abort', onHalt);
        resolve(receipt);
      };
      const onHalt = (): void => {
        abort.abort();
        finish(null);
      };
      const cancel = clock.after(timeoutMs, () => {
        abort.abort();
        finish({ outcome: 'later', reason: `no answer within ${timeoutMs / 1000} s` });
      });
      if (this.#halt.signal.aborted) return onHalt();
      this.#halt.signal.addEventListener('abort', onHalt, { once: true });
      answer.then(finish);
    });
  }

  /** Writes an outcome down; where the disk fails, again until it is down or the queue is closed: the sink is not asked again for that. */
  async #note(pending: PendingHandover, attempts: number, record: AttemptRecord): Promise<void> {
    const { clock, store, logger, onEvent } = this.#context;
    const { name } = this.#plan.sink;
    const since = clock.monotonic();
    const delayMs = record.nextAttemptAt - record.at;
    let { nextAttemptAt } = record;
    for (let failed = true; failed; ) {
      try {
        await store.recordAttempt(pending.messageId, name, { ...record, nextAttemptAt });
        failed = false;
      } catch (caught) {
        logger.error('an answer cannot be noted', { sink: name, id: pending.messageId, reason: reasonOf(caught) });
        if (this.#draining || this.#halt.signal.aborted) return;
        await this.#pause(storeFaultDelayMs);
        // The delay runs from the try, also where the clock was set while the disk failed.
        nextAttemptAt = Math.round(clock.now() + delayMs - (clock.monotonic() - since));
      }
    }
    reached(`delivery:noted-${record.outcome}`);
    this.#statistics[record.outcome] += 1;
    if (record.outcome === 'taken') return onEvent({ event: 'delivered', id: pending.messageId, sink: name, attempts });
    this.#lastReason = record.reason;
    onEvent({
      event: 'delivery-failed',
      id: pending.messageId,
      sink: name,
      outcome: record.outcome,
      reason: record.reason ?? '',
      attempts,
      nextAttemptAt: record.outcome === 'later' ? nextAttemptAt : null,
    });
  }

  /** Until it is roused, or for a time. */
  async #wait(ms: number | null): Promise<void> {
    this.#sleepsForRetry = ms !== null;
    await this.#waitFor(null, ms);
    this.#sleepsForRetry = false;
  }

  /** As {@link #wait}, and at most until `other` is over. */
  async #waitFor(other: Promise<void> | null, ms: number | null): Promise<void> {
    if (!this.#roused && !this.#draining) {
      await new Promise<void>((resolve) => {
        const { clock } = this.#context;
        // A timer longer than this would overflow; the queue then just looks again.
        const cancel = ms === null ? () => {} : clock.after(Math.min(ms, longestTimerMs), resolve);
        this.#rouse = () => {
          cancel();
          resolve();
        };
        other?.then(this.#rouse);
      });
    }
    this.#rouse = undefined;
    this.#roused = false;
  }

  /** Waits after a fault of the store; a close that ran out of time ends it. */
  #pause(delayMs: number): Promise<void> {
    const { signal } = this.#halt;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.#context.clock.after(delayMs, finish);
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}

/** The `message` object with its id in it; null where what was stored is no object. */
function parseFacts(text: string, id: string): Readonly<Record<string, unknown>> | null {
  try {
    const facts: unknown = JSON.parse(text);
    if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) return null;
    return { event: 'message', id, ...facts };
  } catch (caught) {
    if (caught instanceof SyntaxError) return null;
    throw caught;
  }
}
