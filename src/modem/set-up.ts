import { hasQuirk, type ModemProfile } from '../profiles/index.js';
import { type Clock, reached } from '../runtime/index.js';
import { expandNumbers, findLine, parseFields, parseLists } from './answer-values.js';
import type { AtEngine, CommandOptions } from './at-engine.js';
import { AtError, ModemError, TimeoutError } from './errors.js';
import type { ModemNote } from './types.js';

/** What the steps of the set-up need. */
export interface SetUpTools {
  readonly engine: AtEngine;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told of the steps of the set-up; nobody is where it is absent. */
  readonly tell?: (note: ModemNote, detail: string) => void;
}

/** What +CNMI was brought to. */
export interface Indications {
  /** The five values as they were read back, or as they were set where they cannot be read. */
  readonly values: readonly number[];
  /** Messages come by +CMT and wait for +CNMA. */
  readonly direct: boolean;
}

/** The memories of a modem. */
export interface Memories {
  /** Those that are swept, the one in use first. */
  readonly swept: readonly string[];
  /** Where received messages go, or null where the modem would not say. */
  readonly receiving: string | null;
}

const attemptMs = 1_250;
const simBusyRetryMs = 1_000;
const simBusyTries = 30;
/** CMS 314 and CME 14: SIM busy; 515 and 532: initialisation in progress (Huawei and others). */
const busyNumbers: Readonly<Record<AtError['family'], readonly number[]>> = { cms: [314, 515, 532], cme: [14, 515], final: [] };

function isBusy(cause: unknown): boolean {
  return cause instanceof AtError && cause.number !== null && busyNumbers[cause.family].includes(cause.number);
}

/** Runs a command, again each second while the SIM is busy. */
export async function whenReady(
  { engine, clock, signal }: SetUpTools,
  text: string,
  options: CommandOptions = {},
): Promise<readonly string[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await engine.command(text, { signal, ...options });
    } catch (cause) {
      if (!isBusy(cause) || tries >= simBusyTries) throw cause;
    }
    await clock.sleep(simBusyRetryMs, { signal });
  }
}

/** Runs a command that a modem may refuse or leave unanswered; null then. Loss of the port and cancellation still fail. */
export async function attempt(
  { engine, signal }: SetUpTools,
  text: string,
  options: CommandOptions = {},
): Promise<readonly string[] | null> {
  try {
    return await engine.command(text, { signal, ...options });
  } catch (cause) {
    if (cause instanceof AtError) return null;
    // Wavecom answers some queries without a final result.
    if (cause instanceof TimeoutError) return cause.information.length > 0 ? cause.information : null;
    throw cause;
  }
}

/** Ends a flood of announcements, sees that the others come to this port, and waits until messages can be asked for. */
export async function settleDown(tools: SetUpTools, profile: ModemProfile): Promise<void> {
  if (hasQuirk(profile, 'floods-with-announcements')) for (const text of profile.silenceCommands ?? []) await attempt(tools, text);
  for (const text of profile.initCommands ?? []) await attempt(tools, text);
  if (hasQuirk(profile, 'unsolicited-on-another-port') && profile.unsolicitedPortCommand !== undefined)
    await attempt(tools, profile.unsolicitedPortCommand);
  // 3: by circuit where there is one, else by packet.
  if (hasQuirk(profile, 'sends-fail-by-packet')) await attempt(tools, 'AT+CGSMS=3');
}

/** Waits until the message commands work, on a modem that says too early that it is ready. */
export async function awaitMessages(tools: SetUpTools, profile: ModemProfile): Promise<void> {
  if (!hasQuirk(profile, 'messages-late-after-sim')) return;
  for (let tries = 1; tries < simBusyTries && (await attempt(tools, 'AT+CPMS?')) === null; tries += 1)
    await tools.clock.sleep(simBusyRetryMs, { signal: tools.signal });
}

/** One line of what a modem says of itself, its prefix and quotes removed. */
export async function ask(tools: SetUpTools, text: string): Promise<string | null> {
  const lines = await attempt(tools, text);
  const line = lines?.find((each) => each !== '' && !each.startsWith('AT'));
  const value = line
    ?.replace(/^[+^]?[A-Z]+:\s*/, '')
    .replace(/^"(.*)"$/, '$1')
    .trim();
  return value === undefined || value === '' ? null : value;
}

/**
 * Waits until something answers.
 * @throws ModemError `modem/no-answer`, which says what the device does instead
 */
export async function wakeUp(
  { engine, signal }: SetUpTools,
  device: { readonly portName: string; readonly answerWithinMs?: number | undefined; readonly describe: () => string },
): Promise<void> {
  const attempts = Math.max(1, Math.round((device.answerWithinMs ?? 15_000) / attemptMs));
  await Promise.race([
    engine.resync({ attempts }),
    new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true })),
  ]).catch((cause: unknown) => {
    if (!(cause instanceof TimeoutError)) throw cause;
    throw new ModemError('modem/no-answer', `Nothing on ${device.portName} answers AT commands: ${device.describe()}`, {
      cause,
      advice: 'check that this is the AT port of the modem, since a composite modem has several',
    });
  });
}

/**
 * Restarts a modem that answers and cannot be set up, where its profile allows that.
 * @throws ModemError `modem/reset` once it was told
 */
export async function restart(tools: SetUpTools, profile: ModemProfile | null, portName: string): Promise<void> {
  const command = profile === null || hasQuirk(profile, 'reset-loses-device') ? undefined : profile.resetCommand;
  if (command === undefined) {
    tools.tell?.('reset-withheld', 'the profile allows no reset: unplug the modem and plug it in again');
    return;
  }
  tools.tell?.('reset', command);
  await attempt(tools, command);
  throw new ModemError('modem/reset', `${portName} was restarted with ${command}`, { advice: 'wait until it is back' });
}

/** Switches the radio on where it is off. */
export async function switchRadioOn(tools: SetUpTools): Promise<void> {
  const line = findLine((await attempt(tools, 'AT+CFUN?')) ?? [], '+CFUN:');
  const level = line === null ? null : parseFields(line)[0];
  if (level === '0' || level === '4') await attempt(tools, 'AT+CFUN=1');
}

/**
 * PDU mode, without which nothing can be carried.
 * @throws ModemError `modem/no-pdu-mode`
 */
export async function choosePduMode(tools: SetUpTools): Promise<void> {
  try {
    await whenReady(tools, 'AT+CMGF=0');
  } catch (cause) {
    if (!(cause instanceof AtError)) throw cause;
    throw new ModemError('modem/no-pdu-mode', 'The modem refuses PDU mode', {
      cause,
      advice: 'check that it is a GSM or LTE modem with a SIM, and not a GPS or debugging port',
    });
  }
}

/** Asks for acknowledged delivery; true when it is in force. @see 3GPP TS 27.005 3.2.1 */
export async function chooseAcknowledgedService(tools: SetUpTools, profile: ModemProfile): Promise<boolean> {
  if (hasQuirk(profile, 'service-level-meaningless') || hasQuirk(profile, 'no-acknowledgement')) return false;
  const service = async (): Promise<string | null> => {
    const line = findLine((await attempt(tools, 'AT+CSMS?')) ?? [], '+CSMS:');
    return line === null ? null : (parseFields(line)[0] ?? '');
  };
  const acknowledged = (value: string | null): boolean => value === '1' || value === '128';
  if (acknowledged(await service())) return true;
  if ((await attempt(tools, 'AT+CSMS=1')) === null) {
    tools.tell?.('step-refused', 'AT+CSMS=1 was refused');
    const offered = findLine((await attempt(tools, 'AT+CSMS=?')) ?? [], '+CSMS:');
    if (offered === null || !expandNumbers(parseLists(offered)[0] ?? []).includes(128)) return false;
    if ((await attempt(tools, 'AT+CSMS=128')) === null) return false;
  }
  // A modem that took the setting and cannot show it is believed.
  const now = await service();
  return now === null || acknowledged(now);
}

/** Whether two names are of one memory; some modems write them in small letters. */
export function sameMemory(left: string, right: string): boolean {
  return left.toUpperCase() === right.toUpperCase();
}

/** Chooses where received messages are kept, finds out which memories there are, and tells both. @see 3GPP TS 27.005 3.2.2 */
export async function chooseMemories(tools: SetUpTools, profile: ModemProfile): Promise<Memories> {
  const memories = await findMemories(tools, profile);
  const { receiving, swept } = memories;
  const kept = receiving ?? 'a memory that the modem does not name';
  tools.tell?.('memories', `messages are kept in ${kept}, looked at: ${swept.join(', ') || 'the one there is'}`);
  return memories;
}

async function findMemories(tools: SetUpTools, profile: ModemProfile): Promise<Memories> {
  const offered = await whenReady(tools, 'AT+CPMS=?').catch((cause: unknown) => {
    if (cause instanceof AtError) return [];
    if (cause instanceof TimeoutError) return cause.information;
    throw cause;
  });
  const line = findLine(offered, '+CPMS:');
  const lists = line === null ? [] : parseLists(line);
  let reading = lists[0] ?? [];
  if (reading.length === 0) {
    const inUse = findLine((await attempt(tools, 'AT+CPMS?')) ?? [], '+CPMS:');
    reading =
      inUse === null
        ? []
        : parseFields(inUse)
            .filter((field) => /^[A-Z]/i.test(field))
            .slice(0, 1);
  }
  const receiving = lists[2]?.length ? lists[2] : reading;
  // Names are spelled as the modem spells them.
  const preferred = (profile.memories ?? ['ME', 'SM', 'MT']).flatMap((wanted) => reading.filter((name) => sameMemory(name, wanted)));
  const chosen = [...preferred, ...reading].find((name) => receiving.includes(name)) ?? null;
  const separate = reading.filter((name) => !/^(?:BM|OM|.*_P)$/i.test(name));
  // MT is the sum of the others: a message would be found twice.
  const swept = separate.length > 1 ? separate.filter((name) => !sameMemory(name, 'MT')) : separate;
  if (chosen === null) return { swept: [...new Set(swept)], receiving: null };
  const writing = lists[1]?.includes(chosen) === true || lists[1] === undefined ? chosen : (lists[1][0] ?? chosen);
  const forms = [`"${chosen}","${writing}","${chosen}"`, `"${chosen}","${writing}"`, `"${chosen}"`];
  let taken = false;
  for (const form of forms) {
    taken = (await attempt(tools, `AT+CPMS=${form}`)) !== null;
    if (taken) break;
    tools.tell?.('step-refused', `AT+CPMS=${form} was refused`);
  }
  return {
    swept: [...new Set([chosen, ...swept])].filter((name) => !sameMemory(name, 'MT') || swept.includes(name) || swept.length === 0),
    receiving: taken ? chosen : null,
  };
}

const fallbackLadder = ['2,2,0,1,0', '1,2,0,1,0', '2,1,0,0,0', '1,1,0,0,0', '3,1,0,0,1', '2,1,0,0,1'];

/** The values of +CNMI worth trying, best first, from what the modem offers. @see 3GPP TS 27.005 3.4.1 */
export function indicationLadder(
  offered: string | null,
  {
    direct,
    modeOne,
    reports: wanted = [1, 2, 0],
  }: { readonly direct: boolean; readonly modeOne: boolean; readonly reports?: readonly number[] },
): readonly (readonly number[])[] {
  const lists = offered === null ? [] : parseLists(offered).map(expandNumbers);
  const [modes = [], targets = [], broadcasts = [], reports = [], buffers = []] = lists;
  if (modes.length === 0 || targets.length === 0) {
    return fallbackLadder.map((form) => form.split(',').map(Number)).filter(([, target]) => direct || target !== 2);
  }
  const pick = (wanted: readonly number[], there: readonly number[]): readonly number[] => {
    const found = wanted.filter((value) => there.includes(value));
    return found.length > 0 ? found : there.length > 0 ? there.slice(0, 1) : wanted.slice(0, 1);
  };
  const ladder: number[][] = [];
  for (const target of (direct ? [2, 1, 3] : [1]).filter((value) => targets.includes(value))) {
    for (const mode of pick(modeOne ? [1, 2, 3, 0] : [2, 1, 3, 0], modes)) {
      for (const report of pick(wanted, reports)) {
        for (const buffer of pick([0, 1], buffers)) ladder.push([mode, target, pick([0], broadcasts)[0] ?? 0, report, buffer]);
      }
    }
  }
  return ladder;
}

/** Asks for indications, trying one combination after the other and reading back what came of it; null when none was taken. */
export async function armIndications(
  tools: SetUpTools,
  profile: ModemProfile,
  wanted: { readonly direct: boolean },
): Promise<Indications | null> {
  const offered = findLine((await attempt(tools, 'AT+CNMI=?')) ?? [], '+CNMI:');
  const unwelcome = new Set([
    ...(hasQuirk(profile, 'direct-reports-wedge') ? [1] : []),
    // What is stored and cannot be read is lost; what is not asked for waits in the network.
    ...(hasQuirk(profile, 'stored-reports-unreadable') ? [2] : []),
  ]);
  const reports = [1, 2, 0].filter((report) => !unwelcome.has(report));
  const modeOne = hasQuirk(profile, 'indication-mode-one');
  for (const values of indicationLadder(offered, { direct: wanted.direct, modeOne, reports })) {
    const command = `AT+CNMI=${values.join(',')}`;
    if ((await attempt(tools, command)) === null) {
      tools.tell?.('step-refused', `${command} was refused`);
      continue;
    }
    reached('modem:armed');
    const inForce = await readIndications(tools);
    if (inForce === null) return { values, direct: values[1] === 2 };
    if (inForce[1] === values[1]) return { values: inForce, direct: inForce[1] === 2 };
    tools.tell?.('step-refused', `${command} was taken, and +CNMI is ${inForce.join(',')}`);
  }
  return null;
}

/** What +CNMI stands at, or null where it cannot be read. */
export async function readIndications(tools: SetUpTools): Promise<readonly number[] | null> {
  const line = findLine((await attempt(tools, 'AT+CNMI?')) ?? [], '+CNMI:');
  const values = line === null ? [] : parseFields(line).map(Number);
  return values.length >= 2 && values.every(Number.isInteger) ? values : null;
}
