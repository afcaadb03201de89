import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../runtime/index.js';
import { CredentialGuard, type KnownSender, type RequestToExamine } from './credential-guard.js';
import { type CredentialKind, formatBasic, formatHmac, formatMd5 } from './credentials.js';
import { dmMessage } from './http.testing.js';

const bench = { user: 'bench', password: 'secret' };
/** Values of the reference, checked there with openssl, Python and Node. */
const raw = 'YxnCYIopIVYVNxYBGOO88w==';
const ofHexText = 'NjMxOWMyNjA4YTI5MjE1NjE1MzcxNjAxMThlM2JjZjM=';
const md5 = 'YRNXcJ3cAVnQQAtGeGmTwA==';

const memory = () => {
  const known = new Set<string>();
  return {
    has: (user: string, nonce: string) => known.has(`${user} ${nonce}`),
    add: (user: string, nonce: string) => void known.add(`${user} ${nonce}`),
  };
};
const guard = (
  kinds: readonly CredentialKind[],
  senders: readonly KnownSender[] = [{ ...bench, nonces: ['nonce01'] }],
  clock = new ManualClock(),
) => new CredentialGuard({ clock, kinds, senders, used: memory() });
const request = (headers: Readonly<Record<string, string>>, entity: Uint8Array = dmMessage): RequestToExamine => ({
  method: 'POST',
  uri: '/wappush',
  values: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  entity,
  contentType: 'application/vnd.syncml.dm+wbxml',
  body: entity,
});
const hmac = (mac: string, user = 'bench') => request({ 'x-syncml-hmac': `algorithm=MD5, username="${user}", mac=${mac}` });
const nonceOf = (challenges: readonly string[]) => /nonce="([0-9a-f]{32})"/.exec(challenges.join())?.[1] ?? '';

test('credentials are written as the vectors have them', () => {
  expect(formatHmac(bench, 'nonce01', dmMessage)).toBe(`algorithm=MD5, username="bench", mac=${raw}`);
  expect(formatMd5(bench, 'nonce01')).toBe(`SyncML-MD5 username="bench", digest="${md5}"`);
  expect(formatBasic(bench)).toBe('Basic YmVuY2g6c2VjcmV0');
});

describe('x-syncml-hmac', () => {
  test.each([
    ['of the raw octets', `algorithm=MD5, username="bench", mac=${raw}`],
    ['of hexadecimal text', `algorithm=MD5, username="bench", mac=${ofHexText}`],
    ['without its padding', `algorithm=MD5, username="bench", mac=${raw.replaceAll('=', '')}`],
    ['in another order and without the algorithm', `mac=${raw},username="bench"`],
  ])('%s is accepted once, and refused when it comes again', (_name, value) => {
    const listener = guard(['hmac']);
    const sent = request({ 'x-syncml-hmac': value });
    expect(listener.examine(sent)).toMatchObject({ is: 'proved', user: 'bench' });
    expect(listener.examine(sent)).toMatchObject({ is: 'refused' });
  });

  test.each([
    ['missing', request({})],
    ['wrong', hmac('AAAAAAAAAAAAAAAAAAAAAA==')],
    ['of another message', request({ 'x-syncml-hmac': `username="bench", mac=${raw}` }, Buffer.from('other'))],
    ['of an unknown user', hmac(raw, 'nobody')],
    ['of another algorithm', request({ 'x-syncml-hmac': `algorithm=SHA, username="bench", mac=${raw}` })],
    ['without a user', request({ 'x-syncml-hmac': `mac=${raw}` })],
    ['no base64', hmac('!!!')],
  ])('that is %s is refused with a challenge', (_name, sent) => {
    const verdict = guard(['hmac']).examine(sent);
    expect(verdict.is === 'refused' && verdict.challenges).toEqual([
      expect.stringMatching(/^SyncML-HMAC realm="wapbridge", nonce="[0-9a-f]{32}", algorithm=MD5$/),
    ]);
  });

  test('made with the nonce of the challenge, and then with each next one, is accepted; attempts of others use none up', () => {
    const listener = guard(['hmac']);
    const refused = listener.examine(request({}));
    let nonce = refused.is === 'refused' ? nonceOf(refused.challenges) : '';
    for (let round = 0; round < 1000; round += 1) {
      const again = listener.examine(hmac(raw, 'nobody'));
      expect(again.is === 'refused' && nonceOf(again.challenges)).toBe(nonce);
    }
    for (let round = 0; round < 300; round += 1) {
      const value = formatHmac(bench, nonce, dmMessage);
      const proved = listener.examine(request({ 'x-syncml-hmac': value }));
      expect(proved.is).toBe('proved');
      expect(listener.examine(request({ 'x-syncml-hmac': value })).is).toBe('refused');
      nonce = proved.is === 'proved' ? nonceOf(proved.headers.map(([, text]) => text)) : '';
    }
  });

  test('made with a nonce that was given out more than five minutes ago is refused', async () => {
    const clock = new ManualClock();
    const listener = guard(['hmac'], [{ ...bench, nonces: [] }], clock);
    const refused = listener.examine(request({}));
    const nonce = refused.is === 'refused' ? nonceOf(refused.challenges) : '';
    await clock.step(300_001);
    expect(listener.examine(request({ 'x-syncml-hmac': formatHmac(bench, nonce, dmMessage) })).is).toBe('refused');
  });
});

describe('Basic and MD5', () => {
  test('Basic is accepted with the right password alone', () => {
    const listener = guard(['basic']);
    expect(listener.examine(request({ authorization: formatBasic(bench) })).is).toBe('proved');
    for (const value of [formatBasic({ ...bench, password: 'other' }), formatBasic({ user: 'x', password: '' }), 'Basic !', 'Bearer x', ''])
      expect(listener.examine(request({ authorization: value })).is).toBe('refused');
    expect(listener.examine(request({})).is).toBe('refused');
  });

  test('MD5 is accepted once for a nonce', () => {
    const listener = guard(['md5']);
    const value = `SyncML-MD5 username="bench", digest="${md5}"`;
    expect(listener.examine(request({ authorization: value })).is).toBe('proved');
    expect(listener.examine(request({ authorization: value })).is).toBe('refused');
    expect(listener.examine(request({ authorization: value.replace('Y', 'Z') })).is).toBe('refused');
  });

  test('MD5 inside the message counts where somebody can read it', () => {
    const listener = new CredentialGuard({
      clock: new ManualClock(),
      kinds: ['md5'],
      senders: [{ ...bench, nonces: ['nonce01'] }],
      used: memory(),
      enclosed: () => ({ kind: 'md5', user: null, text: md5 }),
    });
    expect(listener.examine(request({})).is).toBe('proved');
    expect(listener.examine(request({})).is).toBe('refused');
  });

  test('all that is demanded must be shown, by one user', () => {
    const senders = [
      { ...bench, nonces: ['nonce01'] },
      { user: 'other', password: 'secret', nonces: [] },
    ];
    const both = { 'x-syncml-hmac': `username="bench", mac=${raw}`, authorization: formatBasic(bench) };
    expect(guard(['hmac', 'basic'], senders).examine(request(both)).is).toBe('proved');
    for (const missing of ['x-syncml-hmac', 'authorization'])
      expect(guard(['hmac', 'basic'], senders).examine(request({ ...both, [missing]: '' })).is).toBe('refused');
    const ofTwo = { ...both, authorization: formatBasic({ user: 'other', password: 'secret' }) };
    const listener = guard(['hmac', 'basic'], senders);
    expect(listener.examine(request(ofTwo))).toMatchObject({ is: 'refused', why: 'credentials are of two users' });
    expect(listener.examine(request(both)).is).toBe('proved');
  });
});
