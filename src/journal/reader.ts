import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { readOutbox } from './outbox.js';
import {
  type AttemptRow,
  columnText,
  type DeliveryRow,
  type MessageRow,
  type PartRow,
  partId,
  partPosition,
  toStoredAttempt,
  toStoredDelivery,
  toStoredMessage,
  toStoredPart,
} from './rows.js';
import { sizeQuery } from './schema.js';
import type { DeadLetter, JournalReader, MessageFilter, PendingDelivery, StoredMessage, StoredPart } from './types.js';

const partColumns = `part.position, received_at, part.binding, part.source, octets, part.facts, fingerprint, state,
  message.id AS message_id, duplicate_of FROM part LEFT JOIN message ON message.position = part.message`;

const pendingColumns = `message.id AS messageId, message.position, delivery.pending_since AS pendingSince, delivery.attempts,
  delivery.next_attempt_at AS nextAttemptAt`;

/** Answers questions from an open database; `close` is the caller's. */
export function readJournal(database: DatabaseSyncInstance): Omit<JournalReader, 'close'> {
  const openParts = database.prepare(`SELECT ${partColumns} WHERE state = 'open' ORDER BY part.position`);
  const partByPosition = database.prepare(`SELECT ${partColumns} WHERE part.position = ?`);
  const partsOfMessage = database.prepare(`SELECT ${partColumns} WHERE part.message = ? ORDER BY part.ordinal`);
  const partsOfLetter = database.prepare(`SELECT ${partColumns} WHERE part.dead_letter = ? ORDER BY part.position`);
  const partPositions = database.prepare('SELECT position FROM part WHERE message = ? ORDER BY ordinal');
  const messageById = database.prepare('SELECT * FROM message WHERE id = ?');
  const idsLike = database.prepare('SELECT id FROM message WHERE id >= ? AND id < ? ORDER BY id LIMIT ?');
  const handover = database.prepare('SELECT facts, body FROM message WHERE id = ?');
  const notifications = database.prepare(`SELECT message.facts, part.facts AS partFacts, part.position AS partPosition
    FROM message INDEXED BY message_notification JOIN part ON part.message = message.position AND part.ordinal = 0
    WHERE message.verdict = 'dm-notification' ORDER BY message.position DESC LIMIT ?`);
  const deliveries = database.prepare('SELECT * FROM delivery WHERE message = ? ORDER BY sink');
  const attempts = database.prepare('SELECT * FROM attempt WHERE message = ? ORDER BY at, number, sink');
  const letters = database.prepare('SELECT * FROM dead_letter ORDER BY position DESC LIMIT ?');
  const due = database.prepare(`SELECT ${pendingColumns}
    FROM delivery INDEXED BY delivery_due JOIN message ON message.position = delivery.message
    WHERE delivery.state = 'pending' AND delivery.sink = ? AND delivery.next_attempt_at <= ?
    ORDER BY delivery.next_attempt_at, delivery.message LIMIT ?`);
  const nextDue = database.prepare(
    "SELECT min(next_attempt_at) AS dueAt FROM delivery INDEXED BY delivery_due WHERE state = 'pending' AND sink = ?",
  );
  const pending = database.prepare(`SELECT ${pendingColumns}
    FROM delivery INDEXED BY delivery_pending JOIN message ON message.position = delivery.message
    WHERE delivery.state = 'pending' AND delivery.sink = ? AND delivery.message > ? ORDER BY delivery.message LIMIT ?`);
  const pendingSinks = database.prepare("SELECT sink, count(*) AS count FROM delivery WHERE state = 'pending' GROUP BY sink ORDER BY sink");
  const counts = database.prepare(`SELECT
    (SELECT count(*) FROM part WHERE state = 'open') AS openParts,
    (SELECT count(*) FROM message WHERE pending > 0) AS unsettledMessages,
    (SELECT count(*) FROM message INDEXED BY message_undelivered WHERE undelivered > 0) AS undeliveredMessages,
    (SELECT count(*) FROM dead_letter) AS deadLetters,
    (${sizeQuery}) AS sizeOctets`);

  const complete = (row: MessageRow): StoredMessage => {
    const parts: { position: number }[] = partPositions.all(row.position);
    const sinks: DeliveryRow[] = deliveries.all(row.position);
    return toStoredMessage(
      row,
      parts.map(({ position }) => partId(position)),
      sinks.map(({ sink }) => sink),
    );
  };
  const rowById = (id: string): MessageRow | undefined => messageById.get(id);

  return {
    openParts(): readonly StoredPart[] {
      const rows: PartRow[] = openParts.all();
      return rows.map(toStoredPart);
    },
    part(id): StoredPart | null {
      const row: PartRow | undefined = partByPosition.get(partPosition(id));
      return row === undefined ? null : toStoredPart(row);
    },
    messages(filter: MessageFilter = {}): readonly StoredMessage[] {
      const { where, values } = conditions(filter);
      const rows: MessageRow[] = database
        .prepare(`SELECT * FROM message ${where} ORDER BY position DESC LIMIT ?`)
        .all(...values, filter.limit ?? 100);
      return rows.map(complete);
    },
    message(id): StoredMessage | null {
      const row = rowById(id);
      return row === undefined ? null : complete(row);
    },
    messageIds(beginning, limit): readonly string[] {
      // Behind every id that begins so: ids are of hex digits and hyphens.
      const rows: { id: string }[] = idsLike.all(beginning, `${beginning}~`, limit);
      return rows.map(({ id }) => id);
    },
    details(id) {
      const row = rowById(id);
      if (row === undefined) return null;
      const partRows: PartRow[] = partsOfMessage.all(row.position);
      const deliveryRows: DeliveryRow[] = deliveries.all(row.position);
      const attemptRows: AttemptRow[] = attempts.all(row.position);
      return {
        message: complete(row),
        parts: partRows.map(toStoredPart),
        deliveries: deliveryRows.map((delivery) => toStoredDelivery(id, delivery)),
        attempts: attemptRows.map(toStoredAttempt),
      };
    },
    notifications: (limit) => notifications.all(limit),
    handover(id) {
      const row: Pick<MessageRow, 'facts' | 'body'> | undefined = handover.get(id);
      return row === undefined ? null : { facts: row.facts, body: row.body === null ? null : new Uint8Array(row.body) };
    },
    deadLetters(limit = 100): readonly DeadLetter[] {
      const rows: { position: number; expired_at: number; reason: string }[] = letters.all(limit);
      return rows.map(({ position, expired_at, reason }) => {
        const parts: PartRow[] = partsOfLetter.all(position);
        return { id: String(position), expiredAt: expired_at, reason, parts: parts.map(toStoredPart) };
      });
    },
    pendingDeliveries(sink, { after = 0, limit = 100 } = {}): readonly PendingDelivery[] {
      return pending.all(sink, after, limit);
    },
    dueDeliveries: (sink, now, limit) => due.all(sink, now, limit),
    nextDueAt(sink): number | null {
      const row: { dueAt: number | null } = nextDue.get(sink);
      return row.dueAt;
    },
    pendingSinks: () => pendingSinks.all(),
    ...readOutbox(database),
    counters: () => counts.get(),
  };
}

function conditions(filter: MessageFilter): { readonly where: string; readonly values: readonly (string | number)[] } {
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const add = (term: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    terms.push(term);
    values.push(value);
  };
  add('verdict = ?', filter.verdict);
  add('sender = ?', filter.from === undefined ? undefined : columnText(filter.from));
  add('completed_at >= ?', filter.since);
  add('completed_at < ?', filter.until);
  add('position < ?', filter.before);
  if (filter.state === 'pending') terms.push('pending > 0');
  if (filter.state === 'undelivered') terms.push('undelivered > 0');
  if (filter.state === 'settled') terms.push('pending = 0 AND undelivered = 0');
  return { where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, values };
}
