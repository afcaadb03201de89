import { BridgeError, type ErrorCode } from '../errors.js';
import { nearestWord } from '../runtime/index.js';
import { type BenchDescription, benchJsonSchema, benchSchema } from './bench-schema.js';
import { checkYaml, type FoundByHand } from './check-yaml.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import { readConfigText } from './load.js';
import { addressFromHere } from './modem-address.js';
import { readSecret, type SecretReference } from './secret.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Path = readonly PropertyKey[];

/** A modem of a bench with everything read that the file only refers to. */
export interface PlannedModem {
  readonly name: string;
  readonly virtual: boolean;
  readonly port: string | null;
  readonly usbSerial: string | null;
  readonly imei: string | null;
  readonly profile: string | null;
  readonly baudRate: number | null;
  readonly features: BenchDescription['modems'][number]['features'];
  readonly hubSwitch: { readonly off: readonly string[]; readonly on: readonly string[] } | null;
  readonly sim: PlannedSim | null;
}

/** A SIM; everything but its label is secret. */
export interface PlannedSim {
  readonly label: string;
  readonly iccid: string | null;
  readonly number: string | null;
  readonly pin: string | null;
  /** Whether it may be sent to. */
  readonly allowed: boolean;
}

/** A bench file that holds, secrets read. */
export interface BenchPlan {
  readonly file: string;
  readonly name: string;
  readonly virtual: boolean;
  readonly virtualBench: NonNullable<BenchDescription['virtual-bench']>;
  readonly modems: readonly PlannedModem[];
  /** Null where nothing limits it: on a virtual bench only. */
  readonly budget: { readonly messages: number; readonly perSim: number } | null;
  readonly quietHours: readonly { readonly from: string; readonly to: string }[];
  /** Where something stands, as `FILE:LINE:COLUMN`. */
  readonly place: (path: Path) => string;
}

/** What checking a bench file found. */
export type CheckedBench =
  | { readonly ok: true; readonly plan: BenchPlan }
  | { readonly ok: false; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Reads a bench file with its secrets. @throws ConfigError with line and column; BridgeError `config/unreadable`, `config/not-permitted`, `config/too-large` */
export async function loadBench(file: string, environment: Environment): Promise<BenchPlan> {
  const checked = await checkBench(file, await readConfigText(file, undefined, 'bench file'), environment);
  if (!checked.ok) throw new ConfigError(file, checked.problems, 'bench check');
  return checked.plan;
}

/** Checks the text of a bench file, and that its secrets are there. Never throws for what is in it. */
export async function checkBench(file: string, text: string, environment: Environment): Promise<CheckedBench> {
  const checked = checkYaml(text, { schema: benchSchema, jsonSchema: benchJsonSchema, further: contradictions });
  if (!checked.ok) return checked;
  const { content, place } = checked;
  const missing: ConfigProblem[] = [];
  const secret = async (path: Path, value: string | SecretReference | undefined): Promise<string | null> => {
    if (value === undefined) return null;
    if (typeof value === 'string') return value;
    try {
      return await readSecret(value, environment);
    } catch (cause) {
      if (!(cause instanceof BridgeError)) throw cause;
      missing.push({ code: cause.code, path: path.map(String).join('.'), message: cause.message, advice: cause.advice, ...place(path) });
      return null;
    }
  };
  const virtual = content.modems.every((modem) => modem.virtual === true);
  const allowed = new Set(content.allow ?? []);
  const sims = new Map<string, PlannedSim>();
  for (const [at, sim] of (content.sims ?? []).entries()) {
    const number = await secret(['sims', at, 'number'], sim.number);
    if (number !== null && !/^\+?\d{3,20}$/.test(number)) {
      const path = ['sims', at, 'number'];
      const message = `the number of ${sim.label} is no telephone number`;
      missing.push({ code: 'config/bad-value', path: path.join('.'), message, advice: 'write digits, with + in front', ...place(path) });
    }
    sims.set(sim.in, {
      label: sim.label,
      iccid: await secret(['sims', at, 'iccid'], sim.iccid),
      number,
      pin: await secret(['sims', at, 'pin'], sim.pin),
      allowed: allowed.has(sim.label),
    });
  }
  const modems: PlannedModem[] = [];
  for (const [at, modem] of content.modems.entries()) {
    modems.push({
      name: modem.name,
      virtual: modem.virtual === true,
      port: modem.port === undefined ? null : addressFromHere(modem.port),
      usbSerial: modem['usb-serial'] ?? null,
      imei: await secret(['modems', at, 'imei'], modem.imei),
      profile: modem.profile ?? null,
      baudRate: modem['baud-rate'] ?? null,
      features: modem.features,
      hubSwitch: modem['hub-switch'] ?? null,
      sim: sims.get(modem.name) ?? null,
    });
  }
  const [first, ...others] = missing;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  const { budget } = content;
  const plan: BenchPlan = {
    file,
    name: content.name,
    virtual,
    virtualBench: content['virtual-bench'] ?? {},
    modems,
    budget: budget == null ? null : { messages: budget.messages, perSim: budget['per-sim'] ?? budget.messages },
    quietHours: content['quiet-hours'] ?? [],
    place: (path) => {
      const { line, column } = place(path);
      return `${file}:${line}:${column}`;
    },
  };
  return { ok: true, plan };
}

/** What the schema cannot say: names that fit together, and a real bench that is bounded. */
function contradictions(bench: BenchDescription): readonly FoundByHand[] {
  const found: FoundByHand[] = [];
  const say = (code: ErrorCode, path: Path, message: string, advice?: string): void => {
    found.push({ code, path, message, advice });
  };
  const names = bench.modems.map((modem) => modem.name);
  const labels = (bench.sims ?? []).map((sim) => sim.label);
  const virtual = bench.modems.filter((modem) => modem.virtual === true).length;
  for (const [at, modem] of bench.modems.entries()) {
    if (names.indexOf(modem.name) < at)
      say('config/name-taken', ['modems', at, 'name'], `two modems are named ${modem.name}`, 'rename one');
    const ways = [modem.port, modem['usb-serial'], modem.imei].filter((way) => way !== undefined).length;
    if (modem.virtual === true && ways > 0) {
      say('config/bad-value', ['modems', at, 'virtual'], `${modem.name} is virtual and has a place`, 'leave out port, usb-serial and imei');
    }
    if (modem.virtual !== true && ways === 0) {
      say('config/missing-key', ['modems', at], `nothing says which modem ${modem.name} is`, 'give its port, usb-serial or imei');
    }
    if (modem.virtual !== true && virtual > 0) {
      const message = `${modem.name} is real and others are virtual: a report could pass the one for the other`;
      say('config/mixed-bench', ['modems', at], message, 'write two bench files');
    }
    if (modem.virtual !== true && modem.features.includes('unplug') && modem['hub-switch'] === undefined) {
      say('config/missing-key', ['modems', at, 'features'], `${modem.name} cannot be unplugged by a program`, 'give its hub-switch');
    }
  }
  const slots: string[] = [];
  for (const [at, sim] of (bench.sims ?? []).entries()) {
    if (labels.indexOf(sim.label) < at) say('config/name-taken', ['sims', at, 'label'], `two SIMs are labelled ${sim.label}`, 'rename one');
    if (!names.includes(sim.in)) {
      const near = nearestWord(sim.in, names);
      const advice = near === undefined ? `the modems are ${names.join(', ')}` : `did you mean ${near}?`;
      say('config/unknown-modem', ['sims', at, 'in'], `${sim.label} is in ${sim.in}, which is no modem of this bench`, advice);
    } else if (slots.includes(sim.in)) {
      say('config/slot-taken', ['sims', at, 'in'], `two SIMs are in ${sim.in}`, 'say where each is now');
    }
    slots.push(sim.in);
  }
  for (const [at, label] of (bench.allow ?? []).entries()) {
    if (labels.includes(label)) continue;
    const near = nearestWord(label, labels);
    const advice = near === undefined ? `the SIMs are ${labels.join(', ')}` : `did you mean ${near}?`;
    say('config/unknown-sim', ['allow', at], `${label} is no SIM of this bench`, advice);
  }
  if (virtual === 0) found.push(...bounds(bench));
  return found;
}

/** What only real SIMs need. */
function bounds(bench: BenchDescription): readonly FoundByHand[] {
  const found: FoundByHand[] = [];
  if (bench.budget == null) {
    found.push({
      code: 'config/missing-key',
      path: ['budget'],
      message: 'a real bench says how many messages a run may send',
      advice: 'write budget: { messages: 40, per-sim: 20 }',
    });
  } else if ((bench.budget['per-sim'] ?? 0) > bench.budget.messages) {
    const path = ['budget', 'per-sim'];
    found.push({ code: 'config/bad-value', path, message: 'one SIM may send more than all together', advice: 'lower per-sim' });
  }
  for (const [at, sim] of (bench.sims ?? []).entries()) {
    const modem = bench.modems.find(({ name }) => name === sim.in);
    if (modem?.features.includes('sms-mt') !== true) continue;
    const path = ['sims', at, 'label'];
    if (sim.number === undefined) {
      found.push({ code: 'config/missing-key', path, message: `${sim.label} is to receive and has no number`, advice: 'give its number' });
    }
    if (!(bench.allow ?? []).includes(sim.label)) {
      const message = `${sim.label} is to receive and is not on the allow-list`;
      found.push({ code: 'config/number-not-allowed', path, message, advice: 'add it to allow, or take sms-mt from its modem' });
    }
  }
  return found;
}
