import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type PeerCertificate } from 'node:tls';
import { plainAddress } from '../address.js';
import { EndpointError, systemCode } from '../errors.js';
import { splitOutside } from '../header-grammar.js';
import type { ClientTransactions, SipCarrier } from './client-transactions.js';
import type { SipTlsOptions } from './listen-sip.js';
import { SipStreamConnection, type StreamConnectionOptions } from './stream-connection.js';
import { formatHost, parseSipUri, type SipUri } from './uri.js';

const connectMs = 10_000;

/** A carrier that is open until it is closed. */
export interface OpenCarrier extends SipCarrier {
  /** Whether it can carry another request. */
  readonly usable: () => boolean;
  readonly close: () => void;
}

/** Where a URI leads: SRV and NAPTR are not asked. @see RFC 3263 4 */
export interface SipDestination {
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  readonly host: string;
  readonly port: number;
}

/** Transport that a URI names; null where it names none. */
export function transportOf({ scheme, parameters }: SipUri): 'UDP' | 'TCP' | 'TLS' | null {
  const named = parameters.get('transport')?.toLowerCase();
  if (scheme === 'sips' || named === 'tls') return 'TLS';
  return named === 'udp' ? 'UDP' : named === 'tcp' ? 'TCP' : null;
}

export function destinationOf(uri: SipUri, transport: 'UDP' | 'TCP' | 'TLS'): SipDestination {
  return { transport, host: uri.host, port: uri.port ?? (transport === 'TLS' ? 5061 : 5060) };
}

/** An address of a host. @throws EndpointError `endpoints/not-reached` */
export async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new EndpointError('endpoints/not-reached', `the name ${host} has no address`, { cause, advice: 'check the name' });
  }
}

/** Why nothing could be handed over. */
export function notReached({ host, port, transport }: SipDestination, cause: unknown): EndpointError {
  const code = cause instanceof EndpointError ? '' : systemCode(cause);
  const why = cause instanceof Error ? (code === '' ? cause.message : code) : String(cause);
  const certificate = /CERT|SIGNATURE|ISSUER|SELF_SIGNED|certificate/.test(why);
  const advice = certificate
    ? `the certificate must be for ${host}, and signed by one that endpoints.sip.authorities or the system trusts`
    : 'check address and port, and that something listens there';
  return new EndpointError('endpoints/not-reached', `${formatHost(host)}:${port} cannot be reached by ${transport}: ${why}`, {
    cause,
    advice,
  });
}

/** Opens a datagram socket to one destination, which is then told at once that nobody listens there. */
export async function openUdpCarrier(
  to: SipDestination,
  transactions: ClientTransactions,
  onMessage: (octets: Uint8Array) => void,
): Promise<OpenCarrier> {
  const address = await addressOf(to.host);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let open = true;
  try {
    socket.connect(to.port, address);
    await once(socket, 'connect');
  } catch (cause) {
    socket.close();
    throw notReached(to, cause);
  }
  const carrier: OpenCarrier = {
    transport: 'UDP',
    local: socket.address(),
    usable: () => open,
    send: (octets) => {
      socket.send(octets, (cause) => {
        if (cause !== null && cause !== undefined) transactions.fail(carrier, notReached(to, cause));
      });
    },
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
  socket.on('error', (cause) => transactions.fail(carrier, notReached(to, cause)));
  socket.on('message', onMessage);
  return carrier;
}

/**
 * Whether a certificate is that of a SIP domain: where it names domains by SIP URI these alone count, else its names and addresses.
 * @see RFC 5922 7.1, 7.2
 */
export function checkSipIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const uris = splitOutside(certificate.subjectaltname ?? '', ',').flatMap((name) => /^URI:(sips?:[^@"]+)$/i.exec(name)?.[1] ?? []);
  const domains = uris.flatMap((uri) => parseSipUri(uri)?.host ?? []);
  if (domains.length === 0) return checkServerIdentity(host, certificate);
  if (domains.includes(host.toLowerCase())) return undefined;
  return new EndpointError('endpoints/not-reached', `its certificate is for ${domains.join(', ')}`);
}

export interface StreamCarrierOptions {
  readonly transactions: ClientTransactions;
  readonly stream: StreamConnectionOptions;
  readonly tls?: SipTlsOptions | undefined;
  /** Where a listener of ours takes connections, which is then what Via and Contact name. */
  readonly local?: { readonly address: string; readonly port: number } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told when it is closed otherwise than by {@link OpenCarrier.close}. */
  readonly onLost?: (() => void) | undefined;
}

/**
 * Opens a connection to one destination; requests that come on it are handled like any.
 * @throws EndpointError `endpoints/not-reached`; rejects with `signal.reason` when aborted
 */
export async function openStreamCarrier(
  to: SipDestination,
  { transactions, stream, tls, local, signal, onLost }: StreamCarrierOptions,
): Promise<OpenCarrier> {
  const address = await addressOf(to.host);
  const silent = new AbortController();
  const cancel = stream.clock.after(connectMs, () => silent.abort(new EndpointError('endpoints/not-reached', 'it does not answer')), {
    keepAlive: true,
  });
  const stopped = signal ?? new AbortController().signal;
  const abort = AbortSignal.any([silent.signal, stopped]);
  let socket: Socket | undefined;
  try {
    if (to.transport === 'TLS') {
      const name = isIP(to.host) === 0 ? { servername: to.host } : {};
      const trust = tls?.authorities === undefined ? {} : { ca: tls.authorities };
      const own = tls?.certificate === undefined || tls.key === undefined ? {} : { cert: tls.certificate, key: tls.key };
      const identity = (_name: string, certificate: PeerCertificate): Error | undefined => checkSipIdentity(to.host, certificate);
      socket = connectTls({
        host: address,
        port: to.port,
        minVersion: 'TLSv1.2',
        checkServerIdentity: identity,
        ...name,
        ...trust,
        ...own,
      });
      await once(socket, 'secureConnect', { signal: abort });
    } else {
      socket = connect({ host: address, port: to.port });
      await once(socket, 'connect', { signal: abort });
    }
  } catch (cause) {
    socket?.on('error', () => {});
    socket?.destroy();
    if (stopped.aborted) throw stopped.reason;
    throw notReached(to, silent.signal.aborted ? silent.signal.reason : cause);
  } finally {
    cancel();
  }
  let open = true;
  const connection = new SipStreamConnection(socket, {
    ...stream,
    onClosed: (closed, error) => {
      const lost = open;
      open = false;
      stream.onClosed(closed, error);
      if (lost) onLost?.();
      transactions.fail(
        carrier,
        new EndpointError('endpoints/no-answer', `${formatHost(to.host)}:${to.port} closed the connection without an answer`, {
          cause: error ?? undefined,
        }),
      );
    },
  });
  const own = { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 };
  const carrier: OpenCarrier = {
    transport: to.transport,
    local: local === undefined ? own : { address: local.address === '' ? own.address : local.address, port: local.port },
    usable: () => open && socket.writable,
    send: (octets) => {
      if (!open || !socket.writable) throw notReached(to, new EndpointError('endpoints/not-reached', 'the connection is closed'));
      connection.send(octets);
    },
    close: () => {
      open = false;
      connection.end();
    },
  };
  return carrier;
}
