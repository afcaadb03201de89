import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, checkConfig } from '../config/index.js';
import { selfSigned } from '../delivery/certificate.testing.js';
import { seededRandom, systemClock } from '../runtime/index.js';
import type { EndpointSettings } from './endpoint-plan.js';
import { httpListenerOf, httpSenderOf } from './http-plan.js';

type Http = NonNullable<NonNullable<Config['endpoints']>['http']>;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wb-'));
  writeFileSync(join(directory, 'own.pem'), selfSigned.cert);
  writeFileSync(join(directory, 'own.key'), selfSigned.key);
});
afterEach(() => rmSync(directory, { recursive: true }));
const settings = (http: Http, environment: EndpointSettings['environment'] = {}): EndpointSettings => ({
  http,
  allow: [],
  directory,
  environment,
  clock: systemClock,
  random: seededRandom(1),
});
const certified = (): Http => ({ certificate: join(directory, 'own.pem'), key: join(directory, 'own.key') });
const code = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (error: { readonly code: string }) => error.code,
  );

describe('where HTTPS is spoken', () => {
  test.each([
    ['4035', {}, null],
    ['127.0.0.2:8080', {}, null],
    ['[::1]:8080', {}, null],
    ['4036', {}, 'endpoints/bad-certificate'],
    ['0.0.0.0:4035', {}, 'endpoints/bad-certificate'],
    ['[::]:8080', {}, 'endpoints/bad-certificate'],
    ['192.0.2.1:8080', {}, 'endpoints/bad-certificate'],
    ['0.0.0.0:4035', { tls: false }, null],
    ['4035', { tls: true }, 'endpoints/bad-certificate'],
    ['4035', { require: ['client-certificate'] }, 'endpoints/bad-certificate'],
    ['x:y', {}, 'endpoints/bad-address'],
  ] as const)('at %s with %o: %s', async (address, http, expected) => {
    expect(await code(httpListenerOf(address, settings({ ...http } as Http)))).toBe(expected);
  });

  test('with a certificate it is everywhere but at 4035 on loopback, where a client certificate can therefore not be demanded', async () => {
    const http = (): Http => ({ ...certified(), require: ['client-certificate'] });
    expect(await code(httpListenerOf('8080', settings(http())))).toBeNull();
    expect(await code(httpListenerOf('4035', settings(http())))).toBe('endpoints/bad-certificate');
    expect(await code(httpListenerOf('0.0.0.0:4035', settings(http())))).toBeNull();
  });

  test('a file that is not there, a key that belongs elsewhere and a secret that is missing are told apart', async () => {
    const refused = {
      binding: 'http',
      accept: () => Promise.resolve({ duplicate: false }),
      repeated: () => {},
      refused: () => {},
      registration: () => {},
    };
    expect(await code(httpListenerOf('0', settings({ ...certified(), key: join(directory, 'none') })))).toBe('endpoints/bad-certificate');
    writeFileSync(join(directory, 'own.key'), 'no key');
    const open = await httpListenerOf('0', settings(certified()));
    const surroundings = {
      clock: systemClock,
      random: seededRandom(1),
      log: { debug() {}, info() {}, warn() {}, error() {}, with: () => surroundings.log },
    };
    expect(await code(open(refused, surroundings))).toBe('endpoints/bad-certificate');
    const senders = [{ user: 'bench', password: { environment: 'PASSWORD' } }];
    expect(await code(httpListenerOf('0', settings({ require: ['basic'], senders })))).toBe('config/secret-missing');
    expect(await code(httpListenerOf('0', settings({ require: ['basic'], senders }, { PASSWORD: 'secret' })))).toBeNull();
  });
});

describe('where pushes are posted to', () => {
  test.each([
    ['http://127.0.0.1:4035/wappush', {}, null],
    ['http://[::1]:4035', {}, null],
    ['http://localhost/x', {}, null],
    ['https://192.0.2.1/wappush', {}, null],
    ['http://192.0.2.1/wappush', {}, 'endpoints/plain-not-allowed'],
    ['http://127.0.0.1.example.invalid/', {}, 'endpoints/plain-not-allowed'],
    ['http://192.0.2.1/wappush', { tls: false }, null],
    ['http://127.0.0.1@192.0.2.1/', {}, 'endpoints/plain-not-allowed'],
    ['http://127.0.0.1:x@192.0.2.1/', {}, 'endpoints/bad-target'],
  ] as const)('%s with %o: %s', async (target, http, expected) => {
    expect(await code(httpSenderOf(target, settings(http)))).toBe(expected);
  });
});

describe('the configuration', () => {
  test.each([
    ['require: [hmac]', 'senders says who may show it'],
    ['senders: [{ user: a, password: { environment: A } }]', 'require says what they must show'],
    ['require: [basic, md5]\n    senders: [{ user: a, password: { environment: A } }]', 'name one of them'],
    [
      'require: [hmac]\n    senders: [{ user: a, password: { environment: A } }, { user: a, password: { environment: B } }]',
      'a user stands once',
    ],
    ['user: a', 'user and password go together'],
    ['user: "a:b"\n    password: { environment: A }', 'a user name has no colon'],
    ['senders: [{ user: a, password: secret }]', 'a secret stands in a file'],
  ])('with %s is refused', (lines, expected) => {
    const checked = checkConfig(`endpoints:\n  http:\n    ${lines}\n`);
    expect(checked.ok ? '' : checked.problems.map(({ message, advice }) => `${message} ${advice ?? ''}`).join()).toContain(expected);
  });
});
