import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Random } from '../runtime/index.js';
import { JournalError } from './errors.js';
import { columnText, columnTextOrNull, packOctets, partId, partPosition } from './rows.js';
import type { AppendedPart, AttemptToRecord, CompletedMessage, JournalPoint, MessageToComplete, PartState, PartToAppend } from './types.js';

/** Attempts kept for one delivery; older ones are counted but no longer listed. */
const attemptsKept = 50;

/** What the writes need beside the database. */
export interface WriteContext {
  readonly database: DatabaseSyncInstance;
  readonly path: string;
  readonly random: Random;
  readonly onPoint: (point: JournalPoint) => void;
}

/** The journal's changes, each to be run inside a transaction; they check first and change afterwards. */
export interface Writes {
  /** @param duplicateWithinMs how far back an equal fingerprint counts */
  append(part: PartToAppend, duplicateWithinMs: number): AppendedPart;
  complete(message: MessageToComplete, now: number): CompletedMessage;
  expire(partIds: readonly string[], reason: string, now: number): string;
  recordAttempt(messageId: string, sink: string, attempt: AttemptToRecord): void;
  redeliver(id: string, sinks: readonly string[] | undefined, now: number): readonly string[];
  nextNumber(key: string, modulus: number): number;
}

export function prepareWrites({ database, path, random, onPoint }: WriteContext): Writes {
  const findDuplicate = database.prepare(
    'SELECT position, duplicate_of FROM part WHERE fingerprint = ? AND received_at > ? ORDER BY received_at DESC, position DESC LIMIT 1',
  );
  const partState = database.prepare('SELECT state FROM part WHERE position = ?');
  const insertPart = database.prepare(
    'INSERT INTO part (received_at, binding, source, octets, facts, fingerprint, state, duplicate_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertMessage = database.prepare(`INSERT INTO message
    (id, completed_at, verdict, binding, source, sender, content_type, application_id, facts, body, pending)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const usePart = database.prepare("UPDATE part SET state = 'used', message = ?, ordinal = ? WHERE position = ?");
  const insertDelivery = database.prepare(
    "INSERT INTO delivery (message, sink, state, pending_since, next_attempt_at) VALUES (?, ?, 'pending', ?, ?)",
  );
  const insertLetter = database.prepare('INSERT INTO dead_letter (expired_at, reason) VALUES (?, ?)');
  const expirePart = database.prepare("UPDATE part SET state = 'expired', dead_letter = ? WHERE position = ?");
  const findDelivery = database.prepare(
    'SELECT message, delivery.state FROM delivery JOIN message ON message.position = delivery.message WHERE message.id = ? AND sink = ?',
  );
  const updateDelivery = database.prepare(`UPDATE delivery SET state = ?, attempts = attempts + ?, last_reason = ?, next_attempt_at = ?,
    first_attempt_at = coalesce(first_attempt_at, ?), last_attempt_at = coalesce(?, last_attempt_at) WHERE message = ? AND sink = ?`);
  const lastNumber = database.prepare('SELECT max(number) AS number FROM attempt WHERE message = ? AND sink = ?');
  const insertAttempt = database.prepare('INSERT INTO attempt (message, sink, number, at, outcome, reason) VALUES (?, ?, ?, ?, ?, ?)');
  const trimAttempts = database.prepare('DELETE FROM attempt WHERE message = ? AND sink = ? AND number <= ?');
  const settleOne = database.prepare('UPDATE message SET pending = pending - 1, undelivered = undelivered + ? WHERE position = ?');
  const findMessage = database.prepare('SELECT position FROM message WHERE id = ?');
  const sinksOf = database.prepare('SELECT sink FROM delivery WHERE message = ? ORDER BY sink');
  const renewDelivery =
    database.prepare(`INSERT INTO delivery (message, sink, state, pending_since, next_attempt_at) VALUES (?, ?, 'pending', ?, ?)
    ON CONFLICT (message, sink) DO UPDATE SET state = 'pending', attempts = 0, first_attempt_at = NULL, pending_since = excluded.pending_since,
    next_attempt_at = excluded.next_attempt_at`);
  const recount = database.prepare(`UPDATE message SET
    pending = (SELECT count(*) FROM delivery WHERE delivery.message = message.position AND state = 'pending'),
    undelivered = (SELECT count(*) FROM delivery WHERE delivery.message = message.position AND state IN ('refused', 'dead'))
    WHERE position = ?`);
  const bumpNumber = database.prepare(`INSERT INTO counter (key, value) VALUES (?, 0)
    ON CONFLICT (key) DO UPDATE SET value = (value + 1) % ? RETURNING value`);

  const openPositions = (ids: readonly string[]): readonly number[] => {
    const seen = new Set<string>();
    return ids.map((id) => {
      const position = partPosition(id);
      const row: { state: PartState } | undefined = position === null ? undefined : partState.get(position);
      if (position === null || row?.state !== 'open' || seen.has(id))
        throw new JournalError(
          'journal/not-open',
          `part ${id} is ${seen.has(id) ? 'named twice' : (row?.state ?? 'not in the journal')}`,
          path,
        );
      seen.add(id);
      return position;
    });
  };
  /** A part whose set was given up does not make a later copy superfluous: the copy opens a new set. */
  const originalOf = (part: PartToAppend, withinMs: number): number | null => {
    if (part.fingerprint === null) return null;
    const row: { position: number; duplicate_of: number | null } | undefined = findDuplicate.get(
      part.fingerprint,
      part.receivedAt - withinMs,
    );
    if (row === undefined) return null;
    const original = row.duplicate_of ?? row.position;
    const state: { state: PartState } | undefined = partState.get(original);
    return state?.state === 'expired' ? null : original;
  };
  const addAttempt = (message: number, sink: string, at: number, outcome: string, reason: string | null): void => {
    const last: { number: number | null } = lastNumber.get(message, sink);
    const number = (last.number ?? 0) + 1;
    insertAttempt.run(message, sink, number, at, outcome, reason);
    if (number > attemptsKept) trimAttempts.run(message, sink, number - attemptsKept);
  };

  return {
    append(part, duplicateWithinMs) {
      const original = originalOf(part, duplicateWithinMs);
      const state: PartState = original === null ? 'open' : 'duplicate';
      const { receivedAt, binding, source, octets, facts, fingerprint } = part;
      const { lastInsertRowid } = insertPart.run(receivedAt, binding, source, packOctets(octets), facts, fingerprint, state, original);
      onPoint('part:inserted');
      const position = Number(lastInsertRowid);
      return { id: partId(position), position, duplicateOf: original === null ? null : partId(original) };
    },

    complete(message, now) {
      const parts = openPositions(message.partIds);
      const sinks = [...new Set(message.sinks)];
      const id = random.uuid();
      const { completedAt, verdict, binding, source, from, contentType, applicationId, facts, body } = message;
      const { lastInsertRowid } = insertMessage.run(
        id,
        completedAt,
        verdict,
        binding,
        source,
        columnTextOrNull(from),
        columnTextOrNull(contentType),
        columnTextOrNull(applicationId),
        facts,
        body,
        sinks.length,
      );
      const position = Number(lastInsertRowid);
      onPoint('message:inserted');
      for (const [ordinal, part] of parts.entries()) usePart.run(position, ordinal, part);
      onPoint('message:parts-used');
      for (const sink of sinks) insertDelivery.run(position, sink, now, now);
      onPoint('message:deliveries-inserted');
      return { id, position };
    },

    expire(partIds, reason, now) {
      const parts = openPositions(partIds);
      const letter = Number(insertLetter.run(now, columnText(reason)).lastInsertRowid);
      for (const part of parts) expirePart.run(letter, part);
      onPoint('expired');
      return String(letter);
    },

    recordAttempt(messageId, sink, { at, outcome, reason: given, nextAttemptAt }) {
      const reason = columnTextOrNull(given);
      const row: { message: number; state: string } | undefined = findDelivery.get(messageId, sink);
      if (row === undefined) throw new JournalError('journal/unknown-delivery', `message ${messageId} has no delivery to ${sink}`, path);
      if (row.state !== 'pending') return;
      const asked = outcome === 'dead' ? null : at;
      const state = outcome === 'later' ? 'pending' : outcome;
      updateDelivery.run(state, asked === null ? 0 : 1, reason, nextAttemptAt, asked, asked, row.message, sink);
      addAttempt(row.message, sink, at, outcome, reason);
      if (outcome !== 'later') settleOne.run(outcome === 'taken' ? 0 : 1, row.message);
      onPoint('attempt:recorded');
    },

    redeliver(id, sinks, now) {
      const row: { position: number } | undefined = findMessage.get(id);
      if (row === undefined)
        throw new JournalError('journal/unknown-message', `there is no message ${id}`, path, { advice: 'see wapbridge inbox list' });
      const stored: { sink: string }[] = sinksOf.all(row.position);
      const chosen = sinks === undefined ? stored.map(({ sink }) => sink) : [...new Set(sinks)];
      for (const sink of chosen) {
        renewDelivery.run(row.position, sink, now, now);
        addAttempt(row.position, sink, now, 'redelivered', null);
      }
      recount.run(row.position);
      onPoint('redelivered');
      return chosen;
    },

    nextNumber(key, modulus) {
      const row: { value: number } = bumpNumber.get(key, modulus);
      return row.value;
    },
  };
}
