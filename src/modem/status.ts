import { findLine, parseFields } from './answer-values.js';
import { AtError } from './errors.js';
import { ask, attempt, type SetUpTools } from './set-up.js';

/** How a memory is filled. */
export interface MemoryUse {
  readonly memory: string;
  readonly used: number;
  readonly total: number;
}

/** How a modem stands with one kind of network. */
export interface NetworkRegistration {
  readonly network: '+CREG' | '+CGREG' | '+CEREG';
  readonly state: 'home' | 'roaming' | 'searching' | 'denied' | 'not-registered' | 'unknown';
}

/** How a modem stands with its SIM and network; null where it would not say. */
export interface ModemStatus {
  /** READY, SIM PIN and so on, as the modem names it. */
  readonly sim: string | null;
  readonly registration: 'home' | 'roaming' | 'searching' | 'denied' | 'not-registered' | 'unknown';
  /** The same by network, as far as the modem answers: +CREG is circuit switched, +CGREG packet switched, +CEREG LTE. */
  readonly registrations: readonly NetworkRegistration[];
  readonly operator: string | null;
  /** Decibels relative to one milliwatt. */
  readonly signalDbm: number | null;
  /** The number of the service centre; null where none is set. */
  readonly serviceCentre: string | null;
  readonly memories: readonly MemoryUse[];
}

/**
 * +CREG stat by its meaning; 6 and 7 are registered for short messages only, 9 and 10 for calls that do not fall back by preference, 8 and
 * 11 for emergencies alone.
 * @see 3GPP TS 27.007 7.2
 */
const registrations: Readonly<Record<string, ModemStatus['registration']>> = {
  0: 'not-registered',
  1: 'home',
  2: 'searching',
  3: 'denied',
  5: 'roaming',
  6: 'home',
  7: 'roaming',
  8: 'not-registered',
  9: 'home',
  10: 'roaming',
  11: 'not-registered',
};
const betterFirst: readonly ModemStatus['registration'][] = ['home', 'roaming', 'searching', 'denied', 'not-registered'];

/** Asks a modem how it stands. Nothing is changed. */
export async function readStatus(tools: SetUpTools): Promise<ModemStatus> {
  const value = async (command: string, prefix: string): Promise<readonly string[]> => {
    const line = findLine((await attempt(tools, command)) ?? [], prefix);
    return line === null ? [] : parseFields(line);
  };
  const registrationsHeard: NetworkRegistration[] = [];
  // A modem on LTE alone may be registered for messages while +CREG says that it is not.
  for (const network of ['+CREG', '+CGREG', '+CEREG'] as const) {
    const fields = await value(`AT${network}?`, `${network}:`);
    // Some Motorola modems write 000,001.
    const state = registrations[String(Number(fields[1] ?? 'x'))];
    if (fields[1] !== undefined) registrationsHeard.push({ network, state: state ?? 'unknown' });
  }
  const strength = Number((await value('AT+CSQ', '+CSQ:'))[0] ?? 'x');
  const centre = inLetters((await value('AT+CSCA?', '+CSCA:'))[0]);
  const memories = await value('AT+CPMS?', '+CPMS:');
  return {
    sim: await simState(tools),
    registration: betterFirst.find((state) => registrationsHeard.some((heard) => heard.state === state)) ?? 'unknown',
    registrations: registrationsHeard,
    operator: inLetters((await value('AT+COPS?', '+COPS:'))[2]) ?? null,
    signalDbm: Number.isInteger(strength) && strength >= 0 && strength <= 31 ? -113 + 2 * strength : null,
    serviceCentre: centre === undefined || centre === '' ? null : centre,
    memories: memoryUse(memories),
  };
}

/** A text that a modem whose character set is UCS2 writes in hex, four digits a letter; any other as it stands. @see 3GPP TS 27.007 5.5 */
function inLetters(text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:00[2-7][0-9A-F]){2,}$/i.test(text)) return text;
  return text.replace(/..(..)/g, (_, low: string) => String.fromCharCode(Number.parseInt(low, 16)));
}

/** The card's serial number. Secret: never shown or logged unredacted. */
export async function readCardNumber(tools: SetUpTools): Promise<string | null> {
  for (const command of ['AT+CCID', 'AT+ICCID', 'AT^ICCID?', 'AT#CCID', 'AT+QCCID']) {
    const digits = /\d{4,20}[0-9A-F]?/i.exec((await ask(tools, command)) ?? '')?.[0];
    if (digits !== undefined) return digits.toUpperCase();
  }
  return null;
}

async function simState(tools: SetUpTools): Promise<string | null> {
  try {
    const line = findLine(await tools.engine.command('AT+CPIN?', { signal: tools.signal }), '+CPIN:');
    return line === null ? null : (parseFields(line)[0] ?? null);
  } catch (cause) {
    if (cause instanceof AtError) return cause.number === 10 || cause.number === 310 ? 'NOT INSERTED' : null;
    throw cause;
  }
}

function memoryUse(fields: readonly string[]): readonly MemoryUse[] {
  const found = new Map<string, MemoryUse>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const memory = fields[at] ?? '';
    const used = Number(fields[at + 1]);
    const total = Number(fields[at + 2]);
    if (memory !== '' && Number.isInteger(used) && Number.isInteger(total)) found.set(memory, { memory, used, total });
  }
  return [...found.values()];
}
