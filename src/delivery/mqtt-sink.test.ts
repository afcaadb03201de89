import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { mqttSink } from './mqtt-sink.js';
import type { Handover, Sink } from './types.js';

/** What a broker's side of MQTT 3.1.1 needs to be for one publisher: clauses 3.1 to 3.4 in a few lines. */
class TinyBroker {
  readonly published: { topic: string; qos: number; payload: string }[] = [];
  connections = 0;
  /** What is done with a PUBLISH instead of acknowledging it. */
  onPublish: ((socket: Socket, acknowledge: () => void) => void) | null = null;
  returnCode = 0;
  #onConnection: () => void = () => {};
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let waiting = Buffer.alloc(0);
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        waiting = Buffer.concat([waiting, chunk]);
        for (;;) {
          let length = 0;
          let at = 1;
          for (let shift = 0; ; shift += 7, at += 1) {
            if (at >= waiting.length) return;
            length |= (waiting[at]! & 0x7f) << shift;
            if (waiting[at]! < 0x80) break;
          }
          const end = at + 1 + length;
          if (waiting.length < end) return;
          this.#packet(socket, waiting[0]!, waiting.subarray(at + 1, end));
          waiting = waiting.subarray(end);
        }
      });
    });
  }

  /** Resolves once so many connections were asked for. */
  reached(connections: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onConnection = () => {
        if (this.connections >= connections) resolve();
      };
      this.#onConnection();
    });
  }

  #packet(socket: Socket, header: number, rest: Buffer): void {
    if (header >> 4 === 1) {
      this.connections += 1;
      this.#onConnection();
      socket.write(Buffer.from([0x20, 2, 0, this.returnCode]));
    }
    if (header >> 4 === 3) {
      const topicLength = rest.readUInt16BE(0);
      const messageId = rest.subarray(2 + topicLength, 4 + topicLength);
      const topic = rest.toString('utf8', 2, 2 + topicLength);
      this.published.push({ topic, qos: (header >> 1) & 3, payload: rest.toString('utf8', 4 + topicLength) });
      const acknowledge = (): void => void socket.write(Buffer.concat([Buffer.from([0x40, 2]), messageId]));
      if (this.onPublish === null) acknowledge();
      else this.onPublish(socket, acknowledge);
    }
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const id = 'b1d4a1f2-0000-4000-8000-000000000001';
const handover: Handover = {
  id,
  facts: { event: 'message', id, verdict: { verdict: 'dm-application' } },
  body: new Uint8Array([2, 0xa4]),
  attempt: 1,
};

async function broker(): Promise<{ broker: TinyBroker; url: string }> {
  const started = new TinyBroker();
  closers.push(() => started.close());
  return { broker: started, url: await started.listen() };
}

function sinkTo(url: string): Sink {
  const sink = mqttSink({
    name: 'x',
    url,
    topic: 'bench/messages',
    source: 'urn:wapbridge:bench',
    user: 'u',
    password: 'p',
    clientId: 'c',
  });
  closers.unshift(() => sink.close());
  return sink;
}

test('a message is published with QoS 1 as a CloudEvent and taken at the PUBACK, all over one connection', async () => {
  const { broker: there, url } = await broker();
  const sink = sinkTo(url);
  let acknowledge: () => void = () => {};
  const published = new Promise<void>((resolve) => {
    there.onPublish = (_, given) => {
      acknowledge = given;
      resolve();
    };
  });
  let answered = false;
  const receipt = sink.accept(handover, { signal: new AbortController().signal }).finally(() => {
    answered = true;
  });
  await published;
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  acknowledge();
  expect(await receipt).toEqual({ outcome: 'taken' });
  there.onPublish = null;
  expect(await sink.accept(handover, { signal: new AbortController().signal })).toEqual({ outcome: 'taken' });
  expect(there.connections).toBe(1);
  expect(there.published.map(({ topic, qos }) => [topic, qos])).toEqual([
    ['bench/messages', 1],
    ['bench/messages', 1],
  ]);
  expect(JSON.parse(there.published[0]?.payload ?? '')).toMatchObject({ id, source: 'urn:wapbridge:bench', data_base64: 'AqQ=' });
});

test('a broker that says nothing to a message makes it later, and it is not sent again by itself', async () => {
  const { broker: there, url } = await broker();
  const sink = sinkTo(url);
  const abort = new AbortController();
  there.onPublish = (socket) => {
    abort.abort();
    socket.destroy();
  };
  expect(await sink.accept(handover, { signal: abort.signal })).toMatchObject({ outcome: 'later' });
  there.onPublish = null;
  expect(await sink.accept(handover, { signal: new AbortController().signal })).toEqual({ outcome: 'taken' });
  expect(there.published).toHaveLength(2);
});

test('a broker that is not there, or refuses, makes it later with the reason', async () => {
  const { broker: there, url } = await broker();
  there.returnCode = 5;
  const refusing = sinkTo(url);
  const waiting = new AbortController();
  const receipt = refusing.accept(handover, { signal: waiting.signal });
  // The second connection shows that the first answer has been understood.
  await there.reached(2);
  waiting.abort();
  expect(await receipt).toEqual({ outcome: 'later', reason: expect.stringContaining('Not authorized') });
  expect(there.published).toEqual([]);
});

test('a broker or a topic that cannot be is refused when the sink is made', () => {
  for (const [url, topic] of [
    ['nonsense', 'a'],
    ['http://x', 'a'],
    ['mqtt://user:secret@x', 'a'],
    ['mqtt://x', 'a/#'],
    ['mqtt://x', '+/a'],
    ['mqtt://x', ''],
  ] as const)
    expect(() => mqttSink({ name: 'x', url, topic })).toThrow(expect.objectContaining({ code: 'delivery/bad-target' }));
  expect(() => mqttSink({ name: 'x', url: 'mqtts://x', topic: 'a', caFile: '/none' })).toThrow(
    expect.objectContaining({ code: 'delivery/bad-target' }),
  );
});
