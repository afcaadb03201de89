import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../octets/index.js';
import { seededRandom } from '../../runtime/index.js';
import { claimHolds, digestResponse, parseClaim } from './digest.js';
import { headerValue } from './message.js';
import { parseSipMessage } from './parse-message.js';
import { SipStreamFramer } from './stream-framer.js';
import { parseSipUri } from './uri.js';

const message = Buffer.from(
  'MESSAGE sip:dev@b.invalid SIP/2.0\r\nv: SIP/2.0/TCP h;branch=z9hG4bKx\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\ni: 1\r\nCSeq: 1\r\n MESSAGE\r\nl: 3\r\n\r\nabc',
  'latin1',
);

describe('SIP messages', () => {
  test('short names, folded lines and lengths are read', () => {
    const read = parseSipMessage(message, { stream: true });
    expect(read.faults).toEqual([]);
    expect(headerValue(read, 'cseq')).toBe('1 MESSAGE');
    expect(Buffer.from(read.body).toString()).toBe('abc');
  });

  test.each([1, 2, 3, 1000])('a stream in pieces of %i octets is cut into the same messages', (size) => {
    const framer = new SipStreamFramer();
    const stream = Buffer.concat([message, Buffer.from('\r\n\r\n'), message]);
    const frames = [];
    for (let at = 0; at < stream.length; at += size) frames.push(...framer.push(stream.subarray(at, at + size)));
    expect(frames.map(({ kind }) => kind)).toEqual(['message', 'ping', 'message']);
    expect(framer.held).toBe(0);
  });

  test('mutated octets give a message or a located error, never anything else', () => {
    const random = seededRandom(9);
    for (let round = 0; round < 20_000; round += 1) {
      const octets = Uint8Array.from(message);
      for (let change = 0; change < 3; change += 1)
        octets[Math.floor(random.fraction() * octets.length)] = Math.floor(random.fraction() * 256);
      try {
        parseSipMessage(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }
  });
});

test('the digests of RFC 7616 3.9.1 are made, and hold', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const clientNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  const input = { username: 'Mufasa', password: 'Circle of Life', method: 'GET', uri: '/dir/index.html', clientNonce, nonceCount: 1 };
  const challenge = { realm: 'http-auth@example.org', nonce, opaque: null, qopAuth: true, stale: false };
  expect(digestResponse({ ...input, challenge: { ...challenge, algorithm: 'MD5' } })).toBe('8ca523f5e9506fed4657c9700eebdbec');
  const response = digestResponse({ ...input, challenge: { ...challenge, algorithm: 'SHA-256' } });
  expect(response).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  const claim = parseClaim(
    `Digest username="Mufasa", realm="http-auth@example.org", nonce="${nonce}", uri="/dir/index.html", response="${response}", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="${clientNonce}"`,
  );
  expect(claim !== null && claimHolds(claim, 'Circle of Life', 'GET')).toBe(true);
  expect(claim !== null && claimHolds(claim, 'circle of life', 'GET')).toBe(false);
});

test('URIs are read with their parameters, and what is none is not', () => {
  expect(parseSipUri('sip:dev1@bench.invalid;gr=urn:uuid:1')).toMatchObject({ user: 'dev1', host: 'bench.invalid', port: null });
  expect(parseSipUri('sip:[::1]:5070')).toMatchObject({ user: null, host: '::1', port: 5070 });
  for (const text of ['tel:1', 'sip:', 'sip:@x', 'sip:a@b:99999', 'sip:a b@c']) expect(parseSipUri(text)).toBeNull();
});
