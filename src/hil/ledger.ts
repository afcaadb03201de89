import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { BenchPlan } from '../config/index.js';
import { makeFolder } from '../runtime/index.js';
import { HilError } from './errors.js';

/** What a run has sent over the air, by the label of the SIM; all its test files share it. */
export interface Ledger {
  /** Messages that may still be sent, by one SIM and in all; null where nothing limits it. */
  left(sim: string): number | null;
  /** Counts one message that is about to be sent. @throws HilError `hil/budget-spent` */
  spend(sim: string): void;
}

/** The budget of a bench, with what this run has spent of it already. */
export function openLedger(plan: BenchPlan, folder = runFolder()): Ledger {
  const { budget } = plan;
  if (budget === null) return { left: () => null, spend: () => {} };
  makeFolder(folder, 0o700);
  forgetEndedRuns(folder);
  const file = join(folder, `${runId()}.spent`);
  const spent = (): readonly string[] => {
    try {
      return readFileSync(file, 'utf8').split('\n').filter(Boolean);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw cause;
    }
  };
  const left = (sim: string): number => {
    const all = spent();
    const own = all.filter((label) => label === sim).length;
    return Math.max(0, Math.min(budget.messages - all.length, budget.perSim - own));
  };
  return {
    left,
    spend: (sim) => {
      if (left(sim) === 0) {
        throw new HilError('hil/budget-spent', `${sim} may send no more in this run, by ${plan.place(['budget'])}`, {
          advice: 'raise the budget, or run fewer journeys',
        });
      }
      appendFileSync(file, `${sim}\n`, { mode: 0o600 });
    },
  };
}

function runFolder(): string {
  return join(tmpdir(), `wapbridge-hil-${process.getuid?.() ?? 0}`);
}

/** The test runner's process and when it began: the same for all workers of one run, and never the same again. */
function runId(): string {
  const runner = isMainThread ? process.ppid : process.pid;
  return `${runner}-${startOf(runner) ?? 0}`;
}

/** Clock ticks since boot at which a process began; null where there is none. @see proc(5), /proc/pid/stat */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function forgetEndedRuns(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid, start] = /^(\d+)-(\d+)\.spent$/.exec(name) ?? [];
    if (pid !== undefined && startOf(Number(pid)) !== start) rmSync(join(folder, name), { force: true });
  }
}

/** Whether nothing may be sent at this time of day, local time. */
export function isQuiet(plan: BenchPlan, now: number): boolean {
  const time = new Date(now);
  const minute = time.getHours() * 60 + time.getMinutes();
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return plan.quietHours.some(({ from, to }) => {
    const [begin, end] = [minutes(from), minutes(to)];
    return begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end;
  });
}
