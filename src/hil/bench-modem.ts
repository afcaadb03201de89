import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Bridge, type BridgeEvent } from '../bridge/index.js';
import type { PlannedModem } from '../config/index.js';
import type { Sink } from '../delivery/index.js';
import { type Journal, openJournal } from '../journal/index.js';
import { type Modem, type OpenModemOptions, openModem, type PinSource, type TraceEntry, TracingPort } from '../modem/index.js';
import { type Clock, type Random, silentLogger } from '../runtime/index.js';
import { composePush, planParts } from '../sending/index.js';
import type { BenchModem as VirtualBenchModem } from '../virtual-bench/index.js';
import { HilError } from './errors.js';
import { factsOf } from './facts.js';
import type { Ledger } from './ledger.js';
import type { Moments } from './moments.js';
import type { PushToSend, SendReceipt, SentPart } from './types.js';

/** What a modem of a bench is put together from. */
export interface BenchModemParts {
  readonly plan: PlannedModem;
  readonly port: string;
  readonly number: string | null;
  readonly pin: PinSource | undefined;
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly moments: Moments;
  readonly ledger: Ledger;
  /** Refuses what may not be sent now. @throws HilError */
  readonly admit: () => void;
  /** The number of a modem's SIM by the modem's name. @throws HilError where it may not be sent to */
  readonly numberOf: (name: string) => string;
  readonly virtual: VirtualBenchModem | null;
}

const readyWithinMs = 60_000;
const longestTrace = 200_000;

/** One modem of a bench with its SIM, and the bridge that receives on it. */
export class BenchModem {
  readonly name: string;
  /** The label of its SIM, which is what reports show. */
  readonly label: string;
  readonly port: string;
  readonly plan: PlannedModem;
  readonly #parts: BenchModemParts;
  readonly #trace: TraceEntry[] = [];
  #bridge: Bridge | null = null;
  #journal: Journal | null = null;
  #modem: Modem | null = null;
  #reference: number;
  #sending: Promise<unknown> = Promise.resolve();
  #reception: 'direct' | 'stored' | undefined;
  #known: BenchModemFacts | null = null;

  constructor(parts: BenchModemParts) {
    this.#parts = parts;
    this.plan = parts.plan;
    this.name = parts.plan.name;
    this.label = parts.plan.sim?.label ?? `${parts.plan.name}-sim`;
    this.port = parts.port;
    this.#reference = Math.floor(parts.random.fraction() * 256);
  }

  /** What it said of itself when it was last opened; null before. */
  get facts(): BenchModemFacts | null {
    return this.#known;
  }

  /** The driver, while the modem is there. @throws HilError `hil/modem-not-ready` */
  get driver(): Modem {
    return this.#ready();
  }

  /** What crossed its port, oldest first. */
  get trace(): readonly TraceEntry[] {
    return this.#trace;
  }

  /** The virtual modem behind it. @throws HilError `hil/virtual-only` on a real bench */
  get virtual(): VirtualBenchModem {
    if (this.#parts.virtual !== null) return this.#parts.virtual;
    throw new HilError('hil/virtual-only', `${this.name} is a real modem: nothing can be injected there`, {
      advice: 'ask for virtual: true',
    });
  }

  /** Opens the modem and receives on it; what an earlier run of the bench left is taken up. */
  async start(options: { readonly reception?: 'direct' | 'stored' } = {}): Promise<void> {
    if (this.#bridge !== null) return;
    const { clock, random, stateDirectory, plan, pin } = this.#parts;
    this.#reception = options.reception ?? this.#reception;
    const holder = { pid: process.pid, command: `bench modem ${this.name}` };
    const journal = openJournal({ directory: join(stateDirectory, this.name), clock, random, holder, retention: null });
    const bridge = new Bridge({
      journal,
      sinks: [{ sink: this.#sink('dm-application') }, { sink: this.#sink('stdout') }],
      clock,
      random,
      log: silentLogger,
      onEvent: (event) => this.#note(event),
      openModem: (name, given) => this.#open(name, given),
    });
    this.#journal = journal;
    this.#bridge = bridge;
    bridge.start();
    const ended = new AbortController();
    try {
      await Promise.race([
        bridge.drive({
          name: this.name,
          port: this.port,
          options: {
            ...(plan.profile === null ? {} : { profile: plan.profile }),
            ...(plan.baudRate === null ? {} : { baudRate: plan.baudRate }),
            ...(pin === undefined ? {} : { pin }),
            ...(this.#reception === undefined ? {} : { reception: this.#reception }),
          },
        }),
        clock.sleep(readyWithinMs, { signal: ended.signal }).then(() => {
          throw new HilError('hil/modem-not-ready', `the modem ${this.name} at ${this.port} was not ready in ${readyWithinMs / 1000} s`, {
            advice: 'run wapbridge bench check',
          });
        }),
      ]);
    } catch (cause) {
      await this.stop();
      throw cause;
    } finally {
      ended.abort();
    }
  }

  /** Stops receiving; the network keeps what comes meanwhile. */
  async stop(): Promise<void> {
    const [bridge, journal] = [this.#bridge, this.#journal];
    this.#bridge = null;
    this.#journal = null;
    await bridge?.close();
    journal?.close();
    this.#modem = null;
    this.#reception = undefined;
  }

  /**
   * Composes a DM push, sends it to the SIM of another modem of the bench, and says what became of each part. Every part counts in the
   * budget before it leaves; nothing is sent twice.
   * @throws HilError `hil/budget-spent`, `hil/quiet-hours`, `hil/number-not-allowed`, `hil/modem-not-ready`; SendError, EncodeError
   */
  send(push: PushToSend): Promise<SendReceipt> {
    const sent = this.#sending.then(() => this.#send(push));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  async #send(push: PushToSend): Promise<SendReceipt> {
    const { admit, numberOf, ledger, moments, clock } = this.#parts;
    const wsp = composePush({ type: push.type, body: push.body, ...(push.forms === undefined ? {} : { forms: push.forms }) });
    const to = numberOf(push.to);
    this.#reference = (this.#reference + 1) % 256;
    const planned = planParts(wsp, {
      to,
      reference: this.#reference,
      report: push.report === true,
      ...(push.arrangement === undefined ? {} : { arrangement: push.arrangement }),
    });
    admit();
    // A modem that is not there is no part that was not sent: nothing is tried, and nothing counted.
    this.#ready();
    const left = ledger.left(this.label);
    if (left !== null && left < planned.length) {
      throw new HilError('hil/budget-spent', `${this.label} is to send ${planned.length} messages and may send ${left} more in this run`, {
        advice: 'raise the budget, or run fewer journeys',
      });
    }
    const parts: SentPart[] = [];
    for (const [at, { pdu, tpduOctets, sequence }] of planned.entries()) {
      ledger.spend(this.label);
      const begunAt = clock.monotonic();
      const facts = `part ${sequence} of ${planned.length} to ${push.to}`;
      try {
        const { messageReference } = await this.driver.submit(pdu, tpduOctets, { more: at < planned.length - 1 });
        parts.push({ sequence, outcome: 'sent', messageReference, tookMs: clock.monotonic() - begunAt, error: null });
        moments.add({ kind: 'submitted', modem: this.name, facts: `${facts} sent`, event: { sequence, messageReference, pdu } });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        const unknown = cause instanceof Error && 'code' in cause && cause.code === 'at/outcome-unknown';
        const outcome = unknown ? 'unknown' : 'not-sent';
        parts.push({ sequence, outcome, messageReference: null, tookMs: clock.monotonic() - begunAt, error: reason });
        moments.add({ kind: 'not-submitted', modem: this.name, facts: `${facts} ${outcome}: ${reason}`, event: { sequence, reason } });
        break;
      }
    }
    const gone = parts.filter(({ outcome }) => outcome === 'sent').length;
    const doubtful = parts.some(({ outcome }) => outcome === 'unknown');
    const outcome = doubtful ? 'unknown' : gone === planned.length ? 'sent' : gone > 0 ? 'partly-sent' : 'not-sent';
    return { outcome, from: this.name, to: push.to, parts };
  }

  /** Takes the power from it, by the virtual bench or its hub switch, and gives it back after so long. @throws HilError `hil/hub-switch` */
  async unplug(options: { readonly seconds: number }): Promise<void> {
    if (this.#parts.virtual !== null) return this.fault('unplug', { seconds: options.seconds });
    const { hubSwitch } = this.plan;
    if (hubSwitch === null)
      throw new HilError('hil/hub-switch', `${this.name} has no hub switch`, { advice: 'ask for the feature unplug' });
    await run(hubSwitch.off);
    await this.#parts.clock.sleep(options.seconds * 1000);
    await run(hubSwitch.on);
  }

  /** Plays a fault of `wapbridge bench --faults`. @throws HilError `hil/virtual-only`; BenchError */
  async fault(name: string, numbers: Parameters<VirtualBenchModem['fault']>[1] = {}): Promise<void> {
    const shown = Object.entries(numbers).map(([key, value]) => ` ${key}=${value}`);
    this.#parts.moments.add({ kind: 'fault', modem: this.name, facts: `fault ${name}${shown.join('')}`, event: { name } });
    await this.virtual.fault(name, numbers);
  }

  #ready(): Modem {
    if (this.#modem !== null) return this.#modem;
    throw new HilError('hil/modem-not-ready', `the modem ${this.name} is not ready`, { advice: 'start it, and wait until it is back' });
  }

  async #open(name: string, given: OpenModemOptions): Promise<Modem> {
    const { clock } = this.#parts;
    const modem = await openModem(name, {
      ...given,
      wrapPort: (port) =>
        new TracingPort(port, {
          clock,
          record: (entry) => {
            this.#trace.push(entry);
            if (this.#trace.length > longestTrace) this.#trace.splice(0, longestTrace / 2);
          },
        }),
    });
    const { manufacturer, model, firmware, profile, imei } = modem.identity;
    this.#known = { manufacturer, model, firmware, profile, virtual: saysVirtual({ model, firmware, imei }), reception: modem.reception };
    this.#modem = modem;
    return modem;
  }

  #sink(name: string): Sink {
    return {
      name,
      kind: 'bench',
      accept: async ({ id, facts, body }) => {
        const verdict = verdictOf(facts);
        // Standard output has every message besides; what counts of a DM message is that the DM application has it.
        if (name === 'stdout' && verdict.startsWith('dm-')) return { outcome: 'taken' };
        this.#parts.moments.add({
          kind: 'handed-on',
          modem: this.name,
          facts: `${verdict} handed on to ${name}, ${body?.length ?? 0} octets`,
          event: { ...facts, id, sink: name, body: body === null ? null : Buffer.from(body).toString('hex').toUpperCase() },
        });
        return { outcome: 'taken' };
      },
      close: async () => {},
    };
  }

  #note(event: BridgeEvent): void {
    if (event.event === 'modem' && event.state === 'lost') this.#modem = null;
    const moment = factsOf(event);
    if (moment !== null) this.#parts.moments.add({ ...moment, modem: this.name });
  }
}

/** What a modem says of itself, without anything secret. */
export interface BenchModemFacts {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly profile: string;
  /** It is a virtual modem, whatever the bench file says. */
  readonly virtual: boolean;
  readonly reception: 'direct' | 'stored' | 'polling';
}

/** Virtual modems say so in their model or firmware, and have an IMEI of the range for tests. */
function saysVirtual({ model, firmware, imei }: { model: string | null; firmware: string | null; imei: string | null }): boolean {
  return /virtual/i.test(`${model} ${firmware}`) || (imei?.startsWith('00440100') ?? false);
}

function verdictOf(facts: Readonly<Record<string, unknown>>): string {
  const { verdict } = facts;
  return typeof verdict === 'object' && verdict !== null && 'verdict' in verdict ? String(verdict.verdict) : 'unknown';
}

async function run([program = '', ...parameters]: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, parameters, { timeout: 30_000 });
  } catch (cause) {
    throw new HilError('hil/hub-switch', `the hub switch ${program} failed`, { cause, advice: 'run its command by hand' });
  }
}
