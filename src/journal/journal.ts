import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type Cancel, type Clock, type Logger, type Random, silentLogger } from '../runtime/index.js';
import { Checkpointer } from './checkpoint.js';
import { ClockJumps } from './clock-jumps.js';
import { openForReading, openForWriting } from './database.js';
import { JournalError, reasonOf, sqliteCode } from './errors.js';
import { cannotOpen, journalFile, prepareFiles, refuseTornFiles } from './files.js';
import { GroupWriter } from './group-writer.js';
import { beginRun, orderly } from './last-run.js';
import { acquireLock, type JournalHolder, type JournalLock } from './lock.js';
import { prepareOutboxWrites } from './outbox.js';
import { readJournal } from './reader.js';
import { prepareRetention } from './retention.js';
import type { Journal, JournalHealth, JournalPoint, JournalReader, Retention } from './types.js';
import { prepareWrites } from './writes.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** While storing fails: how often to try whether it works again. */
const probeMs = 2000;

/** What is kept unless the configuration says otherwise. */
export const defaultRetention: Retention = { settledForMs: 30 * dayMs, undeliveredForMs: 180 * dayMs, maximumOctets: 1024 ** 3 };

export interface JournalOptions {
  /** The state folder; created where it is missing. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** Who writes, for whoever finds the journal held. */
  readonly holder: JournalHolder;
  /** Whether parts may come in this run, as they do unless told otherwise; one in which none do says nothing of how the last one ended. */
  readonly receives?: boolean;
  /** Within this time equal fingerprints are one part; 24 h unless given. */
  readonly duplicateWindowMs?: number;
  /** Ages are looked at an hour after opening and then every hour, the size every minute; null leaves it to {@link Journal.retain}. */
  readonly retention?: Retention | null;
  /** Called when storing begins to fail and when it works again. */
  readonly onHealth?: (health: JournalHealth) => void;
  /**
   * Called before a journal of an older version is brought up to date, with its size in octets: of a large one that takes seconds, or
   * minutes on a slow disk, in which nothing else is done.
   */
  readonly onUpgrade?: (octets: number) => void;
  /** For torture harnesses: called at each step of the work. */
  readonly onPoint?: (point: JournalPoint) => void;
}

/**
 * Opens a state folder's journal as its one writer.
 * @throws JournalError `journal/held`, `journal/newer-schema`, `journal/corrupt`, `journal/foreign-file`, `journal/not-permitted`, `journal/cannot-open`
 */
export function openJournal(options: JournalOptions): Journal {
  const { directory, clock, random, logger = silentLogger, duplicateWindowMs = dayMs, onPoint = () => {} } = options;
  const path = prepareFiles(directory);
  const lock = lockFolder(directory, path, options.holder);
  try {
    const database = openForWriting(path, onPoint, undefined, options.onUpgrade);
    forgetTheFuture(database, clock.now(), logger);
    const lastRun = options.receives === false ? orderly : beginRun(database);
    const openedAt = clock.monotonic();
    let health: JournalHealth = { state: 'storing' };
    const setHealth = (next: JournalHealth): void => {
      health = next;
      options.onHealth?.(next);
    };
    const checkpointer = new Checkpointer(database, clock, onPoint);
    let stopProbing: Cancel = () => {};
    const onCommit = (fault: JournalError | null): void => {
      // After a fault too: written back, a log that could not grow can begin anew.
      checkpointer.committed();
      if (fault === null) {
        if (health.state === 'failing') setHealth({ state: 'storing' });
        return;
      }
      stopProbing();
      stopProbing = clock.after(probeMs, probe);
      if (health.state === 'storing') setHealth({ state: 'failing', since: clock.now(), code: fault.code, message: fault.message });
    };
    // Shows that storing works again also where nothing comes in because nothing was acknowledged. What it meets is told by onCommit.
    const probe = (): void => {
      if (health.state === 'failing')
        writer
          .write(() => writes.nextNumber('probe', 2 ** 31))
          .catch((caught: unknown) => logger.debug('still not storing', { reason: reasonOf(caught) }));
    };
    const jumps = new ClockJumps(database, clock, logger);
    const onStep = (point: JournalPoint): void => {
      if (point === 'begin:after') jumps.begun();
      if (point === 'commit:after') jumps.committed();
      onPoint(point);
    };
    const writer = new GroupWriter(database, path, { onPoint: onStep, onCommit });
    /** A write that notes when something waits for its sinks: by the clock as it stands, and so does then what was noted before. */
    const timed = <Result>(run: () => Result): Promise<Result> =>
      writer.write(() => {
        jumps.follow();
        return run();
      });
    const writes = prepareWrites({ database, path, random, onPoint });
    const outbox = prepareOutboxWrites({ database, path, random, onPoint });
    const reader = readJournal(database);
    const { retain, retainSize } = prepareRetention({ database, writer, duplicateWindowMs, onPoint });
    const retention = options.retention === undefined ? defaultRetention : options.retention;
    const rounds = [
      { ms: hourMs, work: retain },
      { ms: minuteMs, work: retainSize },
    ];
    const stopRetaining =
      retention === null ? [] : rounds.map(({ ms, work }) => repeatedly(clock, ms, logger, () => work(retention, jumps.cautiousNow())));
    return {
      ...reader,
      path,
      get health() {
        return health;
      },
      append(part) {
        const within = Math.min(duplicateWindowMs, part.duplicateWithinMs ?? duplicateWindowMs);
        // A sender whose repetitions end by themselves has long ended them; a network or a modem's memory keeps what was not acknowledged.
        const mayBeKept = part.duplicateWithinMs === undefined && clock.monotonic() - openedAt < within;
        const sinceDoubt = lastRun.doubtfulSince === null || !mayBeKept ? 0 : part.receivedAt - lastRun.doubtfulSince;
        return writer.write(() => writes.append(part, Math.max(sinceDoubt, within + jumps.forwardWithin(within))));
      },
      complete: (message) => timed(() => writes.complete(message, clock.now())),
      expire: (partIds, reason) => writer.write(() => writes.expire(partIds, reason, clock.now())),
      recordAttempt(messageId, sink, attempt) {
        const carried = jumps.carry(attempt);
        return timed(() => writes.recordAttempt(messageId, sink, carried()));
      },
      redeliver: (id, sinks) => timed(() => writes.redeliver(id, sinks, clock.now())),
      followClock: () => (jumps.jumped ? timed(() => undefined) : null),
      nextNumber: (key, modulus) => writer.write(() => writes.nextNumber(key, modulus)),
      enqueue: (send) => writer.write(() => outbox.enqueue(send)),
      recordSend: (id, record) => writer.write(() => outbox.recordSend(id, record)),
      cancelSend: (id) => writer.write(() => outbox.cancelSend(id, clock.now())),
      retain: (retention) => retain(retention, jumps.cautiousNow()),
      close(): void {
        if (!database.isOpen) return;
        for (const stop of stopRetaining) stop();
        stopProbing();
        writer.close();
        lastRun.ended();
        checkpointer.finish();
        database.close();
        lock.release();
      },
    };
  } catch (caught) {
    lock.release();
    throw caught;
  }
}

/**
 * Opens a state folder's journal to ask it questions, also while another process writes it.
 * @throws JournalError `journal/missing`, `journal/newer-schema`, `journal/older-schema`, `journal/corrupt`, `journal/foreign-file`, `journal/cannot-open`
 */
export function openJournalReader(directory: string): JournalReader {
  const path = join(resolve(directory), journalFile);
  refuseTornFiles(path);
  if (!existsSync(path))
    throw new JournalError('journal/missing', `there is no journal in ${resolve(directory)}`, path, {
      advice: 'run wapbridge listen first, or name its folder with --state-dir',
    });
  const database = openForReading(path);
  return {
    ...readJournal(database),
    close(): void {
      if (database.isOpen) database.close();
    },
  };
}

/**
 * Lets deliveries be tried now that were noted at a time that has not come: the clock was set back since, and they would wait, with
 * everything behind them, until it has caught up.
 */
function forgetTheFuture(database: DatabaseSyncInstance, now: number, logger: Logger): void {
  try {
    const { changes } = database
      .prepare(`UPDATE delivery SET next_attempt_at = ?, pending_since = min(pending_since, ?)
        WHERE state = 'pending' AND next_attempt_at > ? AND (pending_since > ? OR last_attempt_at > ?)`)
      .run(now, now, now, now, now);
    if (changes > 0) logger.warn('the clock was set back: deliveries that would wait for it are tried now', { deliveries: changes });
  } catch (caught) {
    // A disk that is full is no reason not to open: what waits then waits longer.
    if (sqliteCode(caught) === null) throw caught;
    logger.warn('deliveries of a time that has not come wait for it', { reason: reasonOf(caught) });
  }
}

function lockFolder(directory: string, path: string, holder: JournalHolder): JournalLock {
  try {
    return acquireLock(directory, holder);
  } catch (caught) {
    throw caught instanceof JournalError ? caught : cannotOpen(path, caught);
  }
}

function repeatedly(clock: Clock, ms: number, logger: Logger, work: () => Promise<number>): Cancel {
  let stopped = false;
  let cancel: Cancel = () => {};
  const arm = (): void => {
    if (stopped) return;
    cancel = clock.after(ms, () => {
      work()
        .then((removed) => logger.debug('retention', { removed }))
        .catch((caught: unknown) => {
          if (!stopped) logger.warn('retention failed', { reason: reasonOf(caught) });
        })
        .finally(arm);
    });
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
