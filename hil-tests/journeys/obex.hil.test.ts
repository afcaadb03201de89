import { constants, openSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { describe, expect } from 'vitest';
import { headerId } from '../../src/endpoints/obex/codes.js';
import { ObexFramer } from '../../src/endpoints/obex/framer.js';
import { connectPacket, dmType, body as objectBody, put, RawObex, typeHeader } from '../../src/endpoints/obex/obex.testing.js';
import { layCable, nullModem } from '../support/null-modem.js';
import { type Scene, test } from '../support/scene.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

const password = 'not-for-the-log-2718';
const bodyOf = (octets: number) =>
  Buffer.from(Array.from({ length: octets }, (_, index) => [2, 0xa4, 1, 0x6a, 0][index] ?? (index * 7) & 0xff));

/** A `listen --obex` that listens. */
async function listen(
  scene: Scene,
  at: string,
  obex: object = {},
): Promise<{ readonly listener: RunningWapbridge; readonly port: number }> {
  const folder = scene.folder();
  writeFileSync(join(folder, 'c.yaml'), JSON.stringify({ endpoints: { obex } }));
  const listener = scene.wapbridge(
    ['listen', '--obex', at, '--json', '--verbose', '--config', join(folder, 'c.yaml'), '--state-dir', join(folder, 'state')],
    { environment: { OBEX_PASSWORD: password } },
  );
  const { port } = await listener.waitForEvent('listening', ({ binding }) => binding === 'obex');
  return { listener, port: Number(port) };
}

async function send(scene: Scene, via: string, body: Uint8Array, settings: object = {}, type = 'dm+wbxml', secret = password) {
  const folder = scene.folder();
  writeFileSync(join(folder, 'body'), body);
  writeFileSync(join(folder, 'c.yaml'), JSON.stringify(settings));
  const sender = scene.wapbridge(
    [
      'send',
      '--via',
      via,
      '--type',
      type,
      '--body',
      join(folder, 'body'),
      '--json',
      '--verbose',
      '--config',
      join(folder, 'c.yaml'),
      '--state-dir',
      join(folder, 'state'),
    ],
    { environment: { OBEX_PASSWORD: secret } },
  );
  const { code } = await sender.exited;
  return { code, outcome: sender.eventsNamed('sent').at(-1)?.outcome, sender };
}

/** The octets of a serial port, as a stream. */
function lineAt(scene: Scene, path: string): ReadStream {
  const stream = new ReadStream(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  stream.on('error', () => undefined);
  scene.atEnd(() => stream.destroy());
  return stream;
}

const messageOf = (body: Buffer) => ({
  binding: 'obex',
  modem: null,
  pdus: null,
  text: null,
  push: { contentTypeCode: 66, contentType: 'application/vnd.syncml.dm+wbxml', body: body.toString('hex').toUpperCase() },
  verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.4' },
});
const withBody = (body: Buffer) => (event: Readonly<Record<string, unknown>>) =>
  (event.push as { body?: string } | undefined)?.body === body.toString('hex').toUpperCase();

describe('OBEX', () => {
  test('a DM message arrives octet for octet over TCP, in one packet and in many', async ({ scene }) => {
    const { listener, port } = await listen(scene, '0', { 'maximum-packet': 255 });
    for (const octets of [100, 30_000]) {
      const body = bodyOf(octets);
      expect(await send(scene, `obex://127.0.0.1:${port}`, body)).toMatchObject({ code: 0, outcome: 'sent' });
      expect(await listener.waitForEvent('message', withBody(body))).toMatchObject(messageOf(body));
    }
    expect((await listener.stop()).code).toBe(0);
  });

  test('a DM message arrives octet for octet over a serial line, also after what is no OBEX', async ({ scene }) => {
    const [ours, theirs] = await nullModem(scene);
    const { listener } = await listen(scene, ours);
    expect(listener.eventsNamed('listening')[0]).toMatchObject({ address: ours, port: null });
    const allowed = { sending: { allow: [`obex+serial:${theirs}`] } };
    for (const octets of [100, 30_000]) {
      const body = bodyOf(octets);
      expect(await send(scene, `obex+serial:${theirs}`, body, allowed)).toMatchObject({ code: 0, outcome: 'sent' });
      expect(await listener.waitForEvent('message', withBody(body))).toMatchObject(messageOf(body));
    }
    writeFileSync(theirs, Buffer.from('8200000000', 'hex'));
    await listener.waitForEvent('error', ({ code }) => code === 'endpoints/obex-malformed');
    const body = bodyOf(77);
    let sent = await send(scene, `obex+serial:${theirs}`, body, allowed);
    // Until the line has been silent for a while nothing is heard on it.
    while (sent.outcome === 'not-sent') sent = await send(scene, `obex+serial:${theirs}`, body, allowed);
    expect(sent.outcome).toBe('sent');
    await listener.waitForEvent('message', withBody(body));
    expect((await listener.stop()).code).toBe(0);
  });

  test('a line that is lost within an object gives no message, and takes the next object once it is there again', async ({ scene }) => {
    const device = join(scene.folder(), 'line');
    const first = await layCable(scene);
    symlinkSync(first.ends[0], device);
    const { listener } = await listen(scene, device);
    const peer = new RawObex(lineAt(scene, first.ends[1]));
    const { headers } = await peer.ask(connectPacket());
    const connection = headers.filter(({ id }) => id === headerId.connectionId);
    const [head, piece] = [[...connection, typeHeader(dmType)], objectBody(bodyOf(200))] as const;
    expect(await peer.code(put([...head, piece]))).toBe(0x90);
    expect(await peer.code(put([piece]))).toBe(0x90);
    await first.pull();
    await listener.waitForEvent('error', ({ code, from }) => code === 'endpoints/line-lost' && from === device);
    expect(listener.eventsNamed('error').map(({ code }) => code)).toEqual(['endpoints/obex-truncated', 'endpoints/line-lost']);
    const second = await layCable(scene);
    unlinkSync(device);
    symlinkSync(second.ends[0], device);
    const body = bodyOf(3000);
    const allowed = { sending: { allow: [`obex+serial:${second.ends[1]}`] } };
    let sent = await send(scene, `obex+serial:${second.ends[1]}`, body, allowed);
    // Until the line has been opened again nobody answers.
    while (sent.outcome === 'not-sent') sent = await send(scene, `obex+serial:${second.ends[1]}`, body, allowed);
    expect(sent.outcome).toBe('sent');
    await listener.waitForEvent('message', withBody(body));
    expect((await listener.stop()).code).toBe(0);
    expect(listener.eventsNamed('message')).toHaveLength(1);
  });

  test.for([
    ['within an object', 'not-sent', 0x02],
    ['before the answer to its last packet', 'unknown', 0x82],
  ] as const)('a sender whose line is lost %s says %s', async ([, outcome, lastSeen], { scene }) => {
    const { ends, pull } = await layCable(scene);
    const line = lineAt(scene, ends[0]);
    const framer = new ObexFramer(65_535);
    line.on('data', (chunk: Buffer) => {
      for (const packet of framer.push(chunk)) {
        if (packet[0] === lastSeen) void pull();
        else line.write(packet[0] === 0x80 ? Buffer.from('A0000710000200', 'hex') : Buffer.from('900003', 'hex'));
      }
    });
    const sent = await send(scene, `obex+serial:${ends[1]}`, bodyOf(3000), { sending: { allow: [`obex+serial:${ends[1]}`] } });
    expect(sent).toMatchObject({ code: 5, outcome });
  });

  test('a device that is not on the allow-list is not sent to, and one that is not there is no listener', async ({ scene }) => {
    expect((await send(scene, 'obex+serial:/dev/null', bodyOf(5))).code).toBe(7);
    const listener = scene.wapbridge(['listen', '--obex', '/dev/no-such-line', '--json', '--state-dir', scene.folder()]);
    expect((await listener.exited).code).toBe(3);
  });

  test('both sides prove themselves, and neither says the password anywhere', async ({ scene }) => {
    const reference = { environment: 'OBEX_PASSWORD' };
    const { listener, port } = await listen(scene, '0', { senders: [{ user: 'dms', password: reference }] });
    const target = `obex://127.0.0.1:${port}`;
    const settings = { endpoints: { obex: { user: 'dms', password: reference } } };
    const good = await send(scene, target, bodyOf(9), settings);
    expect(good).toMatchObject({ code: 0, outcome: 'sent' });
    const wrong = await send(scene, target, bodyOf(10), settings, 'dm+wbxml', 'a-wrong-one-31415');
    expect(wrong).toMatchObject({ code: 5, outcome: 'not-sent' });
    expect((await send(scene, target, bodyOf(11))).outcome).toBe('not-sent');
    await listener.waitForEvent('error', ({ code }) => code === 'endpoints/obex-not-authenticated');
    const open = await listen(scene, '0');
    const unproved = await send(scene, `obex://127.0.0.1:${open.port}`, bodyOf(12), settings);
    expect(unproved).toMatchObject({ code: 5, outcome: 'not-sent' });
    expect(JSON.stringify(unproved.sender.events.items)).toContain('endpoints/peer-not-proved');
    await listener.stop();
    expect(listener.eventsNamed('message')).toHaveLength(1);
    expect(open.listener.eventsNamed('message')).toEqual([]);
    const said = [listener, good.sender, wrong.sender, unproved.sender].map(({ program }) => program.describe()).join('\n');
    expect(said).not.toContain(password);
    expect(said).not.toContain('a-wrong-one');
  });

  test('another type is refused with CF, and told', async ({ scene }) => {
    const { listener, port } = await listen(scene, '0');
    const socket = connect(port, '127.0.0.1');
    scene.atEnd(() => socket.destroy());
    const came: Buffer[] = [];
    const answers = (octets: number) =>
      new Promise<Buffer>((resolve) => {
        const look = (): void => {
          if (Buffer.concat(came).length >= octets) resolve(Buffer.concat(came));
          else socket.once('data', () => setImmediate(look));
        };
        look();
      });
    socket.on('data', (chunk: Buffer) => came.push(chunk));
    socket.write(Buffer.from('8000131000040046000C53594E434D4C2D444D', 'hex'));
    await answers(24);
    socket.write(Buffer.from('82001642000E746578742F706C61696E00490005' + '6869', 'hex'));
    expect((await answers(27)).subarray(24).toString('hex')).toBe('cf0003');
    await listener.waitForEvent('error', ({ code }) => code === 'endpoints/obex-refused');
    expect(listener.eventsNamed('message')).toEqual([]);
  });
});
