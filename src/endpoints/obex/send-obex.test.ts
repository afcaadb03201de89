import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../runtime/index.js';
import type { EndpointListener } from '../types.js';
import { decodeChallenge, decodeResponse, encodeChallenge, encodeResponse, obexDigest } from './authentication.js';
import { answer, dmTarget, headerId, opcode } from './codes.js';
import { connectObex } from './connect-obex.js';
import { ObexFramer } from './framer.js';
import { asciiOf, numberHeader, type ObexHeader, octetsHeader, textHeader } from './header.js';
import { bodyOf, dmType, openObex, pushOf } from './obex.testing.js';
import { decodePacket, encodePacket, type ObexPacket, obexVersion, plainPacket } from './packet.js';
import { type ObexSenderOptions, obexSender } from './send-obex.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Answers each request with what a function says; null closes the connection, and nothing is answered where it says nothing. */
type Script = (request: ObexPacket, index: number) => ObexPacket | null | undefined;

async function serve(script: Script): Promise<{ readonly port: number; readonly requests: ObexPacket[]; readonly octets: number[] }> {
  const requests: ObexPacket[] = [];
  const octets: number[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const framer = new ObexFramer(65_535);
    socket.on('data', (chunk) => {
      for (const packet of framer.push(chunk)) {
        const request = decodePacket(packet, 'request');
        requests.push(request);
        octets.push(packet.length);
        const said = script(request, requests.length - 1);
        if (said === null) socket.destroy();
        else if (said !== undefined) socket.write(encodePacket(said));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, requests, octets };
}

const granted = (maximumPacket = 1024, headers: readonly ObexHeader[] = []): ObexPacket => ({
  code: answer.success,
  connect: { version: obexVersion, flags: 0, maximumPacket },
  path: null,
  headers: [{ id: headerId.connectionId, kind: 'u32', value: 7 }, ...headers],
});
const challenged = (nonce: Uint8Array): ObexPacket => ({
  ...granted(),
  code: answer.unauthorized,
  headers: [{ id: headerId.challenge, kind: 'octets', value: encodeChallenge({ nonce, options: 1, realm: 'r' }) }],
});
/** Takes everything, as a receiver does. */
const takes =
  (maximumPacket = 1024): Script =>
  ({ code }) =>
    code === opcode.connect ? granted(maximumPacket) : plainPacket(code === opcode.put ? answer.continue : answer.success);

async function send(port: number, octets: Uint8Array, options: Partial<ObexSenderOptions> = {}): Promise<string> {
  const sender = obexSender(
    {
      target: 'obex://bench',
      open: (signal) => connectObex({ host: '127.0.0.1', port }, signal, systemClock),
      answerMs: 300,
      ...options,
    },
    { clock: systemClock },
  );
  const outcome = await sender.send(pushOf(octets, [['X-Wapbridge-Hops', '2']]), { signal: new AbortController().signal }).then(
    () => 'sent',
    (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
  );
  await sender.close();
  return outcome;
}

describe('an OBEX sender', () => {
  test('connects to SYNCML-DM, puts one packet where it fits, and disconnects', async () => {
    const { port, requests } = await serve(takes());
    expect(await send(port, bodyOf(700))).toBe('sent');
    expect(requests.map(({ code }) => code)).toEqual([opcode.connect, opcode.putFinal, opcode.disconnect]);
    const [connect, put] = requests;
    expect(Buffer.compare(octetsHeader(connect?.headers ?? [], headerId.target) ?? new Uint8Array(), dmTarget)).toBe(0);
    const headers = put?.headers ?? [];
    expect(headers.map(({ id }) => id)).toEqual([
      headerId.connectionId,
      headerId.name,
      headerId.type,
      headerId.length,
      headerId.http,
      headerId.endOfBody,
    ]);
    expect(numberHeader(headers, headerId.connectionId)).toBe(7);
    expect(textHeader(headers, headerId.name)).toBe('dm.wbxml');
    expect(Buffer.from(octetsHeader(headers, headerId.type) ?? []).toString('latin1')).toBe(`${dmType}\0`);
    expect(numberHeader(headers, headerId.length)).toBe(700);
    expect(asciiOf(octetsHeader(headers, headerId.http) ?? new Uint8Array())).toBe('X-Wapbridge-Hops: 2\r\n');
    expect(Buffer.compare(octetsHeader(headers, headerId.endOfBody) ?? new Uint8Array(), bodyOf(700))).toBe(0);
  });

  test.each([
    [255, 30_000],
    [255, 0],
    [255, 1],
    [1024, 1024],
    [65_535, 200_000],
  ])('keeps to packets of %i octets with %i octets to send, data in the last one', async (most, length) => {
    const { port, requests, octets } = await serve(takes(most));
    expect(await send(port, bodyOf(length))).toBe('sent');
    expect(Math.max(...octets.slice(1))).toBeLessThanOrEqual(most);
    const puts = requests.filter(({ code }) => code === opcode.put || code === opcode.putFinal);
    const bodies = puts.map(({ headers }) => octetsHeader(headers, headerId.body) ?? octetsHeader(headers, headerId.endOfBody));
    expect(Buffer.compare(Buffer.concat(bodies.map((one) => one ?? new Uint8Array())), bodyOf(length))).toBe(0);
    expect(bodies.at(-1)?.length ?? -1).toBeGreaterThanOrEqual(Math.min(1, length));
  });

  const outcomes: readonly (readonly [string, string, Script])[] = [
    ['a refused connection', 'endpoints/refused', () => ({ ...granted(), code: answer.notFound })],
    ['a refused type', 'endpoints/refused', ({ code }) => (code === opcode.connect ? granted() : plainPacket(answer.unsupportedType))],
    [
      'a receiver that is busy',
      'endpoints/try-later',
      ({ code }) => (code === opcode.connect ? granted() : plainPacket(answer.unavailable)),
    ],
    [
      'a connection lost before the object was whole',
      'endpoints/not-reached',
      ({ code }) => (code === opcode.connect ? granted(255) : null),
    ],
    ['a connection lost after it was whole', 'endpoints/no-answer', ({ code }) => (code === opcode.connect ? granted() : null)],
    ['silence at the connection', 'endpoints/not-reached', () => undefined],
    ['silence at the end', 'endpoints/no-answer', ({ code }) => (code === opcode.connect ? granted() : undefined)],
    ['Success in the middle', 'endpoints/no-answer', ({ code }) => (code === opcode.connect ? granted(255) : plainPacket(answer.success))],
    ['Continue at the end', 'endpoints/no-answer', ({ code }) => (code === opcode.connect ? granted() : plainPacket(answer.continue))],
    ['a demand for a password where none is known', 'endpoints/refused', () => challenged(bodyOf(16))],
  ];
  test.each(outcomes)('%s is %s', async (what, code, script) => {
    const { port } = await serve(script);
    const octets = what.includes('middle') || what.includes('before') ? 600 : 100;
    expect(await send(port, bodyOf(octets))).toMatch(new RegExp(`^${code} `));
  });

  test('a port where nobody listens was not reached', async () => {
    const { port } = await serve(takes());
    for (const end of endings.splice(0)) await end();
    expect(await send(port, bodyOf(3))).toMatch(/^endpoints\/not-reached /);
  });

  test('a receiver that is silent at the farewell has taken the message', async () => {
    const { port } = await serve((request, index) => (request.code === opcode.disconnect ? undefined : takes()(request, index)));
    expect(await send(port, bodyOf(3))).toBe('sent');
  });

  test('a send that is given up ends an object in its middle with ABORT', async () => {
    const stop = new AbortController();
    const { port, requests } = await serve(({ code }) => {
      if (code === opcode.connect) return granted(255);
      stop.abort(new RangeError('given up'));
      return undefined;
    });
    const sender = obexSender(
      { target: 'obex://bench', open: (signal) => connectObex({ host: '127.0.0.1', port }, signal, systemClock) },
      { clock: systemClock },
    );
    await expect(sender.send(pushOf(bodyOf(900)), { signal: stop.signal })).rejects.toThrow('given up');
    while (requests.at(-1)?.code !== opcode.abort) await new Promise((resolve) => setImmediate(resolve));
    await sender.close();
  });
});

describe('an OBEX sender with a password', () => {
  const own = { user: 'bench', password: 'secret' };
  const nonce = Uint8Array.from({ length: 16 }, (_, index) => index);
  const challengeIn = ({ headers }: ObexPacket): Uint8Array =>
    decodeChallenge(octetsHeader(headers, headerId.challenge) ?? new Uint8Array())?.nonce ?? new Uint8Array();
  const proof = (to: Uint8Array, password: string): ObexHeader => ({
    id: headerId.response,
    kind: 'octets',
    value: encodeResponse({ digest: obexDigest(to, password), userId: null, nonce: to }),
  });
  const receiver =
    (prove: (request: ObexPacket) => readonly ObexHeader[]): Script =>
    (request, index) => {
      if (request.code !== opcode.connect) return takes()(request, index);
      return index === 0 ? challenged(nonce) : granted(1024, prove(request));
    };

  test('answers a challenge, and sends when the receiver has proved itself too', async () => {
    const { port, requests } = await serve(receiver((request) => [proof(challengeIn(request), 'secret')]));
    expect(await send(port, bodyOf(5), { own })).toBe('sent');
    const response = decodeResponse(octetsHeader(requests[1]?.headers ?? [], headerId.response) ?? new Uint8Array());
    expect(Buffer.from(response?.digest ?? []).toString('hex')).toBe('f75600cdbd52064bea92eca36d553b00');
    expect(Buffer.from(response?.userId ?? []).toString()).toBe('bench');
    expect(challengeIn(requests[0] ?? plainPacket(0))).not.toEqual(challengeIn(requests[1] ?? plainPacket(0)));
  });

  test('takes a proof that came with the challenge', async () => {
    const { port } = await serve((request, index) => {
      if (request.code !== opcode.connect) return takes()(request, index);
      if (index > 0) return granted();
      const asked = challenged(nonce);
      return { ...asked, headers: [...asked.headers, proof(challengeIn(request), 'secret')] };
    });
    expect(await send(port, bodyOf(5), { own })).toBe('sent');
  });

  let first: Uint8Array = new Uint8Array();
  const liars: readonly (readonly [string, Script])[] = [
    ['nothing', receiver(() => [])],
    ['another password', receiver((request) => [proof(challengeIn(request), 'guess')])],
    ['what the sender said itself', receiver(({ headers }) => headers.filter(({ id }) => id === headerId.response))],
    ['the answer to another challenge', receiver(() => [proof(nonce, 'secret')])],
    [
      "the sender's own answer to its own nonce",
      (request, index) => {
        if (request.code !== opcode.connect) return takes()(request, index);
        if (index === 0) {
          first = challengeIn(request);
          return challenged(first);
        }
        return granted(
          1024,
          request.headers.filter(({ id }) => id === headerId.response),
        );
      },
    ],
    ['nothing, and asks nothing either', takes()],
  ];
  test.each(liars)('gives nothing to a receiver that proves %s', async (_, script) => {
    const { port, requests } = await serve(script);
    expect(await send(port, bodyOf(5), { own })).toMatch(/^endpoints\/peer-not-proved /);
    expect(requests.some(({ code }) => code === opcode.put || code === opcode.putFinal)).toBe(false);
  });

  test('where it is told to, it sends to a receiver that proves nothing', async () => {
    const { port } = await serve(receiver(() => []));
    expect(await send(port, bodyOf(5), { own, mutual: false })).toBe('sent');
  });

  test('is told when its own password is wrong', async () => {
    const { port } = await serve(() => challenged(nonce));
    expect(await send(port, bodyOf(5), { own })).toMatch(/^endpoints\/refused .*C1 Unauthorized/);
  });

  test('answers a challenge at the object', async () => {
    const { port, requests } = await serve((request, index) =>
      request.code === opcode.putFinal && octetsHeader(request.headers, headerId.response) === undefined
        ? { ...challenged(nonce), connect: null }
        : takes()(request, index),
    );
    expect(await send(port, bodyOf(5), { own, mutual: false })).toBe('sent');
    expect(requests.filter(({ code }) => code === opcode.putFinal)).toHaveLength(2);
  });

  test('and the listener of this house agree', async () => {
    const opened: { listener: EndpointListener; port: number; messages: unknown[] } = await openObex({ senders: [own] });
    endings.push(() => opened.listener.close());
    expect(await send(opened.port, bodyOf(5), { own })).toBe('sent');
    expect(await send(opened.port, bodyOf(5), { own: { ...own, password: 'guess' } })).toMatch(/^endpoints\/refused /);
    expect(await send(opened.port, bodyOf(5))).toMatch(/^endpoints\/refused /);
    expect(opened.messages).toHaveLength(1);
  });
});
