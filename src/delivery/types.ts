/** A message as a sink gets it. */
export interface Handover {
  readonly id: string;
  /** The `message` object of the contract, id included, ready to be serialised. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The push's body, or the datagram's octets of what is no push; null where there is neither. */
  readonly body: Uint8Array | null;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** What a sink says: `taken` closes the entry, `later` is tried again, `refused` is not tried again and kept. */
export type DeliveryReceipt =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'later'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly outcome: 'refused'; readonly reason: string };

/** Somewhere a message can be handed on to. It may see the same id twice. */
export interface Sink {
  readonly name: string;
  readonly kind: string;
  accept(handover: Handover, options: { readonly signal: AbortSignal }): Promise<DeliveryReceipt>;
  close(): Promise<void>;
}

/** A delivery that waits in the store. */
export interface PendingHandover {
  readonly messageId: string;
  /** Order of completion, ascending. */
  readonly position: number;
  /** Milliseconds since 1970-01-01 UTC: its age counts from here. */
  readonly pendingSince: number;
  /** Tries so far. */
  readonly attempts: number;
  /** Not before this time. */
  readonly nextAttemptAt: number;
}

/** What came of one try; `dead` gives up without having asked again. */
export interface AttemptRecord {
  readonly at: number;
  readonly outcome: 'taken' | 'later' | 'refused' | 'dead';
  readonly reason: string | null;
  readonly nextAttemptAt: number;
}

/** Where deliveries wait; a journal is one. */
export interface DeliveryStore {
  /** What waits for a sink in order of completion. */
  pendingDeliveries(sink: string, options: { readonly limit: number }): readonly PendingHandover[];
  /** What waits for a sink and may be tried at `now`, longest due first. */
  dueDeliveries(sink: string, now: number, limit: number): readonly PendingHandover[];
  /** The earliest time at which something waiting for a sink may be tried; null where nothing waits. */
  nextDueAt(sink: string): number | null;
  /** Where the clock was set: moves the times of all that waits with it; null where it was not. */
  followClock(): Promise<void> | null;
  /** Facts as JSON, and the body; null where the message is gone. */
  handover(messageId: string): { readonly facts: string; readonly body: Uint8Array | null } | null;
  /** Resolves once it is on disk. */
  recordAttempt(messageId: string, sink: string, attempt: AttemptRecord): Promise<void>;
}

/** When a sink that said "later" is asked again. */
export interface RetryPolicy {
  /** Wait before the second try; it doubles with every further one. */
  readonly firstDelayMs: number;
  readonly maximumDelayMs: number;
  /** Age at which a message that the sink never took is declared dead, and kept. */
  readonly giveUpAfterMs: number;
}

/** A sink with how it is to be served. */
export interface SinkPlan {
  readonly sink: Sink;
  /** In order of completion, one at a time (the default); otherwise whatever is due, several at a time. */
  readonly ordered?: boolean;
  /** Tries under way at once where order does not matter; 4 unless given. */
  readonly concurrency?: number;
  readonly retry?: RetryPolicy;
  /** Longest wait for the answer to one try; 30 s unless given. */
  readonly timeoutMs?: number;
}

/** What is told of each try. */
export type DeliveryEvent =
  | { readonly event: 'delivered'; readonly id: string; readonly sink: string; readonly attempts: number }
  | {
      readonly event: 'delivery-failed';
      readonly id: string;
      readonly sink: string;
      readonly outcome: 'later' | 'refused' | 'dead';
      readonly reason: string;
      readonly attempts: number;
      /** Where the outcome is `later`: not before this time. */
      readonly nextAttemptAt: number | null;
    };

export interface SinkStatistics {
  readonly sink: string;
  readonly kind: string;
  readonly taken: number;
  readonly later: number;
  readonly refused: number;
  readonly dead: number;
  /** Tries under way. */
  readonly underWay: number;
  /** What the sink said last when it did not take something; null where it took everything. */
  readonly lastReason: string | null;
}
