import { describe, expect, test } from 'vitest';
import { ManualClock, seededRandom } from '../../runtime/index.js';
import {
  chooseChallenges,
  claimHolds,
  type DigestChallenge,
  digestResponse,
  formatAuthorization,
  formatChallenge,
  parseChallenge,
  parseClaim,
} from './digest.js';
import { DigestClient } from './digest-client.js';
import { DigestGuard } from './digest-guard.js';
import type { SipResponse } from './message.js';
import { parseSipMessage } from './parse-message.js';

const credentials = { username: 'Mufasa', password: 'Circle of Life' };

describe('the digest', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const clientNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
  const input = { ...credentials, method: 'GET', uri: '/dir/index.html', clientNonce, nonceCount: 1 };
  const challenge = { realm: 'http-auth@example.org', nonce, opaque: null, qopAuth: true, stale: false };

  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('with %s is the one of RFC 7616 3.9.1, and holds', (algorithm, response) => {
    expect(digestResponse({ ...input, challenge: { ...challenge, algorithm } })).toBe(response);
    const claim = parseClaim(formatAuthorization({ ...input, challenge: { ...challenge, algorithm } }));
    expect(claim !== null && claimHolds(claim, 'Circle of Life', 'GET')).toBe(true);
    expect(claim !== null && claimHolds(claim, 'circle of life', 'GET')).toBe(false);
    expect(claim !== null && claimHolds(claim, 'Circle of Life', 'PUT')).toBe(false);
  });

  test('without a quality is the older one of RFC 2617 3.2.2', () => {
    // Computed with `openssl md5` from the three parts.
    const old: DigestChallenge = { ...challenge, nonce: 'dcd98b', realm: 'testrealm@host.invalid', algorithm: 'MD5', qopAuth: false };
    expect(digestResponse({ ...input, challenge: old })).toBe('76f832b2bcb7eca267e35f40c02e3a01');
    expect(formatAuthorization({ ...input, challenge: old })).not.toContain('qop');
  });

  test.each(['MD5-sess', 'SHA-256-sess'] as const)('with %s mixes both nonces into the secret', (algorithm) => {
    const written = formatAuthorization({ ...input, challenge: { ...challenge, algorithm } });
    const claim = parseClaim(written);
    expect(claim !== null && claimHolds(claim, 'Circle of Life', 'GET')).toBe(true);
    expect(claim !== null && claimHolds({ ...claim, clientNonce: 'other' }, 'Circle of Life', 'GET')).toBe(false);
  });
});

describe('challenges and claims', () => {
  test('a challenge is read with its quotations, and unknown parameters are passed over', () => {
    expect(
      parseChallenge('digest realm="a, \\"b\\"", nonce="n", opaque="", stale=TRUE, algorithm=sha-256, qop="auth-int, auth", charset=UTF-8'),
    ).toEqual({ realm: 'a, "b"', nonce: 'n', opaque: '', algorithm: 'SHA-256', qopAuth: true, stale: true });
    expect(parseChallenge('Digest realm=a, nonce=n')).toMatchObject({ algorithm: 'MD5', qopAuth: false, stale: false });
  });

  test.each([
    'Basic realm="a"',
    'Digest realm="a"',
    'Digest nonce="n"',
    'Digest realm="a", nonce="n", algorithm=SHA-512-256',
    'Digest realm="a", nonce="n", qop="auth-int"',
    'Digest',
  ])('%s is none that can be answered', (value) => expect(parseChallenge(value)).toBeNull());

  test('of each realm the stronger is chosen, whatever the order (RFC 8760 2.4)', () => {
    const md5 = 'Digest realm="a", nonce="1", algorithm=MD5';
    const sha = 'Digest realm="a", nonce="2", algorithm=SHA-256';
    const other = 'Digest realm="b", nonce="3"';
    expect(chooseChallenges([md5, sha, other, 'Basic realm="a"']).map(({ nonce }) => nonce)).toEqual(['2', '3']);
    expect(chooseChallenges([sha, md5]).map(({ nonce }) => nonce)).toEqual(['2']);
  });

  test.each([
    'Digest username="a", realm="r", nonce="n", uri="u", response="0", nc=00000001, cnonce="c"',
    'Digest username="a", realm="r", nonce="n", uri="u", response="0", qop=auth, nc=1, cnonce="c"',
    'Digest username="a", realm="r", nonce="n", uri="u", response="0", qop=auth, nc=00000001',
    'Digest username="", realm="r", nonce="n", uri="u", response="0", qop=auth, nc=00000001, cnonce="c"',
    'Digest username="a", realm="r", nonce="n", uri="u", response="0 0", qop=auth, nc=00000001, cnonce="c"',
    'Bearer x',
  ])('%s is no claim: it could be sent again, or proves nothing', (value) => expect(parseClaim(value)).toBeNull());
});

/** A guard and a sender that answers it. */
function pair({ password = 'secret' } = {}) {
  const clock = new ManualClock();
  const guard = new DigestGuard({ clock, realm: 'r', passwords: new Map([['a', 'secret']]), mostNonces: 50 });
  const uri = 'sip:dev@b.invalid';
  const challengeOf = (verdict: ReturnType<DigestGuard['examine']>, algorithm: 'MD5' | 'SHA-256' = 'SHA-256'): DigestChallenge => {
    if (verdict.is !== 'challenged') throw new TypeError('it was not asked');
    const [challenge] = verdict.challenges.map(parseChallenge).filter((one) => one?.algorithm === algorithm);
    if (challenge === null || challenge === undefined) throw new TypeError('the challenge cannot be read');
    return challenge;
  };
  const answer = (challenge: DigestChallenge, nonceCount: number, user = 'a', to = uri): string =>
    formatAuthorization({ username: user, password, challenge, method: 'MESSAGE', uri: to, clientNonce: 'c', nonceCount });
  const ask = (...values: string[]) => guard.examine(values, 'MESSAGE', ['sip:dev@127.0.0.1:5070', uri]);
  const why = (...values: string[]) => {
    const verdict = ask(...values);
    return verdict.is === 'proved' ? verdict.username : verdict.why;
  };
  return { clock, guard, challengeOf, answer, ask, why };
}

describe('a listener that asks for credentials', () => {
  test.each(['MD5', 'SHA-256'] as const)('takes those of %s, with each count once', (algorithm) => {
    const { challengeOf, answer, ask, why } = pair();
    const challenge = challengeOf(ask(), algorithm);
    expect([1, 1, 2, 5, 3, 5, 0x7fff, 4].map((count) => why(answer(challenge, count)))).toEqual([
      'a',
      'replayed',
      'a',
      'a',
      'a',
      'replayed',
      'a',
      // Too far behind what was seen for anybody to know whether it is new.
      'replayed',
    ]);
    expect(why(answer(challenge, 0x7ffe))).toBe('a');
  });

  test('refuses a wrong password, an unknown name, another URI, another realm, a nonce of somebody else', () => {
    const { challengeOf, answer, ask, why } = pair();
    const challenge = challengeOf(ask());
    expect(pair({ password: 'guess' }).why(answer(challenge, 1))).toBe('stale');
    const wrong = pair({ password: 'guess' });
    expect(wrong.why(wrong.answer(wrong.challengeOf(wrong.ask()), 1))).toBe('wrong');
    expect(why(answer(challenge, 1, 'b'))).toBe('wrong');
    expect(why(answer(challenge, 1, 'a', 'sip:other@b.invalid'))).toBe('wrong');
    expect(why(answer({ ...challenge, realm: 'other' }, 1))).toBe('absent');
    expect(why(answer({ ...challenge, nonce: `${challenge.nonce.slice(0, -1)}${challenge.nonce.endsWith('0') ? '1' : '0'}` }, 1))).toBe(
      'stale',
    );
    expect(why(answer({ ...challenge, nonce: 'x' }, 1))).toBe('stale');
    expect(why(answer(challenge, 1))).toBe('a');
  });

  test('takes the URI that the request was first sent to, or the one it arrived with', () => {
    const { challengeOf, answer, ask, why } = pair();
    const challenge = challengeOf(ask());
    expect(why(answer(challenge, 1, 'a', 'sip:dev@127.0.0.1:5070'))).toBe('a');
    expect(why(answer(challenge, 2, 'a', 'sip:dev@B.INVALID'))).toBe('a');
  });

  test('lets a nonce grow old, and says that it is only that', async () => {
    const { clock, challengeOf, answer, ask, why } = pair();
    const challenge = challengeOf(ask());
    await clock.step(300_000);
    expect(why(answer(challenge, 1))).toBe('a');
    await clock.step(1);
    const verdict = ask(answer(challenge, 2));
    expect(verdict).toMatchObject({ is: 'challenged', why: 'stale' });
    expect(challengeOf(verdict).stale).toBe(true);
  });

  test('keeps nothing for those who only ask, and of nonces no more than it has room for; what it forgets is stale', async () => {
    const { clock, guard, challengeOf, answer, ask, why } = pair();
    for (let round = 0; round < 200; round += 1) ask();
    expect(guard.size).toBe(0);
    const first = challengeOf(ask());
    expect(why(answer(first, 1))).toBe('a');
    await clock.step(1);
    for (let round = 0; round < 50; round += 1) expect(why(answer(challengeOf(ask()), 1))).toBe('a');
    expect(guard.size).toBe(50);
    expect(why(answer(first, 1))).toBe('stale');
    expect(why(answer(first, 2))).toBe('stale');
  });
});

describe('a sender that is asked for credentials', () => {
  const refusal = (status: 401 | 407, ...values: string[]): SipResponse => {
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const lines = [`SIP/2.0 ${status} x`, 'Via: SIP/2.0/UDP h', ...values.map((value) => `${name}: ${value}`), '', ''];
    const message = parseSipMessage(Buffer.from(lines.join('\r\n')));
    if (message.kind !== 'response') throw new TypeError('this is no answer');
    return message;
  };
  const challenge = (nonce: string, { realm = 'r', stale = false } = {}) =>
    formatChallenge({ realm, nonce, opaque: null, algorithm: 'MD5', qopAuth: true, stale });
  const client = () => new DigestClient(credentials, seededRandom(1));
  const counts = ({ headers }: ReturnType<DigestClient['prove']>) => headers.map(([name, value]) => [name, parseClaim(value)?.nonceCount]);

  test('says nothing before it is asked, and counts each use of a nonce', () => {
    const digest = client();
    const first = digest.prove('MESSAGE', 'sip:a@b');
    expect(first.headers).toEqual([]);
    expect(digest.learn(refusal(401, challenge('1')), first)).toBe(true);
    expect([1, 2, 3].map(() => counts(digest.prove('MESSAGE', 'sip:a@b')))).toEqual([1, 2, 3].map((count) => [['Authorization', count]]));
  });

  test('does not try again what was wrong with a fresh nonce, and does where it was only old', () => {
    const digest = client();
    digest.learn(refusal(407, challenge('1')), digest.prove('MESSAGE', 'u'));
    const proof = digest.prove('MESSAGE', 'u');
    expect(proof.headers[0]?.[0]).toBe('Proxy-Authorization');
    expect(digest.learn(refusal(407, challenge('2')), proof)).toBe(false);
    expect(digest.learn(refusal(407, challenge('3', { stale: true })), proof)).toBe(true);
    digest.prove('MESSAGE', 'u');
    const later = digest.prove('MESSAGE', 'u');
    expect(digest.learn(refusal(407, challenge('4')), later)).toBe(true);
  });

  test('judges requests that are under way side by side each by itself', () => {
    const digest = client();
    const proofs = Array.from({ length: 32 }, () => digest.prove('MESSAGE', 'u'));
    expect(proofs.map((proof, index) => digest.learn(refusal(401, challenge(`n${index}`)), proof))).toEqual(proofs.map(() => true));
  });

  test('proves itself to a server and to each proxy on the way (RFC 3261 22.3)', () => {
    const digest = client();
    digest.learn(refusal(401, challenge('1')), digest.prove('MESSAGE', 'u'));
    digest.learn(refusal(407, challenge('2', { realm: 'p' }), challenge('3', { realm: 'q' })), digest.prove('MESSAGE', 'u'));
    expect(counts(digest.prove('MESSAGE', 'u')).map(([name]) => name)).toEqual([
      'Authorization',
      'Proxy-Authorization',
      'Proxy-Authorization',
    ]);
  });

  test('learns nothing without a password, from another answer, or from a challenge that it does not know', () => {
    const nobody = new DigestClient(null, seededRandom(1));
    expect(nobody.learn(refusal(401, challenge('1')), nobody.prove('MESSAGE', 'u'))).toBe(false);
    expect(nobody.prove('MESSAGE', 'u').headers).toEqual([]);
    const digest = client();
    expect(digest.learn({ ...refusal(401, challenge('1')), status: 403 }, digest.prove('MESSAGE', 'u'))).toBe(false);
    expect(digest.learn(refusal(401, 'Basic realm="r"'), digest.prove('MESSAGE', 'u'))).toBe(false);
  });

  test('keeps few of the realms that a server makes up', () => {
    const digest = client();
    const proof = digest.prove('MESSAGE', 'u');
    for (let index = 0; index < 100; index += 1) digest.learn(refusal(401, challenge('1', { realm: `r${index}` })), proof);
    expect(digest.prove('MESSAGE', 'u').headers).toHaveLength(16);
  });
});
