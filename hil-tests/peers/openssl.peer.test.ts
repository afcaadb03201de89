import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { bodies, macs, notifications } from '../../src/dm/dm.vectors.js';
import { authenticateBootstrap, candidateKeys, notificationDigest, userPinMac } from '../../src/dm/index.js';
import { fromHex, toHex } from '../../src/octets/index.js';
import { seededRandom } from '../../src/runtime/index.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';

/** A digest by openssl; what it is made of goes through standard input, since keys have no place in a command line. */
function digest(algorithm: 'sha1' | 'md5', ...pieces: readonly Uint8Array[]): Buffer {
  const { status, stdout, stderr } = spawnSync('openssl', ['dgst', `-${algorithm}`, '-binary'], { input: Buffer.concat(pieces) });
  if (status !== 0) throw new Error(`openssl: ${stderr.toString()}`);
  return stdout;
}

/** HMAC as RFC 2104 2 writes it, over openssl's SHA-1: openssl 3 takes the key of its own HMAC from the command line alone. */
function hmac(key: Uint8Array, body: Uint8Array): string {
  const block = Buffer.alloc(64);
  block.set(key.length > 64 ? digest('sha1', key) : key);
  const inner = digest(
    'sha1',
    block.map((octet) => octet ^ 0x36),
    body,
  );
  return digest(
    'sha1',
    block.map((octet) => octet ^ 0x5c),
    inner,
  )
    .toString('hex')
    .toUpperCase();
}

const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');

describePeer('openssl', { openssl: 'openssl' }, () => {
  const body = fromHex(bodies.bootstrap_dm12.wbxml);
  const secrets = { imsi: '001010123456789', pins: ['1234'] };

  test.each(macs)('$security by $rule has the MAC that openssl computes', ({ security, rule, mac }) => {
    const key = candidateKeys(security, secrets).find((candidate) => candidate.rule === rule)?.key ?? new Uint8Array();
    expect(hmac(key, body)).toBe(mac);
    expect(authenticateBootstrap({ security, mac: hmac(key, body) }, body, secrets)).toMatchObject({ result: 'mac-ok', rule });
  });

  test('the second half of a USERPINMAC is made of what openssl computes', () => {
    const octets = Buffer.from(hmac(text('73914'), body), 'hex');
    expect(userPinMac('73914', body)).toBe(`73914${Array.from(octets.subarray(0, 5), (octet) => octet % 10).join('')}`);
  });

  test('twelve bootstraps with keys and bodies of chance are vouched for by the MAC that openssl computes, and by no other octet', () => {
    const random = seededRandom(8);
    const octets = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.floor(256 * random.fraction()));
    for (let run = 0; run < 12; run += 1) {
      const digits = (length: number): string => Array.from(octets(length), (octet) => octet % 10).join('');
      const held = { imsi: digits(6 + (run % 10)), pins: [digits(4 + (run % 5))] };
      const sent = octets(1 + run * 170);
      for (const security of ['NETWPIN', 'USERPIN', 'USERNETWPIN'] as const) {
        for (const { rule, key } of candidateKeys(security, held)) {
          const mac = hmac(key, sent);
          expect(authenticateBootstrap({ security, mac }, sent, held)).toMatchObject({ result: 'mac-ok', rule });
          const changed = sent.map((octet, index) => (index === run % sent.length ? octet ^ 1 : octet));
          expect(authenticateBootstrap({ security, mac }, changed, held).result).toBe('mac-bad');
        }
      }
    }
  });

  test.each(notifications)(
    'the digest of a notification by $rule is the one that openssl computes',
    ({ serverId, password, nonce, trigger, digest: sent }) => {
      const credentials = digest('md5', text(`${serverId}:${password}`)).toString('base64');
      const made = digest(
        'md5',
        text(credentials),
        text(':'),
        fromHex(nonce),
        text(':'),
        text(digest('md5', fromHex(trigger)).toString('base64')),
      );
      expect(toHex(made)).toBe(sent);
      expect(toHex(notificationDigest(serverId, { password, nonce: fromHex(nonce) }, fromHex(trigger)))).toBe(sent);
    },
  );
});
