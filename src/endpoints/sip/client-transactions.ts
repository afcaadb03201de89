import type { Cancel, Clock } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import type { SipResponse } from './message.js';
import { headerValue } from './message.js';
import { t1Ms, t2Ms, transactionMs } from './timers.js';
import { parseCSeq, topVia } from './via.js';

/** What carries requests of ours. */
export interface SipCarrier {
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  /** As our Via and Contact name it. */
  readonly local: { readonly address: string; readonly port: number };
  /** @throws EndpointError `endpoints/not-reached` */
  send(octets: Uint8Array): void;
}

interface Open {
  readonly carrier: SipCarrier;
  readonly method: string;
  readonly answer: (response: SipResponse) => void;
  readonly fail: (reason: unknown) => void;
  sends: number;
  proceeding: boolean;
}

/** Requests of ours that wait for an answer. @see RFC 3261 17.1.2 */
export class ClientTransactions {
  readonly #clock: Clock;
  readonly #open = new Map<string, Open>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives an answer to whom it is for; what nobody waits for is dropped. @see RFC 3261 17.1.3 */
  feed(response: SipResponse): void {
    const branch = topVia(response)?.parameters.get('branch') ?? '';
    const open = this.#open.get(branch);
    if (open === undefined || parseCSeq(headerValue(response, 'cseq'))?.method !== open.method) return;
    if (response.status < 200) open.proceeding = true;
    else open.answer(response);
  }

  /** A carrier is lost: what went out on it once may have arrived, and what was sent on others goes on. */
  fail(carrier: SipCarrier, reason: unknown): void {
    for (const open of this.#open.values()) if (open.carrier === carrier) open.fail(reason);
  }

  /**
   * Sends a request, again where datagrams may be lost, until its final answer.
   * @throws EndpointError `endpoints/no-answer`, `endpoints/not-reached`; rejects with `signal.reason` when aborted
   */
  request(
    request: { readonly octets: Uint8Array; readonly branch: string; readonly method: string },
    carrier: SipCarrier,
    signal?: AbortSignal,
  ): Promise<SipResponse> {
    const { octets, branch, method } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      let cancelResend: Cancel = () => {};
      const done = (): void => {
        cancelResend();
        cancelEnd();
        signal?.removeEventListener('abort', onAbort);
        this.#open.delete(branch);
      };
      const open: Open = {
        method,
        carrier,
        sends: 0,
        proceeding: false,
        answer: (response) => {
          done();
          resolve(response);
        },
        fail: (reason) => {
          done();
          // A datagram that came back at once reached nobody; a later one says nothing of those before it.
          const unsure = open.sends > 1 && reason instanceof EndpointError && reason.code === 'endpoints/not-reached';
          reject(unsure ? new EndpointError('endpoints/no-answer', `no answer came: ${reason.message}`, { cause: reason }) : reason);
        },
      };
      const onAbort = (): void => open.fail(signal?.reason);
      const cancelEnd = this.#clock.after(
        transactionMs,
        () => open.fail(new EndpointError('endpoints/no-answer', `no answer came within ${transactionMs / 1000} s`)),
        { keepAlive: true },
      );
      const send = (delayMs: number): void => {
        open.sends += 1;
        try {
          carrier.send(octets);
        } catch (error) {
          open.fail(error);
          return;
        }
        if (carrier.transport !== 'UDP' || this.#open.get(branch) !== open) return;
        // Once something is heard, there is no hurry. @see RFC 3261 17.1.2.2, Proceeding
        cancelResend = this.#clock.after(delayMs, () => send(open.proceeding ? t2Ms : Math.min(2 * delayMs, t2Ms)), { keepAlive: true });
      };
      this.#open.set(branch, open);
      signal?.addEventListener('abort', onAbort, { once: true });
      send(t1Ms);
    });
  }
}
