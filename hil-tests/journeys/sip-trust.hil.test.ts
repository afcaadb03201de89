import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'vitest';
import { selfSigned } from '../../src/delivery/certificate.testing.js';
import { formatAuthorization, parseChallenge } from '../../src/endpoints/sip/digest.js';
import { freePort, type Scene, test } from '../support/scene.js';
import { askByUdp, sipMessage, sipPeer } from '../support/sip-peer.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

const password = 'not-for-the-log-4419';
const body = Uint8Array.from({ length: 200 }, (_, index) => (index === 0 ? 2 : index));

interface Setting {
  readonly folder: string;
  readonly words: readonly string[];
}

/** A folder with certificate, key and password, and the words that name a configuration in it. */
function setting(scene: Scene, sip: (file: (name: string) => string) => object, sending: object = {}): Setting {
  const folder = scene.folder();
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('own.pem'), selfSigned.cert);
  writeFileSync(file('own.key'), selfSigned.key, { mode: 0o600 });
  writeFileSync(file('password'), `${password}\n`, { mode: 0o600 });
  writeFileSync(file('wrong'), 'guess', { mode: 0o600 });
  writeFileSync(file('body'), body);
  writeFileSync(file('wapbridge.yaml'), JSON.stringify({ endpoints: { sip: sip(file) }, sending }));
  return { folder, words: ['--json', '--config', file('wapbridge.yaml'), '--state-dir', file('state')] };
}

async function listening(
  scene: Scene,
  uri: string,
  { words }: Setting,
): Promise<{ readonly listen: RunningWapbridge; readonly port: number }> {
  const listen = scene.wapbridge(['listen', '--sip', uri, ...words]);
  return { listen, port: Number((await listen.waitForEvent('listening')).port) };
}

async function send(scene: Scene, target: string, { folder, words }: Setting) {
  const program = scene.wapbridge(['send', '--via', target, '--type', 'dm+wbxml', '--body', join(folder, 'body'), ...words]);
  const { code } = await program.exited;
  const [receipt] = program.eventsNamed('sent');
  const written = program.program.describe();
  expect(written).not.toContain(password);
  return { code, outcome: receipt?.outcome, written };
}

const bodyOf = (message: Readonly<Record<string, unknown>>): unknown => (message.push as { body: string }).body;
const hex = Buffer.from(body).toString('hex').toUpperCase();

test('by TLS a message goes to whom the certificate names, where it is trusted, and to nobody else', async ({ scene }) => {
  const own = (file: (name: string) => string) => ({ certificate: file('own.pem'), key: file('own.key') });
  const { listen, port } = await listening(scene, 'sip:dev@127.0.0.1:0;transport=tls', setting(scene, own));
  const trusting = setting(scene, (file) => ({ authorities: file('own.pem') }));
  for (const target of [`sip:dev@127.0.0.1:${port};transport=tls`, `sips:dev@localhost:${port}`]) {
    expect(await send(scene, target, trusting)).toMatchObject({ code: 0, outcome: 'sent' });
  }
  await listen.events.waitForCount('messages', 2, ({ event }) => event === 'message');
  expect(listen.eventsNamed('message').map(bodyOf)).toEqual([hex, hex]);
  const doubting = await send(
    scene,
    `sip:dev@127.0.0.1:${port};transport=tls`,
    setting(scene, () => ({})),
  );
  expect(doubting).toMatchObject({ code: 5, outcome: 'not-sent', written: expect.stringContaining('SELF_SIGNED') });
  const elsewhere = await listening(scene, 'sip:dev@127.0.0.2:0;transport=tls', setting(scene, own));
  const misled = await send(scene, `sip:dev@127.0.0.2:${elsewhere.port};transport=tls`, trusting);
  expect(misled).toMatchObject({ code: 5, outcome: 'not-sent', written: expect.stringContaining('ALTNAME_INVALID') });
  expect(elsewhere.listen.eventsNamed('message')).toEqual([]);
});

test('a TLS listener is not troubled by who speaks none, or an old one, and says so', async ({ scene }) => {
  const own = setting(scene, (file) => ({ certificate: file('own.pem'), key: file('own.key') }));
  const { listen, port } = await listening(scene, 'sip:dev@127.0.0.1:0;transport=tls', own);
  const plain = connect(port, '127.0.0.1');
  plain.write(sipMessage('plain'));
  await Promise.race([once(plain, 'close'), once(plain, 'error')]);
  const old = connectTls({ port, host: '127.0.0.1', maxVersion: 'TLSv1.1', minVersion: 'TLSv1', rejectUnauthorized: false });
  await once(old, 'error');
  await listen.waitForEvent('error', ({ code }) => code === 'endpoints/tls-failed');
  const good = connectTls({ port, host: '127.0.0.1', ca: selfSigned.cert });
  scene.atEnd(() => good.destroy());
  good.write(sipMessage('good', { Via: 'SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKgood' }));
  const [answer] = (await once(good, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^SIP\/2\.0 200 OK/);
  expect((await listen.waitForEvent('message')).binding).toBe('sip');
});

test.for<readonly [string, (file: (name: string) => string) => object]>([
  ['without a certificate', () => ({})],
  ['with a certificate that is none', (file) => ({ certificate: file('body'), key: file('own.key') })],
  ['with a file that is not there', (file) => ({ certificate: file('gone'), key: file('own.key') })],
])('%s there is no listening by TLS', async ([, sip], { scene }) => {
  const listen = scene.wapbridge(['listen', '--sip', 'sip:dev@127.0.0.1:0;transport=tls', ...setting(scene, sip).words]);
  expect((await listen.exited).code).toBe(2);
  expect(listen.eventsNamed('error').at(-1)).toMatchObject({ code: 'endpoints/bad-certificate' });
});

test.for(['SHA-256', 'MD5'] as const)('senders prove themselves with %s, and nobody gets in without', async (algorithm, { scene }) => {
  const listener = setting(scene, (file) => ({
    senders: [{ user: 'dms', password: { file: file('password') } }],
    algorithms: [algorithm],
  }));
  const { listen, port } = await listening(scene, 'sip:dev@127.0.0.1:0', listener);
  const target = `sip:dev@127.0.0.1:${port}`;
  for (const [sip, outcome] of [
    [() => ({}), 'not-sent'],
    [(file: (name: string) => string) => ({ user: 'dms', password: { file: file('wrong') } }), 'not-sent'],
    [(file: (name: string) => string) => ({ user: 'other', password: { file: file('password') } }), 'not-sent'],
    [(file: (name: string) => string) => ({ user: 'dms', password: { file: file('password') } }), 'sent'],
  ] as const) {
    expect(await send(scene, target, setting(scene, sip))).toMatchObject({ outcome, code: outcome === 'sent' ? 0 : 5 });
  }
  // What was heard on the wire is of no use to whoever heard it, and what is made up still less.
  const uri = 'sip:dev@127.0.0.1';
  const asked = await askByUdp(scene, port, sipMessage('asks'));
  const challenge = parseChallenge(/WWW-Authenticate: (.*)\r/.exec(asked)?.[1] ?? '');
  if (challenge === null) throw new TypeError(asked);
  expect(challenge.algorithm).toBe(algorithm);
  const prove = (nonceCount: number, nonce = challenge.nonce) =>
    formatAuthorization({
      username: 'dms',
      password,
      challenge: { ...challenge, nonce },
      method: 'MESSAGE',
      uri,
      clientNonce: 'c',
      nonceCount,
    });
  const status = async (call: string, authorization: string) =>
    (await askByUdp(scene, port, sipMessage(call, { Authorization: authorization }))).slice(8, 11);
  expect(await status('first', prove(1))).toBe('200');
  expect(await status('replayed', prove(1))).toBe('401');
  expect(await status('next', prove(2))).toBe('200');
  expect(await status('forged', prove(3).replace(/response="[^"]*"/, `response="${'0'.repeat(algorithm === 'MD5' ? 32 : 64)}"`))).toBe(
    '401',
  );
  expect(await status('invented', prove(1, 'f'.repeat(68)))).toBe('401');
  expect(await status('other', prove(4).replace('algorithm=', 'algorithm=none, x='))).toBe('401');
  await listen.events.waitForCount('messages', 3, ({ event }) => event === 'message');
  await listen.stop();
  expect(listen.eventsNamed('message')).toHaveLength(3);
  expect(listen.program.describe()).not.toContain(password);
});

test('a sender answers a proxy that asks, and asks again when its nonce has grown old', async ({ scene }) => {
  const counts: string[] = [];
  const proxy = await sipPeer(scene, (request, number) => {
    const authorization = request.header('Proxy-Authorization');
    if (authorization !== undefined) counts.push(/nonce="(\w+)".*nc=(\w+)/.exec(authorization)?.slice(1).join(':') ?? '');
    if (number === 1) return { status: 407, lines: ['Proxy-Authenticate: Digest realm="p", nonce="one", qop="auth"'] };
    if (number === 2) return { status: 407, lines: ['Proxy-Authenticate: Digest realm="p", nonce="two", qop="auth", stale=true'] };
    return { status: 202 };
  });
  const sip = (file: (name: string) => string) => ({
    proxy: `sip:127.0.0.1:${proxy.port}`,
    user: 'dms',
    password: { file: file('password') },
  });
  const sender = setting(scene, sip, { allow: ['sip:dev1@bench.invalid*'] });
  expect(await send(scene, 'sip:dev1@bench.invalid;gr=urn:uuid:1', sender)).toMatchObject({ code: 0, outcome: 'sent' });
  expect(counts).toEqual(['one:00000001', 'two:00000001']);
  const [first] = proxy.requests.items;
  expect([first?.uri, first?.header('Route'), first?.header('To')]).toEqual([
    'sip:dev1@bench.invalid;gr=urn:uuid:1',
    `<sip:127.0.0.1:${proxy.port};lr>`,
    '<sip:dev1@bench.invalid;gr=urn:uuid:1>',
  ]);
  expect(proxy.requests.items.map((request) => request.header('CSeq'))).toEqual(['1 MESSAGE', '2 MESSAGE', '3 MESSAGE']);
});

test('a redirection is followed where sending is allowed, and not where it is not', async ({ scene }) => {
  const end = await sipPeer(scene, () => ({ status: 200 }));
  let to = `sip:other@127.0.0.1:${end.port}`;
  const redirecting = await sipPeer(scene, () => ({ status: 302, lines: [`Contact: <${to}>`] }));
  const target = `sip:dev@127.0.0.1:${redirecting.port}`;
  expect(
    await send(
      scene,
      target,
      setting(scene, () => ({})),
    ),
  ).toMatchObject({ code: 0, outcome: 'sent' });
  expect(end.requests.items.map(({ uri }) => uri)).toEqual([to]);
  to = 'sip:victim@192.0.2.1';
  const refused = await send(
    scene,
    target,
    setting(scene, () => ({})),
  );
  expect(refused).toMatchObject({ code: 5, outcome: 'not-sent', written: expect.stringContaining('allow-list') });
  to = target;
  expect(
    await send(
      scene,
      target,
      setting(scene, () => ({})),
    ),
  ).toMatchObject({ code: 5, outcome: 'not-sent' });
});

test('a registration proves itself, counts, follows a new nonce, and is renewed before it ends', async ({ scene }) => {
  const nonces: string[] = [];
  const registrar = await sipPeer(scene, (request, number) => {
    const [, nonce, count] = /nonce="(\w+)".*nc=(\w+)/.exec(request.header('Authorization') ?? '') ?? [];
    if (nonce !== undefined) nonces.push(`${nonce}:${count}`);
    if (nonce === undefined)
      return { status: 401, lines: ['WWW-Authenticate: Digest realm="r", nonce="one", qop="auth", algorithm=SHA-256'] };
    if (number === 4) return { status: 401, lines: ['WWW-Authenticate: Digest realm="r", nonce="two", qop="auth", stale=true'] };
    return {
      status: 200,
      lines: [`Contact: ${request.header('Contact')?.replace(/expires=\d+/, 'expires=4')};pub-gruu="sip:dev1@b.invalid;gr=1"`],
    };
  });
  const sip = (file: (name: string) => string) => ({
    registrar: `sip:127.0.0.1:${registrar.port}`,
    aor: 'sip:dev1@b.invalid',
    user: 'dev1',
    password: { file: file('password') },
  });
  const { listen } = await listening(scene, 'sip:dev1@127.0.0.1:0', setting(scene, sip));
  await listen.events.waitForCount('registrations', 3, ({ state }) => state === 'registered');
  expect(nonces.slice(0, 4)).toEqual(['one:00000001', 'one:00000002', 'one:00000003', 'two:00000001']);
  const accepted = registrar.requests.items.filter((_, index) => [1, 2, 4].includes(index)).map(({ atMs }) => atMs);
  expect(accepted.slice(1).map((at, index) => at - (accepted[index] ?? 0) < 4000)).toEqual([true, true]);
  expect(listen.eventsNamed('registration')[0]).toMatchObject({ expiresSeconds: 4, publicGruu: 'sip:dev1@b.invalid;gr=1' });
  expect((await listen.stop()) as { code: number }).toMatchObject({ code: 0 });
  expect(registrar.requests.items.at(-1)?.header('Contact')).toContain('expires=0');
  expect(listen.program.describe()).not.toContain(password);
});

test('a registrar that redirects is followed, one that refuses is told of, and with a silent one messages come and the end is none the worse', async ({
  scene,
}) => {
  const settled = await sipPeer(scene, (request) => ({ status: 200, lines: [`Contact: ${request.header('Contact')}`] }));
  const answers = [{ status: 301, lines: [`Contact: <sip:127.0.0.1:${settled.port}>`] }, { status: 403 }, null];
  for (const answer of answers) {
    const registrar = await sipPeer(scene, () => answer);
    const configured = setting(scene, () => ({ registrar: `sip:127.0.0.1:${registrar.port}`, aor: 'sip:dev1@b.invalid' }));
    const { listen, port } = await listening(scene, 'sip:dev1@127.0.0.1:0', configured);
    await registrar.requests.wait('a registration', ({ method }) => method === 'REGISTER');
    if (answer?.status === 301) await listen.waitForEvent('registration', ({ state }) => state === 'registered');
    if (answer?.status === 403) {
      await listen.waitForEvent('registration', ({ state }) => state === 'failed');
      expect(listen.eventsNamed('error')).toMatchObject([
        { code: 'endpoints/sip-not-registered', message: expect.stringContaining('403') },
      ]);
    }
    expect(await askByUdp(scene, port, sipMessage('meanwhile'))).toMatch(/^SIP\/2\.0 200 /);
    await listen.waitForEvent('message');
    listen.program.signal('SIGTERM');
    expect((await listen.exited).code).toBe(0);
  }
});

test('what comes again after a crash is one message, and so is what comes again before', async ({ scene }) => {
  const configured = setting(scene, () => ({}));
  const port = await freePort();
  const uri = `sip:dev@127.0.0.1:${port}`;
  const first = await listening(scene, uri, configured);
  const text = sipMessage('again');
  const answers = [await askByUdp(scene, port, text), await askByUdp(scene, port, text)];
  expect(answers[0]).toMatch(/^SIP\/2\.0 200 /);
  // The very answer that was lost comes again, its tag in To included.
  expect(answers[1]?.replace(/rport=\d+/, '')).toBe(answers[0]?.replace(/rport=\d+/, ''));
  await first.listen.waitForEvent('delivered');
  first.listen.program.signal('SIGKILL');
  await first.listen.exited;
  const second = await listening(scene, uri, configured);
  expect(await askByUdp(scene, port, text)).toMatch(/^SIP\/2\.0 200 /);
  expect(await askByUdp(scene, port, sipMessage('again', {}, 'other'))).toMatch(/^SIP\/2\.0 200 /);
  const other = Buffer.from('other').toString('hex').toUpperCase();
  await second.listen.waitForEvent('message', (message) => bodyOf(message) === other);
  await second.listen.stop();
  expect(first.listen.eventsNamed('message')).toHaveLength(1);
  const repetition = { binding: 'sip', modem: null, from: 'sip:a@b.invalid', reassembly: 'duplicate', pdu: null };
  for (const { listen } of [first, second]) expect(listen.eventsNamed('part')).toMatchObject([repetition]);
  expect(second.listen.eventsNamed('message').map(bodyOf)).toEqual([other]);
});

test('a listener at IPv6 is sent to by IPv6', async ({ scene }) => {
  const { listen, port } = await listening(
    scene,
    'sip:dev@[::1]:0',
    setting(scene, () => ({})),
  );
  for (const transport of ['', ';transport=tcp']) {
    expect(
      await send(
        scene,
        `sip:dev@[::1]:${port}${transport}`,
        setting(scene, () => ({})),
      ),
    ).toMatchObject({ outcome: 'sent' });
  }
  await listen.events.waitForCount('messages', 2, ({ event }) => event === 'message');
});
