import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { fromWdp, type PushMessage } from '../push/index.js';
import { silentLogger, systemClock, systemRandom } from '../runtime/index.js';
import type { EndpointListener, EndpointMessage, Refusal } from './types.js';
import { listenUdp, udpSender } from './udp.js';

const wsp = Buffer.from('010603C2AF8702A4016A006D01', 'hex');
const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
const open: (EndpointListener | Socket)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const pushOf = (octets: Uint8Array): PushMessage => {
  const push = fromWdp({ destinationPort: 2948, sourcePort: 9200, portBits: 16, octets });
  if (push.kind !== 'push') throw new TypeError('no push');
  return push;
};

async function listen(host: string, accept: (message: EndpointMessage) => Promise<void> = () => Promise.resolve()) {
  const messages: EndpointMessage[] = [];
  const refusals: Refusal[] = [];
  const listener = await listenUdp({ host, port: 0 })(
    {
      accept: (message) => {
        messages.push(message);
        return accept(message).then(() => ({ duplicate: false }));
      },
      refused: (refusal) => refusals.push(refusal),
      repeated: () => {},
      registration: () => {},
    },
    { clock: systemClock, random: systemRandom, log: silentLogger },
  );
  open.push(listener);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { listener, messages, refusals, until };
}

describe('WDP over UDP', () => {
  test.each([['127.0.0.1', '127.0.0.1'], ...(hasIpv6 ? [['::1', '::1']] : [])])(
    'at %s, what is sent arrives as it was, from whom it came and as sent to port 2948',
    async (host, address) => {
      const { listener, messages, until } = await listen(host);
      expect(listener).toMatchObject({ binding: 'udp', address, port: expect.any(Number) });
      const sender = udpSender({ host, port: listener.port ?? 0 });
      await sender.send(pushOf(wsp), { signal: new AbortController().signal });
      await until(() => messages.length === 1);
      const [message] = messages;
      expect(Buffer.compare(message?.octets ?? new Uint8Array(), wsp)).toBe(0);
      expect(message).toMatchObject({ binding: 'udp', envelope: { destinationPort: 2948 }, retransmissionKey: null });
      expect(message?.from).toMatch(host === '::1' ? /^\[::1\]:\d+$/ : /^127\.0\.0\.1:\d+$/);
      expect(sender.preview?.(pushOf(wsp))).toEqual({ lines: [], octets: new Uint8Array(wsp) });
    },
  );

  test('a datagram that cannot be stored is told of, and the next is taken', async () => {
    let fails = true;
    const { listener, messages, refusals, until } = await listen('127.0.0.1', () =>
      fails ? Promise.reject(new TypeError('full')) : Promise.resolve(),
    );
    const sender = udpSender({ host: '127.0.0.1', port: listener.port ?? 0 });
    const { signal } = new AbortController();
    await sender.send(pushOf(wsp), { signal });
    await until(() => refusals.length === 1);
    expect(refusals).toMatchObject([{ code: 'endpoints/not-stored', message: expect.stringContaining('full') }]);
    fails = false;
    await sender.send(pushOf(wsp), { signal });
    await until(() => messages.length === 2);
  });

  test('what the disk does not keep up with is let go, told of, and bounded', async () => {
    let store = (): void => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const { listener, messages, refusals, until } = await listen('127.0.0.1', () => stored);
    const socket = createSocket('udp4');
    open.push(socket);
    for (let sent = 0; refusals.length === 0; sent += 1) {
      socket.send(wsp, listener.port ?? 0, '127.0.0.1');
      if (sent % 64 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(refusals[0]).toMatchObject({ code: 'endpoints/overloaded' });
    expect(messages).toHaveLength(4096);
    store();
    const before = messages.length;
    socket.send(wsp, listener.port ?? 0, '127.0.0.1');
    await until(() => messages.length > before);
  });

  test('a port that is taken, an address of another machine and a push too long for a datagram are told apart', async () => {
    const { listener } = await listen('127.0.0.1');
    const again = (host: string, port: number) =>
      listenUdp({ host, port })(
        { accept: () => Promise.resolve({ duplicate: false }), refused: () => {}, repeated: () => {}, registration: () => {} },
        { clock: systemClock, random: systemRandom, log: silentLogger },
      );
    await expect(again('127.0.0.1', listener.port ?? 0)).rejects.toMatchObject({ code: 'endpoints/address-in-use' });
    await expect(again('192.0.2.1', 0)).rejects.toMatchObject({ code: 'endpoints/bad-address' });
    const large = pushOf(Buffer.concat([wsp, Buffer.alloc(65_507)]));
    const { signal } = new AbortController();
    await expect(udpSender({ host: '127.0.0.1', port: 9 }).send(large, { signal })).rejects.toMatchObject({ code: 'endpoints/too-large' });
  });

  test('closing waits for what is being stored', async () => {
    let store = (): void => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const { listener, messages, until } = await listen('127.0.0.1', () => stored);
    open.pop();
    const socket = createSocket('udp4');
    open.push(socket);
    socket.send(wsp, listener.port ?? 0, '127.0.0.1');
    await until(() => messages.length === 1);
    let closed = false;
    const closing = listener.close().then(() => {
      closed = true;
    });
    for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    store();
    await closing;
  });
});
