import { hasQuirk, type ModemProfile } from '../profiles/index.js';
import { findLine } from './answer-values.js';
import { AtError, TimeoutError } from './errors.js';
import { attempt, type SetUpTools } from './set-up.js';
import type { SubmitOptions } from './types.js';

/** A modem may let go of the link, and fall back to +CMMS=0, a second after its last answer. @see 3GPP TS 27.005 3.5.6 */
const linkKeptMs = 900;
/** +CMS error: memory full. @see 3GPP TS 27.005 3.2.5 */
const memoryFull = 322;

/** Hands messages to a modem, and has it keep the link to the network between those that follow each other. */
export class Submitter {
  readonly #tools: SetUpTools;
  readonly #onMemoryFull: () => void;
  #knowsLinkKeeping = false;
  #keptUntil = Number.NEGATIVE_INFINITY;

  constructor(tools: SetUpTools, { onMemoryFull }: { readonly onMemoryFull: () => void }) {
    this.#tools = tools;
    this.#onMemoryFull = onMemoryFull;
  }

  /** Starts afresh with a modem that was set up, again or for the first time. */
  reset(profile: ModemProfile): void {
    this.#knowsLinkKeeping = !hasQuirk(profile, 'no-link-keeping');
    this.#keptUntil = Number.NEGATIVE_INFINITY;
  }

  /** @throws as `ModemDriver.submit` */
  async submit(pdu: string, tpduOctets: number, { signal, more = false }: SubmitOptions): Promise<{ readonly messageReference: number }> {
    if (!/^(?:[0-9A-F]{2})+$/i.test(pdu)) throw new TypeError('a PDU is hex, two digits an octet');
    if (!Number.isInteger(tpduOctets) || tpduOctets < 1 || tpduOctets > 255) throw new RangeError(`${tpduOctets} is no TPDU length`);
    const { engine, clock } = this.#tools;
    const kept = this.#knowsLinkKeeping && clock.monotonic() < this.#keptUntil;
    this.#keptUntil = Number.NEGATIVE_INFINITY;
    const keeps = kept || (more && (await this.#keepLink(signal)));
    const command = `AT+CMGS=${tpduOctets}`;
    const lines = await engine.command(command, { payload: pdu.toUpperCase(), signal }).catch((cause: unknown) => {
      if (cause instanceof AtError && cause.number === memoryFull) this.#onMemoryFull();
      // Some modems give the reference and then no final result: the message has left.
      if (cause instanceof TimeoutError && findLine(cause.information, '+CMGS:') !== null) return cause.information;
      throw cause;
    });
    const reference = /^\+CMGS:\s*(\d{1,3})/.exec(findLine(lines, '+CMGS:') ?? '')?.[1];
    if (reference === undefined || Number(reference) > 255)
      throw new TimeoutError('at/outcome-unknown', `${command} was answered without a message reference`, lines);
    if (keeps) this.#keptUntil = clock.monotonic() + linkKeptMs;
    return { messageReference: Number(reference) };
  }

  /** A modem that refuses is not asked again: messages leave all the same. */
  async #keepLink(signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#knowsLinkKeeping) return false;
    this.#knowsLinkKeeping = (await attempt({ ...this.#tools, signal }, 'AT+CMMS=1')) !== null;
    return this.#knowsLinkKeeping;
  }
}
