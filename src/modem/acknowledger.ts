import { hasQuirk, type ModemProfile } from '../profiles/index.js';
import { reached } from '../runtime/index.js';
import type { AtEngine, CommandOptions } from './at-engine.js';
import { AtError } from './errors.js';

/** +CMS ERROR 340: no acknowledgement expected. It does no harm. @see 3GPP TS 27.005 3.2.5 */
const noneExpected = 340;
/** An SMS-DELIVER-REPORT that accepts and says no more: type 0, no parameters. @see 3GPP TS 23.040 9.2.2.1a (ii) */
const positiveReport = '0000';
/** The last form to be tried, for firmware that wants the report itself at a prompt. */
const withReport = `AT+CNMA=1,${positiveReport.length / 2}`;
/** SARA-R4: up to 150 s. */
const slowAcknowledgementMs = 160_000;

/** Acknowledges what was delivered directly, in the form that the modem takes. @see 3GPP TS 27.005 3.4.4 (+CNMA) */
export class Acknowledger {
  readonly #engine: AtEngine;
  readonly #options: CommandOptions;
  #forms: readonly string[];
  #pointless = false;
  #everTaken = false;

  constructor(engine: AtEngine, profile: ModemProfile) {
    this.#engine = engine;
    this.#options = { urgent: true, ...(hasQuirk(profile, 'acknowledges-slowly') ? { timeoutMs: slowAcknowledgementMs } : {}) };
    const preferred = [
      ...(hasQuirk(profile, 'acknowledges-with-zero') ? ['AT+CNMA=0'] : []),
      ...(hasQuirk(profile, 'acknowledges-with-one') ? ['AT+CNMA=1'] : []),
    ];
    // The plain form is valid in PDU mode too and the shortest on a slow line.
    this.#forms = [...new Set([...preferred, 'AT+CNMA', 'AT+CNMA=0', 'AT+CNMA=1', withReport])];
  }

  /** Whether the modem has taken an acknowledgement at all. */
  get everTaken(): boolean {
    return this.#everTaken;
  }

  /**
   * Tells the network that the message is safe. A form that is refused gives way to the next, and the one that was taken is kept.
   * Where none is expected (+CSMS says so, which some modems say wrongly) it is offered all the same, until it is refused once.
   * @throws AtError when one is expected and the modem takes none
   */
  async accept({ expected }: { readonly expected: boolean }): Promise<void> {
    if (this.#pointless && !expected) return;
    reached('modem:acknowledging');
    let refusal: unknown = null;
    for (const form of this.#forms) {
      try {
        // Some firmware prompts for the report whether or not its length was given.
        const report = form === withReport ? { payload: positiveReport } : { ifPrompted: positiveReport };
        await this.#engine.command(form, { ...this.#options, ...report });
      } catch (cause) {
        if (!(cause instanceof AtError)) throw cause;
        if (cause.family === 'cms' && cause.number === noneExpected) return;
        refusal = cause;
        continue;
      }
      reached('modem:acknowledged');
      this.#everTaken = true;
      if (form !== this.#forms[0]) this.#forms = [form, ...this.#forms.filter((other) => other !== form)];
      return;
    }
    this.#pointless = true;
    if (expected) throw refusal;
  }

  /**
   * Tells the network to keep the message and try again (RP-ERROR). `onRefused` is called at the modem's OK itself: an acknowledgement
   * names no message, so what was refused must be forgotten then, or acknowledging it later would acknowledge another one, unseen.
   * At opening this is for what an earlier host left unanswered: the modem announces nothing while it waits for that answer, and
   * nothing ever after if none comes in time.
   */
  async refuse(onRefused: () => void = () => {}): Promise<void> {
    reached('modem:refusing');
    await this.#engine.command('AT+CNMA=2', { ...this.#options, onOk: onRefused }).catch((cause: unknown) => {
      if (!(cause instanceof AtError)) throw cause;
    });
  }
}
