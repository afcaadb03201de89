import type { DeliveryReceipt, Handover, Sink } from './types.js';

/** A consumer that answers as it is told and remembers what it saw. */
export interface RecordingSink extends Sink {
  readonly seen: Handover[];
  readonly ids: readonly string[];
  /** What it says; it may wait. */
  answer: (handover: Handover, signal: AbortSignal) => DeliveryReceipt | Promise<DeliveryReceipt>;
  closed: boolean;
}

export function recordingSink(name: string, answer: RecordingSink['answer'] = () => ({ outcome: 'taken' })): RecordingSink {
  const seen: Handover[] = [];
  return {
    name,
    kind: 'recording',
    seen,
    get ids() {
      return seen.map(({ id }) => id);
    },
    answer,
    closed: false,
    async accept(handover, { signal }) {
      seen.push(handover);
      return this.answer(handover, signal);
    },
    close() {
      this.closed = true;
      return Promise.resolve();
    },
  };
}
