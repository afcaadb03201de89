import { octetsOf } from '../header-grammar.js';
import { headerValue, type SipRequest } from './message.js';
import { stampVia } from './via.js';

/** A header field to be written: name and value; the value's characters are octets. */
export type HeaderToWrite = readonly [name: string, value: string];

const noOctets = new Uint8Array(0);

/** A message of a start line, header fields and a body; Content-Length is added. @see RFC 3261 7 */
export function formatSipMessage(startLine: string, headers: readonly HeaderToWrite[], body: Uint8Array = noOctets): Uint8Array {
  let head = `${startLine}\r\n`;
  // What is given back to a sender must not end a line that it did not end.
  for (const [name, value] of headers) head += `${name}: ${value.replace(/[\r\n]/g, ' ')}\r\n`;
  head += `Content-Length: ${body.length}\r\n\r\n`;
  const octets = Buffer.allocUnsafe(head.length + body.length);
  octets.write(head, 0, 'latin1');
  octets.set(body, head.length);
  return octets;
}

/** Reason phrases. @see RFC 3261 21; RFC 3428 7 */
const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  505: 'Version Not Supported',
};

export interface AnswerFacts {
  readonly status: number;
  /** In place of the usual phrase; ASCII without line ends. */
  readonly reason?: string;
  readonly headers?: readonly HeaderToWrite[];
  /** Tag for a To that has none. */
  readonly tag: string;
  readonly source: { readonly address: string; readonly port: number };
}

/** The answer to a request: hops, parties and numbers as they came, with a tag in To. @see RFC 3261 8.2.6.2 */
export function formatAnswer(request: SipRequest, { status, reason, headers = [], tag, source }: AnswerFacts): Uint8Array {
  const written: HeaderToWrite[] = [];
  let first = true;
  for (const { name, value } of request.headers) {
    if (name !== 'via') continue;
    written.push(['Via', first ? stampVia(value, source) : value]);
    first = false;
  }
  const to = headerValue(request, 'to');
  for (const [name, value] of [
    ['From', headerValue(request, 'from')],
    ['To', to === undefined || /;[ \t]*tag[ \t]*=/i.test(to) ? to : `${to};tag=${tag}`],
    ['Call-ID', headerValue(request, 'call-id')],
    ['CSeq', headerValue(request, 'cseq')],
  ] as const) {
    if (value !== undefined) written.push([name, value]);
  }
  const phrase = reason ?? reasons[status] ?? 'Error';
  return formatSipMessage(`SIP/2.0 ${status} ${phrase}`, [...written, ...headers, ['Server', octetsOf('wapbridge')]]);
}
