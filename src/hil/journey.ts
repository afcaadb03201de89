import type { Bench, Needs } from './bench.js';
import type { BenchModemFacts } from './bench-modem.js';
import type { Moment } from './moments.js';

/** What a report shows of one journey. It holds labels, times and counts: no number, no identity, no content. */
export interface JourneyRecord {
  readonly bench: string;
  readonly kind: 'virtual' | 'real';
  /** What its bench's chance came from; null on a real bench. */
  readonly seed: number | null;
  readonly modems: readonly { readonly name: string; readonly label: string; readonly facts: BenchModemFacts | null }[];
  readonly needs: Needs;
  /** Why it did not run; null where it did. */
  readonly skipped: string | null;
  /** Milliseconds since the journey began. */
  readonly timeline: readonly { readonly atMs: number; readonly kind: Moment['kind']; readonly modem: string; readonly facts: string }[];
  /** From the modem's answer to a message's first part until it is handed on, milliseconds. */
  readonly latenciesMs: readonly number[];
  /** Of each part: when it was submitted and when it was received, milliseconds since the journey began; null where it never was. */
  readonly parts: readonly { readonly sentMs: number | null; readonly receivedMs: number | null }[];
  /** Files beside the report, by what they are. */
  readonly attachments: readonly { readonly title: string; readonly file: string }[];
}

const longestTimeline = 2000;

/** What a journey was, from what happened on its bench since it began. */
export function recordJourney(
  bench: Bench,
  needs: Needs,
  options: { readonly skipped?: string | null; readonly attachments?: JourneyRecord['attachments'] } = {},
): JourneyRecord {
  const { moments } = bench;
  const began = moments[0]?.at ?? 0;
  const since = ({ at }: Moment): number => Math.round((at - began) * 10) / 10;
  const of = (kind: Moment['kind']): readonly Moment[] => moments.filter((moment) => moment.kind === kind);
  const handed = of('handed-on');
  const first = of('submitted').filter(({ event }) => event['sequence'] === 1);
  const parts = of('part').filter(({ event }) => event['reassembly'] !== 'duplicate');
  const submitted = of('submitted');
  return {
    bench: bench.name,
    kind: bench.kind,
    seed: bench.seed,
    modems: bench.modems.map(({ name, label, facts }) => ({ name, label, facts })),
    needs,
    skipped: options.skipped ?? null,
    timeline: moments.slice(0, longestTimeline).map((moment) => ({
      atMs: since(moment),
      kind: moment.kind,
      modem: moment.modem,
      facts: moment.facts,
    })),
    // In order, since parts of several messages at one modem leave one message after the other.
    latenciesMs: first.length === handed.length ? handed.map((moment, at) => since(moment) - since(first[at] ?? moment)) : [],
    parts: Array.from({ length: Math.max(submitted.length, parts.length) }, (_, at) => {
      const [sent, received] = [submitted[at], parts[at]];
      return { sentMs: sent === undefined ? null : since(sent), receivedMs: received === undefined ? null : since(received) };
    }),
    attachments: options.attachments ?? [],
  };
}
