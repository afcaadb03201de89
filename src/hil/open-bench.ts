import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type BenchPlan, checkBench, loadBench } from '../config/index.js';
import { rememberedPin } from '../modem/index.js';
import { type Clock, type Random, systemClock, systemRandom, temporaryFolder } from '../runtime/index.js';
import { openVirtualBench, type VirtualBench } from '../virtual-bench/index.js';
import { Bench } from './bench.js';
import { lockModem, type Release } from './bench-lock.js';
import { BenchModem } from './bench-modem.js';
import { HilError } from './errors.js';
import { type Finding, findModem } from './find-modem.js';
import { isQuiet, openLedger } from './ledger.js';
import { Moments } from './moments.js';
import { chooseSeed, randomOf } from './seed.js';

/** How a bench is opened. */
export interface OpenBenchOptions {
  /** The bench file; without one two virtual modems, `a` and `b`. */
  readonly file?: string | undefined;
  /** Where secrets are looked for; by default the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Seed of a virtual bench and of the bridges on it, in place of the file's; a bench whose file has none chooses one, unless it is given `random`. */
  readonly seed?: number | undefined;
  /** What waits take when they do not say: 1 unless given; smaller for tests that are to fail. */
  readonly patience?: number;
  /** Where the ledger of what runs have spent is kept, and how modems are looked for: for tests. */
  readonly ledgerFolder?: string;
  readonly discover?: Finding['discover'];
}

const allOfThem = '[sms-mo, sms-mt, direct-delivery, stored-delivery, status-reports, unplug, reset]';
const builtIn = `name: virtual
modems:
  - { name: a, virtual: true, features: ${allOfThem} }
  - { name: b, virtual: true, features: ${allOfThem} }
sims:
  - { label: sim-a, in: a }
  - { label: sim-b, in: b }
`;

/**
 * Opens every modem of a bench and receives on all of them. Nothing is sent. Modems of a real bench are locked against other runs on this machine.
 * @throws ConfigError with line and column; HilError `hil/bench-held`, `hil/no-modem`, `hil/wrong-modem`, `hil/modem-not-ready`; what opening a modem throws
 */
export async function openBench(options: OpenBenchOptions = {}): Promise<Bench> {
  const { environment = process.env, clock = systemClock } = options;
  const plan = await planOf(options.file, environment);
  const seed = seedOf(plan, options);
  const chance = (nth: number): Random => (seed === null ? (options.random ?? systemRandom) : randomOf(seed, nth));
  const directory = temporaryFolder('wb-hil-');
  const endings: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true, maxRetries: 5 })];
  const close = async (): Promise<void> => {
    for (const ending of endings.splice(0).reverse()) await ending();
  };
  try {
    const moments = new Moments(clock);
    const ledger = openLedger(plan, options.ledgerFolder);
    const virtual = plan.virtual ? await openPlayed(plan, { clock, random: chance(0), link: join(directory, 'ports') }) : null;
    if (virtual !== null) endings.push(() => virtual.close());
    const modems: BenchModem[] = [];
    const admit = (): void => {
      if (!plan.virtual && isQuiet(plan, clock.now())) {
        throw new HilError('hil/quiet-hours', `nothing is sent at this time of day, by ${plan.place(['quiet-hours'])}`, {
          advice: 'run it later',
        });
      }
    };
    const numberOf = (name: string): string => {
      const found = modems.find((modem) => modem.name === name);
      const number = virtual?.modems[modems.findIndex((modem) => modem.name === name)]?.number ?? found?.plan.sim?.number;
      if (found === undefined || number == null) {
        throw new HilError('hil/unknown-modem', `${JSON.stringify(name)} is no modem of the bench ${plan.name} that can be sent to`, {
          advice: `the modems are ${plan.modems.map((modem) => modem.name).join(', ')}`,
        });
      }
      if (!plan.virtual && found.plan.sim?.allowed !== true) {
        throw new HilError('hil/number-not-allowed', `${found.label} may not be sent to`, {
          advice: 'add its label to allow in the bench file',
        });
      }
      return number;
    };
    for (const [at, modem] of plan.modems.entries()) {
      const played = virtual?.modems[at] ?? null;
      const port = played === null ? await findModem(modem, { clock, discover: options.discover }) : portOf(played, directory);
      if (played === null) endings.push(await locked(modem.name, port));
      const pin = modem.sim?.pin ?? null;
      const made = new BenchModem({
        plan: modem,
        port,
        number: played?.number ?? modem.sim?.number ?? null,
        pin: pin === null ? undefined : rememberedPin({ read: async () => pin, file: pinMemory(environment) }),
        stateDirectory: directory,
        clock,
        random: chance(at + 1),
        moments,
        ledger,
        admit,
        numberOf,
        virtual: played,
      });
      modems.push(made);
      endings.push(() => made.stop());
    }
    await Promise.all(modems.map((modem) => modem.start()));
    for (const modem of modems) await checkIdentity(modem, plan);
    return new Bench({ plan, seed, modems, moments, ledger, clock, patience: options.patience ?? 1, virtual, close });
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function planOf(file: string | undefined, environment: Readonly<Record<string, string | undefined>>): Promise<BenchPlan> {
  if (file !== undefined) return loadBench(file, environment);
  const checked = await checkBench('built in', builtIn, environment);
  if (checked.ok) return checked.plan;
  throw new HilError('hil/no-modem', 'the bench that is built in does not hold', { advice: 'report this' });
}

/** On a real bench nothing is seeded: two runs must not use the same message references there. */
function seedOf({ virtual, virtualBench }: BenchPlan, { seed, random }: OpenBenchOptions): number | null {
  if (!virtual) return null;
  return seed ?? virtualBench.seed ?? (random === undefined ? chooseSeed() : null);
}

interface Playing {
  readonly clock: Clock;
  readonly random: Random;
  readonly link: string;
}

function openPlayed({ modems, virtualBench }: BenchPlan, { clock, random, link }: Playing): Promise<VirtualBench> {
  const { transport = 'pty', profile } = virtualBench;
  return openVirtualBench({
    modems: modems.length,
    transport,
    clock,
    random,
    profile,
    ...(transport === 'pty' ? { link } : { tcpPort: 0 }),
  });
}

/** A pseudo-terminal's link stays when the modem comes back under another name. */
function portOf(played: VirtualBench['modems'][number], directory: string): string {
  return played.port.startsWith('/') ? join(directory, 'ports', played.name) : played.port;
}

async function locked(name: string, port: string): Promise<Release> {
  return lockModem(name, port);
}

/** @throws HilError `hil/wrong-modem` where modem or card are not those that the file says */
async function checkIdentity(modem: BenchModem, plan: BenchPlan): Promise<void> {
  const { imei, sim } = modem.plan;
  const at = plan.modems.findIndex(({ name }) => name === modem.name);
  if (imei !== null && modem.driver.identity.imei !== imei) {
    throw new HilError('hil/wrong-modem', `${plan.place(['modems', at])}: at ${modem.port} is another modem than ${modem.name}`, {
      advice: 'see what is plugged in with wapbridge bench suggest',
    });
  }
  if (sim?.iccid == null) return;
  const card = await modem.driver.cardNumber();
  if (card === null || plainDigits(card) !== plainDigits(sim.iccid)) {
    throw new HilError('hil/wrong-modem', `${plan.place(['modems', at])}: the SIM in ${modem.name} is not ${sim.label}`, {
      advice: 'correct in which modem each SIM is, or swap them',
    });
  }
}

const plainDigits = (iccid: string): string => iccid.toUpperCase().replace(/F$/, '');

function pinMemory(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.local', 'state');
  return join(state, 'wapbridge', 'bench-pins.json');
}
