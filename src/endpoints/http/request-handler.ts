import type { IncomingMessage, ServerResponse } from 'node:http';
import { DecodeError } from '../../octets/index.js';
import { fromHttpRequest, type HttpPush } from '../../push/index.js';
import { peerName } from '../address.js';
import { secretHeaders } from '../secret-headers.js';
import type { EndpointIntake } from '../types.js';
import type { CredentialGuard } from './credential-guard.js';
import { headersOf } from './raw-headers.js';
import { type EntityBudget, readEntity } from './read-entity.js';
import { mostEntityOctets, pushPath, pushStatus, type Terminal } from './terminal.js';
import type { HttpHeader } from './types.js';

export interface HttpRequestHandlerOptions {
  readonly intake: EndpointIntake;
  readonly terminal: Terminal;
  readonly budget: EntityBudget;
  /** Connections of whose end the reason is told already. */
  readonly told: WeakSet<object>;
  /** Where senders must prove who they are. */
  readonly guard?: CredentialGuard | undefined;
}

/** Header fields of one request; what is more is answered with 431. */
const mostHeaders = 100;
/** Requests that may wait for the disk at one time. */
const mostWaiting = 4096;
/** Seconds after which a sender may try again where the disk does not take it. */
const retryAfterSeconds = 5;

/** An answer that takes nothing. */
interface Refusal {
  readonly status: number;
  readonly code: `endpoints/${string}` | `push/${string}`;
  readonly why: string;
  readonly headers?: readonly HttpHeader[];
}

/** Answers requests: a push is stored first and answered then. @see OMA-TS-DM_PushBinding-V1_3 5.3; WAP-235-PushOTA */
export class HttpRequestHandler {
  readonly #options: HttpRequestHandlerOptions;
  /** What has come whole and is not answered. */
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: HttpRequestHandlerOptions) {
    this.#options = options;
  }

  /**
   * Takes one request; `waits` says that its sender wants to be told to go on before it sends the entity. Resolves when it is answered or
   * its connection is gone; never rejects, whatever it holds.
   */
  async handle(request: IncomingMessage, response: ServerResponse, options: { readonly waits?: boolean } = {}): Promise<void> {
    try {
      await this.#decide(request, response, options.waits === true);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#refuse(request, response, { status: 503, code: 'endpoints/not-stored', why, headers: later });
    }
  }

  /** Resolves when everything that came whole is answered. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.allSettled(this.#waiting);
  }

  async #decide(request: IncomingMessage, response: ServerResponse, waits: boolean): Promise<void> {
    const { terminal, budget } = this.#options;
    const early = this.#early(request);
    // What follows it is no request of its own.
    if (early?.status === 411) this.#options.told.add(request.socket);
    if (early !== null) return this.#refuse(request, response, waits ? { ...early, headers: [...(early.headers ?? []), closing] } : early);
    if (request.method === 'OPTIONS') {
      const headers: HttpHeader[] = [['Allow', allow], ...terminal.registration(valuesOf(request, 'x-wap-cpitag')[0])];
      return answer(request, response, 204, headers);
    }
    if (waits) response.writeContinue();
    const entity = await readEntity(request, budget);
    if (entity.is === 'gone') {
      if (this.#options.told.has(request.socket)) return;
      const message = `the connection ended after ${entity.octets} octets of a push; nothing of it is kept`;
      return this.#tell(request, 'endpoints/http-truncated', message);
    }
    if (entity.is === 'too-large') return this.#refuse(request, response, tooLarge);
    if (entity.is === 'no-room') return this.#refuse(request, response, overloaded);
    const taking = this.#take(request, response, entity.octets);
    this.#waiting.add(taking);
    try {
      await taking;
    } finally {
      this.#waiting.delete(taking);
      budget.release(entity.octets.length);
    }
  }

  /** What can be said before the entity is read. */
  #early(request: IncomingMessage): Refusal | null {
    if (request.httpVersionMajor !== 1) return refusalOf(505, 'it speaks another version of HTTP than 1', [closing]);
    if (request.rawHeaders.length / 2 > mostHeaders) return refusalOf(431, `more than ${mostHeaders} header fields`);
    const path = pathOf(request.url ?? '');
    if (path !== pushPath && !(path === '*' && request.method === 'OPTIONS')) return refusalOf(404, `only ${pushPath} is here`);
    if (request.method !== 'POST' && request.method !== 'OPTIONS')
      return refusalOf(405, `${shown(request.method ?? '')} is not taken`, [['Allow', allow]]);
    if (request.method === 'OPTIONS') return null;
    const codings = valuesOf(request, 'transfer-encoding').join(', ').trim();
    if (!/^(?:chunked)?$/i.test(codings)) return refusalOf(501, 'it has a transfer coding other than chunked', [closing]);
    // By the rules a request without either has no entity; a sender that means its end by the connection's would lose one unseen.
    if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
      return refusalOf(411, 'it says neither how long its entity is nor that it comes in chunks', [closing]);
    const unreadable = unreadableBy(headersOf(request));
    if (unreadable !== null) return unreadable;
    if (Number(request.headers['content-length'] ?? 0) > mostEntityOctets) return tooLarge;
    if (this.#waiting.size > mostWaiting) return overloaded;
    return null;
  }

  async #take(request: IncomingMessage, response: ServerResponse, entity: Uint8Array): Promise<void> {
    const { guard, intake, terminal } = this.#options;
    const headers = headersOf(request);
    let push: HttpPush;
    try {
      push = fromHttpRequest(headers, entity);
    } catch (error) {
      if (!(error instanceof DecodeError) || !isPushCode(error.code)) throw error;
      return this.#refuse(request, response, { status: 400, code: error.code, why: `${error.message} (${error.field}, ${error.offset})` });
    }
    // What is inside an envelope is under the same rules, and has no chunks that anybody would have joined.
    const inside = push.headers === headers ? null : unreadableBy(push.headers, { inside: true });
    if (inside !== null) return this.#refuse(request, response, inside);
    const [contentType = ''] = fieldsOf(push.headers, 'content-type');
    if (contentType.trim() === '') {
      return this.#refuse(request, response, refusalOf(400, 'the push has no content type'));
    }
    const proof = guard?.examine({
      method: request.method ?? '',
      uri: request.url ?? '',
      values: (name) => valuesOf(request, name),
      entity,
      contentType,
      body: push.body,
    });
    if (proof?.is === 'refused') {
      const challenges = proof.challenges.map((challenge): HttpHeader => ['WWW-Authenticate', challenge]);
      const refusal = { status: 401, code: 'endpoints/http-not-authenticated', why: proof.why, headers: challenges } as const;
      return this.#refuse(request, response, refusal);
    }
    const proved = proof?.headers ?? [];
    const [tag] = valuesOf(request, 'x-wap-cpitag');
    if (tag !== undefined && !terminal.knows(tag)) {
      this.#tell(request, 'endpoints/http-refused', 'X-Wap-CPITag is not that of this terminal; the sender is to register again');
      return answer(request, response, 204, [...proved, ['X-Wap-Push-Status', pushStatus.otherCpiTag]]);
    }
    const from = peerName(request.socket);
    const kept = headers.filter(([name]) => !secretHeaders.has(name.toLowerCase()));
    const stored = await intake
      .accept({ binding: 'http', from, octets: entity, envelope: { headers: kept }, retransmissionKey: null })
      .then(
        () => null,
        (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
      );
    if (stored === null) answer(request, response, 204, [...proved, ['X-Wap-Push-Status', pushStatus.accepted]]);
    else
      this.#refuse(request, response, {
        status: 503,
        code: 'endpoints/not-stored',
        why: `a push was refused: ${stored}`,
        headers: [...proved, ...later],
      });
  }

  #refuse(request: IncomingMessage, response: ServerResponse, { status, code, why, headers = [] }: Refusal): void {
    this.#tell(request, code, `${shown(request.method ?? '')} answered with ${status}: ${why}`);
    answer(request, response, status, headers);
  }

  #tell(request: IncomingMessage, code: Refusal['code'], message: string): void {
    this.#options.intake.refused({ binding: 'http', from: peerName(request.socket), code, message });
  }
}

const allow = 'POST, OPTIONS';
const later: readonly HttpHeader[] = [['Retry-After', String(retryAfterSeconds)]];
const tooLarge: Refusal = { status: 413, code: 'endpoints/http-too-large', why: `a push has at most ${mostEntityOctets} octets` };
const overloaded: Refusal = { status: 503, code: 'endpoints/overloaded', why: 'more is coming in than the disk takes', headers: later };

/**
 * Why content cannot be taken for the push's body as it stands, by the header fields that belong to it; null where it can.
 * @see RFC 9110 8.4, RFC 9112 6.1
 */
function unreadableBy(headers: readonly HttpHeader[], { inside = false } = {}): Refusal | null {
  const plain = (coding: string): boolean => /^\s*(?:identity)?\s*$/i.test(coding);
  if (!fieldsOf(headers, 'content-encoding').every(plain)) {
    return refusalOf(415, 'its content is encoded', [['Accept-Encoding', 'identity']]);
  }
  if (inside && !fieldsOf(headers, 'transfer-encoding').every(plain)) return refusalOf(415, 'the message inside it has a transfer coding');
  return fieldsOf(headers, 'content-type').length > 1 ? refusalOf(400, 'it has more than one content type') : null;
}

function refusalOf(status: number, why: string, headers: readonly HttpHeader[] = []): Refusal {
  return { status, code: 'endpoints/http-refused', why, headers };
}

const closing: HttpHeader = ['Connection', 'close'];
/** Octets of a refused entity that are read and let go, so that its sender comes to read the answer. */
const mostUnread = 4_194_304;

function answer(request: IncomingMessage, response: ServerResponse, status: number, headers: readonly HttpHeader[]): void {
  if (response.headersSent || response.destroyed) return;
  const all: HttpHeader[] = [['X-Wap-Push-OTA-Version', '1.0'], ...headers];
  if (status !== 204) all.push(['Content-Length', '0']);
  // Node closes behind an answer without a length, which 204 must not have; it ends with its header lines all the same.
  if (asksToStay(request) && !headers.includes(closing)) all.push(['Connection', 'keep-alive']);
  response.writeHead(status, all.flat());
  response.end();
  if (request.complete) return;
  let unread = 0;
  request.on('data', (chunk: Uint8Array) => {
    unread += chunk.length;
    if (unread > mostUnread) request.socket.destroy();
  });
}

/** Whether a sender of HTTP/1.0 wants to go on by its connection; later ones do unless they say otherwise. @see RFC 9112 9.3, C.2.2 */
function asksToStay(request: IncomingMessage): boolean {
  if (request.httpVersion !== '1.0') return false;
  const options = valuesOf(request, 'connection').flatMap((value) => value.split(',').map((option) => option.trim().toLowerCase()));
  return options.includes('keep-alive') && !options.includes('close');
}

function valuesOf(request: IncomingMessage, name: string): readonly string[] {
  return fieldsOf(headersOf(request), name);
}

function fieldsOf(headers: readonly HttpHeader[], name: string): readonly string[] {
  return headers.flatMap(([sent, value]) => (sent.toLowerCase() === name ? [value] : []));
}

/** The path of a request target in either form; what follows a question mark names nothing here. @see RFC 9112 3.2 */
function pathOf(target: string): string {
  const [, path = target] = /^https?:\/\/[^/?#]*([^#]*)$/i.exec(target) ?? [];
  return path.split('?', 1)[0] ?? '';
}

/** A word of the peer's, short and in letters, for a line of ours. */
function shown(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, '?').slice(0, 32);
}

function isPushCode(code: string): code is `push/${string}` {
  return code.startsWith('push/');
}
