import { BridgeError } from '../errors.js';
import { reached } from '../runtime/index.js';
import type { Modem } from './modem.js';
import { type OpenModemOptions, openModem } from './open-modem.js';
import type { ModemEvent } from './types.js';

/** How a modem is kept. */
export interface SuperviseOptions extends OpenModemOptions {
  /** Fails when the modem cannot be opened the first time, rather than trying on. */
  readonly failFirst?: boolean;
  /** How it is opened; for tests and for modems that are not named by a port. */
  readonly open?: (name: string, options: OpenModemOptions) => Promise<Modem>;
}

const firstDelayMs = 200;
/** Failures in a row of a modem that answers, after which it is reset, and the time that must lie between two resets. */
const failuresBeforeReset = 3;
const betweenResetsMs = 30 * 60_000;
/** A modem that was ready for this long has recovered. */
const recoveredMs = 10 * 60_000;
const mostDelayMs = 10_000;

/**
 * Keeps a modem: yields it each time it is ready, and after it was lost opens the same name again, soon at first and then ever more rarely.
 * A stable link finds a modem that came back under another number. The loop body should run until `received()` fails; leaving the loop
 * closes the modem. Ends when `signal` is aborted.
 * @throws PortError, ModemError when `failFirst` is set and the first try fails
 */
export async function* supervise(name: string, options: SuperviseOptions): AsyncGenerator<Modem, void, undefined> {
  const { clock, signal, failFirst = false, open = openModem } = options;
  const tell = (state: (ModemEvent & { readonly kind: 'state' })['state'], modem: Modem | null, cause?: unknown): void => {
    const identity = modem?.identity;
    options.onEvent?.({
      kind: 'state',
      state,
      port: name,
      profile: identity?.profile ?? null,
      manufacturer: identity?.manufacturer ?? null,
      model: identity?.model ?? null,
      firmware: identity?.firmware ?? null,
      reason: cause === undefined ? null : cause instanceof Error ? cause.message : String(cause),
      code: cause instanceof BridgeError ? cause.code : null,
    });
  };
  let delayMs = firstDelayMs;
  let said: string | null = null;
  let failures = 0;
  let lastResetAt = Number.NEGATIVE_INFINITY;
  for (let first = true; !isAborted(signal); first = false) {
    if (said === null) tell('opening', null);
    reached('modem:opening');
    let modem: Modem;
    const reset = failures >= failuresBeforeReset && clock.monotonic() - lastResetAt >= betweenResetsMs;
    if (reset) {
      failures = 0;
      lastResetAt = clock.monotonic();
    }
    try {
      modem = await open(name, reset ? { ...options, reset } : options);
    } catch (cause) {
      if (isAborted(signal)) return;
      const reason = cause instanceof Error ? cause.message : String(cause);
      if (hangs(cause)) failures += 1;
      if (reason !== said) tell('failed', null, cause);
      said = reason;
      if ((first && failFirst) || name.startsWith('trace:') || !(cause instanceof BridgeError)) throw cause;
      await clock.sleep(delayMs, { signal }).catch(() => {});
      delayMs = Math.min(mostDelayMs, delayMs * 1.5);
      continue;
    }
    delayMs = firstDelayMs;
    said = null;
    reached('modem:ready');
    tell('ready', modem);
    const readyAt = clock.monotonic();
    try {
      yield modem;
    } finally {
      await modem.close();
    }
    reached('modem:left');
    if (clock.monotonic() - readyAt >= recoveredMs) failures = 0;
    if (modem.lost !== null && hangs(modem.lost)) failures += 1;
    if (modem.lost !== null) tell('lost', modem, modem.lost);
    // A recording comes once.
    if (isAborted(signal) || name.startsWith('trace:')) return;
    await clock.sleep(firstDelayMs, { signal }).catch(() => {});
  }
}

/** Whether a modem is there and does not work: one that cannot be opened, or has trouble with its SIM, is not helped by a reset. */
function hangs(cause: unknown): boolean {
  if (!(cause instanceof BridgeError)) return false;
  if (cause.code === 'modem/no-pdu-mode' || cause.code === 'modem/sim-not-ready' || cause.code.startsWith('at/')) return true;
  return cause.code === 'modem/port-lost' && cause.cause instanceof BridgeError && cause.cause.code.startsWith('at/');
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
