import { DecodeError, type Diagnostic } from '../octets/index.js';
import type { HeaderLine } from './envelope.js';

/** A push as OTA-HTTP carries it: its own headers, and its content. */
export interface HttpPush {
  readonly headers: readonly HeaderLine[];
  readonly body: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
}

/** Most octets of the header lines inside an envelope. */
const mostHeaderOctets = 16_384;
const mostHeaders = 100;

/**
 * Takes the push out of a POST: where its type is `application/http` the body is a whole HTTP response message whose headers are the
 * push's; otherwise the push's headers stand on the request itself.
 * @throws DecodeError `push/http-envelope`, `push/http-header`, `push/http-length`, `push/http-too-many-headers`
 * @see OMA-TS-DM_PushBinding-V1_3 5.3; WAP-235-PushOTA; RFC 9112 2.1
 */
export function fromHttpRequest(headers: readonly HeaderLine[], octets: Uint8Array): HttpPush {
  const outer = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (!/^\s*application\/http\s*(?:;|$)/i.test(outer)) return { headers, body: octets, diagnostics: [] };
  return decodeEnvelope(octets);
}

/** Reads the HTTP response message inside an envelope; bare line feeds are taken, since gateways send them. */
export function decodeEnvelope(octets: Uint8Array): HttpPush {
  let at = 0;
  const line = (field: string): string => {
    const start = at;
    const limit = Math.min(octets.length, mostHeaderOctets);
    while (at < limit && octets[at] !== 0x0a) at += 1;
    if (at >= limit) {
      const what =
        limit < octets.length ? `the header lines are longer than ${mostHeaderOctets} octets` : 'the envelope ends inside its header lines';
      throw new DecodeError('push/http-envelope', what, field, start);
    }
    const end = at > start && octets[at - 1] === 0x0d ? at - 1 : at;
    at += 1;
    return textOf(octets, start, end);
  };
  const status = line('http.statusLine');
  if (!/^HTTP\/\d\.\d (?:\d{3})(?: |$)/.test(status)) {
    throw new DecodeError(
      'push/http-envelope',
      'the envelope does not begin with the status line of an HTTP response',
      'http.statusLine',
      0,
    );
  }
  const found: HeaderLine[] = [];
  for (;;) {
    const start = at;
    const text = line(`http.headers[${found.length}]`);
    if (text === '') break;
    if (found.length >= mostHeaders) {
      throw new DecodeError('push/http-too-many-headers', `more than ${mostHeaders} header lines`, `http.headers[${found.length}]`, start);
    }
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined || value.includes('\0')) {
      throw new DecodeError('push/http-header', 'a header line has no name and value', `http.headers[${found.length}]`, start);
    }
    found.push([name, value.trim()]);
  }
  const body = octets.subarray(at);
  return { headers: found, body, diagnostics: lengthDiagnostics(found, body, at) };
}

/** The length that the inner message states is checked, never believed: what follows the headers is the content. */
function lengthDiagnostics(headers: readonly HeaderLine[], body: Uint8Array, at: number): readonly Diagnostic[] {
  const stated = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  if (stated === undefined || stated === String(body.length)) return [];
  if (!/^\d{1,15}$/.test(stated)) {
    return [{ code: 'push/http-length', message: 'Content-Length inside the envelope is no number', offset: at }];
  }
  if (Number(stated) > body.length) {
    throw new DecodeError('push/http-length', `Content-Length says ${stated} octets, ${body.length} are there`, 'http.body', at);
  }
  return [
    {
      code: 'push/http-length',
      message: `Content-Length says ${stated} octets, ${body.length} follow the headers and are the content`,
      offset: at,
    },
  ];
}

function textOf(octets: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 1) text += String.fromCharCode(octets[at] ?? 0);
  return text;
}
