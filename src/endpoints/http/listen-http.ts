import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type HostAndPort, peerName } from '../address.js';
import { EndpointError } from '../errors.js';
import { listenTcp } from '../listen-tcp.js';
import type { EndpointIntake, EndpointListener, OpenListener } from '../types.js';
import { Connections } from './connections.js';
import { CredentialGuard, type CredentialGuardOptions } from './credential-guard.js';
import { EntityBudget } from './read-entity.js';
import { HttpRequestHandler } from './request-handler.js';
import { Terminal, type TerminalOptions } from './terminal.js';
import type { HttpTlsOptions } from './types.js';

/** How long a peer may take; for tests shorter. */
export interface HttpPatience {
  /** For the handshake of TLS, and for the header fields. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** Between requests. */
  readonly idleMs: number;
}

export interface ListenHttpOptions extends HostAndPort {
  /** With it HTTPS is spoken, TLS 1.2 or later. */
  readonly tls?: HttpTlsOptions | undefined;
  /** Whether a client must show a certificate that the authorities vouch for. */
  readonly clientCertificate?: boolean | undefined;
  /** What senders must prove, where they must. */
  readonly credentials?: Omit<CredentialGuardOptions, 'clock'> | undefined;
  readonly terminal?: TerminalOptions | undefined;
  readonly patience?: HttpPatience | undefined;
}

const usualPatience: HttpPatience = { headersMs: 10_000, requestMs: 30_000, idleMs: 60_000 };
const mostHeaderOctets = 16_384;
/** What is being answered when it closes is waited for so long. */
const longestWaitMs = 5000;

/**
 * A listener for OTA-HTTP: the terminal is the server, and push proxy gateways post to it.
 * @see OMA-TS-DM_PushBinding-V1_3 5.3; WAP-235-PushOTA
 */
export function listenHttp(options: ListenHttpOptions): OpenListener {
  return async (intake, { clock }): Promise<EndpointListener> => {
    const { credentials, patience = usualPatience } = options;
    const guard = credentials === undefined ? undefined : new CredentialGuard({ ...credentials, clock });
    /** Connections of whose end the reason is told already. */
    const told = new WeakSet<Duplex>();
    const handler = new HttpRequestHandler({ told, intake, terminal: new Terminal(options.terminal), budget: new EntityBudget(), guard });
    const server = makeServer(options, patience, intake);
    const connections = new Connections(server);
    const onRequest = (request: IncomingMessage, response: ServerResponse, waits: boolean): void => {
      connections.begin(request, response);
      void handler.handle(request, response, { waits });
    };
    server.on('request', (request, response) => onRequest(request, response, false));
    server.on('checkContinue', (request, response) => onRequest(request, response, true));
    server.on('connect', (request: IncomingMessage, socket: Duplex) => {
      intake.refused({
        binding: 'http',
        from: peerName(request.socket),
        code: 'endpoints/http-refused',
        message: 'CONNECT answered with 405: this is no proxy',
      });
      socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow: POST, OPTIONS\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    server.on('clientError', (error: Error & { readonly code?: string }, socket) =>
      refuseUnreadable(error, socket, connections, intake, told),
    );
    const { address, port } = await listenTcp(server, options);
    return {
      binding: 'http',
      address,
      port,
      async close() {
        const closed = once(server, 'close');
        server.close();
        const given = new AbortController();
        await Promise.race([handler.idle(), clock.sleep(longestWaitMs, { signal: given.signal }).catch(() => undefined)]);
        given.abort();
        server.closeIdleConnections();
        connections.end();
        await closed;
      },
    };
  };
}

function makeServer({ tls, clientCertificate = false }: ListenHttpOptions, patience: HttpPatience, intake: EndpointIntake): Server {
  const common: ServerOptions = {
    maxHeaderSize: mostHeaderOctets,
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.idleMs,
    connectionsCheckingInterval: Math.min(1000, patience.headersMs),
    // Gateways are known that leave Host empty; nothing here depends on it.
    requireHostHeader: false,
    noDelay: true,
  };
  if (tls === undefined) return unbounded(createServer(common));
  let server: Server;
  try {
    server = createTlsServer({
      ...common,
      minVersion: 'TLSv1.2',
      handshakeTimeout: patience.headersMs,
      ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      ...(tls.authorities === undefined ? {} : { ca: tls.authorities }),
      requestCert: clientCertificate,
      rejectUnauthorized: clientCertificate,
    });
  } catch (cause) {
    throw badCertificate(cause);
  }
  server.on('tlsClientError', (error: Error & { readonly code?: string }, socket) => {
    if (error.code === 'ECONNRESET') return;
    intake.refused({
      binding: 'http',
      from: peerName(socket),
      code: 'endpoints/tls-failed',
      message: `no TLS came about: ${tlsReason(error)}`,
    });
  });
  return unbounded(server);
}

/** Header fields are counted by the handler, which says so; Node would let those above its number fall silently. */
function unbounded(server: Server): Server {
  server.maxHeadersCount = 0;
  return server;
}

/** Certificate, key or authorities that no TLS can be made of. */
export function badCertificate(cause: unknown): EndpointError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new EndpointError('endpoints/bad-certificate', `the certificate, its key or the authorities cannot be used: ${why}`, {
    cause,
    advice: 'check the PEM files in endpoints.http, and that key and certificate belong together',
  });
}

/** What OpenSSL says without its numbers, or the code. */
function tlsReason(error: Error & { readonly code?: string }): string {
  return error.code ?? error.message.replace(/[^ -~]/g, '?').slice(0, 120);
}

/** Answers what is no HTTP, too long or too slow, where no other answer is under way on the connection. */
function refuseUnreadable(
  error: Error & { readonly code?: string },
  socket: Duplex,
  connections: Connections,
  intake: EndpointIntake,
  told: WeakSet<Duplex>,
): void {
  const { status, code, why } = faultOf(error.code ?? '');
  const from = connections.nameOf(socket);
  if (code !== null && !told.has(socket)) intake.refused({ binding: 'http', from, code, message: `answered with ${status}: ${why}` });
  if (code !== null) told.add(socket);
  // What came whole before is answered first; a word in between would be taken for its answer.
  if (connections.endAfterAnswer(socket)) return;
  if (socket.writable && code !== null && socket instanceof Socket) {
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.destroySoon();
  } else socket.destroy();
}

function faultOf(code: string): { readonly status: string; readonly code: `endpoints/${string}` | null; readonly why: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: '431 Request Header Fields Too Large',
        code: 'endpoints/http-too-large',
        why: `more than ${mostHeaderOctets} octets of header fields`,
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: '408 Request Timeout', code: 'endpoints/http-too-slow', why: 'the request did not come to its end in time' };
    case 'HPE_INVALID_EOF_STATE':
      return { status: '400 Bad Request', code: 'endpoints/http-truncated', why: 'the connection ended inside a request' };
    default:
      return code.startsWith('HPE_')
        ? { status: '400 Bad Request', code: 'endpoints/http-malformed', why: `it is no HTTP request (${code.slice(4).toLowerCase()})` }
        : { status: '', code: null, why: code };
  }
}
