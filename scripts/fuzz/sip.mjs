// What SIP brings: messages, streams of them, and the header fields by which senders prove who they are.
import { digestParameters, formatAuthorization, parseChallenge, parseClaim } from '../../dist/endpoints/sip/digest.js';
import { examineRequest } from '../../dist/endpoints/sip/examine-request.js';
import { formatAnswer } from '../../dist/endpoints/sip/format-message.js';
import { headerList, headerValue } from '../../dist/endpoints/sip/message.js';
import { parseSipMessage } from '../../dist/endpoints/sip/parse-message.js';
import { redirectOf } from '../../dist/endpoints/sip/redirect.js';
import { SipStreamFramer } from '../../dist/endpoints/sip/stream-framer.js';
import { parseSipAddress, parseSipUri } from '../../dist/endpoints/sip/uri.js';
import { parseCSeq, topVia, transactionKey } from '../../dist/endpoints/sip/via.js';
import { DecodeError } from '../../dist/octets/index.js';
import { fromEndpoint } from '../../dist/push/index.js';
import { route } from '../../dist/routing/index.js';

const latin1 = (text) => Uint8Array.from(Buffer.from(text, 'latin1'));

const request = (changes = {}, body = '\u0002\u00a4\u0001\u006a') => {
  const fields = {
    Via: 'SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKx;rport',
    'Max-Forwards': '70',
    From: '"A \\"b\\"" <sip:a@b.invalid;lr>;tag=1',
    To: '<sip:dev@b.invalid>',
    'Call-ID': 'one@b.invalid',
    CSeq: '1 MESSAGE',
    'Accept-Contact': '*;+g.oma.eventappid="syncml.dm";require;explicit',
    'Content-Type': 'application/vnd.syncml.dm+wbxml',
    'Content-Length': String(body.length),
    ...changes,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return `MESSAGE sip:dev@b.invalid SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
};
const digest =
  'Digest username="a", realm="r", nonce="n", uri="sip:dev@b.invalid", response="0123456789abcdef0123456789abcdef", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"';
const challenge = 'Digest realm="a, \\"b\\"", nonce="n", opaque="o", stale=FALSE, algorithm=SHA-256, qop="auth,auth-int"';

/** Texts that seeds are made of. */
export const sipSeeds = {
  sip: [
    request(),
    request({ 'Content-Type': 'application/vnd.syncml.dm+xml' }, '<SyncML/>'),
    request({ Authorization: digest, Require: 'gruu', 'Content-Encoding': 'identity' }),
    `${request()}\r\n\r\n${request({ 'Call-ID': 'two' })}`,
    'MESSAGE sip:user;par=u%40x@b.invalid:5060;gr=urn:uuid:1?a=b SIP/2.0\r\nv : SIP / 2.0 / TCP [2001:db8::1] : 5061 ;branch = z9hG4bKy\r\n ,SIP/2.0/UDP h\r\nf: Name<sip:a@b>;tag=1\r\nt:\r\n sip:c@d;tag=2\r\ni: 1\r\nCSeq: 0009\r\n\tMESSAGE\r\nc: application / vnd.syncml.dm+xml;charset="utf-8"\r\nl: 3\r\nj: *\r\nMax-Forwards: 0070\r\n\r\nabc',
    'OPTIONS sip:dev@b.invalid SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKz\r\nFrom: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: 3\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n',
    'SIP/2.0 302 Moved\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKz;received=192.0.2.9;rport=7\r\nFrom: <sip:a@b>\r\nTo: <sip:c@d>;tag=1\r\nCall-ID: 3\r\nCSeq: 1 MESSAGE\r\nContact: "x" <sip:e@f:5080;transport=tcp>;q=0.5, <sip:g@h>\r\nContent-Length: 0\r\n\r\n',
    `SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/TLS h;branch=z9hG4bKz\r\nWWW-Authenticate: ${challenge}\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n`,
  ].map(latin1),
  'sip-digest': [digest, challenge, 'Basic realm="r"'].map(latin1),
};

/** Pieces that mean something where they are put. */
export const sipTokens = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\r\n ',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '<',
    '>',
    '"',
    '\\',
    '\\"',
    '@',
    '?',
    '%00',
    '%40',
    '=',
    '/',
    '[',
    ']',
    '\u00a0',
  ],
  ...[
    'sip:',
    'sips:',
    'tel:',
    'SIP/2.0 ',
    ' SIP/2.0',
    'SIP/2.0/UDP ',
    'z9hG4bK',
    ';branch=z9hG4bK',
    ';rport',
    ';received=1.2.3.4',
    ';maddr=1.2.3.4',
    ';tag=',
  ],
  ...[
    'Content-Length: 0\r\n',
    'l: 4\r\n',
    'Content-Length: 99999999999\r\n',
    'Content-Length: -1\r\n',
    'Via: SIP/2.0/UDP h\r\n',
    'CSeq: 4294967296 MESSAGE\r\n',
  ],
  ...[
    'Max-Forwards: 300\r\n',
    'Require: x\r\n',
    'To: <sip:a@b\r\n',
    'c: text/plain\r\n',
    'Content-Encoding: gzip\r\n',
    'ACK',
    'CANCEL',
    'INVITE',
    'MESSAGE',
  ],
  ...['nc=00000002', 'qop=', 'algorithm=MD5-sess', 'realm=', 'nonce="', 'Digest ', 'stale=true', 'X-Wap-Application-Id: 7\r\n'],
].map(latin1);

/** The targets; `octetTarget` makes one of a kind of seeds, `violated` says that something does not hold. */
export function sipTargets(octetTarget, violated) {
  return [
    octetTarget('sip message', 'sip', 4, ({ octets, explained }) => readMessage(octets, explained, violated)),
    octetTarget('sip stream', 'sip', 1, ({ octets }) => readStream(octets, violated)),
    octetTarget('sip digest', 'sip-digest', 1, ({ octets }) => readDigest(octets, violated)),
  ];
}

function parse(octets, stream, violated) {
  try {
    return parseSipMessage(octets, { stream });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.offset < 0 || error.offset > octets.length || error.field === '')
      violated(`the error's offset ${error.offset} is outside the input`);
    if (!error.code.startsWith('endpoints/sip-')) violated(`the error has the code ${error.code}`);
    return null;
  }
}

const source = { address: '198.51.100.7', port: 4711 };

function readMessage(octets, stream, violated) {
  const message = parse(octets, stream, violated);
  if (message === null) return false;
  for (const { offset } of message.faults) if (offset < 0 || offset > octets.length) violated(`a fault is at ${offset}`);
  for (const { value, name } of message.headers)
    if (/[\r\n]/.test(value) && message.faults.length === 0) violated(`${name} holds a line end`);
  if (message.body.length > octets.length) violated('the body is longer than the message');
  const via = topVia(message);
  for (const name of ['contact', 'to', 'from'])
    for (const value of headerList(message, name)) parseSipUri(parseSipAddress(value)?.uri ?? '');
  if (message.kind === 'response') {
    redirectOf(message);
    return message.faults.length === 0;
  }
  if (via !== null) transactionKey(message, via);
  const verdict = examineRequest(message);
  const status = verdict.is === 'push' ? 200 : verdict.status;
  if (message.faults.length > 0 && status === 200) violated('a message with faults is taken');
  checkAnswer(message, status, verdict, violated);
  if (verdict.is !== 'push') return false;
  if (verdict.headers.some(([name]) => /^(?:proxy-)?authorization$/i.test(name))) violated('credentials are kept');
  const arrival = fromEndpoint('sip', { headers: JSON.parse(JSON.stringify(verdict.headers)) }, message.body);
  if (arrival.kind !== 'push') violated(`what is taken is no push: ${arrival.error?.code}`);
  if (Buffer.compare(arrival.body, message.body) !== 0) violated('the push has another body');
  const routed = route(arrival);
  const forDm = arrival.applicationId === null || arrival.applicationId.code === 7;
  if ((routed.verdict === 'dm-application') !== forDm) violated(`${arrival.contentType.name} is routed as ${routed.verdict}`);
  return true;
}

/** What is answered is an answer to that very request, whatever the request held. */
function checkAnswer(request, status, verdict, violated) {
  const octets = formatAnswer(request, { status, headers: verdict.is === 'push' ? [] : verdict.headers, tag: 't', source });
  const answer = parse(octets, true, violated);
  if (answer === null || answer.kind !== 'response' || answer.status !== status) violated('the answer is none');
  if (answer.faults.some(({ code }) => code === 'endpoints/sip-content-length')) violated('the answer has no length');
  if (request.faults.length === 0 && answer.faults.length > 0) violated(`the answer has a fault: ${answer.faults[0].message}`);
  const seq = (message) => JSON.stringify(parseCSeq(headerValue(message, 'cseq')));
  if (request.faults.length === 0 && seq(answer) !== seq(request)) violated('the answer has another CSeq');
  if (request.faults.length === 0 && (headerValue(answer, 'call-id') ?? '') !== (headerValue(request, 'call-id') ?? ''))
    violated('the answer has another Call-ID');
}

/** Cut in pieces of any size, a stream holds the same messages; each of them has the length that it says. */
function readStream(octets, violated) {
  const cut = (size) => {
    const framer = new SipStreamFramer();
    const frames = [];
    for (let at = 0; at < octets.length; at += size) frames.push(...framer.push(octets.subarray(at, at + size)));
    return { frames, broken: framer.broken?.code ?? null, held: framer.held };
  };
  const [whole, pieces] = [cut(octets.length || 1), cut(7)];
  if (whole.broken !== pieces.broken || whole.frames.length !== pieces.frames.length) violated('pieces are cut into other messages');
  let total = 0;
  for (const [index, frame] of whole.frames.entries()) {
    const other = pieces.frames[index];
    if (frame.kind !== other.kind) violated('pieces are cut into other messages');
    if (frame.kind === 'ping') {
      total += 4;
      continue;
    }
    total += frame.octets.length;
    if (Buffer.compare(frame.octets, other.octets) !== 0) violated('pieces are cut into other messages');
    const message = parse(frame.octets, true, violated);
    if (message?.faults.some(({ code }) => code === 'endpoints/sip-content-length')) violated('a message has not the length that it says');
  }
  if (total > octets.length) violated('more comes out than went in');
  return whole.frames.length > 0;
}

function readDigest(octets, violated) {
  const text = Buffer.from(octets).toString('latin1');
  digestParameters(text);
  const claim = parseClaim(text);
  if (claim !== null && (claim.username === '' || !(claim.nonceCount >= 0))) violated('a claim of nobody');
  const read = parseChallenge(text);
  if (read === null) return claim !== null;
  const written = formatAuthorization({
    username: 'a',
    password: 'p',
    challenge: read,
    method: 'MESSAGE',
    uri: 'sip:a@b',
    clientNonce: 'c',
    nonceCount: 1,
  });
  const again = parseClaim(written);
  if (read.qopAuth && read.realm !== '' && read.nonce !== '' && (again?.nonce !== read.nonce || again.realm !== read.realm))
    violated('an answer names another challenge');
  return true;
}
