import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { DecodeError } from '../../octets/index.js';
import { formatAddress, peerName, plainAddress } from '../address.js';
import { bindError, EndpointError, systemCode } from '../errors.js';
import { listenTcp } from '../listen-tcp.js';
import type { EndpointListener, OpenListener } from '../types.js';
import { ClientTransactions } from './client-transactions.js';
import { DigestGuard, type OfferedAlgorithm } from './digest-guard.js';
import { formatAnswer } from './format-message.js';
import {
  addressOf,
  destinationOf,
  notReached,
  type OpenCarrier,
  openStreamCarrier,
  type SipDestination,
  transportOf,
} from './open-carrier.js';
import { parseSipMessage } from './parse-message.js';
import { type OpenRegistrarCarrier, type RegistrationOptions, SipRegistration } from './registration.js';
import { RequestHandler } from './request-handler.js';
import { SipStreamConnection, type StreamConnectionOptions } from './stream-connection.js';
import { answerPlace } from './via.js';

/** Certificate and key of a listener, or trust of a client, as PEM. */
export interface SipTlsOptions {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Certificates that are trusted in place of those of the system. */
  readonly authorities?: string | undefined;
}

export interface ListenSipOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** `udp` alone, `tcp` alone, `tls` alone; without it UDP and TCP on one port. @see RFC 3261 18 */
  readonly transport?: 'udp' | 'tcp' | 'tls' | undefined;
  readonly tls?: SipTlsOptions | undefined;
  /** Where senders must prove who they are: passwords by user. */
  readonly passwords?: ReadonlyMap<string, string> | undefined;
  /** Hashes of that proof, in the order offered. */
  readonly algorithms?: readonly OfferedAlgorithm[] | undefined;
  /** Realm of that proof. */
  readonly realm?: string | undefined;
  /** Where to register; without it only what is sent here directly comes. */
  readonly registration?: RegistrationOptions | undefined;
}

/** Connections that are open at one time; the one that was silent longest makes room. */
const mostConnections = 2048;
/** Sockets at one time, those within their handshake included; what comes beyond them is closed at once. */
const mostSockets = 2 * mostConnections;
/** Octets of unfinished messages, of all connections together. */
const mostHeldOctets = 67_108_864;
const receiveBufferOctets = 4_194_304;
/** What is being answered when it closes is waited for so long. */
const longestWaitMs = 5000;
/** Ports tried until one is free for UDP and TCP both. */
const portAttempts = 20;

/** A listener for DM messages by SIP. @see OMA-TS-DM_PushBinding-V1_3 5.2; RFC 3428 */
export function listenSip(options: ListenSipOptions): OpenListener {
  return async (intake, { clock, random, log }): Promise<EndpointListener> => {
    const { transport, passwords, algorithms, realm = 'wapbridge' } = options;
    const transactions = new ClientTransactions(clock);
    const guard = passwords === undefined ? undefined : new DigestGuard({ clock, realm, passwords, algorithms });
    let publicGruu: string | null = null;
    const handler = new RequestHandler({
      intake,
      clock,
      random,
      guard,
      contact: () => publicGruu,
      onResponse: (response) => transactions.feed(response),
    });
    const connections = new Map<SipStreamConnection, true>();
    let held = 0;
    const stream: StreamConnectionOptions = {
      clock,
      onMessage: (octets, connection) => {
        // The one that was silent longest stands first; connections of ours are not among them.
        if (connections.delete(connection)) connections.set(connection, true);
        return handler.handle(octets, { ...connection.remote, reliable: true, answer: (answer) => connection.send(answer) });
      },
      onBroken: (error, unread, connection) => {
        const from = `${connection.remote.address}:${connection.remote.port}`;
        intake.refused({ binding: 'sip', from, code: brokenCode(error), message: error.message });
        answerBroken(error, unread, connection);
      },
      onClosed: (connection) => connections.delete(connection),
      onHeld: (change) => {
        held += change;
        return change <= 0 || held <= mostHeldOctets;
      },
    };
    const onSocket = (socket: Socket): void => {
      for (const [oldest] of connections) {
        if (connections.size < mostConnections) break;
        connections.delete(oldest);
        oldest.socket.destroy();
      }
      connections.set(new SipStreamConnection(socket, stream), true);
    };
    const { udp, server, address, port } = await bind(options, onSocket, (error, socket) => {
      if (systemCode(error) === 'ECONNRESET') return;
      const message = `no TLS came about: ${systemCode(error) || error.message}`;
      intake.refused({ binding: 'sip', from: peerName(socket), code: 'endpoints/tls-failed', message });
    });
    udp?.on('message', (octets, remote) => {
      const source = { address: plainAddress(remote.address), port: remote.port };
      void handler.handle(octets, {
        ...source,
        reliable: false,
        answer: (answer, via) => {
          const to = via === null ? source : answerPlace(via, source);
          udp.send(answer, to.port, to.address, (cause) => {
            if (cause !== null && cause !== undefined)
              log.debug('an answer did not leave', { to: formatAddress(to.address, to.port), reason: cause.message });
          });
        },
      });
    });
    // What the system tells of a datagram that came back, or of a connection that could not be taken, concerns no other.
    const failed = (cause: Error): void =>
      intake.refused({ binding: 'sip', from: null, code: 'endpoints/socket-failed', message: cause.message });
    udp?.on('error', failed);
    server?.on('error', failed);
    let outward: { readonly to: SipDestination; readonly carrier: OpenCarrier } | null = null;
    /** Requests of ours leave by the socket that is listened on, so that answers and messages come the same way. */
    const open: OpenRegistrarCarrier = async (uri, { signal, onLost }) => {
      const wanted = transportOf(uri) ?? (udp === undefined ? (transport === 'tls' ? 'TLS' : 'TCP') : 'UDP');
      const to = destinationOf(uri, wanted);
      if (wanted === 'UDP' && udp !== undefined) {
        const remote = await addressOf(to.host);
        const local = { address: await localAddressFor(address, remote, to.port), port };
        const carrier: OpenCarrier = {
          transport: 'UDP',
          local,
          usable: () => true,
          send: (octets) =>
            udp.send(octets, to.port, remote, (cause) => {
              if (cause !== null && cause !== undefined) transactions.fail(carrier, notReached(to, cause));
            }),
          close: () => {},
        };
        return carrier;
      }
      if (wanted === 'UDP') {
        throw new EndpointError('endpoints/not-reached', `${to.host} is to be reached by UDP, and nothing listens by UDP here`, {
          advice: 'leave transport=tcp or tls out where it listens, or name another way to the registrar',
        });
      }
      const same = outward?.to.transport === to.transport && outward.to.host === to.host && outward.to.port === to.port;
      if (outward !== null && same && outward.carrier.usable()) return outward.carrier;
      outward?.carrier.close();
      outward = null;
      // Where connections are taken by the same transport, others find us there; else by this connection alone.
      const taken = server !== undefined && (wanted === 'TLS') === (transport === 'tls');
      const local = taken ? { address: address === '0.0.0.0' || address === '::' ? '' : address, port } : undefined;
      const carrier = await openStreamCarrier(to, {
        transactions,
        stream,
        tls: options.tls,
        local,
        signal,
        // A registrar that sent us elsewhere may close its connection: another is in use by then.
        onLost: () => {
          if (outward?.carrier === carrier) onLost();
        },
      });
      outward = { to, carrier };
      return carrier;
    };
    const registration =
      options.registration === undefined
        ? null
        : new SipRegistration(options.registration, {
            clock,
            random,
            log,
            transactions,
            open,
            onState: (state) => {
              publicGruu = state.publicGruu;
              intake.registration(state);
            },
            refused: (code, message, from) => intake.refused({ binding: 'sip', from, code, message }),
          });
    registration?.start();
    return {
      binding: 'sip',
      address,
      port,
      close: async () => {
        await registration?.close();
        outward?.carrier.close();
        server?.close();
        const waiting = new AbortController();
        await Promise.race([handler.idle(), clock.sleep(longestWaitMs, { signal: waiting.signal }).catch(() => undefined)]);
        waiting.abort();
        for (const connection of connections.keys()) connection.end();
        if (udp !== undefined) await new Promise<void>((resolve) => udp.close(() => resolve()));
      },
    };
  };

  function brokenCode({ code }: DecodeError): `endpoints/${string}` {
    return code === 'endpoints/sip-too-large' || code === 'endpoints/sip-too-slow' ? code : 'endpoints/sip-malformed';
  }
}

/** The address by which a peer can reach a socket that listens on all of them. */
async function localAddressFor(bound: string, remote: string, port: number): Promise<string> {
  if (bound !== '0.0.0.0' && bound !== '::') return bound;
  const probe = createSocket(isIPv6(remote) ? 'udp6' : 'udp4');
  try {
    probe.connect(port, remote);
    await once(probe, 'connect');
    return probe.address().address;
  } finally {
    probe.close();
  }
}

/** Says to the sender of what cannot be cut into messages what is wrong, where its header fields can be read. */
function answerBroken(error: DecodeError, unread: Uint8Array, connection: SipStreamConnection): void {
  try {
    const request = parseSipMessage(unread);
    if (request.kind !== 'request' || request.method === 'ACK') return;
    const status = error.code === 'endpoints/sip-too-large' ? 413 : error.code === 'endpoints/sip-too-slow' ? 408 : 400;
    connection.send(formatAnswer(request, { status, tag: 'broken', source: connection.remote }));
  } catch (caught) {
    // Not even its header fields are whole: there is nothing that could be answered.
    if (!(caught instanceof DecodeError)) throw caught;
  }
}

interface Bound {
  readonly udp: UdpSocket | undefined;
  readonly server: Server | undefined;
  readonly address: string;
  readonly port: number;
}

/** Opens the sockets; without a transport both on one port. */
async function bind(
  options: ListenSipOptions,
  onSocket: (socket: Socket) => void,
  onTlsFailed: (error: Error, socket: Socket) => void,
): Promise<Bound> {
  const { transport, host, port } = options;
  for (let attempt = 1; ; attempt += 1) {
    const udp = transport === undefined || transport === 'udp' ? await bindUdp(host, port) : undefined;
    const bound = udp?.address();
    if (transport === 'udp') return { udp, server: undefined, address: bound?.address ?? host, port: bound?.port ?? port };
    try {
      return { udp, ...(await bindStream(options, bound?.port ?? port, onSocket, onTlsFailed)) };
    } catch (error) {
      if (udp !== undefined) await new Promise<void>((resolve) => udp.close(() => resolve()));
      // The port that UDP found free may be taken for TCP.
      if (port !== 0 || transport !== undefined || attempt >= portAttempts) throw error;
    }
  }
}

async function bindUdp(host: string, port: number): Promise<UdpSocket> {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferOctets });
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return socket;
  } catch (cause) {
    socket.close();
    throw bindError(cause, formatAddress(host, port));
  }
}

async function bindStream(
  { host, transport, tls }: ListenSipOptions,
  port: number,
  onSocket: (socket: Socket) => void,
  onTlsFailed: (error: Error, socket: Socket) => void,
): Promise<{ readonly server: Server; readonly address: string; readonly port: number }> {
  const secure = {
    ...(tls?.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
    minVersion: 'TLSv1.2' as const,
    allowHalfOpen: true,
    handshakeTimeout: 10_000,
  };
  let server: Server;
  try {
    server = transport === 'tls' ? createTlsServer(secure, onSocket) : createServer({ allowHalfOpen: true }, onSocket);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const advice = 'give a certificate and its key as PEM in endpoints.sip';
    throw new EndpointError('endpoints/bad-certificate', `certificate and key cannot be used: ${why}`, { cause, advice });
  }
  server.maxConnections = mostSockets;
  // Handshakes that fail end their connection and nothing else.
  server.on('tlsClientError', onTlsFailed);
  const { address, port: bound } = await listenTcp(server, { host, port });
  return { server, address, port: bound };
}
