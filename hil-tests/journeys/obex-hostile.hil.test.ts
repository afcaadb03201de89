import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { headerId } from '../../src/endpoints/obex/codes.js';
import type { ObexHeader } from '../../src/endpoints/obex/header.js';
import {
  connectPacket,
  dmType,
  endOfBody,
  body as objectBody,
  put,
  putFinal,
  RawObex,
  typeHeader,
} from '../../src/endpoints/obex/obex.testing.js';
import { encodePacket } from '../../src/endpoints/obex/packet.js';
import { seededRandom } from '../../src/runtime/index.js';
import { hold } from '../support/hold.js';
import { MiB, residentOctets } from '../support/resident.js';
import { type Scene, test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

interface Listener {
  readonly listen: RunningWapbridge;
  readonly port: number;
}

async function listening(scene: Scene): Promise<Listener> {
  const listen = scene.wapbridge(['listen', '--obex', '0', '--json', '--state-dir', scene.folder()]);
  return { listen, port: Number((await listen.waitForEvent('listening')).port) };
}

/** A peer that is connected, and the header that it is known by. */
async function connected(scene: Scene, port: number): Promise<{ readonly peer: RawObex; readonly connection: readonly ObexHeader[] }> {
  const peer = new RawObex(port);
  scene.atEnd(() => peer.end());
  const { code, headers } = await peer.ask(connectPacket());
  expect(code).toBe(0xa0);
  return { peer, connection: headers.filter(({ id }) => id === headerId.connectionId) };
}

/** Whoever means well is answered, and what they put is handed on. */
async function expectWell(scene: Scene, { listen, port }: Listener, name: string): Promise<void> {
  const { peer, connection } = await connected(scene, port);
  const octets = Buffer.from(name);
  expect(await peer.code(putFinal([...connection, typeHeader(dmType), endOfBody(octets)]))).toBe(0xa0);
  peer.end();
  const hex = octets.toString('hex').toUpperCase();
  await listen.waitForEvent('message', ({ push }) => (push as { body?: string } | undefined)?.body === hex);
}

test('three thousand connections that are half open, in all the ways there are, leave room for whoever means well', async ({ scene }) => {
  const listener = await listening(scene);
  await expectWell(scene, listener, 'before');
  const before = residentOctets(listener.listen);
  const whole = encodePacket(connectPacket());
  for (let batch = 0; batch < 15; batch += 1) {
    for (const [index, socket] of (await hold(scene, listener.port, 200)).entries()) {
      if (index % 3 === 1) socket.write(whole.subarray(0, 1 + (index % (whole.length - 1))));
      if (index % 3 === 2) socket.write(whole);
    }
  }
  await expectWell(scene, listener, 'during');
  expect(residentOctets(listener.listen) - before).toBeLessThan(150 * MiB);
  expect((await listener.listen.stop()).code).toBe(0);
  expect(listener.listen.eventsNamed('message')).toHaveLength(2);
});

test('objects that never end, floods of header fields, wrong lengths and garbage take neither memory nor time, and make no message', async ({
  scene,
}) => {
  const listener = await listening(scene);
  const { listen, port } = listener;
  await expectWell(scene, listener, 'before');
  const before = residentOctets(listen);

  // A hundred objects of a megabyte that nobody ends.
  for (let index = 0; index < 100; index += 1) {
    const { peer, connection } = await connected(scene, port);
    let code = await peer.code(put([...connection, typeHeader(dmType), objectBody(Buffer.alloc(60_000))]));
    for (let packets = 1; packets < 17 && code === 0x90; packets += 1) code = await peer.code(put([objectBody(Buffer.alloc(60_000))]));
    // Continue, or Request Entity Too Large.
    expect([0x90, 0xcd]).toContain(code);
  }
  await expectWell(scene, listener, 'unfinished');

  const { peer: flooding, connection } = await connected(scene, port);
  const field: ObexHeader = { id: headerId.http, kind: 'octets', value: Buffer.from(`X-Flood: ${'y'.repeat(1000)}\r\n`) };
  const fields = Array.from({ length: 60 }, () => field);
  let code = await flooding.code(put([...connection, typeHeader(dmType), ...fields]));
  for (let packets = 0; packets < 500 && code === 0x90; packets += 1) code = await flooding.code(put(fields)).catch(() => -1);
  expect(code, 'a flood of header fields was borne with').not.toBe(0x90);
  await expectWell(scene, listener, 'flooded');

  const random = seededRandom(seed);
  const good = Buffer.from(encodePacket(putFinal([typeHeader(dmType), endOfBody(Buffer.from('x'))])));
  for (let round = 0; round < 300; round += 1) {
    const octets = Buffer.concat([encodePacket(connectPacket()), good]);
    for (let change = 0; change < 3; change += 1)
      octets[Math.floor(random.fraction() * octets.length)] = Math.floor(random.fraction() * 256);
    // Lengths 0 to 2 cannot be, 65535 never comes; some is what was meant.
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(round % 4 === 0 ? Buffer.from([0x80, 0, round % 3, 0x10, 0]) : octets);
    socket.resume();
    await once(socket, 'close');
  }
  await expectWell(scene, listener, 'garbage');

  expect(residentOctets(listen) - before).toBeLessThan(250 * MiB);
  // A flood of refusals is no flood of lines.
  expect(listen.eventsNamed('error').length).toBeLessThan(100);
  expect((await listen.stop()).code).toBe(0);
  expect(listen.strayLines).toEqual([]);
});
