import { Agent, type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { PushMessage } from '../../push/index.js';
import type { Clock } from '../../runtime/index.js';
import { EndpointError, sendError, systemCode } from '../errors.js';
import type { EndpointSender } from '../types.js';
import { answerValues, type HttpAnswer, judgeAnswer, pushStatusOf } from './judge-answer.js';
import { badCertificate } from './listen-http.js';
import { type PushRequest, pushRequest } from './push-request.js';
import { headersOf } from './raw-headers.js';
import { SenderProof, type SenderProofOptions } from './sender-proof.js';
import { pushPath } from './terminal.js';
import type { HttpHeader, HttpTlsOptions } from './types.js';

export interface HttpSenderOptions {
  /** An `http:` or `https:` URL; its path is `/wappush` where it names none. */
  readonly target: string;
  readonly tls?: HttpTlsOptions | undefined;
  readonly proof?: SenderProofOptions | undefined;
  /** Whether the push goes as an HTTP response inside `application/http`. */
  readonly envelope?: boolean | undefined;
  /** Whether the capabilities of the terminal are asked for first. */
  readonly register?: boolean | undefined;
}

const connectMs = 10_000;
const answerMs = 30_000;
const mostTries = 4;
/** How long a connection is kept for the next push: a server that ends it just then leaves open whether the push came. */
const idleMs = 4000;
/** Octets of an answer's content that are read and let go, so that the connection can be used again. */
const mostAnswerOctets = 65_536;

/** How long that may take. */
const drainMs = 5000;

/** What a terminal has told of itself. */
interface Capabilities {
  readonly tag: string | null;
  readonly mostOctets: number | null;
  /** Application ids in lower case; null where any is taken. */
  readonly applications: readonly string[] | null;
}

/**
 * Posts pushes to a terminal, as a push proxy gateway does.
 * @throws EndpointError `endpoints/bad-target`, `endpoints/bad-certificate`
 * @see OMA-TS-DM_PushBinding-V1_3 5.3; WAP-235-PushOTA
 */
export function httpSender(options: HttpSenderOptions, { clock }: { readonly clock: Clock }): EndpointSender {
  const url = targetUrl(options.target);
  const exchange = exchanger(url, options, clock);
  const proof = options.proof === undefined ? null : new SenderProof(options.proof);
  let capabilities: Capabilities | null = null;

  const register = async (signal: AbortSignal): Promise<void> => {
    const known: readonly HttpHeader[] = capabilities?.tag == null ? [] : [['X-Wap-CPITag', capabilities.tag]];
    const answer = await exchange.run('OPTIONS', [...known, ['Content-Length', '0']], new Uint8Array(), signal);
    // Whoever does not register takes what it takes.
    if ([404, 405, 501].includes(answer.status)) capabilities = { tag: null, mostOctets: null, applications: null };
    else if (answer.status < 200 || answer.status >= 300)
      throw judgeAnswer(answer) ?? new EndpointError('endpoints/refused', 'no registration');
    else if (pushStatusOf(answer) !== 500 || capabilities === null) capabilities = capabilitiesIn(answer);
  };

  const attempt = async ({ headers, entity }: PushRequest, signal: AbortSignal): Promise<HttpAnswer> => {
    const tag: readonly HttpHeader[] = capabilities?.tag == null ? [] : [['X-Wap-CPITag', capabilities.tag]];
    return exchange.run('POST', [...headers, ...versionHeader, ...tag, ...(proof?.headers(entity) ?? [])], entity, signal);
  };

  return {
    async send(push, { signal }): Promise<void> {
      const written = pushRequest(push, { envelope: options.envelope === true });
      if (options.register === true && capabilities === null) await register(signal);
      if (capabilities !== null) checkCapabilities(push, capabilities);
      let registered = false;
      for (let tries = 1; ; tries += 1) {
        const answer = await attempt(written, signal);
        const challenged = proof?.learn(answer) === true;
        const refusal = judgeAnswer(answer);
        if (refusal === null) return;
        const otherTag = options.register === true && pushStatusOf(answer) === 256 && !registered;
        if (tries >= mostTries || !(challenged || otherTag)) throw refusal;
        if (otherTag) {
          registered = true;
          capabilities = null;
          await register(signal);
        }
      }
    },
    preview(push) {
      const { headers, entity } = pushRequest(push, { envelope: options.envelope === true });
      const all: readonly HttpHeader[] = [['Host', url.host], ...headers, ...versionHeader];
      return { lines: [`POST ${pathOf(url)} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`)], octets: entity };
    },
    async close(): Promise<void> {
      exchange.close();
    },
  };
}

const versionHeader: readonly HttpHeader[] = [['X-Wap-Push-OTA-Version', '1.0']];

/** @throws EndpointError `endpoints/bad-target` */
function targetUrl(text: string): URL {
  const advice = 'write https://HOST:PORT/wappush or http://HOST:PORT/wappush';
  if (!URL.canParse(text)) throw new EndpointError('endpoints/bad-target', `${JSON.stringify(text.slice(0, 200))} is no URL`, { advice });
  const url = new URL(text);
  if (url.username === '' && url.password === '') return url;
  throw new EndpointError('endpoints/bad-target', `a user or a password stands in the URL for ${url.host}`, {
    advice: 'give them as endpoints.http.user and endpoints.http.password in the configuration',
  });
}

function pathOf({ pathname, search }: URL): string {
  return `${pathname === '/' ? pushPath : pathname}${search}`;
}

function capabilitiesIn(answer: HttpAnswer): Capabilities {
  const sizes = ['x-wap-push-msgsize', 'x-wap-push-maxmsgsize'].flatMap((name) => answerValues(answer, name));
  const size = sizes.find((value) => /^\s*\d{1,12}\s*$/.test(value));
  const applications = answerValues(answer, 'x-wap-push-accept-appid')
    .flatMap((value) => value.split(','))
    .map((id) => id.trim().toLowerCase());
  return {
    tag: answerValues(answer, 'x-wap-cpitag')[0] ?? null,
    mostOctets: size === undefined ? null : Number(size),
    applications: applications.length === 0 || applications.some((id) => id === '*' || id === 'x-wap-application:*') ? null : applications,
  };
}

function checkCapabilities({ body, applicationId }: PushMessage, { mostOctets, applications }: Capabilities): void {
  if (mostOctets !== null && mostOctets > 0 && body.length > mostOctets) {
    const message = `the terminal takes ${mostOctets} octets, and the push has ${body.length}`;
    throw new EndpointError('endpoints/refused', message, { advice: 'send less' });
  }
  const uri = applicationId?.uri?.toLowerCase();
  if (applications === null || uri === undefined || applications.includes(uri) || applications.includes(String(applicationId?.code)))
    return;
  throw new EndpointError('endpoints/refused', `the terminal takes nothing for ${uri}`, { advice: 'see what its registration says' });
}

/** Runs requests to one target, on connections that are kept for the next. */
function exchanger(url: URL, { tls }: HttpSenderOptions, clock: Clock) {
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const pool = { keepAlive: true, maxFreeSockets: 4, scheduling: 'lifo' as const, timeout: idleMs };
  const agent = secure ? new TlsAgent({ ...pool, ...tlsOptions(tls), minVersion: 'TLSv1.2', rejectUnauthorized: true }) : new Agent(pool);
  const target = `${url.protocol}//${url.host}`;

  const run = (method: string, headers: readonly HttpHeader[], entity: Uint8Array, signal: AbortSignal): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      let handedOver = false;
      let request: ClientRequest;
      const all = [['Host', url.host] as const, ...headers].flat();
      const place = {
        host,
        port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
        path: pathOf(url),
        method,
        headers: all,
        agent,
      };
      try {
        request = secure ? requestTls(place) : requestPlain(place);
      } catch (cause) {
        reject(secure ? badCertificate(cause) : cause);
        return;
      }
      const giveUp = (why: string): void => void request.destroy(new EndpointError('endpoints/not-reached', why));
      let cancel = clock.after(connectMs, () => giveUp(`${target} does not answer`), { keepAlive: true });
      const onAbort = (): void => void request.destroy();
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const onReady = (): void => {
        handedOver = true;
        cancel();
        cancel = clock.after(
          answerMs,
          () => request.destroy(new EndpointError('endpoints/no-answer', `${target} did not answer within ${answerMs / 1000} s`)),
          { keepAlive: true },
        );
      };
      request.once('socket', (socket: Socket) => {
        if (request.reusedSocket) onReady();
        else socket.once(secure ? 'secureConnect' : 'connect', onReady);
      });
      request.once('response', (response) => {
        end();
        drain(response, clock);
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response) });
      });
      request.once('error', (cause) => {
        end();
        if (signal.aborted) reject(signal.reason);
        else reject(sendError(cause, target, handedOver && !isTlsAlert(cause)));
      });
      request.end(entity);
    });
  return { run, close: () => agent.destroy() };
}

/** A client certificate is examined after the client takes the handshake for done: an alert then still means that nothing was read. */
function isTlsAlert(cause: unknown): boolean {
  return /^ERR_SSL_.*ALERT/.test(systemCode(cause));
}

/** @throws EndpointError `endpoints/bad-certificate` */
function tlsOptions(tls: HttpTlsOptions | undefined) {
  return {
    ...(tls?.authorities === undefined ? {} : { ca: tls.authorities }),
    ...(tls?.certificate === undefined || tls.key === undefined ? {} : { cert: tls.certificate, key: tls.key }),
  };
}

function drain(response: IncomingMessage, clock: Clock): void {
  let octets = 0;
  response.once(
    'close',
    clock.after(drainMs, () => response.destroy()),
  );
  response.on('data', (chunk: Uint8Array) => {
    octets += chunk.length;
    if (octets > mostAnswerOctets) response.destroy();
  });
  response.on('error', () => {});
}
