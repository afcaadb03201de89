import type { Duplex } from 'node:stream';
import { findProfile, type ModemProfile, matchProfile } from '../profiles/index.js';
import type { Clock } from '../runtime/index.js';
import { findLine, parseFields, parseLists } from './answer-values.js';
import { AtEngine } from './at-engine.js';
import { PortClosedError, TimeoutError } from './errors.js';
import { LineWatch } from './line-watch.js';
import { type PinAttempts, readPinAttempts } from './pin-attempts.js';
import { closePort } from './port.js';
import { armIndications, ask, attempt, readIndications, type SetUpTools } from './set-up.js';
import { type ModemStatus, readCardNumber, readStatus } from './status.js';
import type { ModemIdentity } from './types.js';

/** How a modem is looked at. */
export interface InspectOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** The id of a profile; without one the modem's own words decide. */
  readonly profile?: string | undefined;
  /** How long it may take to answer its first command. */
  readonly answerWithinMs?: number;
  /** Also tries whether it takes a +CNMI under which messages are announced, and puts back what was in force. */
  readonly tryIndications?: boolean;
}

/** What one look at a modem found. */
export interface ModemInspection {
  readonly identity: ModemIdentity;
  /** Serial number of the SIM card. Secret: never shown or logged unredacted. */
  readonly cardNumber: string | null;
  readonly status: ModemStatus;
  /** Tries left, asked only of a SIM that is locked. */
  readonly attempts: PinAttempts | null;
  /** +CFUN; 1 is full functionality. */
  readonly functionality: number | null;
  /** +CSMS; 1 or 128 is with acknowledgement. */
  readonly messageService: number | null;
  /** +CNMI as it was found. */
  readonly indications: readonly number[] | null;
  /** Whether a +CNMI that announces messages was taken and stayed; null where it was not tried. */
  readonly announces: boolean | null;
  /** Where a Quectel modem sends what it says of its own accord: `usbat`, `usbmodem`, `uart1`, `all`. */
  readonly announcementPort: string | null;
  /** Why a network refused the modem, in words, where one did and the modem tells. */
  readonly rejection: string | null;
  /** It says OK to a command that does not exist, and nothing of itself. */
  readonly saysOkToEverything: boolean;
}

/** A port on which nothing answers AT commands, with what it does instead. */
export interface SilentPort {
  readonly silent: true;
  readonly instead: string;
}

const attemptMs = 1_250;

/**
 * Looks at the modem on a port and closes it. Nothing lasting is changed: echo and the form of errors are set, no message is read,
 * acknowledged or deleted, and no PIN is entered.
 * @throws PortClosedError, `signal.reason`
 */
export async function inspectModem(port: Duplex, options: InspectOptions): Promise<ModemInspection | SilentPort> {
  const { clock, signal } = options;
  const watch = new LineWatch(() => {});
  const engine = new AtEngine(port, clock, {
    onUnsolicited: () => watch.announced(),
    onLost: () => {},
    onOddity: (oddity) => watch.see(oddity),
  });
  const onAbort = (): void => engine.detach(new PortClosedError('modem/closed', 'The modem was closed', { cause: signal?.reason }));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    await engine.resync({ attempts: Math.max(1, Math.round((options.answerWithinMs ?? 5_000) / attemptMs)) });
    return await look({ engine, clock, signal }, options);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof TimeoutError && cause.code === 'at/no-answer') return { silent: true, instead: watch.describe() };
    throw cause;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    engine.detach(new PortClosedError('modem/closed', 'The modem was closed'));
    await closePort(port, clock);
  }
}

async function look(tools: SetUpTools, options: InspectOptions): Promise<ModemInspection> {
  await attempt(tools, 'ATE0');
  await attempt(tools, 'AT+CMEE=1');
  const manufacturer = await ask(tools, 'AT+CGMI');
  const model = await ask(tools, 'AT+CGMM');
  const firmware = await ask(tools, 'AT+CGMR');
  const imei = (await ask(tools, 'AT+CGSN'))?.replace(/\D.*$/, '') || null;
  const named = options.profile === undefined ? null : findProfile(options.profile);
  const profile = named ?? matchProfile({ manufacturer, model, firmware });
  const saysOkToEverything =
    manufacturer === null && model === null && firmware === null && (await attempt(tools, 'AT+WAPBRIDGE?')) !== null;
  const asked = await readStatus(tools);
  const status = { ...asked, memories: await readMemories(tools, asked.memories) };
  const ready = status.sim === 'READY';
  const imsi = ready ? await ask(tools, 'AT+CIMI') : null;
  const indications = await readIndications(tools);
  return {
    identity: { manufacturer, model, firmware, imei, imsi: imsi !== null && /^\d{5,16}$/.test(imsi) ? imsi : null, profile: profile.id },
    cardNumber: status.sim === null || status.sim === 'NOT INSERTED' ? null : await readCardNumber(tools),
    status,
    attempts: status.sim !== null && /PIN|PUK/.test(status.sim) ? await readPinAttempts(tools, status.sim) : null,
    functionality: await numberOf(tools, 'AT+CFUN?', '+CFUN:'),
    messageService: await numberOf(tools, 'AT+CSMS?', '+CSMS:'),
    indications,
    announces: options.tryIndications === true && ready ? await tryIndications(tools, profile, indications) : null,
    announcementPort: /quectel/i.test(manufacturer ?? '') ? await announcementPort(tools) : null,
    rejection: status.registration === 'denied' ? await readRejection(tools, status) : null,
    saysOkToEverything,
  };
}

/** Looks into every memory that can be read, which takes choosing it, and chooses again what was chosen. */
async function readMemories(tools: SetUpTools, chosen: ModemStatus['memories']): Promise<ModemStatus['memories']> {
  const before = findLine((await attempt(tools, 'AT+CPMS?')) ?? [], '+CPMS:');
  const names = before === null ? [] : parseFields(before).filter((field) => /^[A-Z][A-Z_]*$/i.test(field));
  const offered = findLine((await attempt(tools, 'AT+CPMS=?')) ?? [], '+CPMS:');
  if (names.length === 0 || offered === null) return chosen;
  const others = new Set((parseLists(offered)[0] ?? []).filter((name) => /^(?:ME|SM)$/i.test(name)));
  const found = [...chosen];
  for (const { memory } of chosen) others.delete(memory);
  for (const memory of others) {
    const line = findLine((await attempt(tools, `AT+CPMS="${memory}"`)) ?? [], '+CPMS:');
    const [used, total] = line === null ? [] : parseFields(line).map(Number);
    if (used !== undefined && total !== undefined && Number.isInteger(used) && Number.isInteger(total)) found.push({ memory, used, total });
  }
  if (others.size > 0) await attempt(tools, `AT+CPMS=${names.map((name) => `"${name}"`).join(',')}`);
  return found;
}

/** Stored reception only: a message that comes meanwhile stays in the modem's memory. */
async function tryIndications(tools: SetUpTools, profile: ModemProfile, before: readonly number[] | null): Promise<boolean> {
  const armed = await armIndications(tools, profile, { direct: false });
  if (before !== null) await attempt(tools, `AT+CNMI=${before.join(',')}`);
  return armed !== null;
}

async function numberOf(tools: SetUpTools, command: string, prefix: string): Promise<number | null> {
  const line = findLine((await attempt(tools, command)) ?? [], prefix);
  const field = line === null ? undefined : parseFields(line)[0];
  return field !== undefined && /^\d{1,3}$/.test(field) ? Number(field) : null;
}

async function announcementPort(tools: SetUpTools): Promise<string | null> {
  const line = findLine((await attempt(tools, 'AT+QURCCFG="urcport"')) ?? [], '+QURCCFG:');
  return line === null ? null : (parseFields(line)[1] ?? null);
}

/** Causes a network gives for turning a device away. @see 3GPP TS 24.008 annex G, 3GPP TS 24.301 annex A */
const rejectCauses: Readonly<Record<number, string>> = {
  2: 'the SIM is unknown to its network',
  3: 'the SIM is not allowed',
  5: 'the IMEI is not accepted',
  6: 'the device is not allowed',
  7: 'packet services are not allowed',
  8: 'no service is allowed',
  11: 'this network is not allowed',
  12: 'this area is not allowed',
  13: 'roaming is not allowed in this area',
  14: 'packet services are not allowed in this network',
  15: 'no suitable cell in this area',
  17: 'the network failed',
  22: 'the network is congested',
  25: 'not authorised for this closed group',
};

/** Asks for the cause of a refusal; the form of +CREG is changed for it and put back. @see 3GPP TS 27.007 7.2, 10.1.20, 10.1.22 */
async function readRejection(tools: SetUpTools, { registrations }: ModemStatus): Promise<string | null> {
  for (const { network, state } of registrations) {
    if (state !== 'denied') continue;
    const mode = await numberOf(tools, `AT${network}?`, `${network}:`);
    if ((await attempt(tools, `AT${network}=3`)) === null) continue;
    const line = findLine((await attempt(tools, `AT${network}?`)) ?? [], `${network}:`);
    await attempt(tools, `AT${network}=${mode ?? 0}`);
    const fields = line === null ? [] : parseFields(line);
    const at = network === '+CGREG' ? 6 : 5;
    const cause = Number(fields[at + 1] || 'x');
    if (fields[at] === '0' && Number.isInteger(cause)) return `cause ${cause}: ${rejectCauses[cause] ?? 'see 3GPP TS 24.008 annex G'}`;
  }
  return ask(tools, 'AT+CEER');
}
