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
