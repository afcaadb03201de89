import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { seededRandom } from '../../src/runtime/index.js';
import { MiB, residentOctets } from '../support/resident.js';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';

/** A DM message by its body. @see WAP-230-WSP 8.2.4.1 */
const push = (body: Buffer): Buffer => Buffer.concat([Buffer.from('010603C2AF87', 'hex'), body]);

test('empty, cut and largest datagrams, wrong lengths, floods of headers and garbage are each a message of its own verdict, in bounded memory', async ({
  scene,
}) => {
  const listen = scene.wapbridge(['listen', '--udp', '0', '--json', '--state-dir', scene.folder()]);
  const { port } = await listen.waitForEvent('listening');
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * MiB });
  scene.atEnd(() => socket.close());
  const send = (octets: Uint8Array): Promise<unknown> => new Promise((resolve) => socket.send(octets, Number(port), '127.0.0.1', resolve));
  const verdicts = (): unknown[] => listen.eventsNamed('message').map(({ verdict }) => (verdict as { verdict: string }).verdict);
  let sent = 0;
  const expectVerdict = async (octets: Uint8Array, expected: string): Promise<void> => {
    await send(octets);
    sent += 1;
    await listen.events.waitForCount('messages', sent, ({ event }) => event === 'message');
    expect(verdicts().at(-1), `${octets.length} octets ${Buffer.from(octets.subarray(0, 20)).toString('hex')}`).toBe(expected);
  };
  await expectVerdict(push(Buffer.from('before')), 'dm-application');
  const before = residentOctets(listen);
  await expectVerdict(Buffer.alloc(0), 'not-push');
  const whole = push(Buffer.from('whole'));
  for (let length = 1; length < 6; length += 1) await expectVerdict(whole.subarray(0, length), 'not-push');
  // Headers longer than the datagram, a length of six octets, a general form past its end.
  for (const hex of ['01067FC2AF87', '0106FFFFFFFFFF7FC2AF87', '0106051FFF7FC2AF'])
    await expectVerdict(Buffer.from(hex, 'hex'), 'not-push');
  await expectVerdict(push(Buffer.alloc(65_501, 0x55)), 'dm-application');
  // 5,000 times X-Wap-Application-Id behind the one that counts.
  const flood = Buffer.concat([Buffer.from('C2AF87', 'hex'), Buffer.from('AF82'.repeat(5000), 'hex')]);
  const length = Buffer.of(0x80 | (flood.length >> 14), 0x80 | ((flood.length >> 7) & 0x7f), flood.length & 0x7f);
  await expectVerdict(Buffer.concat([Buffer.of(1, 6), length, flood, Buffer.from('body')]), 'dm-application');

  const random = seededRandom(seed);
  for (let index = 0; index < 3000; index += 1) {
    const octets = Buffer.from(Array.from({ length: Math.floor(random.fraction() * 300) }, () => Math.floor(random.fraction() * 256)));
    await send(index % 3 === 0 ? octets : Buffer.concat([whole.subarray(0, 1 + (index % 10)), octets]));
    if (index % 50 === 0) await pause(1);
  }
  const last = Buffer.from('after').toString('hex').toUpperCase();
  // What comes while the disk is behind may be lost, as UDP loses; what comes later is taken.
  const came = listen.waitForEvent('message', (message) => (message.push as { body?: string } | undefined)?.body === last, {
    timeoutMs: 40_000,
  });
  for (let tries = 0; tries < 100; tries += 1) {
    await send(push(Buffer.from('after')));
    if ((await Promise.race([came, pause(200)])) !== undefined) break;
  }
  await came;
  expect(residentOctets(listen) - before).toBeLessThan(200 * MiB);
  expect((await listen.stop()).code).toBe(0);
  expect(listen.strayLines).toEqual([]);
});
