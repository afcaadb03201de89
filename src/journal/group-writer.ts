import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { BridgeError } from '../errors.js';
import { JournalError, reasonOf, storageFault } from './errors.js';
import type { JournalPoint } from './types.js';

interface Write {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a {@link GroupWriter} tells of its work. */
export interface GroupWriterHooks {
  readonly onPoint: (point: JournalPoint) => void;
  /** After a commit: its fault, or null where it went through. */
  readonly onCommit: (fault: JournalError | null) => void;
}

/**
 * Runs writes one after the other, all that wait in one transaction with one sync. A write's promise settles only after the commit.
 * A write may throw a {@link BridgeError} before it has changed anything; then it alone fails.
 */
export class GroupWriter {
  readonly #database: DatabaseSyncInstance;
  readonly #path: string;
  readonly #hooks: GroupWriterHooks;
  #waiting: Write[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(database: DatabaseSyncInstance, path: string, hooks: GroupWriterHooks) {
    this.#database = database;
    this.#path = path;
    this.#hooks = hooks;
  }

  /** Queues one write. It may run more than once where an earlier run was rolled back, so it must not change anything but the database. */
  write<Result>(run: () => Result): Promise<Result> {
    if (this.#closed) return Promise.reject(this.#closedError());
    return new Promise<Result>((resolve, reject) => {
      // The queue holds writes of every result type; what `run` gave is kept here, where its type is known.
      let outcome: { readonly value: Result } | undefined;
      this.#waiting.push({
        run: () => {
          outcome = { value: run() };
        },
        resolve: () => (outcome === undefined ? reject(this.#closedError()) : resolve(outcome.value)),
        reject,
      });
      this.#scheduled ??= setImmediate(() => this.flush());
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length > 0) this.#commit(writes);
  }

  /** Commits what waits and takes no more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #commit(writes: readonly Write[]): void {
    const accepted: Write[] = [];
    const settled: (() => void)[] = [];
    try {
      this.#hooks.onPoint('begin:before');
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#database.exec('BEGIN IMMEDIATE');
      this.#hooks.onPoint('begin:after');
      for (const write of writes) {
        try {
          write.run();
          accepted.push(write);
        } catch (caught) {
          if (!(caught instanceof BridgeError)) throw caught;
          settled.push(() => write.reject(caught));
        }
      }
      this.#hooks.onPoint('commit:before');
      this.#database.exec('COMMIT');
      this.#hooks.onPoint('commit:after');
    } catch (caught) {
      this.#failed(writes, caught);
      return;
    }
    this.#hooks.onCommit(null);
    for (const settle of settled) settle();
    for (const write of accepted) write.resolve(undefined);
    this.#hooks.onPoint('answered');
  }

  #failed(writes: readonly Write[], caught: unknown): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch (rollbackFault) {
      caught = rollbackFault;
    }
    const fault = storageFault(caught);
    if (fault === null && writes.length > 1) {
      // One statement is at fault, not the file: each write by itself, so that only the culprit fails.
      for (const write of writes) this.#commit([write]);
      return;
    }
    if (fault === null) {
      const refusal = new JournalError('journal/bad-write', `${this.#path} took no such row: ${reasonOf(caught)}`, this.#path, {
        cause: caught,
      });
      for (const write of writes) write.reject(refusal);
      return;
    }
    const error = new JournalError('journal/not-stored', `nothing was stored in ${this.#path}: ${fault}`, this.#path, {
      cause: caught,
      advice: 'make space or mend the disk; storing goes on by itself as soon as it is possible again',
    });
    this.#hooks.onCommit(error);
    for (const write of writes) write.reject(error);
  }

  #closedError(): JournalError {
    return new JournalError('journal/closed', `the journal ${this.#path} is closed`, this.#path);
  }
}
