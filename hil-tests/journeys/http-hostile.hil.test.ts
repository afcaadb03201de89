import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { selfSigned } from '../../src/delivery/certificate.testing.js';
import { ask, dmMessage, post, RawConnection } from '../../src/endpoints/http/http.testing.js';
import { seededRandom } from '../../src/runtime/index.js';
import { hold } from '../support/hold.js';
import { MiB, residentOctets } from '../support/resident.js';
import { type Scene, test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

async function listening(scene: Scene, http: object = {}): Promise<{ readonly listen: RunningWapbridge; readonly port: number }> {
  const folder = scene.folder();
  const file = join(folder, 'wapbridge.yaml');
  writeFileSync(join(folder, 'own.pem'), selfSigned.cert);
  writeFileSync(join(folder, 'own.key'), selfSigned.key);
  writeFileSync(join(folder, 'password'), 'secret\n');
  writeFileSync(file, JSON.stringify({ endpoints: { http } }).replaceAll('FOLDER', folder));
  const listen = scene.wapbridge(['listen', '--http', '0', '--json', '--config', file, '--state-dir', join(folder, 'state')]);
  return { listen, port: Number((await listen.waitForEvent('listening')).port) };
}

async function endsWell({ listen }: { readonly listen: RunningWapbridge }, messages: number): Promise<void> {
  expect((await listen.stop()).code).toBe(0);
  expect(listen.eventsNamed('message')).toHaveLength(messages);
  expect(listen.strayLines).toEqual([]);
}

describe('a listener for HTTP', () => {
  test('takes pushes while three thousand connections are half open, in bounded memory', async ({ scene }) => {
    const listener = await listening(scene);
    expect(await ask(listener.port, post(dmMessage))).toMatch(/^HTTP\/1\.1 204 /);
    const before = residentOctets(listener.listen);
    for (const [index, socket] of (await hold(scene, listener.port, 3000)).entries())
      if (index % 2 === 0) socket.write(post(dmMessage).subarray(0, index % 250));
    for (let times = 0; times < 10; times += 1) expect(await ask(listener.port, post(dmMessage))).toMatch(/^HTTP\/1\.1 204 /);
    expect(residentOctets(listener.listen) - before).toBeLessThan(150 * MiB);
    await endsWell(listener, 11);
  });

  test('takes no more of pushes that never end than it has room for', async ({ scene }) => {
    const listener = await listening(scene);
    expect(await ask(listener.port, post(dmMessage))).toMatch(/^HTTP\/1\.1 204 /);
    const before = residentOctets(listener.listen);
    // 600 x 250 kB are more than twice the room.
    const unfinished = post(Buffer.alloc(250_000)).subarray(0, -1);
    for (const socket of await hold(scene, listener.port, 600)) socket.write(unfinished);
    await listener.listen.waitForEvent('error', ({ code }) => code === 'endpoints/overloaded');
    expect(residentOctets(listener.listen) - before).toBeLessThan(400 * MiB);
    await endsWell(listener, 1);
  });

  test('answers garbage, wrong lengths and floods with what is wrong, and goes on', async ({ scene }) => {
    const listener = await listening(scene);
    const random = seededRandom(seed);
    const whole = post(dmMessage);
    for (let round = 0; round < 300; round += 1) {
      const octets = Buffer.from(whole);
      for (let change = 0; change < 4; change += 1) octets[Math.floor(random.fraction() * 120)] = Math.floor(random.fraction() * 256);
      const connection = new RawConnection(listener.port);
      connection.socket.end(octets);
      await connection.closed;
      expect(connection.received === '' || /^HTTP\/1\.1 \d{3} /.test(connection.received)).toBe(true);
    }
    const before = residentOctets(listener.listen);
    for (let round = 0; round < 200; round += 1) {
      expect(await ask(listener.port, `POST /wappush HTTP/1.1\r\n${`X-${round}: ${'b'.repeat(60)}\r\n`.repeat(300)}\r\n`)).toMatch(
        /^HTTP\/1\.1 431 /,
      );
    }
    expect(residentOctets(listener.listen) - before).toBeLessThan(100 * MiB);
    const taken = listener.listen.eventsNamed('message').length;
    expect(await ask(listener.port, whole)).toMatch(/^HTTP\/1\.1 204 /);
    await listener.listen.waitForEvent('message', () => listener.listen.eventsNamed('message').length > taken);
    // Twenty in ten seconds are told, with how many were not.
    expect(listener.listen.eventsNamed('error').length).toBeLessThan(200);
    expect((await listener.listen.stop()).code).toBe(0);
  });

  test('that demands a MAC gives forged ones nothing, and the right one is taken among them', async ({ scene }) => {
    const senders = [{ user: 'bench', password: { file: 'FOLDER/password' } }];
    const listener = await listening(scene, { require: ['hmac'], senders });
    const before = residentOctets(listener.listen);
    const connection = new RawConnection(listener.port);
    const forged = 3000;
    for (let index = 0; index < forged; index += 1) {
      const mac = Buffer.from(String(index).padStart(16, '0')).toString('base64');
      connection.socket.write(post(dmMessage, { 'x-syncml-hmac': `algorithm=MD5, username="bench", mac=${mac}` }));
      if (index % 100 === 99) await connection.until(/HTTP\/1\.1 401 /, index + 1);
    }
    expect(connection.received.match(/HTTP\/1\.1 \d{3}/g)?.filter((status) => status !== 'HTTP/1.1 401')).toEqual([]);
    connection.socket.destroy();
    expect(residentOctets(listener.listen) - before).toBeLessThan(100 * MiB);
    expect(listener.listen.eventsNamed('message')).toEqual([]);
    await endsWell(listener, 0);
  });

  test('with TLS survives two thousand handshakes that nobody ends, and takes who does', async ({ scene }) => {
    const http = { certificate: 'FOLDER/own.pem', key: 'FOLDER/own.key', tls: true };
    const listener = await listening(scene, http);
    const before = residentOctets(listener.listen);
    const hello = Buffer.from('160301020001000001fc0303', 'hex');
    for (const [index, socket] of (await hold(scene, listener.port, 2000)).entries()) {
      if (index % 3 === 1) socket.write(hello);
      if (index % 3 === 2) socket.write('POST /wappush HTTP/1.1\r\n\r\n');
    }
    await listener.listen.waitForEvent('error', ({ code }) => code === 'endpoints/tls-failed');
    expect(residentOctets(listener.listen) - before).toBeLessThan(200 * MiB);
    await endsWell(listener, 0);
  });
});
