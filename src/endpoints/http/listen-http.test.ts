import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { EndpointListener } from '../types.js';
import { ask, dmMessage, openHttp, post, RawConnection } from './http.testing.js';

const open: EndpointListener[] = [];
const listen: typeof openHttp = async (...parameters) => {
  const opened = await openHttp(...parameters);
  open.push(opened.listener);
  return opened;
};
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});
const patience = { headersMs: 200, requestMs: 300, idleMs: 60_000 };

const envelope = (line: string): Buffer =>
  post(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/vnd.syncml.dm+xml\r\n${line}\r\n\r\n<SyncML/>`), {
    'Content-Type': 'application/http',
  });

describe('OTA-HTTP', () => {
  test('a push is answered with 204 and push status 400 once it is stored, and not before', async () => {
    let store: () => void = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const { port, taken } = await listen({}, () => stored);
    const connection = new RawConnection(port);
    connection.socket.write(post(dmMessage));
    // Another connection is answered meanwhile: this one waits for the disk alone.
    expect(await ask(port, 'OPTIONS /wappush HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 204 /);
    expect(connection.received).toBe('');
    store();
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 204 [\s\S]*X-Wap-Push-Status: 400 /);
    expect(taken.messages).toMatchObject([{ binding: 'http', octets: new Uint8Array(dmMessage), retransmissionKey: null }]);
    connection.socket.destroy();
  });

  test('what the disk does not take is answered with 503 and Retry-After', async () => {
    const { port, taken } = await listen({}, () => Promise.reject(new TypeError('full')));
    expect(await ask(port, post(dmMessage))).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 5/);
    expect(taken.refusals).toMatchObject([{ code: 'endpoints/not-stored' }]);
  });

  test.each([
    ['another target', 'POST /other HTTP/1.1\r\nContent-Length: 0\r\n\r\n', /^HTTP\/1\.1 404 /],
    ['another method', 'GET /wappush HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 405 [\s\S]*Allow: POST, OPTIONS/],
    ['a proxy asked for', 'CONNECT a:1 HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 405 /],
    ['no length', 'POST /wappush HTTP/1.1\r\nContent-Type: text/xml\r\n\r\nabc', /^HTTP\/1\.1 411 [\s\S]*Connection: close/],
    ['no length, by HTTP/1.0', 'POST /wappush HTTP/1.0\r\nContent-Type: text/xml\r\n\r\nabc', /^HTTP\/1\.1 411 /],
    ['encoded content', post(dmMessage, { 'Content-Encoding': 'gzip' }), /^HTTP\/1\.1 415 [\s\S]*Accept-Encoding: identity/],
    [
      'a transfer coding that nobody undoes',
      'POST /wappush HTTP/1.1\r\nContent-Type: text/xml\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      /^HTTP\/1\.1 501 [\s\S]*Connection: close/,
    ],
    ['encoded content inside an envelope', envelope('Content-Encoding: gzip'), /^HTTP\/1\.1 415 /],
    ['chunks inside an envelope', envelope('Transfer-Encoding: chunked'), /^HTTP\/1\.1 415 /],
    ['two content types inside an envelope', envelope('Content-Type: text/plain'), /^HTTP\/1\.1 400 /],
    [
      'another version',
      'POST /wappush HTTP/2.0\r\nContent-Type: text/xml\r\nContent-Length: 3\r\n\r\nabc',
      /^HTTP\/1\.1 505 [\s\S]*Connection: close/,
    ],
    ['no content type', post(dmMessage, { 'Content-Type': '' }), /^HTTP\/1\.1 400 /],
    ['an envelope that is none', post(Buffer.from('hello'), { 'Content-Type': 'application/http' }), /^HTTP\/1\.1 400 /],
    ['too much', post(Buffer.alloc(262_145)), /^HTTP\/1\.1 413 /],
    ['a flood of header fields', `POST /wappush HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`, /^HTTP\/1\.1 431 /],
    ['a flood of header octets', `POST /wappush HTTP/1.1\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['no HTTP', '\u0001\u0002\u0003\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['two lengths', post(Buffer.from('abc'), { 'content-length': '4' }), /^HTTP\/1\.1 400 /],
    ['another CPI tag', post(dmMessage, { 'X-Wap-CPITag': 'ffffffff' }), /^HTTP\/1\.1 204 [\s\S]*X-Wap-Push-Status: 256 /],
  ])('%s is told so, stored by nobody, and an error here', async (_name, sent, answer) => {
    const { port, taken } = await listen();
    expect(await ask(port, sent)).toMatch(answer);
    expect(taken.messages).toEqual([]);
    expect(taken.refusals).toHaveLength(1);
  });

  test('the absolute form of the target, an empty or missing Host, and chunks of any size are taken', async () => {
    const { port, taken } = await listen();
    const text = post(dmMessage).toString('latin1');
    for (const sent of [text, text.replace('Host: \r\n', ''), text.replace('/wappush', 'http://x:1/wappush')])
      expect(await ask(port, Buffer.from(sent, 'latin1'))).toMatch(/^HTTP\/1\.1 204 /);
    const chunks = [...dmMessage].map((octet) => Buffer.concat([Buffer.from('1\r\n'), Buffer.of(octet), Buffer.from('\r\n')]));
    const head = post(Buffer.alloc(0)).toString('latin1').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    expect(await ask(port, Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')]))).toMatch(/^HTTP\/1\.1 204 /);
    expect(taken.messages.map(({ octets }) => Buffer.compare(octets, dmMessage))).toEqual([0, 0, 0, 0]);
  });

  test('a sender of HTTP/1.0 that asks for it goes on by its connection, whatever the answers, and one that does not is left', async () => {
    const { port, taken } = await listen();
    const older = (more: Record<string, string>, body = dmMessage): string =>
      post(body, more).toString('latin1').replace('HTTP/1.1', 'HTTP/1.0');
    const stays = { Connection: 'TE, Keep-Alive' };
    const connection = new RawConnection(port);
    const asked = [
      older(stays),
      'OPTIONS /wappush HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      older({ ...stays, 'Content-Type': '' }),
      older(stays),
    ];
    for (const [index, sent] of asked.entries()) {
      connection.socket.write(Buffer.from(sent, 'latin1'));
      await connection.until(/\r\n\r\n/, index + 1);
    }
    const answers = connection.received.split('\r\n\r\n').slice(0, -1);
    expect(answers.map((answer) => [answer.split(' ')[1], /\nConnection: keep-alive(?:\r|$)/i.test(answer)])).toEqual([
      ['204', true],
      ['204', true],
      ['400', true],
      ['204', true],
    ]);
    connection.socket.write(Buffer.from(older({}), 'latin1'));
    await connection.closed;
    expect(connection.received).toMatch(/\nConnection: close\r\n(?:.+\r\n)*\r\n$/);
    const both = new RawConnection(port);
    both.socket.write(Buffer.from(older({ Connection: 'keep-alive, close' }), 'latin1'));
    await both.closed;
    expect(taken.messages).toHaveLength(4);
  });

  test('secrets of a request are not kept', async () => {
    const { port, taken } = await listen();
    await ask(port, post(dmMessage, { Authorization: 'Basic YmVuY2g6c2VjcmV0', 'X-Syncml-Hmac': 'mac=x', Cookie: 'a' }));
    expect(JSON.stringify(taken.messages[0]?.envelope)).not.toMatch(/YmVuY2g|mac=|Cookie/i);
    expect(taken.messages[0]?.envelope.headers.map(([name]) => name)).toEqual(['Host', 'Content-Type', 'Content-Length']);
  });

  test('OPTIONS registers: capabilities with their tag, and none where the gateway has that tag', async () => {
    const { port } = await listen({ terminal: { id: 'bench-1', sizeHeader: 'X-Wap-Push-MaxMsgSize' } });
    const first = await ask(port, 'OPTIONS /wappush HTTP/1.1\r\n\r\n');
    expect(first).toMatch(/X-Wap-Terminal-ID: bench-1[\s\S]*X-Wap-Push-Status: 501 [\s\S]*X-Wap-Push-MaxMsgSize: 262144/);
    const tag = /X-Wap-CPITag: (\S+)/.exec(first)?.[1] ?? '';
    const second = await ask(port, `OPTIONS /wappush HTTP/1.1\r\nX-Wap-CPITag: ${tag}\r\n\r\n`);
    expect(second).toMatch(/X-Wap-Push-Status: 500 /);
    expect(second).not.toMatch(/CPITag|MsgSize/);
    expect(await ask(port, post(dmMessage, { 'X-Wap-CPITag': tag }))).toMatch(/X-Wap-Push-Status: 400 /);
  });

  test('a sender that waits to be told to go on is told so, and one that would be refused is not', async () => {
    const { port, taken } = await listen();
    const asked = (path: string) =>
      new Promise<readonly [number, boolean]>((resolve, reject) => {
        let went = false;
        const headers = { Expect: '100-continue', 'Content-Type': 'a/b', 'Content-Length': 3 };
        const sent = request({ port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
          response.resume();
          resolve([response.statusCode ?? 0, went]);
        });
        sent.on('continue', () => {
          went = true;
          sent.end('abc');
        });
        sent.on('error', reject);
        sent.flushHeaders();
      });
    expect(await asked('/wappush')).toEqual([204, true]);
    expect(await asked('/other')).toEqual([404, false]);
    expect(taken.messages).toHaveLength(1);
  });
});

describe('hostile peers', () => {
  test('garbage behind a whole request does not take the place of its answer', async () => {
    let store: () => void = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const { port, taken } = await listen({}, () => stored);
    const connection = new RawConnection(port);
    connection.socket.write(Buffer.concat([post(dmMessage), Buffer.from('\u0000garbage\r\n\r\n')]));
    await taken.refused('endpoints/http-malformed');
    store();
    await connection.closed;
    expect(connection.received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 204']);
  });

  test('many requests on one connection are answered in their order', async () => {
    const { port, taken } = await listen();
    const connection = new RawConnection(port);
    const count = 500;
    for (let index = 0; index < count; index += 1) connection.socket.write(post(Buffer.from(String(index))));
    await connection.until(/HTTP\/1\.1 204/, count);
    expect(taken.messages.map(({ octets }) => Number(Buffer.from(octets).toString()))).toEqual(
      Array.from({ length: count }, (_, index) => index),
    );
    connection.socket.destroy();
  });

  test.each([
    ['inside the header fields', 'POST /wappush HTTP/1.1\r\nHost: x', 'endpoints/http-truncated'],
    ['inside the entity', post(dmMessage).subarray(0, -1), 'endpoints/http-truncated'],
  ])('a connection that ends %s leaves nothing', async (_name, sent, code) => {
    const { port, taken } = await listen();
    const connection = new RawConnection(port);
    connection.socket.end(sent);
    expect((await taken.refused(code)).from).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(taken.messages).toEqual([]);
  });

  test.each([
    ['says nothing', ''],
    ['stops inside its header fields', 'POST /wappush HTTP/1.1\r\n'],
    ['stops inside its entity', post(dmMessage).subarray(0, -1)],
  ])('one that %s is given up, and told so where it began', async (_name, sent) => {
    const { port, taken } = await listen({ patience });
    const connection = new RawConnection(port);
    if (sent.length > 0) connection.socket.write(sent);
    await connection.closed;
    if (sent.length > 0) expect(connection.received).toMatch(/^HTTP\/1\.1 408 /);
    expect(taken.messages).toEqual([]);
    expect(await ask(port, post(dmMessage))).toMatch(/^HTTP\/1\.1 204 /);
  });

  test('three thousand half-open connections keep nobody out', async () => {
    const { port, taken } = await listen();
    const held = Array.from({ length: 3000 }, () => new RawConnection(port));
    for (const { socket } of held) socket.write('POST /wappush HTTP/1.1\r\n');
    for (let index = 0; index < 20; index += 1) expect(await ask(port, post(dmMessage))).toMatch(/^HTTP\/1\.1 204 /);
    expect(taken.messages).toHaveLength(20);
    for (const { socket } of held) socket.destroy();
  });

  test('a connection on which a push waits for the disk does not make room for others', async () => {
    let store: () => void = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const { port } = await listen({}, () => stored);
    const waiting = new RawConnection(port);
    waiting.socket.write(post(dmMessage));
    const held = Array.from({ length: 2100 }, () => new RawConnection(port));
    await Promise.all(held.slice(-50).map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    store();
    expect(await waiting.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 204 /);
    for (const { socket } of [waiting, ...held]) socket.destroy();
  });

  test('closing answers what is being stored and ends the rest', async () => {
    let store: () => void = () => {};
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      void openHttp({}, () => {
        resolve();
        return stored;
      }).then(async ({ listener, port }) => {
        const connection = new RawConnection(port);
        connection.socket.write(post(dmMessage));
        const idle = new RawConnection(port);
        await begun;
        const closing = listener.close();
        store();
        await Promise.all([closing, connection.closed, idle.closed]);
        answered(connection.received);
      });
    });
    let answered: (text: string) => void = () => {};
    const answer = await new Promise<string>((resolve) => {
      answered = resolve;
    });
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
  });
});
