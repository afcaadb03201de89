/** What a part is when it comes in; the journal knows no format and keeps its octets as they are. */
export interface PartToAppend {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly receivedAt: number;
  /** What carried it: `sms`, `udp` … */
  readonly binding: string;
  /** Name of the modem or listener, as events show it; null where there is none. */
  readonly source: string | null;
  /** PDU in upper-case hex (or the line as it stood where it was no hex); for other bindings the message octets in hex. */
  readonly octets: string;
  /** JSON with what else is needed to read it again after a crash (announced length, storage, HTTP headers …). */
  readonly facts: string;
  /** Equal fingerprints within the duplicate window are one part that came twice; null where the question does not arise. */
  readonly fingerprint: Uint8Array | null;
}

/** `open`: waits for the rest of its message. `used`: belongs to a message. `expired`: given up with its set, kept for inspection. */
export type PartState = 'open' | 'used' | 'duplicate' | 'expired';

export interface StoredPart extends PartToAppend {
  readonly id: string;
  /** Order of arrival, ascending. */
  readonly position: number;
  readonly state: PartState;
  readonly messageId: string | null;
  /** The part it repeats, where the state is `duplicate`. */
  readonly duplicateOf: string | null;
}

/** A message as it becomes known: the parts it is made of, what was found, and who is to have it. */
export interface MessageToComplete {
  readonly completedAt: number;
  readonly partIds: readonly string[];
  readonly verdict: string;
  readonly binding: string;
  readonly source: string | null;
  /** Sender as shown; null where unknown. */
  readonly from: string | null;
  readonly contentType: string | null;
  readonly applicationId: string | null;
  /** JSON of all that is shown of it (the `message` event without its id). */
  readonly facts: string;
  /** What sinks get as the body; null where there is none. */
  readonly body: Uint8Array | null;
  readonly sinks: readonly string[];
}

export type DeliveryState = 'pending' | 'taken' | 'refused' | 'dead';

/** One message on its way to one sink. */
export interface StoredDelivery {
  readonly messageId: string;
  readonly sink: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly firstAttemptAt: number | null;
  readonly lastAttemptAt: number | null;
  /** Not before this time. */
  readonly nextAttemptAt: number;
  readonly lastReason: string | null;
}

export interface StoredMessage extends MessageToComplete {
  /** Never shared by two messages, the same after a crash, a retry or a redelivery. */
  readonly id: string;
  readonly position: number;
  /** All deliveries of it are settled. */
  readonly settled: boolean;
}
