import { dmMessageTypes } from '../../push/index.js';
import { parseNumber, splitOutside, textOf, withoutBlanksAround } from '../header-grammar.js';
import { secretHeaders } from '../secret-headers.js';
import type { HeaderToWrite } from './format-message.js';
import { headerList, headerValue, type SipRequest } from './message.js';
import { parseSipAddress, parseSipUri } from './uri.js';
import { parseCSeq } from './via.js';

/** The feature tag that a DM client is found by. @see OMA-TS-DM_PushBinding-V1_3 5.2; RFC 3840 9 */
export const dmFeatureTag = '+g.oma.eventappid="syncml.dm"';

const allow: HeaderToWrite = ['Allow', 'MESSAGE, OPTIONS'];
const accept: HeaderToWrite = ['Accept', dmMessageTypes.join(', ')];
/** Extensions that a request may require of us. */
const supported = ['gruu', 'pref'];

/** What a request is answered with at once, or the push it carries. */
export type RequestVerdict =
  | { readonly is: 'answer'; readonly status: number; readonly headers: readonly HeaderToWrite[]; readonly why: string | null }
  | { readonly is: 'push'; readonly headers: readonly (readonly [string, string])[]; readonly from: string | null };

/**
 * Decides about a request in the order of RFC 3261 8.2: form, method, URI, extensions, content. Who sent it is for the caller to examine.
 * A UA forwards nothing, so Max-Forwards is of no consequence to it.
 */
export function examineRequest(request: SipRequest): RequestVerdict {
  const answer = (status: number, why: string | null, headers: readonly HeaderToWrite[] = []): RequestVerdict => ({
    is: 'answer',
    status,
    headers,
    why,
  });
  if (request.version !== 'SIP/2.0') return answer(505, `${request.version} is no version that is spoken here`);
  const [fault] = request.faults;
  if (fault !== undefined) return answer(fault.code === 'endpoints/sip-too-large' ? 413 : 400, fault.message);
  const missing = formOf(request);
  if (missing !== null) return answer(400, missing);
  if (request.method === 'CANCEL') return answer(481, 'there is nothing to cancel');
  if (request.method !== 'MESSAGE' && request.method !== 'OPTIONS') return answer(405, 'only MESSAGE is taken', [allow]);
  const uri = parseSipUri(request.uri);
  if (uri === null) {
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(request.uri)?.[1]?.toLowerCase();
    if (scheme !== undefined && scheme !== 'sip' && scheme !== 'sips') return answer(416, `no URI of the scheme ${scheme} is served here`);
    return answer(400, 'the Request-URI is no SIP URI');
  }
  const unsupported = headerList(request, 'require').filter((tag) => !supported.includes(tag.toLowerCase()));
  if (unsupported.length > 0) return answer(420, 'it requires an extension that is not known', [['Unsupported', unsupported.join(', ')]]);
  if (request.method === 'OPTIONS') {
    return answer(200, null, [allow, accept, ['Accept-Encoding', 'identity'], ['Supported', supported.join(', ')]]);
  }
  const encodings = headerList(request, 'content-encoding').filter((encoding) => encoding.toLowerCase() !== 'identity');
  if (encodings.length > 0) return answer(415, 'its content is encoded', [accept, ['Accept-Encoding', 'identity']]);
  const contentType = headerValue(request, 'content-type');
  if (!isDm(contentType))
    return answer(415, `${contentType === undefined ? 'no content type' : 'its content type'} is no DM message`, [accept]);
  return { is: 'push', headers: shownHeaders(request), from: senderOf(request) };
}

/** What a request lacks that every request has; null where it is whole. @see RFC 3261 8.1.1 */
function formOf(request: SipRequest): string | null {
  for (const name of ['from', 'to', 'call-id', 'cseq']) {
    if ((headerValue(request, name) ?? '') === '') return `there is no ${name}`;
  }
  const cseq = parseCSeq(headerValue(request, 'cseq'));
  if (cseq === null) return 'CSeq is no number and method';
  if (cseq.method !== request.method) return 'CSeq names another method than the request';
  for (const name of ['from', 'to']) {
    if (parseSipAddress(headerValue(request, name) ?? '') === null) return `${name} is no address`;
  }
  const forwards = headerValue(request, 'max-forwards');
  if (forwards !== undefined && parseNumber(forwards, 255) === null) return 'Max-Forwards is no number up to 255';
  return null;
}

function isDm(contentType: string | undefined): boolean {
  const name = (splitOutside(withoutBlanksInType(contentType ?? ''), ';')[0] ?? '').toLowerCase();
  return dmMessageTypes.some((type) => type === name);
}

/** A content type as others write and read it: SIP alone lets blanks stand around its slash. @see RFC 3261 25.1, media-type */
function withoutBlanksInType(contentType: string): string {
  const [name = '', ...parameters] = splitOutside(contentType, ';');
  return [withoutBlanksAround(name, '/'), ...parameters].join(';');
}

function shownHeaders({ headers }: SipRequest): readonly (readonly [string, string])[] {
  // A name in its short form is given in its long one, by which others look for it.
  return headers
    .filter(({ name }) => !secretHeaders.has(name))
    .map(({ name, sentName, value }) => [
      sentName.length === 1 ? longName(name) : sentName,
      textOf(name === 'content-type' ? withoutBlanksInType(value) : value),
    ]);
}

function longName(name: string): string {
  return name === 'call-id' ? 'Call-ID' : name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/** Who says to have sent it: the asserted identity where a proxy put one in, else From. */
export function senderOf(request: SipRequest): string | null {
  const asserted = headerList(request, 'p-asserted-identity')[0];
  const address = parseSipAddress(asserted ?? headerValue(request, 'from') ?? '');
  return address === null ? null : textOf(address.uri);
}
