import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { EndpointError } from '../errors.js';
import type { ClientTransactions, SipCarrier } from './client-transactions.js';
import type { SipTlsOptions } from './listen-sip.js';
import { plainAddress, SipStreamConnection, type StreamConnectionOptions } from './stream-connection.js';
import { formatHost, type SipUri } from './uri.js';

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
  const why = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause);
  const advice = 'check address and port, and that something listens there';
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
  socket.on('error', (cause) => transactions.fail(notReached(to, cause)));
  socket.on('message', onMessage);
  const local = socket.address();
  return {
    transport: 'UDP',
    local,
    usable: () => open,
    send: (octets) => {
      socket.send(octets, (cause) => {
        if (cause !== null && cause !== undefined) transactions.fail(notReached(to, cause));
      });
    },
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}

/** Opens a connection to one destination; requests that come on it are handled like any. @throws EndpointError `endpoints/not-reached` */
export async function openStreamCarrier(
  to: SipDestination,
  transactions: ClientTransactions,
  stream: StreamConnectionOptions,
  tls: SipTlsOptions | undefined,
): Promise<OpenCarrier> {
  const address = await addressOf(to.host);
  const abort = new AbortController();
  const cancel = stream.clock.after(connectMs, () => abort.abort(new EndpointError('endpoints/not-reached', 'it does not answer')), {
    keepAlive: true,
  });
  let socket: Socket | undefined;
  try {
    if (to.transport === 'TLS') {
      const name = isIP(to.host) === 0 ? { servername: to.host } : {};
      const trust = tls?.authorities === undefined ? {} : { ca: tls.authorities };
      const own = tls?.certificate === undefined || tls.key === undefined ? {} : { cert: tls.certificate, key: tls.key };
      socket = connectTls({ host: address, port: to.port, minVersion: 'TLSv1.2', ...name, ...trust, ...own });
      await once(socket, 'secureConnect', { signal: abort.signal });
    } else {
      socket = connect({ host: address, port: to.port });
      await once(socket, 'connect', { signal: abort.signal });
    }
  } catch (cause) {
    socket?.on('error', () => {});
    socket?.destroy();
    throw notReached(to, abort.signal.aborted ? abort.signal.reason : cause);
  } finally {
    cancel();
  }
  let open = true;
  const connection = new SipStreamConnection(socket, {
    ...stream,
    onClosed: (closed, error) => {
      open = false;
      stream.onClosed(closed, error);
      transactions.fail(
        new EndpointError('endpoints/no-answer', `${formatHost(to.host)}:${to.port} closed the connection without an answer`, {
          cause: error ?? undefined,
        }),
      );
    },
  });
  return {
    transport: to.transport,
    local: { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 },
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
}
