import type { ErrorCode } from '../errors.js';

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
  /** How far back an equal fingerprint counts, in milliseconds, where that is less than the journal's duplicate window. */
  readonly duplicateWithinMs?: number;
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

/** What {@link Journal.append} answers once the part is on disk. */
export interface AppendedPart {
  readonly id: string;
  readonly position: number;
  /** Id of the part it repeats; null where it is new. */
  readonly duplicateOf: string | null;
}

/** What {@link Journal.complete} answers once the message is on disk. */
export interface CompletedMessage {
  readonly id: string;
  readonly position: number;
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

/** A delivery that waits, as a queue needs it: without the message's facts and body. */
export interface PendingDelivery {
  readonly messageId: string;
  /** Order of completion, ascending. */
  readonly position: number;
  /** When it was completed, or handed over again by hand: the age after which it is given up counts from here. */
  readonly pendingSince: number;
  readonly attempts: number;
  /** Not before this time. */
  readonly nextAttemptAt: number;
}

/** What came of one try at one sink; `dead` gives up without having asked again. */
export type AttemptOutcome = 'taken' | 'later' | 'refused' | 'dead';

export interface AttemptToRecord {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  /** Where the outcome is `later`: not before this time. */
  readonly nextAttemptAt: number;
}

export interface StoredAttempt {
  readonly sink: string;
  readonly number: number;
  readonly at: number;
  readonly outcome: AttemptOutcome | 'redelivered';
  readonly reason: string | null;
}

/** All that is known of one message. */
export interface MessageDetails {
  readonly message: StoredMessage;
  readonly parts: readonly StoredPart[];
  readonly deliveries: readonly StoredDelivery[];
  /** Oldest first; of a delivery tried very often only the latest. */
  readonly attempts: readonly StoredAttempt[];
}

/** Which messages to list; what is absent does not filter. */
export interface MessageFilter {
  readonly verdict?: string;
  readonly from?: string;
  /** Completed at or after this time. */
  readonly since?: number;
  /** Completed before this time. */
  readonly until?: number;
  /** `pending`: some sink has not answered for good; `undelivered`: some sink refused it or was given up; `settled`: neither. */
  readonly state?: 'pending' | 'undelivered' | 'settled';
  /** Only messages before this position: for reading on, newest first. */
  readonly before?: number;
  /** At most so many; 100 unless given. */
  readonly limit?: number;
}

/** A DM notification that was completed, as far as later ones are held against it. */
export interface StoredNotification {
  /** JSON of all that is shown of it. */
  readonly facts: string;
  /** JSON of what stands beside its first part. */
  readonly partFacts: string;
  /** Order of arrival of its first part. */
  readonly partPosition: number;
}

/** A set of parts that was given up, with the parts that came. */
export interface DeadLetter {
  readonly id: string;
  readonly expiredAt: number;
  readonly reason: string;
  readonly parts: readonly StoredPart[];
}

/** `leaving` is written before the modem is asked: found after a crash it means that the part may or may not have left. */
export type OutboxPartState = 'queued' | 'leaving' | 'sent' | 'not-sent' | 'unknown';

/** One short message of a send. */
export interface OutboxPart {
  /** Order in which the parts leave, from 0. */
  readonly ordinal: number;
  readonly sequence: number;
  /** Upper-case hex. */
  readonly pdu: string;
  readonly tpduOctets: number;
  readonly state: OutboxPartState;
  /** How often a modem was asked to send it. */
  readonly tries: number;
  readonly modem: string | null;
  /** When the modem was last asked; null where it never was. */
  readonly leftAt: number | null;
  readonly messageReference: number | null;
  /** JSON of why it was not sent, or why nobody knows. */
  readonly error: string | null;
  /** TP-ST of the last status report that counts; null where none came. */
  readonly reportStatus: number | null;
  /** Raw hex of the service centre time stamp of that report. */
  readonly reportTime: string | null;
  readonly reportedAt: number | null;
}

export type SendState = 'queued' | 'sending' | 'finished' | 'cancelled';

/** A message to be sent, before its first part leaves. */
export interface SendToEnqueue {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly createdAt: number;
  readonly to: string;
  /** Name of the modem that is to send it; null where any may. */
  readonly modem: string | null;
  /** The higher goes first. */
  readonly priority: number;
  /** JSON of what is shown of it, and of how it is to be sent. No secret stands here. */
  readonly facts: string;
  readonly parts: readonly { readonly sequence: number; readonly pdu: string; readonly tpduOctets: number }[];
}

/** A message in the outbox. */
export interface StoredSend extends Omit<SendToEnqueue, 'parts'> {
  readonly id: string;
  readonly position: number;
  readonly state: SendState;
  /** The subscription that sends it, as the bridge names those who receive. */
  readonly receiver: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly parts: readonly OutboxPart[];
}

/** What changes of a send; what is absent stays. All of one record is on disk together or not at all. */
export interface SendRecord {
  readonly state?: SendState;
  readonly receiver?: string;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Parts as they now are. */
  readonly parts?: readonly OutboxPart[];
}

/** A part that a status report with a certain reference may be about. */
export interface ReportablePart {
  readonly sendId: string;
  readonly to: string;
  readonly receiver: string | null;
  readonly facts: string;
  readonly part: OutboxPart;
}

export interface JournalCounters {
  readonly openParts: number;
  /** Messages that some sink has not answered for good. */
  readonly unsettledMessages: number;
  /** Messages that some sink refused or that were given up for it. */
  readonly undeliveredMessages: number;
  readonly deadLetters: number;
  /** Octets in use in the database file. */
  readonly sizeOctets: number;
}

/** Whether storing works; where it does not, since when and why. */
export type JournalHealth =
  | { readonly state: 'storing' }
  | { readonly state: 'failing'; readonly since: number; readonly code: ErrorCode; readonly message: string };

/** Steps of the journal's work at which a torture harness may end the process. */
export type JournalPoint =
  | 'migrate:before'
  | 'migrate:after'
  | 'begin:before'
  | 'begin:after'
  | 'part:inserted'
  | 'message:inserted'
  | 'message:parts-used'
  | 'message:deliveries-inserted'
  | 'attempt:recorded'
  | 'send:enqueued'
  | 'send:recorded'
  | 'expired'
  | 'redelivered'
  | 'retention:removed'
  | 'commit:before'
  | 'commit:after'
  | 'answered'
  | 'checkpoint:before'
  | 'checkpoint:after';

/** How long what is settled stays. What is not settled stays for ever. */
export interface Retention {
  /** Settled messages, duplicates: removed when older. */
  readonly settledForMs: number;
  /** Refused, dead and given-up ones: removed when older. */
  readonly undeliveredForMs: number;
  /** Settled messages are removed, oldest first, while more octets than these are in use. */
  readonly maximumOctets: number;
}

/** The questions a journal answers; a reader may ask them while another process writes. */
export interface JournalReader {
  /** Parts whose message is not complete, in the order they came. */
  openParts(): readonly StoredPart[];
  part(id: string): StoredPart | null;
  /** Newest first. */
  messages(filter?: MessageFilter): readonly StoredMessage[];
  message(id: string): StoredMessage | null;
  /** Ids of messages that begin so, in their own order. */
  messageIds(beginning: string, limit: number): readonly string[];
  details(id: string): MessageDetails | null;
  /** Messages with the verdict `dm-notification`, newest first. */
  notifications(limit: number): readonly StoredNotification[];
  /** What a sink needs of a message: its facts as stored, and its body. */
  handover(id: string): { readonly facts: string; readonly body: Uint8Array | null } | null;
  /** Newest first. */
  deadLetters(limit?: number): readonly DeadLetter[];
  /** What waits for a sink in order of completion, after the position given. */
  pendingDeliveries(sink: string, options?: { readonly after?: number; readonly limit?: number }): readonly PendingDelivery[];
  /** What waits for a sink and may be tried at `now`, longest due first. */
  dueDeliveries(sink: string, now: number, limit: number): readonly PendingDelivery[];
  /** The earliest time at which something that waits for a sink may be tried; null where nothing waits. */
  nextDueAt(sink: string): number | null;
  /** How much waits for which sink, also for sinks that nobody configures any more. */
  pendingSinks(): readonly { readonly sink: string; readonly count: number }[];
  /** What is in the outbox, newest first. */
  sends(filter?: { readonly state?: SendState; readonly before?: number; readonly limit?: number }): readonly StoredSend[];
  send(id: string): StoredSend | null;
  /** What has not ended: the order in which it is to be sent. */
  openSends(): readonly StoredSend[];
  /** When a subscription began to send, since a time, oldest first. */
  sendStarts(receiver: string, since: number): readonly number[];
  /** Parts that left under a message reference within a time, both ends included. */
  partsByReference(messageReference: number, since: number, until: number): readonly ReportablePart[];
  counters(): JournalCounters;
  close(): void;
}

/** What was received, kept on disk until it is settled. Every promise of a write resolves once it is on disk. */
export interface Journal extends JournalReader {
  readonly path: string;
  /** Stores a part; rejects with `journal/not-stored` where it could not, and then it must not be acknowledged. */
  append(part: PartToAppend): Promise<AppendedPart>;
  /** Turns open parts into a message with one delivery for each sink, in one commit. */
  complete(message: MessageToComplete): Promise<CompletedMessage>;
  /** Gives up a set of open parts; they are kept as a dead letter, whose id is the answer. */
  expire(partIds: readonly string[], reason: string): Promise<string>;
  /** Notes what a sink said. An answer for a delivery that is settled already changes nothing. */
  recordAttempt(messageId: string, sink: string, attempt: AttemptToRecord): Promise<void>;
  /**
   * Where the clock was set since the last write: moves the times of what waits for its sinks with it, so that delays and ages stay what they
   * are; null where it was not, and nothing is to be waited for.
   */
  followClock(): Promise<void> | null;
  /** Hands a message over again, to all its sinks or to those named (which may be new ones); the answer names them. */
  redeliver(id: string, sinks?: readonly string[]): Promise<readonly string[]>;
  /** The next number of a series kept under a key: 0 to `modulus` - 1 and round again, across restarts. */
  nextNumber(key: string, modulus: number): Promise<number>;
  /** Takes a message into the outbox; the answer is its id. */
  enqueue(send: SendToEnqueue): Promise<string>;
  /** Notes what became of a send and of its parts. */
  recordSend(id: string, record: SendRecord): Promise<void>;
  /** Cancels a send of which nothing has left; false where it is too late. */
  cancelSend(id: string): Promise<boolean>;
  /** Removes what retention allows; resolves with the number of messages removed. */
  retain(retention: Retention): Promise<number>;
  readonly health: JournalHealth;
}
