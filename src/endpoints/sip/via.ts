import { createHash } from 'node:crypto';
import {
  isToken,
  octetsOf,
  type Parameters,
  parseNumber,
  parseParameters,
  splitOutside,
  trimBlanks,
  withoutBlanksAround,
} from '../header-grammar.js';
import { headerValue, type SipMessage, type SipRequest } from './message.js';
import { formatHost, parseHostPort, type SipUri } from './uri.js';

/** One hop of a request. @see RFC 3261 20.42 */
export interface Via {
  /** `UDP`, `TCP`, `TLS`, as sent, in upper case. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly parameters: Parameters;
}

/** Reads one Via; null where it is none. @see RFC 3261 20.42, 25.1 */
export function parseVia(value: string): Via | null {
  const [first = '', ...pieces] = splitOutside(value, ';');
  // Blanks may stand around the slashes and the colon, and must stand before the host.
  const [protocol = '', version = '', behind = '', ...more] = first.split('/').map(trimBlanks);
  const blank = behind.search(/[ \t]/);
  const transport = behind.slice(0, Math.max(0, blank));
  const place = parseHostPort(withoutBlanksAround(behind.slice(Math.max(0, blank)), ':'));
  if (protocol.toUpperCase() !== 'SIP' || version !== '2.0' || more.length > 0 || !isToken(transport) || place === null) return null;
  return { transport: transport.toUpperCase(), ...place, parameters: parseParameters(pieces) };
}

/** The uppermost Via: the hop a message comes from, or an answer goes to; null where there is none that can be read. */
export function topVia(message: Pick<SipMessage, 'headers'>): Via | null {
  const value = headerValue(message, 'via');
  return value === undefined ? null : parseVia(splitOutside(value, ',')[0] ?? '');
}

/** A Via value with what was seen of its sender written down in it. @see RFC 3261 18.2.1; RFC 3581 4 */
export function stampVia(value: string, source: { readonly address: string; readonly port: number }): string {
  const [first = '', ...others] = splitOutside(value, ',');
  const via = parseVia(first);
  if (via === null) return value;
  const asked = via.parameters.has('rport');
  const pieces = splitOutside(first, ';').filter((piece) => !/^received[ \t]*=/i.test(piece));
  const stamped = pieces.map((piece) => (/^rport([ \t]*=.*)?$/i.test(piece) ? `rport=${source.port}` : piece));
  if (asked || via.host !== source.address) stamped.push(`received=${source.address}`);
  return [stamped.join(';'), ...others].join(', ');
}

/** Where the answer to a request that came in a datagram goes; `maddr` is not followed, or a sender could have others flooded. @see RFC 3261 18.2.2; RFC 3581 4 */
export function answerPlace(
  via: Via,
  source: { readonly address: string; readonly port: number },
): { readonly address: string; readonly port: number } {
  return { address: source.address, port: via.parameters.has('rport') ? source.port : (via.port ?? 5060) };
}

/** The hop that a request of ours is written with. `rport` asks that the answer comes back to where the request came from. */
export function formatVia(
  transport: 'UDP' | 'TCP' | 'TLS',
  local: { readonly address: string; readonly port: number },
  branch: string,
): string {
  return `SIP/2.0/${transport} ${formatHost(local.address)}:${local.port};branch=${branch};rport`;
}

/** The header field that takes a request through an outbound proxy, which stays what it is for its recipient. @see RFC 3261 8.1.2, 16.12.1.1 */
export function routeThrough(proxy: SipUri | undefined): readonly (readonly ['Route', string])[] {
  if (proxy === undefined) return [];
  return [['Route', `<${octetsOf(proxy.parameters.has('lr') ? proxy.text : `${proxy.text};lr`)}>`]];
}

/**
 * What tells the transactions of a server apart: the branch where there is one, and beside it all that a request which comes again has
 * in common with the first, its body included. Senders are met that give every request one branch, or a cookie and nothing behind it;
 * what they send must not be taken for a repetition and be lost.
 * @see RFC 3261 17.2.3; RFC 4475 3.2.1
 */
export function transactionKey(request: Pick<SipRequest, 'method' | 'uri' | 'headers' | 'body'>, via: Via): string {
  const branch = via.parameters.get('branch') ?? '';
  const parts = ['call-id', 'from', 'to', 'cseq'].map((name) => headerValue(request, name) ?? '');
  const credentials = ['authorization', 'proxy-authorization'].map((name) => headerValue(request, name) ?? '');
  const hash = createHash('sha256').update([request.uri, ...parts, ...credentials].join('\n'), 'latin1');
  hash.update(`\n${branch}\n${via.host}\n${via.port ?? 5060}\n${request.method}\n`, 'latin1');
  // A digest, since a piece of the text would keep the whole of it in memory.
  return hash.update(request.body).digest('base64');
}

/** What a request is by itself, whatever way it came. @see RFC 3261 8.2.2.2 */
export function requestKey(request: Pick<SipRequest, 'headers'>): string {
  const parts = ['from', 'call-id', 'cseq'].map((name) => headerValue(request, name) ?? '');
  return createHash('sha256').update(parts.join('\n'), 'latin1').digest('base64');
}

/** CSeq: number and method; null where it is neither. @see RFC 3261 20.16 */
export function parseCSeq(value: string | undefined): { readonly number: number; readonly method: string } | null {
  const [, digits, method = ''] = /^([0-9]+)[ \t]+(\S+)$/.exec(value ?? '') ?? [];
  const number = parseNumber(digits, 0x7fff_ffff);
  return number === null || !isToken(method) ? null : { number, method };
}
