import type { AttemptOutcome, DeliveryState, PartState, StoredAttempt, StoredDelivery, StoredMessage, StoredPart } from './types.js';

/** A row of `part` joined with its message's id. */
export interface PartRow {
  readonly position: number;
  readonly received_at: number;
  readonly binding: string;
  readonly source: string | null;
  readonly octets: Uint8Array | string;
  readonly facts: string;
  readonly fingerprint: Uint8Array | null;
  readonly state: PartState;
  readonly message_id: string | null;
  readonly duplicate_of: number | null;
}

export interface MessageRow {
  readonly position: number;
  readonly id: string;
  readonly completed_at: number;
  readonly verdict: string;
  readonly binding: string;
  readonly source: string | null;
  readonly sender: string | null;
  readonly content_type: string | null;
  readonly application_id: string | null;
  readonly facts: string;
  readonly body: Uint8Array | null;
  readonly pending: number;
}

export interface DeliveryRow {
  readonly sink: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly first_attempt_at: number | null;
  readonly last_attempt_at: number | null;
  readonly next_attempt_at: number;
  readonly last_reason: string | null;
}

export interface AttemptRow {
  readonly sink: string;
  readonly number: number;
  readonly at: number;
  readonly outcome: AttemptOutcome | 'redelivered';
  readonly reason: string | null;
}

/** A part's id is its position in decimal. */
export const partId = (position: number): string => String(position);

/** The position a part's id stands for; null where it is no id of ours. */
export function partPosition(id: string): number | null {
  return /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : null;
}

/**
 * Hexadecimal digits as octets; any other text as a JSON string, since the database cuts text off at a NUL and cannot
 * keep half a surrogate pair.
 */
export function packOctets(octets: string): Uint8Array | string {
  return /^(?:[0-9A-F]{2})*$/.test(octets) ? Buffer.from(octets, 'hex') : JSON.stringify(octets);
}

function unpackOctets(stored: Uint8Array | string): string {
  if (typeof stored !== 'string') return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex').toUpperCase();
  // Retention has taken the octets of a part whose fingerprint is still needed.
  if (stored === '') return '';
  const text: unknown = JSON.parse(stored);
  return typeof text === 'string' ? text : stored;
}

/** Text to list and filter by, with a visible sign for NUL, at which the database would cut it off; the exact text stands in the facts. */
export const columnText = (text: string): string => text.replaceAll('\u0000', '\u2400');

/** As {@link columnText}, where there may be none. */
export const columnTextOrNull = (text: string | null): string | null => (text === null ? null : columnText(text));

export function toStoredPart(row: PartRow): StoredPart {
  return {
    id: partId(row.position),
    position: row.position,
    receivedAt: row.received_at,
    binding: row.binding,
    source: row.source,
    octets: unpackOctets(row.octets),
    facts: row.facts,
    fingerprint: row.fingerprint === null ? null : new Uint8Array(row.fingerprint),
    state: row.state,
    messageId: row.message_id,
    duplicateOf: row.duplicate_of === null ? null : partId(row.duplicate_of),
  };
}

export function toStoredMessage(row: MessageRow, partIds: readonly string[], sinks: readonly string[]): StoredMessage {
  return {
    id: row.id,
    position: row.position,
    completedAt: row.completed_at,
    partIds,
    verdict: row.verdict,
    binding: row.binding,
    source: row.source,
    from: row.sender,
    contentType: row.content_type,
    applicationId: row.application_id,
    facts: row.facts,
    body: row.body === null ? null : new Uint8Array(row.body),
    sinks,
    settled: row.pending === 0,
  };
}

export function toStoredDelivery(messageId: string, row: DeliveryRow): StoredDelivery {
  return {
    messageId,
    sink: row.sink,
    state: row.state,
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at,
    lastAttemptAt: row.last_attempt_at,
    nextAttemptAt: row.next_attempt_at,
    lastReason: row.last_reason,
  };
}

export const toStoredAttempt = (row: AttemptRow): StoredAttempt => ({
  sink: row.sink,
  number: row.number,
  at: row.at,
  outcome: row.outcome,
  reason: row.reason,
});
