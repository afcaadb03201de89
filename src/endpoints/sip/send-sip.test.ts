import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { PeerCertificate } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { fromEndpoint, type PushMessage } from '../../push/index.js';
import { systemClock, systemRandom } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import { headerValue, type SipRequest } from './message.js';
import { checkSipIdentity } from './open-carrier.js';
import { parseSipMessage } from './parse-message.js';
import { type SipSenderOptions, sipSender } from './send-sip.js';
import { parseSipUri, type SipUri } from './uri.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0)) await ending();
});

const uri = (text: string): SipUri => {
  const read = parseSipUri(text);
  if (read === null) throw new TypeError(`${text} is no URI`);
  return read;
};

function pushOf(octets = 10, headers: readonly (readonly [string, string])[] = []): PushMessage {
  const push = fromEndpoint('sip', { headers: [['Content-Type', 'application/vnd.syncml.dm+wbxml'], ...headers] }, new Uint8Array(octets));
  if (push.kind !== 'push') throw new TypeError('this is no push');
  return push;
}

/** A user agent that says a status line and further lines for each request. */
async function agent(say: (request: SipRequest, number: number) => readonly string[] | null) {
  const socket = createSocket('udp4');
  const requests: SipRequest[] = [];
  const lengths: number[] = [];
  socket.on('message', (octets, from) => {
    lengths.push(octets.length);
    const request = parseSipMessage(octets);
    if (request.kind !== 'request') return;
    requests.push(request);
    const lines = say(request, requests.length);
    if (lines === null) return;
    const [status = '', ...further] = lines;
    const kept = [`Via: ${headerValue(request, 'via')}`, `CSeq: ${headerValue(request, 'cseq')}`];
    socket.send([`SIP/2.0 ${status}`, ...kept, ...further, 'Content-Length: 0', '', ''].join('\r\n'), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  endings.push(() => socket.close());
  return { requests, lengths, port: socket.address().port };
}

function senderTo(target: string, options: Partial<SipSenderOptions> = {}) {
  const sender = sipSender({ target: uri(target), ...options }, { clock: systemClock, random: systemRandom });
  endings.push(() => sender.close());
  const outcome = (push = pushOf(), signal = new AbortController().signal) =>
    sender.send(push, { signal }).then(
      () => 'sent',
      (error: unknown) => (error instanceof EndpointError ? error.code : String(error)),
    );
  return { sender, outcome };
}

describe('a sender', () => {
  test('writes a MESSAGE as RFC 3428 and RFC 3841 have it, and carries the hops of a push on', async () => {
    const { requests, port } = await agent(() => ['200 OK']);
    const { outcome } = senderTo(`sip:dev@127.0.0.1:${port};gr=urn:uuid:1;transport=udp`);
    expect(await outcome(pushOf(10, [['X-Wapbridge-Hops', '2']]))).toBe('sent');
    const [request] = requests;
    if (request === undefined) throw new TypeError('nothing came');
    expect(request).toMatchObject({ method: 'MESSAGE', uri: `sip:dev@127.0.0.1:${port};gr=urn:uuid:1`, faults: [] });
    expect(
      ['accept-contact', 'content-type', 'content-length', 'max-forwards', 'x-wapbridge-hops', 'contact'].map((name) =>
        headerValue(request, name),
      ),
    ).toEqual(['*;+g.oma.eventappid="syncml.dm";require;explicit', 'application/vnd.syncml.dm+wbxml', '10', '70', '2', undefined]);
    expect(headerValue(request, 'from')).toMatch(/^<sip:wapbridge@127\.0\.0\.1>;tag=/);
  });

  test.each([
    ['200 OK', 'sent'],
    ['202 Accepted', 'sent'],
    ['403 Forbidden', 'endpoints/refused'],
    ['404 Not Found', 'endpoints/refused'],
    ['408 Request Timeout', 'endpoints/no-answer'],
    ['415 Unsupported Media Type', 'endpoints/refused'],
    ['480 Temporarily Unavailable', 'endpoints/try-later'],
    ['503 Service Unavailable', 'endpoints/try-later'],
    ['504 Server Time-out', 'endpoints/no-answer'],
    ['603 Decline', 'endpoints/refused'],
    ['401 Unauthorized', 'endpoints/refused'],
  ])('takes %s for %s', async (status, code) => {
    const { port } = await agent(() => [status]);
    expect(await senderTo(`sip:dev@127.0.0.1:${port}`).outcome()).toBe(code);
  });

  test('proves itself for many pushes at a time, each with its own count or nonce', async () => {
    const seen: string[] = [];
    const { port } = await agent((request) => {
      const authorization = headerValue(request, 'authorization');
      if (authorization === undefined)
        return [
          '401 Unauthorized',
          `WWW-Authenticate: Digest realm="r", nonce="${seen.length}-${headerValue(request, 'call-id')}", qop="auth"`,
        ];
      seen.push(/nonce="([^"]*)".*nc=(\w+)/.exec(authorization)?.slice(1).join(' ') ?? '');
      return ['200 OK'];
    });
    const { outcome } = senderTo(`sip:dev@127.0.0.1:${port}`, { credentials: { username: 'a', password: 'b' } });
    expect(new Set(await Promise.all(Array.from({ length: 32 }, () => outcome())))).toEqual(new Set(['sent']));
    expect([seen.length, new Set(seen).size]).toEqual([32, 32]);
  });

  test('does not follow a redirection that nobody allowed, nor one without end', async () => {
    const { port, requests } = await agent(() => ['302 Moved', 'Contact: <sip:x@192.0.2.1>']);
    expect(await senderTo(`sip:dev@127.0.0.1:${port}`).outcome()).toBe('endpoints/refused');
    expect(requests).toHaveLength(1);
    const endless = await agent((request) => ['302 Moved', `Contact: <${request.uri}>`]);
    expect(await senderTo(`sip:dev@127.0.0.1:${endless.port}`, { mayFollow: () => true }).outcome()).toBe('endpoints/refused');
    expect(endless.requests).toHaveLength(6);
  });

  test('sends what is too large for a datagram by TCP, and not at all where UDP is demanded or nobody listens by TCP', async () => {
    const { port, requests } = await agent(() => ['200 OK']);
    expect(await senderTo(`sip:dev@127.0.0.1:${port};transport=udp`).outcome(pushOf(1300))).toBe('endpoints/refused');
    expect(await senderTo(`sip:dev@127.0.0.1:${port}`).outcome(pushOf(1300))).toBe('endpoints/not-reached');
    expect(await senderTo(`sip:dev@127.0.0.1:${port};transport=tcp`).outcome()).toBe('endpoints/not-reached');
    expect(await senderTo(`sip:dev@127.0.0.1:${port}`, { proxy: uri(`sip:127.0.0.1:${port};transport=tcp`) }).outcome()).toBe(
      'endpoints/not-reached',
    );
    expect(await senderTo(`sips:dev@127.0.0.1:${port}`).outcome()).toBe('endpoints/not-reached');
    expect(requests).toHaveLength(0);
  });

  test('takes 1300 octets, all of the request counted, for what a datagram may have (RFC 3428 8)', async () => {
    const { port, lengths } = await agent(() => ['200 OK']);
    const { outcome } = senderTo(`sip:dev@127.0.0.1:${port}`);
    await outcome(pushOf(100));
    // Body and length of three digits each time, and all else of one length.
    const body = 100 + 1300 - (lengths[0] ?? 0);
    expect(await outcome(pushOf(body))).toBe('sent');
    expect(lengths[1]).toBe(1300);
    expect(await outcome(pushOf(body + 1))).toBe('endpoints/not-reached');
    expect(lengths).toHaveLength(2);
  });

  test('ends at once when it is aborted', async () => {
    const { port } = await agent(() => null);
    const abort = new AbortController();
    const { outcome } = senderTo(`sip:dev@127.0.0.1:${port}`);
    const sending = outcome(pushOf(), abort.signal);
    abort.abort('enough');
    expect(await sending).toBe('enough');
    expect(await outcome(pushOf(), abort.signal)).toBe('enough');
  });

  test('is not sent where the name is unknown', async () => {
    expect(await senderTo('sip:dev@nowhere.invalid').outcome()).toBe('endpoints/not-reached');
  });
});

describe('whose certificate it is (RFC 5922 7)', () => {
  const certificate = (subjectaltname: string) => ({ subject: { CN: 'cn.invalid' }, subjectaltname }) as unknown as PeerCertificate;

  test.each([
    ['URI:sip:b.invalid, DNS:other.invalid', 'b.invalid', true],
    ['URI:sip:b.invalid, DNS:other.invalid', 'other.invalid', false],
    ['URI:sips:B.invalid', 'b.INVALID', true],
    ['URI:https://b.invalid/', 'b.invalid', false],
    ['DNS:b.invalid', 'b.invalid', true],
    ['DNS:other.invalid', 'b.invalid', false],
    ['IP Address:192.0.2.1', '192.0.2.1', true],
    ['URI:sip:user@b.invalid, DNS:other.invalid', 'other.invalid', true],
  ])('with %s it is for %s: %s', (names, host, holds) => {
    expect(checkSipIdentity(host, certificate(names)) === undefined).toBe(holds);
  });
});
