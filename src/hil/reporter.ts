import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../runtime/index.js';
import type { JourneyRecord } from './journey.js';
import { reportHtml } from './report-html.js';
import { reportJunit } from './report-junit.js';

/** One test as a report shows it; `record` is there for tests that had a bench. */
export interface ReportedJourney {
  readonly file: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  readonly errors: readonly string[];
  readonly record: JourneyRecord | null;
}

/** What the reporter asks of vitest's test cases. */
interface TestCaseLike {
  readonly fullName: string;
  result(): { readonly state: string; readonly errors?: readonly { readonly message: string }[] | undefined };
  diagnostic(): { readonly duration: number } | undefined;
  meta(): { readonly wapbridge?: JourneyRecord };
}

interface TestModuleLike {
  readonly relativeModuleId?: string;
  readonly moduleId: string;
  readonly children: { allTests(): Iterable<TestCaseLike> };
}

/** How a {@link HilReporter} is made; all of it may be left out. */
export interface ReporterOptions {
  readonly folder?: string;
  readonly seed?: number | undefined;
  readonly say?: (line: string) => void;
  readonly fail?: () => void;
}

/**
 * A vitest reporter: `junit.xml` and `report.html` for the tests that used a bench. Others are not in it, so that no report says more
 * than the bench saw. A run in which nothing but skipped journeys was is no success: it ends with 1.
 */
export class HilReporter {
  readonly #folder: string;
  readonly #seed: number | undefined;
  readonly #say: (line: string) => void;
  readonly #fail: () => void;

  /** `seed`: what the whole run was seeded with; it is told before the first test, and again where one failed. `fail` makes the run end with 1. */
  constructor(options: ReporterOptions = {}) {
    this.#folder = options.folder ?? process.env['HIL_REPORTS'] ?? join('reports', 'hil');
    this.#seed = options.seed;
    this.#say = options.say ?? ((line) => process.stdout.write(`${line}\n`));
    this.#fail =
      options.fail ??
      (() => {
        process.exitCode ||= 1;
      });
  }

  onTestRunStart(): void {
    if (this.#seed !== undefined) this.#say(`seed ${this.#seed} (SEED=${this.#seed} takes the same chances again)`);
  }

  onTestRunEnd(modules: readonly TestModuleLike[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => ({ module, test })));
    const journeys = tests.flatMap(({ module, test }) => reported(module, test));
    if (tests.some(({ test }) => test.result().state === 'failed')) {
      const seeds = this.#seed === undefined ? seedsOf(journeys) : [this.#seed];
      for (const seed of seeds) this.#say(`failed with seed ${seed}: SEED=${seed} takes the same chances again`);
    }
    if (journeys.length === 0) return;
    makeFolder(this.#folder);
    writeFileSync(join(this.#folder, 'junit.xml'), reportJunit(journeys));
    writeFileSync(join(this.#folder, 'report.html'), reportHtml(journeys));
    for (const line of inShort(journeys)) this.#say(line);
    this.#say(`written to ${join(this.#folder, 'report.html')}`);
    if (tests.some(({ test }) => ['passed', 'failed'].includes(test.result().state))) return;
    // A green run in which nothing ran would be taken for a bench that works.
    this.#say('nothing was tested: every journey was skipped, for the reasons above');
    this.#fail();
  }
}

/** What the run was, and why what was skipped was skipped; vitest's own summary has no reasons. */
function inShort(journeys: readonly ReportedJourney[]): readonly string[] {
  const count = (state: ReportedJourney['state']): number => journeys.filter((journey) => journey.state === state).length;
  const skipped = journeys.filter(({ state }) => state === 'skipped');
  const plain = (text: string): string => text.replace(/\p{Cc}/gu, '?');
  const bench = plain(journeys[0]?.record?.bench ?? 'bench');
  return [
    `${kindOf(journeys)} bench ${bench}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`,
    ...skipped.map(({ name, record }) => `  skipped: ${plain(name)}\n    ${plain(redacted(record?.skipped ?? 'no reason given'))}`),
  ];
}

function reported(module: TestModuleLike, test: TestCaseLike): readonly ReportedJourney[] {
  const record = test.meta().wapbridge;
  if (record === undefined) return [];
  const { state, errors = [] } = test.result();
  return [
    {
      file: module.relativeModuleId ?? module.moduleId,
      name: test.fullName,
      state: state === 'passed' || state === 'failed' ? state : 'skipped',
      durationMs: test.diagnostic()?.duration ?? 0,
      errors: errors.map(({ message }) => redacted(message)),
      record,
    },
  ];
}

/** Numbers, identities and octets do not belong in a report; five digits in a row may stay. */
export function redacted(text: string): string {
  return text.replace(/\+?\d{6,}/g, (digits) => `…${digits.slice(-2)}`).replace(/[0-9A-F]{24,}/gi, (hex) => `(${hex.length / 2} octets)`);
}

/** `virtual` unless every bench of the run was real. */
export function kindOf(journeys: readonly ReportedJourney[]): 'virtual' | 'real' {
  return journeys.length > 0 && journeys.every(({ record }) => record?.kind === 'real') ? 'real' : 'virtual';
}

/** The seeds of the run's benches, each once: one, unless each file's bench chose its own. */
export function seedsOf(journeys: readonly ReportedJourney[]): readonly number[] {
  return [...new Set(journeys.flatMap(({ record }) => record?.seed ?? []))];
}

/** The first line of every report. */
export function firstLine(journeys: readonly ReportedJourney[]): string {
  return kindOf(journeys) === 'real'
    ? 'REAL BENCH: modems and SIMs on a network'
    : 'VIRTUAL BENCH: no modem, no SIM and no network took part in this run';
}
