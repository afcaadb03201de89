import { DecodeError } from '../../octets/index.js';
import type { Clock, Random } from '../../runtime/index.js';
import { octetsOf, textOf } from '../header-grammar.js';
import type { EndpointIntake } from '../types.js';
import type { DigestGuard } from './digest-guard.js';
import { dmFeatureTag, examineRequest, senderOf } from './examine-request.js';
import { formatAnswer, type HeaderToWrite } from './format-message.js';
import { headerValue, type SipRequest, type SipResponse } from './message.js';
import { parseSipMessage } from './parse-message.js';
import { ServerTransactions } from './server-transactions.js';
import { parseSipAddress } from './uri.js';
import { requestKey, topVia, transactionKey, type Via } from './via.js';

/** Whom a message came from, and how to answer. */
export interface SipPeer {
  readonly address: string;
  readonly port: number;
  /** Whether it is a stream, on which nothing is lost and nothing comes again. */
  readonly reliable: boolean;
  /** @param via of the request that is answered; null where it could not be read */
  readonly answer: (octets: Uint8Array, via: Via | null) => void;
}

export interface RequestHandlerOptions {
  readonly intake: EndpointIntake;
  readonly clock: Clock;
  readonly random: Random;
  /** Where senders must prove who they are. */
  readonly guard?: DigestGuard | undefined;
  /** Address that leads to this device, for those who ask with OPTIONS; null where there is none. */
  readonly contact?: () => string | null;
  readonly onResponse: (response: SipResponse) => void;
}

/** Octets of bodies that may wait for the disk at one time. */
const mostWaitingOctets = 33_554_432;
const mostWaiting = 20_000;
/** Seconds after which a sender may try again where the disk does not take it. */
const retryAfterSeconds = 5;

/** Longest datagram that can be a keep-alive. */
const mostKeepAliveOctets = 8;

/** Answers requests: what is a DM message is stored first and answered then. @see RFC 3261 8.2, 17.2.2; RFC 3428 7 */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #transactions: ServerTransactions;
  #waitingOctets = 0;
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
    this.#transactions = new ServerTransactions(options.clock);
  }

  /** Takes one message as it came. Resolves when it is answered; never rejects, whatever it holds. */
  async handle(octets: Uint8Array, peer: SipPeer): Promise<void> {
    if (isKeepAlive(octets)) return;
    let message: SipRequest | SipResponse;
    try {
      message = parseSipMessage(octets, { stream: peer.reliable });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#complain(error.code === 'endpoints/sip-too-large' ? error.code : 'endpoints/sip-malformed', error.message, peer);
    }
    if (message.kind === 'response') {
      // Whoever asked finds the answer by its branch; a fault in it is as good as no answer.
      if (message.faults.length === 0) this.#options.onResponse(message);
      return;
    }
    const via = topVia(message);
    if (via === null) return this.#complain('endpoints/sip-header', 'the uppermost Via cannot be read, so nobody can be answered', peer);
    if (message.method === 'ACK') return;
    const key = transactionKey(message, via);
    const begun = this.#transactions.begin(key, requestKey(message));
    if (begun.is === 'answered') {
      if (message.method === 'MESSAGE' && isTaken(begun.answer)) this.#tellRepeated(message, 1);
      return peer.answer(begun.answer, via);
    }
    if (begun.is === 'open') return;
    const send = (status: number, headers: readonly HeaderToWrite[] = []): void => {
      const source = { address: peer.address, port: peer.port };
      const answer = formatAnswer(message, { status, headers, tag: this.#options.random.uuid().slice(0, 13), source });
      const repetitions = begun.is === 'new' ? this.#transactions.answered(key, answer, peer.reliable) : 0;
      peer.answer(answer, via);
      if (message.method === 'MESSAGE' && status === 200) this.#tellRepeated(message, repetitions);
    };
    if (begun.is === 'merged') return send(482);
    const running = this.#decide(message, peer, send);
    this.#waiting.add(running);
    await running.finally(() => this.#waiting.delete(running));
  }

  /** Resolves when everything that was taken is answered. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  async #decide(request: SipRequest, peer: SipPeer, send: (status: number, headers?: readonly HeaderToWrite[]) => void): Promise<void> {
    const verdict = examineRequest(request);
    if (verdict.is === 'answer') {
      if (verdict.why !== null)
        this.#complain('endpoints/sip-refused', `${textOf(request.method)} answered with ${verdict.status}: ${verdict.why}`, peer);
      const contact = request.method === 'OPTIONS' && verdict.status === 200 ? (this.#options.contact?.() ?? null) : null;
      return send(
        verdict.status,
        contact === null ? verdict.headers : [['Contact', `<${octetsOf(contact)}>;${dmFeatureTag}`], ...verdict.headers],
      );
    }
    const { guard, intake } = this.#options;
    if (guard !== undefined) {
      const values = request.headers.filter(({ name }) => name === 'authorization').map(({ value }) => textOf(value));
      const to = parseSipAddress(headerValue(request, 'to') ?? '')?.uri;
      const proof = guard.examine(values, request.method, to === undefined ? [request.uri] : [request.uri, to]);
      if (proof.is === 'challenged') {
        if (proof.why !== 'absent') this.#complain('endpoints/sip-not-authenticated', `credentials are ${proof.why}`, peer);
        return send(
          401,
          proof.challenges.map((challenge): HeaderToWrite => ['WWW-Authenticate', challenge]),
        );
      }
    }
    const { body } = request;
    if (this.#waitingOctets + body.length > mostWaitingOctets || this.#waiting.size > mostWaiting) {
      this.#complain('endpoints/overloaded', 'more is coming in than the disk takes', peer);
      return send(503, [['Retry-After', String(retryAfterSeconds)]]);
    }
    this.#waitingOctets += body.length;
    const { headers, from } = verdict;
    const stored = await intake
      .accept({ binding: 'sip', from, octets: body, envelope: { headers }, retransmissionKey: sameAsOf(request) })
      .then(
        () => true,
        () => false,
      );
    this.#waitingOctets -= body.length;
    if (stored) send(200);
    else send(503, [['Retry-After', String(retryAfterSeconds)]]);
  }

  #tellRepeated(request: SipRequest, times: number): void {
    for (let told = 0; told < times; told += 1) this.#options.intake.repeated({ binding: 'sip', from: senderOf(request) });
  }

  #complain(code: `endpoints/${string}`, message: string, peer: SipPeer): void {
    this.#options.intake.refused({ binding: 'sip', from: `${peer.address}:${peer.port}`, code, message });
  }
}

const takenStart = Buffer.from('SIP/2.0 200 ', 'latin1');

function isTaken(answer: Uint8Array): boolean {
  return takenStart.every((octet, at) => answer[at] === octet);
}

/** A request that comes again, by whatever way, has the same tag in From, the same Call-ID and the same CSeq. @see RFC 3261 8.2.2.2 */
function sameAsOf(request: SipRequest): string {
  const from = parseSipAddress(headerValue(request, 'from') ?? '');
  const tag = from?.parameters.get('tag') ?? from?.uri ?? '';
  return `${headerValue(request, 'call-id')}\n${tag}\n${headerValue(request, 'cseq')}`;
}

/** Whether octets say nothing, and are sent so that an address translator in between forgets nothing: none, line ends, zeros. @see RFC 5626 3.5.1 */
function isKeepAlive(octets: Uint8Array): boolean {
  return octets.length <= mostKeepAliveOctets && octets.every((octet) => octet === 0x0d || octet === 0x0a || octet === 0);
}
