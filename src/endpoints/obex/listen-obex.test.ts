import { afterEach, describe, expect, test } from 'vitest';
import type { EndpointListener } from '../types.js';
import { decodeChallenge, decodeResponse, encodeChallenge, encodeResponse, obexDigest } from './authentication.js';
import { answer, dmTarget, headerId, opcode } from './codes.js';
import { numberHeader, type ObexHeader, octetsHeader } from './header.js';
import {
  body,
  bodyOf,
  connectPacket,
  dmType,
  endOfBody,
  later,
  length,
  openObex,
  put,
  putFinal,
  RawObex,
  target,
  typeHeader,
} from './obex.testing.js';
import { encodePacket, type ObexPacket, plainPacket } from './packet.js';

const listeners: EndpointListener[] = [];
const peers: RawObex[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.end();
  for (const listener of listeners.splice(0)) await listener.close();
});

async function open(...parameters: Parameters<typeof openObex>) {
  const opened = await openObex(...parameters);
  listeners.push(opened.listener);
  return opened;
}
function peerOf(port: number): RawObex {
  const peer = new RawObex(port);
  peers.push(peer);
  return peer;
}
async function connected(port: number): Promise<{ readonly peer: RawObex; readonly id: ObexHeader }> {
  const peer = peerOf(port);
  const said = await peer.ask(connectPacket());
  expect(said.code).toBe(answer.success);
  return { peer, id: { id: headerId.connectionId, kind: 'u32', value: numberHeader(said.headers, headerId.connectionId) ?? -1 } };
}
const hex = (octets: Uint8Array | undefined) => Buffer.from(octets ?? []).toString('hex');

describe('an OBEX listener', () => {
  test('grants SYNCML-DM with Connection-Id and Who', async () => {
    const { port } = await open();
    const said = await peerOf(port).ask(connectPacket());
    expect([said.code, said.connect]).toEqual([answer.success, { version: 0x10, flags: 0, maximumPacket: 65_535 }]);
    expect(said.headers[0]?.id).toBe(headerId.connectionId);
    expect(hex(octetsHeader(said.headers, headerId.who))).toBe(hex(dmTarget));
  });

  const whole = bodyOf(600);
  const shapes: readonly (readonly [string, (id: ObexHeader) => readonly ObexPacket[]])[] = [
    ['one packet with End-of-Body', (id) => [putFinal([id, typeHeader(dmType), length(600), endOfBody(whole)])]],
    ['one packet with Body and no End-of-Body', (id) => [putFinal([id, typeHeader(dmType), length(600), body(whole)])]],
    [
      'packets, the last with an empty End-of-Body',
      (id) => [
        put([id, typeHeader(dmType), length(600), body(whole.subarray(0, 200))]),
        put([body(whole.subarray(200))]),
        putFinal([endOfBody(new Uint8Array())]),
      ],
    ],
    [
      'packets, the last with data in End-of-Body',
      (id) => [put([id, typeHeader(dmType)]), put([body(whole.subarray(0, 250))]), putFinal([endOfBody(whole.subarray(250))])],
    ],
    [
      'packets, the last with Body alone',
      (id) => [put([id, typeHeader(dmType), body(whole.subarray(0, 1))]), putFinal([body(whole.subarray(1))])],
    ],
    [
      'several bodies in one packet, and an empty one',
      (id) => [putFinal([id, typeHeader(dmType), body(whole.subarray(0, 10)), body(new Uint8Array()), endOfBody(whole.subarray(10))])],
    ],
    ['a last packet without any body', (id) => [put([id, typeHeader(dmType), body(whole)]), putFinal([])]],
    [
      'Type in a later packet',
      (id) => [put([id, length(600), body(whole.subarray(0, 100))]), putFinal([typeHeader(dmType), endOfBody(whole.subarray(100))])],
    ],
  ];
  test.each(shapes)('takes an object in %s', async (_, packetsOf) => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    const packets = packetsOf(id);
    const codes: number[] = [];
    for (const packet of packets) codes.push(await peer.code(packet));
    expect(codes).toEqual([...packets.slice(1).map(() => answer.continue), answer.success]);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({ binding: 'obex', retransmissionKey: null });
    expect(messages[0]?.envelope.headers[0]).toEqual(['Content-Type', dmType]);
    expect(hex(messages[0]?.octets)).toBe(hex(whole));
    expect(await peer.code(plainPacket(opcode.disconnect))).toBe(answer.success);
  });

  test('an empty body is a message without one, and no body at all asks for a deletion, which is refused and is no message', async () => {
    const { port, messages, refusals } = await open({ inbox: true });
    const { peer, id } = await connected(port);
    expect(await peer.code(putFinal([id, typeHeader(dmType), endOfBody(new Uint8Array())]))).toBe(answer.success);
    expect(messages.map(({ octets }) => octets.length)).toEqual([0]);
    expect(await peer.code(putFinal([id, typeHeader(dmType)]))).toBe(answer.forbidden);
    expect(await peerOf(port).code(putFinal([{ id: headerId.name, kind: 'text', value: 'a' }]))).toBe(answer.forbidden);
    expect(messages).toHaveLength(1);
    expect(refusals.map(({ code }) => code)).toEqual(['endpoints/obex-refused', 'endpoints/obex-refused']);
  });

  test('an object whose body is encoded, or that has two types, is refused, and one that says a thing twice is taken', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    const http = (line: string): ObexHeader => ({ id: headerId.http, kind: 'octets', value: Buffer.from(`${line}\r\n`) });
    const put = (...more: readonly ObexHeader[]) => peer.code(putFinal([id, typeHeader(dmType), ...more, endOfBody(whole)]));
    expect(await put(http('Content-Encoding: gzip'))).toBe(answer.unsupportedType);
    expect(await put(typeHeader('text/plain'))).toBe(answer.badRequest);
    expect(messages).toEqual([]);
    expect(await put(http('content-encoding: identity'))).toBe(answer.success);
    expect(await put(typeHeader(dmType))).toBe(answer.success);
  });

  test('says Success only when the disk has it, and Service Unavailable where the disk refuses', async () => {
    const { promise: stored, resolve: store } = later();
    let refuse = false;
    const { port, messages, refusals } = await open({}, () => (refuse ? Promise.reject(new RangeError('full')) : stored));
    const { peer, id } = await connected(port);
    let said: number | null = null;
    const asked = peer.code(putFinal([id, typeHeader(dmType), endOfBody(whole)])).then((code) => {
      said = code;
    });
    await (await connected(port)).peer.code(plainPacket(opcode.abort));
    expect(said).toBeNull();
    store();
    await asked;
    expect([said, messages.length]).toEqual([answer.success, 1]);
    refuse = true;
    expect(await peer.code(putFinal([id, typeHeader(dmType), endOfBody(whole)]))).toBe(answer.unavailable);
    expect(refusals.map(({ code }) => code)).toEqual(['endpoints/not-stored']);
  });

  test('ABORT forgets what had come, and the next object is whole by itself', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    expect(await peer.code(put([id, typeHeader(dmType), body(whole)]))).toBe(answer.continue);
    expect(await peer.code(plainPacket(opcode.abort))).toBe(answer.success);
    expect(await peer.code(putFinal([id, typeHeader(dmType), endOfBody(bodyOf(3))]))).toBe(answer.success);
    expect(messages.map(({ octets }) => octets.length)).toEqual([3]);
  });

  test('what is put behind a refusal in the middle is refused with it, and the next object is taken', async () => {
    const { port, messages, refusals } = await open();
    const { peer, id } = await connected(port);
    const foreign = typeHeader('text/plain');
    expect(await peer.code(put([id, foreign, body(whole)]))).toBe(answer.unsupportedType);
    expect(await peer.code(put([body(whole)]))).toBe(answer.unsupportedType);
    expect(await peer.code(putFinal([endOfBody(whole)]))).toBe(answer.unsupportedType);
    expect(await peer.code(putFinal([id, typeHeader(dmType), endOfBody(whole)]))).toBe(answer.success);
    expect(messages).toHaveLength(1);
    expect(refusals.map(({ code }) => code)).toEqual(['endpoints/obex-refused']);
  });

  const refused: readonly (readonly [string, number, (id: ObexHeader) => ObexPacket])[] = [
    ['another type', answer.unsupportedType, (id) => putFinal([id, typeHeader('application/vnd.syncml.notification'), endOfBody(whole)])],
    ['a type that begins like one', answer.unsupportedType, (id) => putFinal([id, typeHeader(`${dmType}x`), endOfBody(whole)])],
    ['no type', answer.unsupportedType, (id) => putFinal([id, endOfBody(whole)])],
    [
      'another connection',
      answer.unavailable,
      () => putFinal([{ id: headerId.connectionId, kind: 'u32', value: 99_999 }, typeHeader(dmType)]),
    ],
    ['a Length above what came', answer.badRequest, (id) => putFinal([id, typeHeader(dmType), length(601), endOfBody(whole)])],
    ['a Length below what came', answer.badRequest, (id) => putFinal([id, typeHeader(dmType), length(599), endOfBody(whole)])],
    ['a Length above the bound', answer.tooLarge, (id) => put([id, typeHeader(dmType), length(262_145)])],
    ['a body behind its end', answer.badRequest, (id) => putFinal([id, typeHeader(dmType), endOfBody(whole), body(whole)])],
    ['GET', answer.notImplemented, (id) => plainPacket(0x83, [id])],
    ['SETPATH', answer.notImplemented, () => ({ code: opcode.setPath, connect: null, path: { flags: 2, constants: 0 }, headers: [] })],
    ['SESSION', answer.notImplemented, () => plainPacket(0x87)],
  ];
  test.each(refused)('refuses %s, and goes on', async (_, code, packetOf) => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    expect(await peer.code(packetOf(id))).toBe(code);
    await peer.ask(plainPacket(opcode.abort));
    expect(await peer.code(putFinal([id, typeHeader(dmType.toUpperCase()), endOfBody(whole)]))).toBe(answer.success);
    expect(messages).toHaveLength(1);
  });

  test('refuses an object whose packets add up to too much', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    const piece = body(bodyOf(60_000));
    const codes = [await peer.code(put([id, typeHeader(dmType), piece]))];
    for (let index = 0; index < 4; index += 1) codes.push(await peer.code(put([piece])));
    expect(codes).toEqual([answer.continue, answer.continue, answer.continue, answer.continue, answer.tooLarge]);
    expect(messages).toEqual([]);
  });

  test('refuses an object whose header fields add up to too much', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    const field: ObexHeader = { id: headerId.http, kind: 'octets', value: Buffer.from(`X-A: ${'a'.repeat(10_000)}`) };
    expect(await peer.code(put([id, typeHeader(dmType), field]))).toBe(answer.continue);
    expect(await peer.code(putFinal([field, endOfBody(whole)]))).toBe(answer.tooLarge);
    expect(messages).toEqual([]);
  });

  test('refuses another service, none, and objects before CONNECT', async () => {
    const { port } = await open();
    expect(await peerOf(port).code(connectPacket([]))).toBe(answer.notFound);
    expect(await peerOf(port).code(connectPacket([target(Buffer.from('SYNCML-SYNC'))]))).toBe(answer.notFound);
    expect(await peerOf(port).code(putFinal([typeHeader(dmType), endOfBody(whole)]))).toBe(answer.forbidden);
    expect(await peerOf(port).code(connectPacket([target()], 254))).toBe(answer.badRequest);
  });

  test('with an inbox, objects of any type are taken that are put to no service', async () => {
    const { port, messages } = await open({ inbox: true });
    const peer = peerOf(port);
    const said = await peer.ask(connectPacket([]));
    expect([said.code, said.headers]).toEqual([answer.success, []]);
    expect(await peer.code(putFinal([typeHeader('text/plain'), endOfBody(whole)]))).toBe(answer.success);
    expect(await peerOf(port).code(putFinal([endOfBody(whole)]))).toBe(answer.success);
    expect(messages.map(({ envelope }) => envelope.headers)).toEqual([[['Content-Type', 'text/plain']], []]);
    const { peer: dm, id } = await connected(port);
    expect(await dm.code(putFinal([id, typeHeader('text/plain'), endOfBody(whole)]))).toBe(answer.unsupportedType);
  });

  test('HTTP headers come along, without those that prove something', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    const http: ObexHeader = {
      id: headerId.http,
      kind: 'octets',
      value: Buffer.from('X-Wapbridge-Hops: 2\r\nX-SyncML-Hmac: mac=abc\r\nAuthorization: Basic x\r\nContent-Type: text/plain\r\nbad\r\n'),
    };
    await peer.ask(putFinal([id, typeHeader(dmType), { id: headerId.name, kind: 'text', value: 'a\r\nb' }, http, endOfBody(whole)]));
    expect(messages[0]?.envelope.headers).toEqual([
      ['Content-Type', dmType],
      ['Name', 'ab'],
      ['X-Wapbridge-Hops', '2'],
    ]);
  });
});

describe('an OBEX listener whose senders must prove themselves', () => {
  const senders = [
    { user: 'dms', password: 'not-for-the-log-4711' },
    { user: 'other', password: 'another' },
  ];
  const proofOf = (said: ObexPacket, password: string, user: string | null = 'dms', withNonce = true): ObexHeader => {
    const challenge = decodeChallenge(octetsHeader(said.headers, headerId.challenge) ?? new Uint8Array());
    const nonce = challenge?.nonce ?? new Uint8Array();
    const value = encodeResponse({
      digest: obexDigest(nonce, password),
      userId: user === null ? null : Buffer.from(user),
      nonce: withNonce ? nonce : null,
    });
    return { id: headerId.response, kind: 'octets', value };
  };

  test.each([
    ['with user and nonce', 'dms', true],
    ['without a nonce', 'dms', false],
    ['without a user', null, true],
  ])('challenges, and takes the right digest %s', async (_, user, withNonce) => {
    const { port, messages, refusals } = await open({ senders });
    const peer = peerOf(port);
    const said = await peer.ask(connectPacket());
    expect(said.code).toBe(answer.unauthorized);
    expect(decodeChallenge(octetsHeader(said.headers, headerId.challenge) ?? new Uint8Array())).toMatchObject({
      options: 1,
      realm: 'wapbridge',
    });
    expect(await peer.code(connectPacket([target(), proofOf(said, 'not-for-the-log-4711', user, withNonce)]))).toBe(answer.success);
    expect(await peer.code(putFinal([typeHeader(dmType), endOfBody(bodyOf(5))]))).toBe(answer.success);
    expect([messages.length, refusals]).toEqual([1, []]);
  });

  test('a wrong digest, another user, a digest of nothing and one that was used are challenged anew; the third ends the connection', async () => {
    const { port, messages, refusals } = await open({ senders });
    const peer = peerOf(port);
    const first = await peer.ask(connectPacket());
    const proof = proofOf(first, 'not-for-the-log-4711');
    expect(await peer.code(connectPacket([target(), proof]))).toBe(answer.success);
    const again = await peer.ask(connectPacket([target(), proof]));
    expect(again.code).toBe(answer.unauthorized);
    expect(await peer.code(putFinal([typeHeader(dmType), endOfBody(bodyOf(5))]))).toBe(answer.forbidden);
    const wrong = await peer.ask(connectPacket([target(), proofOf(again, 'wrong')]));
    expect(wrong.code).toBe(answer.unauthorized);
    expect(await peer.code(connectPacket([target(), proofOf(wrong, 'another')]))).toBe(answer.unauthorized);
    expect(await peer.next()).toBeNull();
    expect(messages).toEqual([]);
    const told = refusals.map(({ code, message }) => `${code} ${message}`).join('\n');
    expect(told.match(/obex-not-authenticated/g)).toHaveLength(3);
    expect(told).toContain('not good any more');
    expect(told).not.toContain('not-for-the-log');
  });

  test('a digest that was heard on one connection is worth nothing on another', async () => {
    const { port } = await open({ senders });
    const [one, other] = [peerOf(port), peerOf(port)];
    const proof = proofOf(await one.ask(connectPacket()), 'not-for-the-log-4711');
    expect(await one.code(connectPacket([target(), proof]))).toBe(answer.success);
    await other.ask(connectPacket());
    expect(await other.code(connectPacket([target(), proof]))).toBe(answer.unauthorized);
    expect(await peerOf(port).code(connectPacket([target(), proof]))).toBe(answer.unauthorized);
  });

  test('a sender that asks is answered, but not before it has proved itself', async () => {
    const { port } = await open({ senders });
    const peer = peerOf(port);
    const nonce = Buffer.from('0123456789abcdef');
    const ours: ObexHeader = { id: headerId.challenge, kind: 'octets', value: encodeChallenge({ nonce, options: 0, realm: null }) };
    const first = await peer.ask(connectPacket([target(), ours]));
    expect(octetsHeader(first.headers, headerId.response)).toBeUndefined();
    const second = await peer.ask(connectPacket([target(), proofOf(first, 'not-for-the-log-4711'), ours]));
    const response = decodeResponse(octetsHeader(second.headers, headerId.response) ?? new Uint8Array());
    expect(hex(response?.digest)).toBe(hex(obexDigest(nonce, 'not-for-the-log-4711')));
  });

  test('with an inbox, an object outside a connection is challenged too', async () => {
    const { port, messages } = await open({ senders, inbox: true });
    const peer = peerOf(port);
    const said = await peer.ask(putFinal([endOfBody(bodyOf(5))]));
    expect(said.code).toBe(answer.unauthorized);
    expect(await peer.code(putFinal([proofOf(said, 'another', 'other'), endOfBody(bodyOf(5))]))).toBe(answer.success);
    expect(messages).toHaveLength(1);
  });
});

describe('an OBEX listener and those who mean it harm', () => {
  const good = async (port: number): Promise<void> => {
    const { peer, id } = await connected(port);
    expect(await peer.code(putFinal([id, typeHeader(dmType), endOfBody(bodyOf(100))]))).toBe(answer.success);
    peer.end();
  };
  const patience = { packetMs: 150, idleMs: 60_000, quietMs: null };

  test.each([
    ['a length below three', '820002', answer.badRequest, 'endpoints/obex-malformed'],
    ['what is no OBEX', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex'), null, null],
    ['a length above what was agreed', '82FFFF', answer.tooLarge, 'endpoints/obex-too-large'],
  ])('%s is answered or waited for, and others are served', async (_, octets, code, told) => {
    const { port, refusals } = await open({ maximumPacket: 1024, patience });
    const peer = peerOf(port);
    peer.socket.write(Buffer.from(octets, 'hex'));
    const said = await peer.next();
    if (code !== null) expect(said?.[0]).toBe(code);
    if (told !== null) expect(refusals[0]?.code).toBe(told);
    expect(await peer.next()).toBeNull();
    await good(port);
  });

  test('a header with a wrong length is answered with Bad Request and the connection goes on', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    peer.socket.write(Buffer.from('82000842FFFF4142', 'hex'));
    expect((await peer.next())?.[0]).toBe(answer.badRequest);
    expect(await peer.code(putFinal([id, typeHeader(dmType), endOfBody(bodyOf(9))]))).toBe(answer.success);
    expect(messages).toHaveLength(1);
  });

  test('a packet that does not become whole is given up in time', async () => {
    const { port, refusals, messages } = await open({ patience });
    const { peer, id } = await connected(port);
    expect(await peer.code(put([id, typeHeader(dmType), body(bodyOf(5))]))).toBe(answer.continue);
    const said = await peer.next();
    expect(said?.[0]).toBe(answer.timeOut);
    expect(await peer.next()).toBeNull();
    expect(refusals.map(({ code }) => code)).toEqual(['endpoints/obex-too-slow']);
    expect(messages).toEqual([]);
    await good(port);
  });

  test('a connection that ends inside an object leaves nothing, and that is told', async () => {
    const { port, refusals, messages, listener } = await open();
    const { peer, id } = await connected(port);
    await peer.ask(put([id, typeHeader(dmType), body(bodyOf(5))]));
    peer.socket.end();
    expect(await peer.next()).toBeNull();
    await listener.close();
    listeners.length = 0;
    expect([messages, refusals.map(({ code }) => code)]).toEqual([[], ['endpoints/obex-truncated']]);
  });

  test('requests that do not wait for answers are answered in their order', async () => {
    const { port, messages } = await open();
    const { peer, id } = await connected(port);
    const one = encodePacket(putFinal([id, typeHeader(dmType), endOfBody(bodyOf(50))]));
    peer.socket.write(Buffer.concat([...Array.from({ length: 200 }, () => one), Buffer.from('ff0000', 'hex')]));
    for (let index = 0; index < 200; index += 1) expect((await peer.next())?.[0]).toBe(answer.success);
    expect((await peer.next())?.[0]).toBe(answer.badRequest);
    expect(await peer.next()).toBeNull();
    expect(messages).toHaveLength(200);
  });

  test('more half-open connections than there may be keep nobody out', { timeout: 60_000 }, async () => {
    const { port, messages } = await open();
    const held = Array.from({ length: 2300 }, () => {
      const peer = peerOf(port);
      peer.socket.write(Buffer.from('82', 'hex'));
      return peer;
    });
    await good(port);
    await good(port);
    expect(messages).toHaveLength(2);
    for (const peer of held) peer.end();
  });

  test('closing answers what is being stored and ends the rest', async () => {
    const { promise: stored, resolve: store } = later();
    const { promise: begun, resolve: begin } = later();
    const { listener, port } = await openObex({}, () => {
      begin();
      return stored;
    });
    const { peer, id } = await connected(port);
    const { peer: idle } = await connected(port);
    const said = peer.code(putFinal([id, typeHeader(dmType), endOfBody(bodyOf(5))]));
    await begun;
    const closing = listener.close();
    store();
    expect(await said).toBe(answer.success);
    expect(await idle.next()).toBeNull();
    await closing;
  });
});
