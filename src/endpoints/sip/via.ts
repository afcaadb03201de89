import { type Parameters, parseNumber, parseParameters, splitOutside } from './grammar.js';
import type { SipMessage } from './message.js';
import { headerValue } from './message.js';
import { formatHost, parseHostPort } from './uri.js';

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
  const [, transport = '', sentBy = ''] = /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([A-Za-z0-9-]+)[ \t]+(\S.*)$/i.exec(first) ?? [];
  const place = parseHostPort(sentBy.replace(/[ \t]*:[ \t]*/g, ':').trim());
  return transport === '' || place === null ? null : { transport: transport.toUpperCase(), ...place, parameters: parseParameters(pieces) };
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

/** What tells the transactions of a server apart, with branch cookie or without. @see RFC 3261 17.2.3 */
export function transactionKey(request: { readonly method: string } & Pick<SipMessage, 'headers'>, via: Via): string {
  const branch = via.parameters.get('branch') ?? '';
  const sentBy = `${via.host}:${via.port ?? 5060}`;
  if (branch.startsWith('z9hG4bK')) return `${branch} ${sentBy} ${request.method}`;
  const parts = ['call-id', 'from', 'to', 'cseq', 'via'].map((name) => headerValue(request, name) ?? '');
  return `${parts.join(' ')} ${request.method}`;
}

/** CSeq: number and method; null where it is neither. @see RFC 3261 20.16 */
export function parseCSeq(value: string | undefined): { readonly number: number; readonly method: string } | null {
  const [, digits, method = ''] = /^([0-9]+)[ \t]+(\S+)$/.exec(value ?? '') ?? [];
  const number = parseNumber(digits, 0x7fff_ffff);
  return number === null ? null : { number, method };
}
