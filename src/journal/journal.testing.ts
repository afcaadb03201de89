import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, seededRandom } from '../runtime/index.js';
import { type JournalOptions, openJournal } from './journal.js';
import type { Journal, MessageToComplete, PartToAppend } from './types.js';

/** A journal in a folder of its own, which goes away with it. */
export interface JournalBench {
  readonly directory: string;
  readonly clock: ManualClock;
  /** Opens the journal (again). */
  open(options?: Partial<JournalOptions>): Journal;
  remove(): void;
}

export function journalBench(): JournalBench {
  const directory = mkdtempSync(join(tmpdir(), 'wapbridge-journal-'));
  const clock = new ManualClock();
  const opened: Journal[] = [];
  let seed = 0;
  return {
    directory,
    clock,
    open(options = {}) {
      seed += 1;
      const journal = openJournal({
        directory,
        clock,
        random: seededRandom(seed),
        holder: { pid: process.pid, command: 'vitest' },
        retention: null,
        ...options,
      });
      opened.push(journal);
      return journal;
    },
    remove() {
      for (const journal of opened) journal.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function part(bench: JournalBench, octets = '0011', changes: Partial<PartToAppend> = {}): PartToAppend {
  return { receivedAt: bench.clock.now(), binding: 'sms', source: 'a', octets, facts: '{}', fingerprint: null, ...changes };
}

export function message(bench: JournalBench, partIds: readonly string[], changes: Partial<MessageToComplete> = {}): MessageToComplete {
  return {
    completedAt: bench.clock.now(),
    partIds,
    verdict: 'dm-application',
    binding: 'sms',
    source: 'a',
    from: '+15550000001',
    contentType: 'application/vnd.syncml.dm+wbxml',
    applicationId: '7',
    facts: '{"event":"message"}',
    body: new Uint8Array([2, 0xa4, 1]),
    sinks: ['stdout'],
    ...changes,
  };
}
