import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { seededRandom } from '../../src/runtime/index.js';
import { hold } from '../support/hold.js';
import { MiB, residentOctets } from '../support/resident.js';
import { type Scene, test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { askByUdp, sipMessage, sipStream } from '../support/sip-peer.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

async function listening(scene: Scene): Promise<{ readonly listen: RunningWapbridge; readonly port: number }> {
  const listen = scene.wapbridge(['listen', '--sip', 'sip:dev@127.0.0.1:0', '--json', '--state-dir', scene.folder()]);
  return { listen, port: Number((await listen.waitForEvent('listening')).port) };
}

/** Whoever means well is answered soon, by both ways, and what they sent is handed on. */
async function expectWell(
  scene: Scene,
  { listen, port }: { readonly listen: RunningWapbridge; readonly port: number },
  name: string,
): Promise<void> {
  expect(await askByUdp(scene, port, sipMessage(`${name}-udp`))).toMatch(/^SIP\/2\.0 200 /);
  const stream = await sipStream(scene, port);
  stream.socket.write(sipMessage(`${name}-tcp`));
  expect((await stream.answers(1))[0]).toMatch(/^SIP\/2\.0 200 /);
  stream.socket.destroy();
  const calls = (): string[] =>
    listen.eventsNamed('message').map((message) => {
      const { headers } = message.push as { readonly headers: readonly { readonly name: string; readonly value: string }[] };
      return headers.find((header) => header.name === 'Call-ID')?.value ?? '';
    });
  await listen.waitForEvent('message', () => calls().includes(`${name}-udp`) && calls().includes(`${name}-tcp`));
}

test('fifteen hundred connections that are half open, and as many more, leave room for whoever means well', async ({ scene }) => {
  const listener = await listening(scene);
  await expectWell(scene, listener, 'before');
  const before = residentOctets(listener.listen);
  for (let batch = 0; batch < 15; batch += 1) {
    const made = await hold(scene, listener.port, 200);
    // Half of them begin a message, the other half say nothing.
    for (const [index, socket] of made.entries()) if (index % 2 === 0) socket.write(sipMessage('half').slice(0, 120 + index));
  }
  await expectWell(scene, listener, 'during');
  expect(residentOctets(listener.listen) - before).toBeLessThan(150 * MiB);
  const { code } = (await listener.listen.stop()) as { readonly code: number };
  expect(code).toBe(0);
});

test.for([
  ['a length that is too large', sipMessage('large', { 'Content-Length': '999999999' }), '413'],
  ['a length that is no number', sipMessage('letters', { 'Content-Length': 'four' }), '400'],
  ['a negative length', sipMessage('negative', { 'Content-Length': '-1' }), '400'],
  ['no length', sipMessage('none', { 'Content-Length': null }), '400'],
  ['two lengths', sipMessage('two', { 'Content-Length': '4', l: '400' }), '400'],
] as const)(
  'a stream with %s is answered, and closed since nobody knows where the next message begins',
  async ([, text, status], { scene }) => {
    const listener = await listening(scene);
    const stream = await sipStream(scene, listener.port);
    // A message that is right stands before it, garbage behind it.
    stream.socket.write(`${sipMessage('first')}${text}${sipMessage('smuggled')}garbage\u0000\u0001`);
    const answers = await stream.answers(2);
    // The first waits for the disk, so the order is free.
    expect(answers.map((answer) => answer.slice(8, 11)).sort()).toEqual(['200', status].sort());
    await stream.closed;
    await expectWell(scene, listener, 'after');
    await listener.listen.stop();
    expect(listener.listen.eventsNamed('message')).toHaveLength(3);
  },
);

test('floods of header fields, of line ends, of garbage and of requests whose answers nobody reads take neither memory nor time', async ({
  scene,
}) => {
  const listener = await listening(scene);
  const { listen, port } = listener;
  await expectWell(scene, listener, 'before');
  const before = residentOctets(listen);

  const flood = await sipStream(scene, port);
  flood.socket.write(`MESSAGE sip:dev@127.0.0.1 SIP/2.0\r\n${'X-Flood: y\r\n'.repeat(200_000)}`);
  await flood.closed;
  const many = await sipStream(scene, port);
  many.socket.write(sipMessage('many', Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`X-${index}`, 'y']))));
  expect((await many.answers(1))[0]).toMatch(/^SIP\/2\.0 400 /);

  const pings = await sipStream(scene, port);
  pings.socket.write('\r\n\r\n'.repeat(500_000));
  await expectWell(scene, listener, 'pings');

  const blanks = ' '.repeat(15_000);
  for (let index = 0; index < 50; index += 1) {
    const text = sipMessage(`blanks${index}`, { Via: `SIP/2.0/UDP 127.0.0.1${blanks}x:9;branch=z9hG4bKb`, 'Content-Type': `a${blanks}b` });
    many.socket.write(text);
  }
  await expectWell(scene, listener, 'blanks');

  // Requests without end, whose answers are never read.
  const deaf = connect(port, '127.0.0.1');
  scene.atEnd(() => deaf.destroy());
  deaf.on('error', () => undefined);
  await once(deaf, 'connect');
  deaf.pause();
  const refused = Buffer.from(sipMessage('deaf', { 'Content-Type': 'text/plain' }).repeat(500));
  let written = 0;
  while (written < 100 && deaf.writableLength < 8 * MiB) {
    deaf.write(refused);
    written += 1;
    await pause(1);
  }
  await expectWell(scene, listener, 'deaf');

  const random = seededRandom(seed);
  const socket = createSocket('udp4');
  scene.atEnd(() => socket.close());
  for (let index = 0; index < 4000; index += 1) {
    const octets =
      index % 2 === 0
        ? Buffer.from(Array.from({ length: 1 + Math.floor(random.fraction() * 600) }, () => Math.floor(random.fraction() * 256)))
        : Buffer.from(sipMessage(`cut${index}`).slice(0, Math.floor(random.fraction() * 250)));
    socket.send(octets, port, '127.0.0.1');
    if (index % 100 === 0) await pause(1);
  }
  await expectWell(scene, listener, 'garbage');

  expect(residentOctets(listen) - before).toBeLessThan(200 * MiB);
  // A flood of refusals is no flood of lines.
  expect(listen.eventsNamed('error').length).toBeLessThan(100);
  expect(((await listen.stop()) as { readonly code: number }).code).toBe(0);
  expect(listen.eventsNamed('message')).toHaveLength(10);
});

test('a datagram that is cut short, too long, or a message with a second behind it is taken for what it says', async ({ scene }) => {
  const listener = await listening(scene);
  const { port, listen } = listener;
  expect(await askByUdp(scene, port, sipMessage('short', { 'Content-Length': '400' }))).toMatch(/^SIP\/2\.0 400 /);
  expect(await askByUdp(scene, port, `${sipMessage('longer')}${sipMessage('behind')}`)).toMatch(/^SIP\/2\.0 200 /);
  expect(await askByUdp(scene, port, sipMessage('largest', {}, 'x'.repeat(60_000)))).toMatch(/^SIP\/2\.0 200 /);
  // One branch for every request is wrong, and no message is lost by it.
  const via = { Via: 'SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK;rport' };
  for (const call of ['one', 'two', 'three']) expect(await askByUdp(scene, port, sipMessage(call, via))).toMatch(/^SIP\/2\.0 200 /);
  await listen.events.waitForCount('messages', 5, ({ event }) => event === 'message');
  await listen.stop();
  expect(listen.eventsNamed('message')).toHaveLength(5);
});
