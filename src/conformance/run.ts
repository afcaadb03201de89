import { BridgeError } from '../errors.js';
import type { Clock } from '../runtime/index.js';
import { type Item, type ItemId, scrItems } from './items.js';
import { firstPortForAll } from './peers/ports.js';
import { findProgram, ProcessBench } from './process-bench.js';
import type { Procedure } from './types.js';

/** What one procedure showed, when. */
export interface Evidence {
  readonly title: string;
  /** Whose program judged; null where wapbridge met only itself. */
  readonly peer: string | null;
  readonly outcome: 'passed' | 'failed' | 'not-run';
  /** Why it failed or was not run; null where it passed. */
  readonly reason: string | null;
  /** ISO 8601, UTC; null where it was not run. */
  readonly at: string | null;
  readonly durationMs: number | null;
}

/** One line of the statement. */
export interface StatedItem {
  readonly item: ItemId;
  readonly title: string;
  readonly clause: string;
  readonly status: Item['status'];
  /**
   * `supported`: shown, and nothing spoke against it; `failed`: a procedure did not pass; `not-shown`: what would show it was not run;
   * `not-supported`: this version does not have it.
   */
  readonly support: 'supported' | 'failed' | 'not-shown' | 'not-supported';
  /** Whether somebody else's program showed it, or only wapbridge itself; null where nothing did. */
  readonly shownBy: 'peers' | 'itself' | null;
  /** What is to be said beside: the items that it follows from, or what is missing; null where the evidence says all. */
  readonly note: string | null;
  readonly evidence: readonly Evidence[];
}

/** The static conformance statement. */
export interface Statement {
  readonly document: 'OMA-TS-DM_PushBinding-V1_3';
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly durationMs: number;
  readonly items: readonly StatedItem[];
}

export interface ConformanceOptions {
  readonly procedures: readonly Procedure[];
  /** Whether one is to be run; all are unless given. */
  readonly wanted?: (procedure: Procedure) => boolean;
  /** The command that starts wapbridge, as words. */
  readonly wapbridge: readonly [string, ...string[]];
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The least port that this user may listen at; as the system says unless given. */
  readonly firstPort?: number;
  /** Told before each procedure, and after it. */
  readonly onProgress?: (procedure: Procedure, evidence: Evidence | null) => void;
}

const portTaken: ReadonlySet<string> = new Set(['conformance/port-taken', 'conformance/no-port']);

/** The reason of what somebody left out. */
export const notAskedFor = 'it was not asked for';

/** Longest time for one procedure, and the time after which none is begun any more. */
const procedureMs = 120_000;
const wholeMs = 8 * 60_000;

/** Runs the procedures, one after the other, and states what they showed. What is not installed is not run, and the statement says so. */
export async function runConformance(options: ConformanceOptions): Promise<Statement> {
  const { procedures, clock, signal, version, wanted = () => true, onProgress = () => {}, firstPort = firstPortForAll() } = options;
  const begun = clock.monotonic();
  const at = new Date(clock.now()).toISOString();
  const shown = new Map<Procedure, Evidence>();
  for (const procedure of procedures) {
    if (!wanted(procedure)) {
      shown.set(procedure, notRun(procedure, notAskedFor));
      continue;
    }
    if (signal.aborted) shown.set(procedure, notRun(procedure, 'the run was stopped before it'));
    else if (clock.monotonic() - begun > wholeMs) shown.set(procedure, notRun(procedure, 'the time of the run was over before it'));
    else {
      const missing = procedure.needs.filter((name) => findProgram(name, options.environment) === null);
      const { peerPort = 65_535 } = procedure;
      if (missing.length > 0) shown.set(procedure, notRun(procedure, `not installed: ${missing.join(', ')}`));
      else if (peerPort < firstPort) shown.set(procedure, notRun(procedure, `only root may listen at port ${peerPort}`));
      else {
        onProgress(procedure, null);
        shown.set(procedure, await runOne(procedure, options));
      }
    }
    const evidence = shown.get(procedure);
    if (evidence !== undefined) onProgress(procedure, evidence);
  }
  const items = state(scrItems(), (item) =>
    procedures.filter((procedure) => procedure.item === item).flatMap((one) => shown.get(one) ?? []),
  );
  return { document: 'OMA-TS-DM_PushBinding-V1_3', version, at, durationMs: Math.round(clock.monotonic() - begun), items };
}

function notRun({ title, peer }: Procedure, reason: string): Evidence {
  return { title, peer, outcome: 'not-run', reason, at: null, durationMs: null };
}

async function runOne(procedure: Procedure, { wapbridge, environment, clock, signal }: ConformanceOptions): Promise<Evidence> {
  const { title, peer } = procedure;
  const bench = new ProcessBench(wapbridge, environment);
  const begun = clock.monotonic();
  const at = new Date(clock.now()).toISOString();
  const ended = (outcome: Evidence['outcome'], reason: string | null): Evidence => ({
    ...{ title, peer, outcome, reason, at },
    durationMs: Math.round(clock.monotonic() - begun),
  });
  const over = new AbortController();
  try {
    const limit = AbortSignal.any([signal, over.signal]);
    const late = clock.sleep(procedureMs, { signal: limit }).then(
      () => ended('failed', `it took longer than ${procedureMs / 1000} s`),
      () => ended('not-run', 'the run was stopped'),
    );
    const ran = procedure.run(bench).then(
      () => ended('passed', null),
      (cause: unknown) => {
        // Somebody else has the only port that it can be shown at: that says nothing of wapbridge.
        const taken = cause instanceof BridgeError && portTaken.has(cause.code);
        return ended(taken ? 'not-run' : 'failed', cause instanceof Error ? cause.message : String(cause));
      },
    );
    const evidence = await Promise.race([ran, late]);
    return signal.aborted ? ended('not-run', 'the run was stopped') : evidence;
  } finally {
    over.abort();
    await bench.close();
  }
}

/** The statement from the evidence of each item. */
export function state(items: readonly Item[], evidenceOf: (item: ItemId) => readonly Evidence[]): readonly StatedItem[] {
  const alone = new Map(items.map((item) => [item.id, stateAlone(item, evidenceOf(item.id))]));
  const own = new Map(
    items.map((item) => {
      const stated = alone.get(item.id) ?? stateAlone(item, []);
      const lacking = item.requires.filter((id) => alone.get(id)?.support !== 'supported');
      if (lacking.length === 0 || stated.support !== 'supported') return [item.id, stated];
      return [item.id, { ...stated, support: 'not-shown', shownBy: null, note: `needs ${lacking.join(', ')}` } satisfies StatedItem];
    }),
  );
  return items.flatMap((item) => {
    const stated = own.get(item.id) ?? [];
    return item.oneOf.length === 0 ? stated : bySum(item, stateAlone(item, []), own);
  });
}

function stateAlone(item: Item, evidence: readonly Evidence[]): StatedItem {
  const { id, title, clause, status, missing } = item;
  const passed = evidence.filter(({ outcome }) => outcome === 'passed');
  const failed = evidence.some(({ outcome }) => outcome === 'failed');
  const base = { item: id, title, clause, status, evidence, note: missing };
  if (missing !== null) return { ...base, support: 'not-supported', shownBy: null };
  if (evidence.length === 0) return { ...base, support: 'not-supported', shownBy: null, note: 'this version has no procedure for it' };
  if (failed) return { ...base, support: 'failed', shownBy: null };
  if (passed.length === 0) return { ...base, support: 'not-shown', shownBy: null };
  const byPeers = passed.some(({ peer }) => peer !== null);
  const left = evidence.length - passed.length;
  const notes = [
    ...(byPeers ? [] : ["shown by wapbridge itself only, by nobody else's program"]),
    ...(left > 0 ? [`${left} of ${evidence.length} procedures not run`] : []),
  ];
  return { ...base, support: 'supported', shownBy: byPeers ? 'peers' : 'itself', note: notes.length === 0 ? null : notes.join('; ') };
}

/** Holds where one of the items does, and lists only those that do. */
function bySum(item: Item, alone: StatedItem, own: ReadonlyMap<ItemId, StatedItem>): StatedItem {
  const stated = item.oneOf.flatMap((id) => own.get(id) ?? []);
  const supported = stated.filter(({ support }) => support === 'supported');
  const note = supported.length === 0 ? null : `by way of ${supported.map((one) => one.item).join(', ')}`;
  if (stated.some(({ support }) => support === 'failed')) {
    return { ...alone, support: 'failed', note: 'a binding that it counts on did not pass' };
  }
  if (supported.length === 0) return { ...alone, support: 'not-shown', note: 'none of its bindings was shown' };
  return { ...alone, support: 'supported', shownBy: supported.some(({ shownBy }) => shownBy === 'peers') ? 'peers' : 'itself', note };
}
