import { DecodeError } from '../../octets/index.js';
import { headerName, isToken, parseNumber, trimBlanks } from '../header-grammar.js';
import type { SipHeader, SipMessage } from './message.js';

/** Bounds of one message. */
export interface SipLimits {
  /** Octets of start line and header fields together. */
  readonly headerOctets: number;
  readonly headers: number;
  readonly bodyOctets: number;
}

export const defaultSipLimits: SipLimits = { headerOctets: 16_384, headers: 128, bodyOctets: 262_144 };

/** Header fields that may stand once only. @see RFC 3261 7.3.1, 20 */
const single = new Set([
  'call-id',
  'content-encoding',
  'content-length',
  'content-type',
  'cseq',
  'expires',
  'from',
  'max-forwards',
  'min-expires',
  'retry-after',
  'to',
]);

/** Where the empty line that ends the header fields begins; undefined where it is not there yet. `from` may pass over what was searched. */
export function findHeaderEnd(octets: Uint8Array, from = 0): number | undefined {
  for (let at = octets.indexOf(0x0d, from); at >= 0 && at + 3 < octets.length; at = octets.indexOf(0x0d, at + 1)) {
    if (octets[at + 1] === 0x0a && octets[at + 2] === 0x0d && octets[at + 3] === 0x0a) return at;
  }
  return undefined;
}

/** Octets of line ends before a message, which are kept alive with; no more than `most` are counted. @see RFC 3261 7.5; RFC 5626 3.5.1 */
export function leadingLineEnds(octets: Uint8Array, most = Number.POSITIVE_INFINITY): number {
  let at = 0;
  while (at < most && octets[at] === 0x0d && octets[at + 1] === 0x0a) at += 2;
  return at;
}

/**
 * Reads one message. Without a start line or an end of the header fields there is nothing to answer, and it throws; what else is wrong
 * is kept in `faults`, so that the sender can be told.
 * @param stream whether the message came on a stream, where it must say its length
 * @throws DecodeError `endpoints/sip-start-line`, `endpoints/sip-truncated`, `endpoints/sip-too-large`
 * @see RFC 3261 7, 18.3, 25.1
 */
export function parseSipMessage(octets: Uint8Array, { stream = false, limits = defaultSipLimits } = {}): SipMessage {
  const start = leadingLineEnds(octets);
  const end = findHeaderEnd(octets, start);
  if (end === undefined) {
    if (octets.length - start > limits.headerOctets) fail('endpoints/sip-too-large', headTooLarge(limits), 'sip', start);
    fail('endpoints/sip-truncated', 'the message ends before the empty line behind its header fields', 'sip', octets.length);
  }
  if (end - start > limits.headerOctets) fail('endpoints/sip-too-large', headTooLarge(limits), 'sip', start);
  const head = Buffer.from(octets.buffer, octets.byteOffset + start, end - start).toString('latin1');
  const firstEnd = head.indexOf('\r\n');
  const startLine = firstEnd < 0 ? head : head.slice(0, firstEnd);
  const faults: DecodeError[] = [];
  const headers = firstEnd < 0 ? [] : readHeaders(head, firstEnd + 2, start, limits, faults);
  const rest = octets.subarray(end + 4);
  const body = bodyOf(rest, headers, end + 4, { stream, limits, faults });
  const begun = readStartLine(startLine, start, faults);
  return { ...begun, headers, body, faults };
}

function headTooLarge({ headerOctets }: SipLimits): string {
  return `start line and header fields have more than ${headerOctets} octets`;
}

function readStartLine(whole: string, offset: number, faults: DecodeError[]) {
  const line = trimBlanks(whole);
  const response = /^(SIP\/[0-9]{1,3}\.[0-9]{1,3}) ([1-6][0-9]{2})(?: (.*))?$/i.exec(line);
  if (response !== null) {
    const [, version = '', status = '', reason = ''] = response;
    return { kind: 'response' as const, version: version.toUpperCase(), status: Number(status), reason };
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(0, first));
  const uri = line.slice(first + 1, Math.max(0, last));
  const version = line.slice(last + 1).toUpperCase();
  // Blanks in the URI are for its reader to refuse, where an answer can be made. @see RFC 4475 3.1.2.9
  if (first <= 0 || last <= first || !isToken(method) || !/^SIP\/[0-9]{1,3}\.[0-9]{1,3}$/.test(version)) {
    fail('endpoints/sip-start-line', 'the first line is neither a request line nor a status line of SIP', 'sip.startLine', offset);
  }
  if (line !== whole) {
    faults.unshift(new DecodeError('endpoints/sip-start-line', 'blanks stand around the request line', 'sip.startLine', offset));
  }
  return { kind: 'request' as const, method, uri, version };
}

function readHeaders(head: string, from: number, base: number, limits: SipLimits, faults: DecodeError[]): SipHeader[] {
  const headers: SipHeader[] = [];
  const seen = new Set<string>();
  let at = from;
  while (at < head.length) {
    const lineStart = at;
    let value = '';
    // A line that begins with a blank goes on with the one before. @see RFC 3261 7.3.1
    do {
      let end = head.indexOf('\r\n', at);
      if (end < 0) end = head.length;
      const piece = trimBlanks(head.slice(at, end));
      value = value === '' ? piece : piece === '' ? value : `${value} ${piece}`;
      at = end + 2;
    } while (head[at] === ' ' || head[at] === '\t');
    const fault = (code: 'endpoints/sip-header', message: string): void => {
      if (faults.length < 4) faults.push(new DecodeError(code, message, `sip.headers[${headers.length}]`, base + lineStart));
    };
    if (headers.length >= limits.headers) {
      fault('endpoints/sip-header', `more than ${limits.headers} header fields`);
      break;
    }
    const colon = value.indexOf(':');
    const sentName = trimBlanks(value.slice(0, Math.max(0, colon)));
    if (!isToken(sentName)) {
      fault('endpoints/sip-header', 'a line is no header field: it has no name before a colon');
      continue;
    }
    const name = headerName(sentName);
    const content = trimBlanks(value.slice(colon + 1));
    if (holdsControl(content)) fault('endpoints/sip-header', `${name} holds a control character`);
    if (single.has(name) && seen.has(name)) fault('endpoints/sip-header', `${name} stands more than once`);
    seen.add(name);
    headers.push({ name, sentName, value: content, offset: base + lineStart });
  }
  return headers;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Whether a control character stands elsewhere than behind a backslash in a quoted string. @see RFC 3261 25.1, quoted-pair */
function holdsControl(value: string): boolean {
  if (!control.test(value)) return false;
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (quoted && character === '\\') {
      at += 1;
      // Line ends alone cannot be made harmless.
      if (/[\r\n]/.test(value.charAt(at))) return true;
    } else if (character === '"') quoted = !quoted;
    else if (control.test(character)) return true;
  }
  return false;
}

function bodyOf(
  rest: Uint8Array,
  headers: readonly SipHeader[],
  offset: number,
  { stream, limits, faults }: { readonly stream: boolean; readonly limits: SipLimits; readonly faults: DecodeError[] },
): Uint8Array {
  const header = headers.find(({ name }) => name === 'content-length');
  const length = header === undefined ? undefined : parseNumber(header.value, 0xffff_ffff);
  const fault = (code: 'endpoints/sip-content-length' | 'endpoints/sip-too-large', message: string): Uint8Array => {
    faults.push(new DecodeError(code, message, 'sip.contentLength', header?.offset ?? offset));
    return rest.subarray(0, 0);
  };
  if (length === undefined && stream) return fault('endpoints/sip-content-length', 'a message on a stream has no Content-Length');
  if (length === null) return fault('endpoints/sip-content-length', 'Content-Length is no number');
  const octets = length ?? rest.length;
  if (octets > limits.bodyOctets) return fault('endpoints/sip-too-large', `the body has more than ${limits.bodyOctets} octets`);
  if (octets > rest.length) return fault('endpoints/sip-content-length', `Content-Length says ${octets} octets, ${rest.length} are there`);
  // What stands in a datagram behind the length it says is dropped. @see RFC 3261 18.3
  return rest.subarray(0, octets);
}

function fail(
  code: 'endpoints/sip-start-line' | 'endpoints/sip-truncated' | 'endpoints/sip-too-large',
  message: string,
  field: string,
  offset: number,
): never {
  throw new DecodeError(code, message, field, offset);
}
