import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { GroupWriter } from './group-writer.js';
import { sizeQuery } from './schema.js';
import type { JournalPoint, Retention } from './types.js';

/** Messages removed in one commit, so that no acknowledgement waits long behind it. */
const messagesPerCommit = 100;
const partsPerCommit = 500;

export interface RetentionContext {
  readonly database: DatabaseSyncInstance;
  readonly writer: GroupWriter;
  readonly duplicateWindowMs: number;
  readonly onPoint: (point: JournalPoint) => void;
}

/** What {@link prepareRetention} gives; both resolve with how many messages were removed. */
export interface Retaining {
  /** By age and by size. */
  retain(retention: Retention, now: number): Promise<number>;
  /** By size alone: cheap where nothing is to be removed. */
  retainSize(retention: Retention, now: number): Promise<number>;
}

/** Removes what is old enough, or what makes the file too large, oldest first and never what is not settled. */
export function prepareRetention({ database, writer, duplicateWindowMs, onPoint }: RetentionContext): Retaining {
  const size = database.prepare(sizeQuery);
  const sizeOctets = (): number => Number(size.get()?.octets ?? 0);
  const oldSettled = database.prepare(`SELECT position FROM message INDEXED BY message_settled
    WHERE pending = 0 AND undelivered = 0 AND completed_at < ? ORDER BY completed_at LIMIT ?`);
  const oldUndelivered = database.prepare(`SELECT position FROM message INDEXED BY message_undelivered
    WHERE undelivered > 0 AND pending = 0 AND completed_at < ? ORDER BY completed_at LIMIT ?`);
  const oldestSettled = database.prepare(`SELECT position FROM message INDEXED BY message_settled
    WHERE pending = 0 AND undelivered = 0 ORDER BY completed_at, position LIMIT ?`);
  // A part inside the duplicate window leaves its fingerprint behind, so that a late copy of it is still known.
  const hollowParts = database.prepare(`UPDATE part SET octets = '', facts = '{}', message = NULL, ordinal = NULL
    WHERE message = ? AND fingerprint IS NOT NULL AND received_at > ?`);
  const removals = ['part', 'delivery', 'attempt'].map((table) => database.prepare(`DELETE FROM ${table} WHERE message = ?`));
  const removeMessage = database.prepare('DELETE FROM message WHERE position = ?');
  const looseParts = database.prepare(`DELETE FROM part WHERE position IN (SELECT position FROM part INDEXED BY part_loose
    WHERE message IS NULL AND state IN ('used', 'duplicate') AND received_at < ? AND (state = 'used' OR received_at < ?) LIMIT ?)`);
  const oldLetters = database.prepare('SELECT position FROM dead_letter WHERE expired_at < ? ORDER BY position LIMIT ?');
  const removeLetterParts = database.prepare('DELETE FROM part WHERE dead_letter = ?');
  const removeLetter = database.prepare('DELETE FROM dead_letter WHERE position = ?');

  const oldSends = database.prepare('SELECT position FROM outbox WHERE finished_at < ? ORDER BY finished_at LIMIT ?');
  const removeSendParts = database.prepare('DELETE FROM outbox_part WHERE send = ?');
  const removeSend = database.prepare('DELETE FROM outbox WHERE position = ?');

  const remove = (rows: readonly { readonly position: number }[], now: number): number => {
    for (const { position } of rows) {
      hollowParts.run(position, now - duplicateWindowMs);
      for (const removal of removals) removal.run(position);
      removeMessage.run(position);
    }
    onPoint('retention:removed');
    return rows.length;
  };
  /** Repeats a step, each time in a commit of its own, until it finds nothing more to do. */
  const exhaust = async (step: () => number): Promise<number> => {
    let total = 0;
    for (let removed = await writer.write(step); removed > 0; removed = await writer.write(step)) total += removed;
    return total;
  };

  const retainSize = (retention: Retention, now: number): Promise<number> =>
    exhaust(() => (sizeOctets() <= retention.maximumOctets ? 0 : remove(oldestSettled.all(messagesPerCommit), now)));
  const retain = async (retention: Retention, now: number): Promise<number> => {
    const settledBefore = now - retention.settledForMs;
    const undeliveredBefore = now - retention.undeliveredForMs;
    const byAge =
      (await exhaust(() => remove(oldSettled.all(settledBefore, messagesPerCommit), now))) +
      (await exhaust(() => remove(oldUndelivered.all(undeliveredBefore, messagesPerCommit), now)));
    const bySize = await retainSize(retention, now);
    await exhaust(() => Number(looseParts.run(now - duplicateWindowMs, settledBefore, partsPerCommit).changes));
    await exhaust(() => {
      const letters: { position: number }[] = oldLetters.all(undeliveredBefore, messagesPerCommit);
      for (const { position } of letters) {
        removeLetterParts.run(position);
        removeLetter.run(position);
      }
      return letters.length;
    });
    await exhaust(() => {
      const sends: { position: number }[] = oldSends.all(settledBefore, messagesPerCommit);
      for (const { position } of sends) {
        removeSendParts.run(position);
        removeSend.run(position);
      }
      return sends.length;
    });
    return byAge + bySize;
  };
  return { retain, retainSize };
}
