import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { DecodeError } from '../../octets/index.js';
import { ManualClock } from '../../runtime/index.js';
import { sipText } from './sip.testing.js';
import { SipStreamConnection } from './stream-connection.js';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const ending of endings.splice(0)) ending();
});

/** A connection and the peer at its other end; messages are answered when the test says so. */
async function pair() {
  const clock = new ManualClock();
  const broken: string[] = [];
  const messages: string[] = [];
  const waiting: (() => void)[] = [];
  const held = { now: 0, refuse: false };
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const [[socket], peer] = (await Promise.all([
    once(server, 'connection'),
    (async () => {
      const made = connect({ port: address === null || typeof address === 'string' ? 0 : address.port, allowHalfOpen: true });
      await once(made, 'connect');
      return made;
    })(),
  ])) as [[Socket], Socket];
  endings.push(
    () => socket.destroy(),
    () => peer.destroy(),
    () => server.close(),
  );
  peer.on('error', () => undefined);
  const closed = once(socket, 'close');
  const connection = new SipStreamConnection(socket, {
    clock,
    onMessage: (octets) => {
      messages.push(Buffer.from(octets).toString('latin1'));
      return new Promise((resolve) => waiting.push(resolve));
    },
    onBroken: (error: DecodeError, unread, own) => {
      broken.push(`${error.code} ${unread.length}`);
      own.send(Buffer.from('SIP/2.0 400 Bad Request\r\n\r\n'));
    },
    onClosed: () => undefined,
    onHeld: (change) => {
      held.now += change;
      return !held.refuse;
    },
  });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, connection, socket, peer, messages, waiting, broken, held, until, closed };
}

describe('a connection', () => {
  test('hands each message on, and gives each double line end one back (RFC 5626 3.5.1)', async () => {
    const { peer, messages, until } = await pair();
    peer.write(`\r\n\r\n${sipText}\r\n\r\n${sipText}`);
    let came = '';
    peer.on('data', (chunk: Buffer) => {
      came += chunk.toString();
    });
    await until(() => messages.length === 2 && came.length === 4);
    expect(came).toBe('\r\n\r\n');
  });

  test('whose message does not end within 30 s is told so and closed, although octets drip in', async () => {
    const { clock, peer, held, broken, until, closed } = await pair();
    peer.write(sipText.slice(0, 50));
    await until(() => held.now === 50);
    await clock.step(29_999);
    peer.write(sipText.slice(50, 60));
    await until(() => held.now === 60);
    await clock.step(1);
    expect(broken).toEqual(['endpoints/sip-too-slow 60']);
    expect(String((await once(peer, 'data'))[0])).toContain('SIP/2.0 400');
    expect(held.now).toBe(0);
    peer.end();
    await closed;
  });

  test('is read no further while 64 messages wait for the disk, and on when they are done', async () => {
    const { clock, peer, socket, messages, waiting, broken, until } = await pair();
    for (let index = 0; index < 100; index += 1) peer.write(sipText.repeat(40));
    await until(() => socket.isPaused());
    expect(messages.length).toBeGreaterThanOrEqual(64);
    expect(messages.length).toBeLessThan(2000);
    // What the peer has sent waits here: it is not the peer that is slow.
    await clock.step(120_000);
    expect(broken).toEqual([]);
    await until(() => {
      for (const done of waiting.splice(0)) done();
      return messages.length === 4000;
    });
  });

  test('whose peer does not read what it is told is read no further', async () => {
    const { connection, socket, peer } = await pair();
    peer.pause();
    while (!socket.isPaused()) connection.send(Buffer.alloc(65_536));
    expect(socket.writableLength).toBeGreaterThan(65_536);
    peer.resume();
    while (socket.isPaused()) await new Promise((resolve) => setImmediate(resolve));
    expect(socket.writableLength).toBe(0);
  });

  test('that a peer closes on its side still carries the answers to what it sent before', async () => {
    const { connection, peer, messages, waiting, until, closed } = await pair();
    peer.end(`${sipText}\r\n`);
    await until(() => messages.length === 1);
    connection.send(Buffer.from('answer'));
    waiting[0]?.();
    expect(String((await once(peer, 'data'))[0])).toBe('answer');
    await closed;
  });

  test('that ends within a message says so', async () => {
    const { peer, broken, closed } = await pair();
    peer.end(sipText.slice(0, 100));
    await closed;
    expect(broken).toEqual(['endpoints/sip-truncated 100']);
  });

  test('of no SIP is told what is wrong with it before it is closed, although more comes', async () => {
    const { clock, peer, broken, until, closed } = await pair();
    peer.write('x'.repeat(1_000_000));
    expect(String((await once(peer, 'data'))[0])).toContain('SIP/2.0 400');
    await until(() => broken.length === 1);
    await clock.step(2000);
    await closed;
  });

  test('for which there is no memory left is closed', async () => {
    const { held, peer, closed } = await pair();
    held.refuse = true;
    peer.write('MESSAGE');
    await closed;
    expect(held.now).toBe(0);
  });

  test('is closed in a while although its peer reads nothing', async () => {
    const { clock, connection, socket, peer, closed } = await pair();
    peer.pause();
    while (!socket.isPaused()) connection.send(Buffer.alloc(65_536));
    connection.end();
    connection.end();
    await clock.step(2000);
    await closed;
    connection.send(Buffer.from('nobody hears this'));
  });
});
