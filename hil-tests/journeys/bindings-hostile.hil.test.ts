import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { post, RawConnection } from '../../src/endpoints/http/http.testing.js';
import { connectPacket, RawObex } from '../../src/endpoints/obex/obex.testing.js';
import { seededRandom } from '../../src/runtime/index.js';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { askByUdp, sipMessage } from '../support/sip-peer.js';

test('with all bindings open, garbage and half-open connections at each of them leave every other answering', async ({ scene }) => {
  const random = seededRandom(seed);
  const garbage = (octets: number): Buffer => Buffer.from(Array.from({ length: octets }, () => Math.floor(random.fraction() * 256)));
  const bindings = ['--udp', '0', '--http', '0', '--sip', 'sip:dev@127.0.0.1:0', '--obex', '0'];
  const listen = scene.wapbridge(['listen', ...bindings, '--json', '--state-dir', scene.folder()]);
  const portOf = async (binding: string): Promise<number> =>
    Number((await listen.waitForEvent('listening', (event) => event.binding === binding)).port);
  const [udp, http, sip, obex] = [await portOf('udp'), await portOf('http'), await portOf('sip'), await portOf('obex')];
  const begun = {
    [http]: Buffer.from('POST /wappush HTTP/1.1\r\nHost: x\r\nContent-Len'),
    [sip]: Buffer.from('MESSAGE sip:dev@127.0.0.1 SIP/2.0\r\nVia: '),
    [obex]: Buffer.of(0x80, 0xff, 0xff, 0x10),
  };
  for (const [port, beginning] of Object.entries(begun)) {
    for (let index = 0; index < 60; index += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      if (index % 3 > 0) socket.write(index % 3 === 1 ? garbage(200) : beginning);
      scene.atEnd(() => socket.destroy());
    }
  }
  const socket = createSocket('udp4');
  scene.atEnd(() => socket.close());
  const sendTo = (port: number, octets: Uint8Array): Promise<unknown> =>
    new Promise((resolve) => socket.send(octets, port, '127.0.0.1', resolve));
  for (let index = 0; index < 150; index += 1) {
    await sendTo(udp, garbage(index));
    await sendTo(sip, garbage(index));
  }
  await sendTo(udp, Buffer.concat([Buffer.from('010603C2AF87', 'hex'), Buffer.from('by udp')]));
  const connection = new RawConnection(http);
  scene.atEnd(() => connection.socket.destroy());
  connection.socket.write(post(Buffer.from('by http')));
  await connection.until(/HTTP\/1\.1 204 /, 1);
  expect(await askByUdp(scene, sip, sipMessage('good', {}, 'by sip'))).toMatch(/^SIP\/2\.0 200 /);
  const peer = new RawObex(obex);
  scene.atEnd(() => peer.end());
  expect(await peer.code(connectPacket())).toBe(0xa0);
  for (const said of ['by udp', 'by http', 'by sip']) {
    const body = Buffer.from(said).toString('hex').toUpperCase();
    await listen.waitForEvent('message', ({ push }) => (push as { body?: string } | undefined)?.body === body);
  }
  const judged = listen.eventsNamed('message').map(({ verdict }) => (verdict as { verdict: string }).verdict);
  expect(judged.filter((verdict) => verdict === 'dm-application')).toHaveLength(3);
  expect((await listen.stop()).code).toBe(0);
});
