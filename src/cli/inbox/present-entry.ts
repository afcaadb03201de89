import type { PartialMessage } from '../../bridge/index.js';
import type { JournalReader, MessageDetails, StoredDelivery, StoredMessage, StoredPart } from '../../journal/index.js';
import { isObject, type JsonObject } from '../json-view.js';

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** `pending`: some sink has not answered for good; `undelivered`: some sink refused it or was given up; `settled`: neither. */
export function stateOf(message: Pick<StoredMessage, 'settled'>, deliveries: readonly Pick<StoredDelivery, 'state'>[]): string {
  if (!message.settled) return 'pending';
  return deliveries.some(({ state }) => state === 'refused' || state === 'dead') ? 'undelivered' : 'settled';
}

/** A message as one line of `inbox list --json`. */
export function listedMessage(message: StoredMessage, journal: Pick<JournalReader, 'details'>): JsonObject {
  const deliveries = journal.details(message.id)?.deliveries ?? [];
  return {
    id: message.id,
    completedAt: iso(message.completedAt),
    state: stateOf(message, deliveries),
    verdict: message.verdict,
    binding: message.binding,
    modem: message.source,
    from: message.from,
    parts: message.partIds.length,
    contentType: message.contentType,
    applicationId: message.applicationId,
    deliveries: deliveries.map(presentDelivery),
  };
}

/** A message that is not whole, or not judged, as one line of `inbox list --json`; with `raw` its parts as stored. */
export function listedSet({ id, set, parts }: PartialMessage, raw: boolean): JsonObject {
  const { event, binding, modem, from, since, reason } = set;
  return {
    id,
    completedAt: null,
    state: event,
    verdict: null,
    binding,
    modem,
    from,
    parts: parts.length,
    ...(set.event === 'held' ? {} : { total: set.concatenation.total, concatenation: set.concatenation, missing: set.missing }),
    since,
    ...(reason === undefined ? {} : { reason }),
    deliveries: [],
    ...(raw && set.event !== 'held' ? { sequences: set.parts.map(({ sequence }) => sequence) } : {}),
    ...(raw ? { rawParts: parts.map(presentPart) } : {}),
  };
}

/** Everything known of a message. */
export function shownMessage({ message, parts, deliveries, attempts }: MessageDetails): JsonObject {
  return {
    ...factsOf(message),
    completedAt: iso(message.completedAt),
    state: stateOf(message, deliveries),
    deliveries: deliveries.map(presentDelivery),
    attempts: attempts.map(({ sink, number, at, outcome, reason }) => ({ sink, number, at: iso(at), outcome, reason })),
    rawParts: parts.map(presentPart),
    body: message.body === null ? null : Buffer.from(message.body).toString('hex').toUpperCase(),
  };
}

/** The `message` object of the contract, as every sink got it. */
export function factsOf(message: Pick<StoredMessage, 'id' | 'facts'>): JsonObject {
  const facts: unknown = JSON.parse(message.facts);
  return { event: 'message', id: message.id, ...(isObject(facts) ? facts : {}) };
}

function presentDelivery(delivery: StoredDelivery): JsonObject {
  const { sink, state, attempts, firstAttemptAt, lastAttemptAt, nextAttemptAt, lastReason } = delivery;
  return {
    sink,
    state,
    attempts,
    firstAttemptAt: iso(firstAttemptAt),
    lastAttemptAt: iso(lastAttemptAt),
    nextAttemptAt: state === 'pending' ? iso(nextAttemptAt) : null,
    lastReason,
  };
}

function presentPart(part: StoredPart): JsonObject {
  const { id, receivedAt, binding, source, state, octets } = part;
  return { id, receivedAt: iso(receivedAt), binding, modem: source, state, pdu: octets };
}
