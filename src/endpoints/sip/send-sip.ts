import { hopsHeader, type PushMessage } from '../../push/index.js';
import type { Clock, Random } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import { octetsOf, textOf } from '../header-grammar.js';
import type { EndpointSender } from '../types.js';
import { ClientTransactions } from './client-transactions.js';
import type { DigestCredentials } from './digest.js';
import { DigestClient, type DigestProof } from './digest-client.js';
import { dmFeatureTag } from './examine-request.js';
import { formatSipMessage, type HeaderToWrite } from './format-message.js';
import type { SipTlsOptions } from './listen-sip.js';
import type { SipResponse } from './message.js';
import { destinationOf, type OpenCarrier, openStreamCarrier, openUdpCarrier, transportOf } from './open-carrier.js';
import { parseSipMessage } from './parse-message.js';
import { redirectOf } from './redirect.js';
import type { StreamConnectionOptions } from './stream-connection.js';
import { formatHost, type SipUri } from './uri.js';
import { formatVia, routeThrough } from './via.js';

export interface SipSenderOptions {
  /** Address of record or GRUU. */
  readonly target: SipUri;
  /** Where requests go in place of the target's host. */
  readonly proxy?: SipUri | undefined;
  /** Who sends; by default `sip:wapbridge@` this machine's address. */
  readonly from?: string | undefined;
  readonly credentials?: DigestCredentials | undefined;
  readonly tls?: SipTlsOptions | undefined;
  /** Whether a redirection may be followed there; where it is not given, none is followed. */
  readonly mayFollow?: ((uri: SipUri) => boolean) | undefined;
}

/** Octets of a whole request that a datagram may have where nothing is known of the path. @see RFC 3261 18.1.1; RFC 3428 8 */
const mostDatagramOctets = 1300;
const mostTries = 6;

/** Sends DM messages by SIP MESSAGE in pager mode. @see OMA-TS-DM_PushBinding-V1_3 5.2; RFC 3428; RFC 3841 */
export function sipSender(
  options: SipSenderOptions,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): EndpointSender {
  const transactions = new ClientTransactions(clock);
  const carriers = new Map<string, Promise<OpenCarrier>>();
  const digest = new DigestClient(options.credentials ?? null, random);
  const closing = new AbortController();
  const feed = (octets: Uint8Array, stream: boolean): void => {
    let message: ReturnType<typeof parseSipMessage>;
    try {
      message = parseSipMessage(octets, { stream });
    } catch {
      // What is no SIP is no answer; the request goes on waiting for one.
      return;
    }
    if (message.kind === 'response' && message.faults.length === 0) transactions.feed(message);
  };
  const stream: StreamConnectionOptions = {
    clock,
    onMessage: async (octets) => feed(octets, true),
    // The connection is closed then, and whoever waits for an answer on it is told so.
    onBroken: () => {},
    onClosed: () => {},
  };

  const carrierTo = async (uri: SipUri, transport: 'UDP' | 'TCP' | 'TLS'): Promise<OpenCarrier> => {
    const to = destinationOf(uri, transport);
    const key = `${transport} ${to.host} ${to.port}`;
    const known = carriers.get(key);
    if (known !== undefined && (await known.catch(() => null))?.usable() === true) return known;
    const current = carriers.get(key);
    // Another send may have opened one meanwhile.
    if (current !== undefined && current !== known) return current;
    const opening =
      transport === 'UDP'
        ? openUdpCarrier(to, transactions, (octets) => feed(octets, false))
        : openStreamCarrier(to, { transactions, stream, tls: options.tls, signal: closing.signal });
    carriers.set(key, opening);
    return opening;
  };

  const attempt = async (push: PushMessage, target: SipUri, call: Call, signal: AbortSignal): Promise<Attempt> => {
    const next = options.proxy ?? target;
    const named = transportOf(next) ?? (target.scheme === 'sips' ? 'TLS' : null);
    let carrier = await unlessAborted(carrierTo(next, named ?? 'UDP'), signal);
    let request = write(push, target, call, carrier, options, digest, random);
    if (carrier.transport === 'UDP' && request.octets.length > mostDatagramOctets) {
      if (named === 'UDP') throw tooLarge(request.octets.length);
      try {
        carrier = await unlessAborted(carrierTo(next, 'TCP'), signal);
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        const message = `${request.octets.length} octets are too many for a datagram (${mostDatagramOctets}), and ${error.message}`;
        throw new EndpointError('endpoints/not-reached', message, { cause: error });
      }
      request = write(push, target, call, carrier, options, digest, random);
    }
    const { octets, branch, proof } = request;
    return { response: await transactions.request({ octets, branch, method: 'MESSAGE' }, carrier, signal), proof };
  };

  return {
    async send(push, { signal }): Promise<void> {
      let target = options.target;
      const call: Call = { callId: random.uuid(), tag: random.uuid().slice(0, 13), sequence: 0 };
      for (let tries = 0; tries < mostTries; tries += 1) {
        call.sequence += 1;
        const { response, proof } = await attempt(push, target, call, signal);
        const { status } = response;
        if (status >= 200 && status < 300) return;
        const elsewhere = redirectOf(response);
        if (elsewhere !== null) {
          if (options.mayFollow?.(elsewhere) !== true) throw notFollowed(response, elsewhere);
          target = elsewhere;
        } else if (!digest.learn(response, proof)) throw refusal(response);
      }
      throw new EndpointError('endpoints/refused', `no end was reached after ${mostTries} answers`, {
        advice: 'look for a loop of redirections',
      });
    },
    preview(push) {
      const uri = options.target.text.replace(/;transport=[^;]*/i, '');
      const headers: readonly HeaderToWrite[] = [
        ...routeThrough(options.proxy),
        ['To', `<${octetsOf(uri)}>`],
        ...headersOfPush(push),
        ['Content-Length', String(push.body.length)],
      ];
      return { lines: [`MESSAGE ${uri} SIP/2.0`, ...headers.map(([name, value]) => `${name}: ${value}`)], octets: push.body };
    },
    async close(): Promise<void> {
      closing.abort();
      for (const opening of carriers.values()) (await opening.catch(() => null))?.close();
      carriers.clear();
    },
  };
}

/** What a promise comes to; rejects with `signal.reason` where that comes first. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

interface Attempt {
  readonly response: SipResponse;
  readonly proof: DigestProof;
}

interface Call {
  readonly callId: string;
  readonly tag: string;
  sequence: number;
}

function write(
  push: PushMessage,
  target: SipUri,
  call: Call,
  carrier: OpenCarrier,
  options: SipSenderOptions,
  digest: DigestClient,
  random: Random,
) {
  const { address } = carrier.local;
  const from = options.from ?? `sip:wapbridge@${formatHost(address)}`;
  // A GRUU and its like go into the request as they are; the transport is for us alone to follow.
  const uri = target.text.replace(/;transport=[^;]*/i, '');
  const branch = `z9hG4bK${random.uuid()}`;
  const proof = digest.prove('MESSAGE', octetsOf(uri));
  const headers: HeaderToWrite[] = [
    ['Via', formatVia(carrier.transport, carrier.local, branch)],
    ...routeThrough(options.proxy),
    ['Max-Forwards', '70'],
    ['From', `<${octetsOf(from)}>;tag=${call.tag}`],
    ['To', `<${octetsOf(uri)}>`],
    ['Call-ID', call.callId],
    ['CSeq', `${call.sequence} MESSAGE`],
    ...proof.headers,
    ...headersOfPush(push),
  ];
  return { octets: formatSipMessage(`MESSAGE ${octetsOf(uri)} SIP/2.0`, headers, push.body), branch, proof };
}

/** Header fields that a push has whatever carries it. */
function headersOfPush(push: PushMessage): readonly HeaderToWrite[] {
  const hops = push.headers
    .filter(({ name }) => name.toLowerCase() === hopsHeader.toLowerCase())
    .map(({ name, value }): HeaderToWrite => [name, String(value)]);
  return [
    ['Accept-Contact', `*;${dmFeatureTag};require;explicit`],
    ...hops,
    ['Content-Type', octetsOf(push.contentType.name ?? 'application/octet-stream')],
  ];
}

function tooLarge(octets: number): EndpointError {
  const message = `the request has ${octets} octets, and ${mostDatagramOctets} are the most that a datagram may have`;
  return new EndpointError('endpoints/refused', message, { advice: 'leave transport=udp out, or name transport=tcp' });
}

function notFollowed({ status }: SipResponse, { text }: SipUri): EndpointError {
  const message = `it was answered with ${status}, which leads to ${textOf(text).slice(0, 200)}, and that is not on the allow-list`;
  return new EndpointError('endpoints/refused', message, { advice: 'add it to sending.allow, or send there directly' });
}

/** What an answer that is no yes means for the push. */
function refusal({ status, reason }: SipResponse): EndpointError {
  const message = `it was answered with ${status} ${textOf(reason).slice(0, 80)}`;
  if (status === 408 || status === 504) return new EndpointError('endpoints/no-answer', message);
  if (status === 480 || status === 503) return new EndpointError('endpoints/try-later', message);
  const advice = status === 401 || status === 407 ? 'give user and password' : status === 415 ? 'look at --type' : undefined;
  return new EndpointError('endpoints/refused', message, advice === undefined ? {} : { advice });
}
