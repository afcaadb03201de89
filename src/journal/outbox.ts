import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Random } from '../runtime/index.js';
import { JournalError } from './errors.js';
import { columnText } from './rows.js';
import type {
  JournalPoint,
  JournalReader,
  OutboxPart,
  OutboxPartState,
  ReportablePart,
  SendRecord,
  SendState,
  SendToEnqueue,
  StoredSend,
} from './types.js';

interface SendRow {
  readonly position: number;
  readonly id: string;
  readonly created_at: number;
  readonly destination: string;
  readonly modem: string | null;
  readonly priority: number;
  readonly state: SendState;
  readonly receiver: string | null;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly facts: string;
}

interface PartRow {
  readonly ordinal: number;
  readonly sequence: number;
  readonly pdu: Uint8Array;
  readonly tpdu_octets: number;
  readonly state: OutboxPartState;
  readonly tries: number;
  readonly modem: string | null;
  readonly left_at: number | null;
  readonly message_reference: number | null;
  readonly error: string | null;
  readonly report_status: number | null;
  readonly report_time: string | null;
  readonly reported_at: number | null;
}

function toPart(row: PartRow): OutboxPart {
  return {
    ordinal: row.ordinal,
    sequence: row.sequence,
    pdu: Buffer.from(row.pdu).toString('hex').toUpperCase(),
    tpduOctets: row.tpdu_octets,
    state: row.state,
    tries: row.tries,
    modem: row.modem,
    leftAt: row.left_at,
    messageReference: row.message_reference,
    error: row.error,
    reportStatus: row.report_status,
    reportTime: row.report_time,
    reportedAt: row.reported_at,
  };
}

/** The questions about the outbox. */
export type OutboxReader = Pick<JournalReader, 'sends' | 'send' | 'openSends' | 'sendStarts' | 'partsByReference'>;

/** Answers questions about the outbox from an open database. */
export function readOutbox(database: DatabaseSyncInstance): OutboxReader {
  const byId = database.prepare('SELECT * FROM outbox WHERE id = ?');
  const list = database.prepare('SELECT * FROM outbox WHERE (?1 IS NULL OR state = ?1) AND position < ?2 ORDER BY position DESC LIMIT ?3');
  const open = database.prepare("SELECT * FROM outbox WHERE state IN ('queued', 'sending') ORDER BY priority DESC, position");
  const partsOf = database.prepare('SELECT * FROM outbox_part WHERE send = ? ORDER BY ordinal');
  const starts = database.prepare('SELECT started_at AS at FROM outbox WHERE receiver = ? AND started_at > ? ORDER BY started_at');
  const byReference = database.prepare(`SELECT outbox_part.*, outbox.id AS send_id, outbox.destination, outbox.receiver, outbox.facts
    FROM outbox_part JOIN outbox ON outbox.position = outbox_part.send
    WHERE message_reference = ? AND left_at >= ? AND left_at <= ? ORDER BY left_at DESC`);

  const complete = (row: SendRow): StoredSend => {
    const parts: PartRow[] = partsOf.all(row.position);
    return {
      id: row.id,
      position: row.position,
      createdAt: row.created_at,
      to: row.destination,
      modem: row.modem,
      priority: row.priority,
      state: row.state,
      receiver: row.receiver,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      facts: row.facts,
      parts: parts.map(toPart),
    };
  };
  return {
    sends({ state, before = Number.MAX_SAFE_INTEGER, limit = 100 } = {}) {
      const rows: SendRow[] = list.all(state ?? null, before, limit);
      return rows.map(complete);
    },
    send(id) {
      const row: SendRow | undefined = byId.get(id);
      return row === undefined ? null : complete(row);
    },
    openSends() {
      const rows: SendRow[] = open.all();
      return rows.map(complete);
    },
    sendStarts(receiver, since) {
      const rows: { at: number }[] = starts.all(receiver, since);
      return rows.map(({ at }) => at);
    },
    partsByReference(messageReference, since, until): readonly ReportablePart[] {
      const rows: (PartRow & { send_id: string; destination: string; receiver: string | null; facts: string })[] = byReference.all(
        messageReference,
        since,
        until,
      );
      return rows.map((row) => ({ sendId: row.send_id, to: row.destination, receiver: row.receiver, facts: row.facts, part: toPart(row) }));
    },
  };
}

/** What is needed to change the outbox. */
export interface OutboxContext {
  readonly database: DatabaseSyncInstance;
  readonly path: string;
  readonly random: Random;
  readonly onPoint: (point: JournalPoint) => void;
}

/** The changes of the outbox, each to be run inside a transaction. */
export interface OutboxWrites {
  enqueue(send: SendToEnqueue): string;
  recordSend(id: string, record: SendRecord): void;
  cancelSend(id: string, now: number): boolean;
}

/** Makes the {@link OutboxWrites} of a database. */
export function prepareOutboxWrites({ database, path, random, onPoint }: OutboxContext): OutboxWrites {
  const insert = database.prepare(
    "INSERT INTO outbox (id, created_at, destination, modem, priority, state, facts) VALUES (?, ?, ?, ?, ?, 'queued', ?)",
  );
  const insertPart = database.prepare(
    "INSERT INTO outbox_part (send, ordinal, sequence, pdu, tpdu_octets, state) VALUES (?, ?, ?, ?, ?, 'queued')",
  );
  const find = database.prepare('SELECT position, state FROM outbox WHERE id = ?');
  const update = database.prepare(`UPDATE outbox SET state = coalesce(?, state), receiver = coalesce(?, receiver),
    started_at = coalesce(?, started_at), finished_at = coalesce(?, finished_at) WHERE position = ?`);
  const updatePart =
    database.prepare(`UPDATE outbox_part SET state = ?, tries = ?, modem = ?, left_at = ?, message_reference = ?, error = ?,
    report_status = ?, report_time = ?, reported_at = ? WHERE send = ? AND ordinal = ?`);
  const cancel = database.prepare("UPDATE outbox SET state = 'cancelled', finished_at = ? WHERE position = ? AND state = 'queued'");

  const positionOf = (id: string): { readonly position: number; readonly state: SendState } => {
    const row: { position: number; state: SendState } | undefined = find.get(id);
    if (row !== undefined) return row;
    throw new JournalError('journal/unknown-send', `there is no send ${id}`, path, { advice: 'see wapbridge outbox list' });
  };
  return {
    enqueue({ createdAt, to, modem, priority, facts, parts }) {
      const id = random.uuid();
      const position = Number(insert.run(id, createdAt, columnText(to), modem, priority, facts).lastInsertRowid);
      for (const [ordinal, { sequence, pdu, tpduOctets }] of parts.entries()) {
        insertPart.run(position, ordinal, sequence, Buffer.from(pdu, 'hex'), tpduOctets);
      }
      onPoint('send:enqueued');
      return id;
    },
    recordSend(id, { state, receiver, startedAt, finishedAt, parts = [] }) {
      const { position } = positionOf(id);
      update.run(state ?? null, receiver ?? null, startedAt ?? null, finishedAt ?? null, position);
      for (const part of parts) {
        const { tries, modem, leftAt, messageReference, error, reportStatus, reportTime, reportedAt, ordinal } = part;
        updatePart.run(part.state, tries, modem, leftAt, messageReference, error, reportStatus, reportTime, reportedAt, position, ordinal);
      }
      onPoint('send:recorded');
    },
    cancelSend(id, now) {
      return Number(cancel.run(now, positionOf(id).position).changes) > 0;
    },
  };
}
