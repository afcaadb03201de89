/** Says that a SQLite file is a wapbridge journal ("wapb"). */
export const applicationId = 0x77617062;

/**
 * Each step lifts the schema by one version (`user_version`); a step that has been released is never changed.
 * `part.octets` is a BLOB where it was hexadecimal, and otherwise TEXT as a JSON string; see `packOctets`.
 * Positions never come back (AUTOINCREMENT), since part ids are made of them.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE message (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    completed_at INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    binding TEXT NOT NULL,
    source TEXT,
    sender TEXT,
    content_type TEXT,
    application_id TEXT,
    facts TEXT NOT NULL,
    body BLOB,
    pending INTEGER NOT NULL,
    undelivered INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX message_unsettled ON message (position) WHERE pending > 0;
  CREATE INDEX message_completed ON message (completed_at);

  CREATE TABLE dead_letter (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    expired_at INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;

  CREATE TABLE part (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    binding TEXT NOT NULL,
    source TEXT,
    octets ANY NOT NULL,
    facts TEXT NOT NULL,
    fingerprint BLOB,
    state TEXT NOT NULL CHECK (state IN ('open', 'used', 'duplicate', 'expired')),
    message INTEGER,
    ordinal INTEGER,
    duplicate_of INTEGER,
    dead_letter INTEGER
  ) STRICT;
  CREATE INDEX part_fingerprint ON part (fingerprint, received_at) WHERE fingerprint IS NOT NULL;
  CREATE INDEX part_open ON part (position) WHERE state = 'open';
  CREATE INDEX part_message ON part (message, ordinal) WHERE message IS NOT NULL;
  CREATE INDEX part_loose ON part (received_at) WHERE message IS NULL AND state IN ('used', 'duplicate');
  CREATE INDEX part_dead_letter ON part (dead_letter) WHERE dead_letter IS NOT NULL;

  CREATE TABLE delivery (
    message INTEGER NOT NULL,
    sink TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'taken', 'refused', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    pending_since INTEGER NOT NULL,
    first_attempt_at INTEGER,
    last_attempt_at INTEGER,
    next_attempt_at INTEGER NOT NULL,
    last_reason TEXT,
    PRIMARY KEY (message, sink)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_pending ON delivery (sink, message) WHERE state = 'pending';
  CREATE INDEX delivery_due ON delivery (sink, next_attempt_at, message) WHERE state = 'pending';

  CREATE TABLE attempt (
    message INTEGER NOT NULL,
    sink TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (message, sink, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE counter (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    destination TEXT NOT NULL,
    modem TEXT,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'finished', 'cancelled')),
    receiver TEXT,
    started_at INTEGER,
    finished_at INTEGER,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX outbox_open ON outbox (priority DESC, position) WHERE state IN ('queued', 'sending');
  CREATE INDEX outbox_started ON outbox (receiver, started_at) WHERE started_at IS NOT NULL;
  CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;

  CREATE TABLE outbox_part (
    send INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    pdu BLOB NOT NULL,
    tpdu_octets INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'leaving', 'sent', 'not-sent', 'unknown')),
    tries INTEGER NOT NULL DEFAULT 0,
    modem TEXT,
    left_at INTEGER,
    message_reference INTEGER,
    error TEXT,
    report_status INTEGER,
    report_time TEXT,
    reported_at INTEGER,
    PRIMARY KEY (send, ordinal)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX outbox_part_reference ON outbox_part (message_reference, left_at) WHERE message_reference IS NOT NULL;
  `,
  // Whatever looks for messages by their state must not walk through their contents: a scan of a full journal takes seconds.
  `
  CREATE INDEX message_settled ON message (completed_at) WHERE pending = 0 AND undelivered = 0;
  CREATE INDEX message_undelivered ON message (completed_at) WHERE undelivered > 0;
  `,
  // The first notification after a start is held against those before it, which may be few among very many messages.
  `
  CREATE INDEX message_notification ON message (position) WHERE verdict = 'dm-notification';
  `,
];

/** Octets that the file holds, without the pages that are free. */
export const sizeQuery =
  'SELECT octets FROM (SELECT page_size * (page_count - freelist_count) AS octets FROM pragma_page_size, pragma_page_count, pragma_freelist_count)';
