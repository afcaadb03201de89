import { type BenchFeature, type BenchPlan, nearestWord } from '../config/index.js';
import type { Clock } from '../runtime/index.js';
import type { VirtualBench } from '../virtual-bench/index.js';
import type { BenchModem } from './bench-modem.js';
import { durationMs } from './durations.js';
import { HilError } from './errors.js';
import { isQuiet, type Ledger } from './ledger.js';
import type { Moment, Moments } from './moments.js';
import { type ExpectedPush, verdicts } from './types.js';

/** What a journey needs of a bench; it is skipped, with the reason, where that is lacking. */
export interface Needs {
  /** How many modems; 1 unless given. */
  readonly modems?: number;
  /** What each of these modems must be able to do. */
  readonly features?: readonly BenchFeature[];
  /** Most short messages it sends over the air, tries that fail included; 0 unless given. */
  readonly messages?: number;
  /** It injects at the virtual network, or plays faults of the virtual bench. */
  readonly virtual?: boolean;
}

interface BenchParts {
  readonly plan: BenchPlan;
  readonly seed: number | null;
  readonly modems: readonly BenchModem[];
  readonly moments: Moments;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly patience: number;
  readonly virtual: VirtualBench | null;
  readonly close: () => Promise<void>;
}

const virtualWaitMs = 10_000;
const realWaitMs = 60_000;
const perPartMs = 12_000;

/** Modems and SIMs together, opened and receiving. */
export class Bench {
  readonly #parts: BenchParts;
  #start = 0;

  constructor(parts: BenchParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.plan.name;
  }

  /** `virtual` as soon as one modem is virtual, or says that it is, whatever the bench file calls it. */
  get kind(): 'virtual' | 'real' {
    return this.#parts.plan.virtual || this.modems.some((modem) => modem.facts?.virtual === true) ? 'virtual' : 'real';
  }

  /** What its chance comes from; null on a real bench, and where the caller gave chance of another kind. */
  get seed(): number | null {
    return this.#parts.seed;
  }

  get modems(): readonly BenchModem[] {
    return this.#parts.modems;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  /** A modem by its name in the bench file. @throws HilError `hil/unknown-modem` */
  modem(name: string): BenchModem {
    const found = this.modems.find((modem) => modem.name === name);
    if (found !== undefined) return found;
    throw new HilError('hil/unknown-modem', `the bench ${this.name} has no modem ${JSON.stringify(name)}`, {
      advice: `its modems are ${this.modems.map((modem) => modem.name).join(', ')}`,
    });
  }

  /** Why a journey with these needs cannot run here; null where it can. */
  lacks({ modems = 1, features = [], messages = 0, virtual = false }: Needs): string | null {
    const { plan, ledger, clock } = this.#parts;
    if (virtual && this.#parts.virtual === null) return 'it needs the virtual bench';
    if (this.modems.length < modems) return `it needs ${modems} modems, and the bench ${this.name} has ${this.modems.length}`;
    for (const modem of this.modems.slice(0, modems)) {
      const lacking = features.filter((feature) => !modem.plan.features.includes(feature));
      if (lacking.length > 0) return `it needs ${lacking.join(', ')}, which ${modem.name} of the bench ${this.name} lacks`;
    }
    if (messages === 0) return null;
    if (!plan.virtual && isQuiet(plan, clock.now())) return `nothing is sent at this time of day, by ${plan.place(['quiet-hours'])}`;
    for (const { label } of this.modems.slice(0, modems)) {
      const left = ledger.left(label);
      if (left === null || left >= messages) continue;
      return `it sends up to ${messages} message${messages === 1 ? '' : 's'}, and ${label} may send ${left} more in this run, by ${plan.place(['budget'])}`;
    }
    return null;
  }

  /** Forgets what happened so far: what is waited for from now on must come after this. */
  begin(): void {
    this.#start = this.#parts.moments.count;
  }

  /** What has happened since {@link begin}. */
  get moments(): readonly Moment[] {
    return this.#parts.moments.since(this.#start);
  }

  /** {@link moments} in words, for the message of a test that fails. */
  describe(): string {
    return this.#parts.moments.describe(this.#start);
  }

  /** Waits for a moment; each is given out once. @throws HilError `hil/nothing-came` with what came instead */
  waitFor(what: string, match: (moment: Moment) => boolean, within?: number | string): Promise<Moment> {
    const asked = within === undefined ? (this.kind === 'virtual' ? virtualWaitMs : realWaitMs) : durationMs(within);
    return this.#parts.moments.take(match, { start: this.#start, withinMs: asked * this.#parts.patience, what });
  }

  /** Waits for a push that was handed on. @throws HilError `hil/nothing-came`; `hil/bad-expectation`, `hil/unknown-modem` for what no push can be */
  async receivePush(expected: ExpectedPush): Promise<Moment> {
    this.#check(expected);
    const usual = this.kind === 'virtual' ? virtualWaitMs : realWaitMs + perPartMs * (expected.parts ?? 1);
    return this.waitFor(describeExpected(expected), (moment) => this.#isPush(moment, expected), expected.within ?? usual);
  }

  /** Lets so much time pass. */
  pause(span: number | string): Promise<void> {
    return this.clock.sleep(durationMs(span));
  }

  close(): Promise<void> {
    return this.#parts.close();
  }

  /** A slip in what is expected would otherwise be waited for in vain. */
  #check({ verdict, at, from }: ExpectedPush): void {
    for (const name of [at, from]) if (name !== undefined) this.modem(name);
    if (verdict === undefined || verdicts.includes(verdict)) return;
    const near = nearestWord(verdict, verdicts);
    throw new HilError('hil/bad-expectation', `${JSON.stringify(verdict)} is no verdict`, {
      advice: near === undefined ? `the verdicts are ${verdicts.join(', ')}` : `did you mean ${near}?`,
    });
  }

  #isPush({ kind, modem, event }: Moment, expected: ExpectedPush): boolean {
    if (kind !== 'handed-on') return false;
    const { verdict, push } = event;
    const sender = expected.from === undefined ? null : this.#numberOf(expected.from);
    const body = expected.body === undefined ? undefined : Buffer.from(expected.body).toString('hex').toUpperCase();
    const wanted: readonly (readonly [unknown, unknown])[] = [
      [expected.verdict, field(verdict, 'verdict')],
      [expected.reason, field(verdict, 'reason')],
      [expected.at, modem],
      [sender ?? undefined, event['from']],
      [expected.parts, event['parts']],
      [expected.contentType, field(push, 'contentType')],
      [body, event['body']],
    ];
    return wanted.every(([want, found]) => want === undefined || want === found);
  }

  #numberOf(name: string): string | null {
    const at = this.modems.indexOf(this.modem(name));
    return this.#parts.virtual?.modems[at]?.number ?? this.modems[at]?.plan.sim?.number ?? null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

function describeExpected({ verdict, reason, at, from, parts, contentType, body }: ExpectedPush): string {
  const words = [
    `a push${verdict === undefined ? '' : ` with the verdict ${verdict}`}${reason === undefined ? '' : ` (${reason})`}`,
    ...(at === undefined ? [] : [`at ${at}`]),
    ...(from === undefined ? [] : [`from the SIM in ${from}`]),
    ...(parts === undefined ? [] : [`of ${parts} part${parts === 1 ? '' : 's'}`]),
    ...(contentType === undefined ? [] : [`of type ${contentType}`]),
    ...(body === undefined ? [] : [`with a body of ${body.length} octets as sent`]),
  ];
  return words.join(' ');
}
