import { hasQuirk, type ModemProfile } from '../profiles/index.js';
import { findLine, parseFields } from './answer-values.js';
import { AtError, ModemError } from './errors.js';
import { attempt, type SetUpTools } from './set-up.js';
import { readCardNumber } from './status.js';

/** What is known of a locked SIM when its PIN is asked for. */
export interface LockedSim {
  /** Secret: never shown or logged unredacted. */
  readonly iccid: string | null;
  /** Tries left for the PIN, or null where the modem would not say. */
  readonly attemptsLeft: number | null;
}

/** Where a PIN comes from. The owner remembers rejections on disk: a PIN is tried once, ever. */
export interface PinSource {
  /** The PIN, or null to leave the SIM locked. */
  ask(sim: LockedSim): Promise<string | null>;
  /** Called when the SIM refused it. */
  rejected(sim: LockedSim): Promise<void>;
  /** Called when the SIM took it. */
  accepted?(sim: LockedSim): Promise<void>;
}

const waitMs = 1_000;
const waitTries = 30;
/** The line itself comes at once; what is waited for never comes. */
const noResultMs = 1_000;
const stateNames: Readonly<Record<string, 'ready' | 'pin' | 'locked'>> = {
  READY: 'ready',
  'SIM PIN': 'pin',
  // These lock services that short messages do not need.
  'SIM PIN2': 'ready',
  'SIM PUK2': 'ready',
};

/**
 * Waits until the SIM is ready, and gives its PIN once where it wants one and a source is there.
 * @throws ModemError `modem/sim-missing`, `modem/sim-locked`, `modem/sim-not-ready`
 */
export async function readySim(tools: SetUpTools, profile: ModemProfile, pin: PinSource | undefined): Promise<void> {
  for (let tries = 0; tries < waitTries; tries += 1) {
    const state = await simState(tools, profile);
    if (state === 'ready' || state === 'unknown') return;
    if (state !== 'busy') {
      // Some modules report a locked SIM while it still starts.
      await tools.clock.sleep(2 * waitMs, { signal: tools.signal });
      const again = await simState(tools, profile);
      if (again !== state) continue;
      if (state !== 'SIM PIN' || pin === undefined) throw locked(state);
      await enterPin(tools, profile, pin);
    }
    await tools.clock.sleep(waitMs, { signal: tools.signal });
  }
  throw new ModemError('modem/sim-not-ready', 'The SIM did not become ready', {
    advice: 'check that it sits properly, then plug the modem in again',
  });
}

async function simState(tools: SetUpTools, profile: ModemProfile): Promise<string> {
  try {
    const noResult = hasQuirk(profile, 'pin-query-without-result');
    const options = { signal: tools.signal, ...(noResult ? { timeoutMs: noResultMs } : {}) };
    const line = findLine(await tools.engine.command('AT+CPIN?', options), '+CPIN:');
    return line === null ? 'unknown' : nameState(line);
  } catch (cause) {
    if (!(cause instanceof AtError)) {
      const line =
        cause instanceof Object && 'information' in cause && Array.isArray(cause.information)
          ? cause.information.find((each) => typeof each === 'string' && each.startsWith('+CPIN:'))
          : undefined;
      if (typeof line === 'string') return nameState(line);
      throw cause;
    }
    if (cause.number === 10 || cause.number === 310 || /not inserted/i.test(cause.message)) {
      throw new ModemError('modem/sim-missing', 'No SIM is in the modem', {
        cause,
        advice: 'put one in; some modems see it only after they have been plugged in again',
      });
    }
    if (cause.number === 13 || cause.number === 15 || cause.number === 313 || cause.number === 315) {
      throw new ModemError('modem/sim-missing', 'The modem cannot use its SIM', {
        cause,
        advice: 'check that it is the right way round and not damaged',
      });
    }
    return cause.number === 14 || cause.number === 314 || cause.number === 515 ? 'busy' : 'unknown';
  }
}

function nameState(line: string): string {
  const said = (parseFields(line)[0] ?? '')
    .toUpperCase()
    .replace(/\s+/g, ' ')
    .replace(/^SIM(?=P[IU])/, 'SIM ');
  return stateNames[said] === 'ready' ? 'ready' : said === '' || said === 'NOT READY' ? 'busy' : said;
}

/** Tries left for the PIN, or null where the modem would not say. @see 3GPP TS 27.007 8.65 (+CPINR) */
async function attemptsLeft(tools: SetUpTools, profile: ModemProfile): Promise<number | null> {
  const elsewhere = hasQuirk(profile, 'pin-counter-elsewhere') ? profile.pinCounter : undefined;
  const { command, prefix, field } = elsewhere ?? { command: 'AT+CPINR="SIM PIN"', prefix: '+CPINR:', field: 1 };
  const line = (await attempt(tools, command))?.find((each) => each.startsWith(prefix));
  const said = line === undefined ? undefined : parseFields(line)[field];
  return said !== undefined && /^\d{1,3}$/.test(said) ? Number(said) : null;
}

async function enterPin(tools: SetUpTools, profile: ModemProfile, pin: PinSource): Promise<void> {
  const sim: LockedSim = { iccid: await readCardNumber(tools), attemptsLeft: await attemptsLeft(tools, profile) };
  // The last try is never ours: behind it waits the PUK.
  if (sim.attemptsLeft !== null && sim.attemptsLeft < 2) throw locked('SIM PIN with one try left');
  const secret = await pin.ask(sim);
  if (secret === null) throw locked('SIM PIN');
  if (!/^\d{4,8}$/.test(secret))
    throw new ModemError('modem/sim-locked', 'The PIN that is configured is not four to eight digits', {
      advice: 'correct it; nothing was tried',
    });
  try {
    await tools.engine.command(`AT+CPIN="${secret}"`, { signal: tools.signal, shownAs: 'AT+CPIN=…' });
    await pin.accepted?.(sim);
  } catch (cause) {
    if (!(cause instanceof AtError)) throw cause;
    await pin.rejected(sim);
    throw new ModemError('modem/sim-locked', 'The SIM refused the PIN; it is not tried again', {
      cause,
      advice: 'correct the PIN in the configuration before the next start',
    });
  }
}

function locked(state: string): ModemError {
  return new ModemError('modem/sim-locked', `The SIM wants ${JSON.stringify(state)}`, {
    advice: state.includes('PUK')
      ? 'unlock it in a phone; wapbridge never enters a PUK'
      : 'configure its PIN, or switch the PIN off in a phone',
  });
}
