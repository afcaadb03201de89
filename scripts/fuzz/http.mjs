// What HTTP brings: envelopes with a push inside, and the header fields by which senders prove who they are.
import { presentPush } from '../../dist/bridge/index.js';
import { parseBasic, parseHmac, parseMd5 } from '../../dist/endpoints/http/credentials.js';
import { pushRequest } from '../../dist/endpoints/http/push-request.js';
import { EndpointError } from '../../dist/endpoints/index.js';
import { DecodeError } from '../../dist/octets/index.js';
import { decodeEnvelope, fromEndpoint } from '../../dist/push/index.js';
import { route } from '../../dist/routing/index.js';

const latin1 = (text) => Uint8Array.from(Buffer.from(text, 'latin1'));
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.syncml.dm+wbxml\r\n';

/** Texts that seeds are made of. */
export const httpSeeds = {
  http: [
    `${head}Content-Length: 3\r\nX-Wap-Application-Id: x-wap-application:syncml.dm\r\n\r\nabc`,
    `${head}X-Wap-Initiator-URI: http://a.invalid/\r\nContent-Language: en\r\n\r\n\u0002\u00a4\u0001\u006a\u0000`,
    'HTTP/1.0 200 OK\nContent-Type: application/vnd.syncml.dm+xml; charset="utf-8"\nX-Wap-Application-Id: 7\nExpires: Fri, 27 Nov 2026 12:00:00 GMT\n\n<SyncML/>',
    `HTTP/1.1 200\r\ncontent-type:text/plain;a=b;c="d\\"e";f\r\n${'X-A: b\r\n'.repeat(40)}\r\n`,
  ].map(latin1),
  'http-credentials': [
    'algorithm=MD5, username="bench", mac=YxnCYIopIVYVNxYBGOO88w==',
    'SyncML-MD5 username="bench", digest="YRNXcJ3cAVnQQAtGeGmTwA=="',
    'Basic YmVuY2g6c2VjcmV0',
    'mac=NjMxOWMyNjA4YTI5MjE1NjE1MzcxNjAxMThlM2JjZjM=,username="a\\"b"',
  ].map(latin1),
};

/** Pieces that mean something where they are put. */
export const httpTokens = [
  '\r\n',
  '\n',
  '\r\n\r\n',
  ':',
  ' :',
  ': ',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 ',
  'Content-Length: 3\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Content-Length: -1\r\n',
  'Content-Type: application/http\r\n',
  'Content-Type: \r\n',
  'X-Wap-Application-Id: 0x07\r\n',
  'X-Wap-Application-Id: *\r\n',
  'Transfer-Encoding: chunked\r\n',
  ' folded\r\n',
  '\0',
  '\r',
  '"',
  '\\',
  ';',
  ',',
  '=',
  'username=',
  'mac=',
  'nonce="',
  'Basic ',
  'SyncML-MD5 ',
].map(latin1);

/** The targets; `octetTarget` makes one of a kind of seeds, `violated` says that something does not hold. */
export function httpTargets(octetTarget, violated) {
  return [
    octetTarget('http envelope', 'http', 4, ({ octets }) => readEnvelope(octets, violated)),
    octetTarget('http credentials', 'http-credentials', 1, ({ octets }) => readCredentials(octets, violated)),
  ];
}

function readEnvelope(octets, violated) {
  const arrival = fromEndpoint('http', { headers: [['Content-Type', 'application/http; msgtype=response']] }, octets);
  const verdict = route(arrival);
  if (arrival.kind === 'not-push') {
    const { error } = arrival;
    if (!(error instanceof DecodeError) || !error.code.startsWith('push/http-')) violated(`malformed without its error: ${error}`);
    if (error.offset < 0 || error.offset > octets.length || error.field === '')
      violated(`the error's offset ${error.offset} is outside the input`);
    if (verdict.verdict !== 'not-push') violated(`routed as ${verdict.verdict}`);
    return false;
  }
  const { headers, body } = decodeEnvelope(octets);
  if (headers.length > 100) violated(`${headers.length} header lines`);
  for (const [name, value] of headers) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\n\0]/.test(value)) violated(`a header line ${JSON.stringify([name, value])}`);
  }
  if (Buffer.compare(body, octets.subarray(octets.length - body.length)) !== 0)
    violated('the content is not what follows the header lines');
  if (Buffer.compare(arrival.body, body) !== 0) violated('the push has other content');
  for (const { offset, code } of arrival.diagnostics) {
    if (offset !== null && (offset < 0 || offset > octets.length)) violated(`the diagnostic ${code} is at ${offset}`);
  }
  const dm = /^application\/vnd\.syncml\.dm\+(?:wbxml|xml)$/.test(arrival.contentType.name ?? '');
  const forDm = arrival.applicationId === null || arrival.applicationId.code === 7;
  if ((verdict.verdict === 'dm-application') !== (dm && forDm)) violated(`${arrival.contentType.name} is routed as ${verdict.verdict}`);
  JSON.stringify(presentPush(arrival));
  writeAgain(arrival, violated);
  return true;
}

/** What is sent on is read as the same push. */
function writeAgain(push, violated) {
  let written;
  try {
    written = pushRequest(push, { envelope: true });
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    return;
  }
  if (push.contentType.name === null || /[^ -~]/.test(push.contentType.name)) return;
  const again = fromEndpoint('http', { headers: written.headers }, written.entity);
  if (again.kind !== 'push') violated(`what is sent on reads as ${again.error?.code}`);
  if (Buffer.compare(again.body, push.body) !== 0) violated('what is sent on has other content');
  if (again.contentType.name !== push.contentType.name)
    violated(`what is sent on has the type ${again.contentType.name}, was ${push.contentType.name}`);
}

function readCredentials(octets, violated) {
  const text = Buffer.from(octets).toString('latin1');
  const found = [parseHmac(text), parseMd5(text), parseBasic(text)].filter((one) => one !== null);
  for (const { user, digest } of found) {
    if (digest === '' || (digest !== undefined && user === '')) violated('a claim of nobody, or without a digest');
  }
  return found.length > 0;
}
