import { type Parameters, parseNumber, parseParameters, splitOutside, trimBlanks, unquoted } from '../header-grammar.js';

/** A SIP or SIPS URI. @see RFC 3261 19.1 */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** Without a password; null where there is none. */
  readonly user: string | null;
  /** Name or address in lower case; an IPv6 address without its brackets. */
  readonly host: string;
  /** Null where none is named. */
  readonly port: number | null;
  readonly parameters: Parameters;
  /** The URI as it was, without headers. */
  readonly text: string;
}

const hostName = /^[A-Za-z0-9]([A-Za-z0-9\-._]*[A-Za-z0-9])?\.?$/;
const ipv6 = /^[0-9A-Fa-f:.]{2,45}$/;

/** Reads a SIP or SIPS URI; null where it is none. @see RFC 3261 19.1.1, 25.1 */
export function parseSipUri(text: string): SipUri | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
  if (text.length > 2048 || /[\s<>"\u0000-\u001f\u007f]/.test(text)) return null;
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(0, colon)).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return null;
  // A user may hold `?` and `;` as they stand, but an `@` only escaped; so what stands before the first is the user.
  const at = text.indexOf('@');
  const question = text.indexOf('?', at + 1);
  const whole = question < 0 ? text : text.slice(0, question);
  const userInfo = at < 0 ? null : whole.slice(colon + 1, at);
  if (userInfo === '') return null;
  const [hostPort = '', ...pieces] = whole.slice(at < 0 ? colon + 1 : at + 1).split(';');
  const place = parseHostPort(hostPort);
  if (place === null) return null;
  const user = userInfo === null ? null : (userInfo.split(':')[0] ?? '');
  if (user === '') return null;
  return { scheme, user, ...place, parameters: parseParameters(pieces), text: whole };
}

/** Reads `host[:port]`, an IPv6 address in brackets. @see RFC 3261 25.1, hostport */
export function parseHostPort(text: string): { readonly host: string; readonly port: number | null } | null {
  let host: string;
  let rest: string;
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    if (end < 0 || !ipv6.test(text.slice(1, end))) return null;
    host = text.slice(1, end);
    rest = text.slice(end + 1);
  } else {
    const colon = text.indexOf(':');
    host = colon < 0 ? text : text.slice(0, colon);
    rest = colon < 0 ? '' : text.slice(colon);
    if (!hostName.test(host)) return null;
  }
  if (rest === '') return { host: host.toLowerCase(), port: null };
  const port = rest.startsWith(':') ? parseNumber(rest.slice(1), 0xffff) : null;
  return port === null ? null : { host: host.toLowerCase(), port };
}

/** A host as it stands in a URI or a Via: an IPv6 address in brackets. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** What From, To and Contact hold: a URI, and parameters behind it. @see RFC 3261 20.10 */
export interface SipAddress {
  readonly displayName: string | null;
  readonly uri: string;
  readonly parameters: Parameters;
}

/** Reads a name-addr or an addr-spec with parameters; null where it is neither. @see RFC 3261 20.10, 20.20, 20.39 */
export function parseSipAddress(value: string): SipAddress | null {
  const [first = '', ...pieces] = splitOutside(value, ';');
  const open = indexOutsideQuotes(first, '<');
  if (open < 0) {
    // Without angle brackets, parameters belong to the header field and not to the URI.
    return isAnyUri(first) ? { displayName: null, uri: first, parameters: parseParameters(pieces) } : null;
  }
  const close = first.indexOf('>', open);
  if (close < 0 || trimBlanks(first.slice(close + 1)) !== '') return null;
  const name = trimBlanks(first.slice(0, open));
  const uri = trimBlanks(first.slice(open + 1, close));
  return isAnyUri(uri) ? { displayName: name === '' ? null : unquoted(name), uri, parameters: parseParameters(pieces) } : null;
}

/** Whether a text is of the form of a URI, of whatever scheme. @see RFC 3261 25.1, absoluteURI */
function isAnyUri(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020"<>\u007f]+$/.test(text);
}

function indexOutsideQuotes(text: string, wanted: string): number {
  let within = false;
  for (let at = 0; at < text.length; at += 1) {
    if (within && text[at] === '\\') at += 1;
    else if (text[at] === '"') within = !within;
    else if (!within && text[at] === wanted) return at;
  }
  return -1;
}

/** Whether two URIs name the same: scheme, user, host, port and the parameters that matter compared as RFC 3261 has it. @see RFC 3261 19.1.4 */
export function sameSipUri(one: SipUri, other: SipUri): boolean {
  if (one.scheme !== other.scheme || one.host !== other.host || one.port !== other.port) return false;
  if (unescaped(one.user) !== unescaped(other.user)) return false;
  return ['user', 'ttl', 'method', 'maddr', 'transport', 'gr'].every(
    (name) => unescaped(one.parameters.get(name))?.toLowerCase() === unescaped(other.parameters.get(name))?.toLowerCase(),
  );
}

/** A text with its escaped characters as they are; those that mean something unescaped stay escaped. @see RFC 3261 19.1.4 */
function unescaped(text: string | null | undefined): string | null | undefined {
  return text?.replace(/%([0-9A-Fa-f]{2})/g, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9\-_.!~*'()]/.test(character) ? character : escaped.toUpperCase();
  });
}
