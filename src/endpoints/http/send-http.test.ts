import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { fromWdp, type PushMessage } from '../../push/index.js';
import { ManualClock, systemClock } from '../../runtime/index.js';
import { dmMessage, openHttp } from './http.testing.js';
import { type HttpSenderOptions, httpSender } from './send-http.js';
import type { SenderProofOptions } from './sender-proof.js';

const endings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

const pushOf = (wsp: string): PushMessage => {
  const push = fromWdp({ destinationPort: 2948, sourcePort: 9200, portBits: 16, octets: Buffer.from(wsp, 'hex') });
  if (push.kind !== 'push') throw new TypeError('no push');
  return push;
};
const push = pushOf(`010603C2AF87${dmMessage.toString('hex')}`);
const memory = () => {
  const known = new Set<string>();
  return {
    has: (user: string, nonce: string) => known.has(user + nonce),
    add: (user: string, nonce: string) => void known.add(user + nonce),
  };
};
const proof = (kind: SenderProofOptions['kind'], nonces: readonly string[] = []): SenderProofOptions => ({
  kind,
  user: 'bench',
  password: 'secret',
  nonces,
  used: memory(),
});
const send = async (port: number, options: Partial<HttpSenderOptions> = {}, what = push, times = 1): Promise<void> => {
  const sender = httpSender({ target: `http://127.0.0.1:${port}`, ...options }, { clock: systemClock });
  try {
    for (let time = 0; time < times; time += 1) await sender.send(what, { signal: new AbortController().signal });
  } finally {
    await sender.close();
  }
};
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(request, response));
  });
  return listen(server);
}
async function listen(server: Server | TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('a push that is posted', () => {
  test.each([false, true])('arrives octet for octet with type, id and parameters, inside an envelope: %s', async (envelope) => {
    const { listener, port, taken } = await openHttp();
    endings.push(() => listener.close());
    await send(port, { envelope }, pushOf(`01061003C281EAAF87582D466F6F0062617200${dmMessage.toString('hex')}`));
    const [message] = taken.messages;
    const text = Buffer.from(message?.octets ?? []).toString('latin1');
    const headers = envelope ? text.split('\r\n\r\n')[0] : JSON.stringify(message?.envelope.headers);
    expect(headers).toMatch(/application\/vnd\.syncml\.dm\+wbxml; charset=utf-8/);
    expect(headers).toMatch(/X-Wap-Application-Id.{1,4}x-wap-application:syncml\.dm/);
    expect(headers).toMatch(/X-Foo.{1,4}bar/);
    expect(text.endsWith(dmMessage.toString('latin1'))).toBe(true);
    expect(text.length - dmMessage.length > 0).toBe(envelope);
  });

  test.each(['hmac', 'md5', 'basic'] as const)(
    'proves who sent it by %s: with a nonce agreed, with challenges, and with each next nonce',
    async (kind) => {
      const senders = [{ user: 'bench', password: 'secret', nonces: ['nonce01'] }];
      const { listener, port, taken } = await openHttp({ credentials: { kinds: [kind], senders, used: memory() } });
      endings.push(() => listener.close());
      await send(port, { proof: proof(kind, ['nonce01']) }, push, 3);
      expect(taken.refusals).toEqual([]);
      await send(port, { proof: proof(kind) }, push, 2);
      expect(taken.messages).toHaveLength(5);
      await expect(send(port, { proof: { ...proof(kind), password: 'other' } })).rejects.toMatchObject({ code: 'endpoints/refused' });
      await expect(send(port)).rejects.toMatchObject({ code: 'endpoints/refused' });
      expect(taken.messages).toHaveLength(5);
    },
  );

  test('goes only where it is registered for, and again after the terminal has changed', async () => {
    const seen: string[] = [];
    let tag = 'aa';
    const port = await serve((request, response) => {
      const { 'x-wap-cpitag': known } = request.headers;
      seen.push(`${request.method} ${known ?? '-'}`);
      if (request.method === 'OPTIONS') {
        const headers = { 'X-Wap-Push-Status': '501', 'X-Wap-CPITag': tag, 'X-Wap-Push-MaxMsgSize': '200', 'X-Wap-Push-Accept-AppID': '*' };
        response.writeHead(204, headers).end();
      } else response.writeHead(204, { 'X-Wap-Push-Status': known === tag ? '400 Accepted' : '256' }).end();
    });
    const sender = httpSender({ target: `http://127.0.0.1:${port}/wappush`, register: true }, { clock: systemClock });
    const { signal } = new AbortController();
    await sender.send(push, { signal });
    tag = 'bb';
    await sender.send(push, { signal });
    expect(seen).toEqual(['OPTIONS -', 'POST aa', 'POST aa', 'OPTIONS -', 'POST bb']);
    await expect(sender.send({ ...push, body: new Uint8Array(201) }, { signal })).rejects.toMatchObject({ code: 'endpoints/refused' });
    await sender.close();
  });

  test.each([
    [200, undefined, null],
    [204, '400', null],
    [204, '400 Accepted', null],
    [204, '235', 'endpoints/refused'],
    [204, '236', 'endpoints/refused'],
    [204, '237', 'endpoints/try-later'],
    [204, '238', 'endpoints/refused'],
    [204, '256', 'endpoints/refused'],
    [302, undefined, 'endpoints/refused'],
    [401, undefined, 'endpoints/refused'],
    [404, undefined, 'endpoints/refused'],
    [408, undefined, 'endpoints/try-later'],
    [415, undefined, 'endpoints/refused'],
    [429, undefined, 'endpoints/try-later'],
    [500, undefined, 'endpoints/no-answer'],
    [502, undefined, 'endpoints/no-answer'],
    [503, undefined, 'endpoints/try-later'],
  ])('answered with %i and push status %s comes to %s', async (status, pushStatus, code) => {
    const port = await serve((_request, response) =>
      response
        .writeHead(status, { Location: 'http://127.0.0.1:1/', ...(pushStatus === undefined ? {} : { 'X-Wap-Push-Status': pushStatus }) })
        .end(),
    );
    const outcome = await send(port).then(
      () => null,
      (error: { readonly code: string }) => error.code,
    );
    expect(outcome).toBe(code);
  });

  test('is not reached where nobody listens, unknown where the connection ends behind it, and where it is no HTTP that answers', async () => {
    await expect(send(9)).rejects.toMatchObject({ code: 'endpoints/not-reached' });
    const silent = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    await expect(send(silent)).rejects.toMatchObject({ code: 'endpoints/no-answer' });
    const garbled = await listen(createTcpServer((socket) => socket.end('220 mail\r\n')));
    await expect(send(garbled)).rejects.toMatchObject({ code: 'endpoints/no-answer' });
    const endless = await serve((_request, response) => {
      response.writeHead(200);
      response.write(Buffer.alloc(1_000_000));
    });
    await expect(send(endless)).resolves.toBeUndefined();
  });

  test('goes on the connection of the one before while that is open, and on another when the server has ended it', async () => {
    const seen = new Set<number | undefined>();
    let ends = false;
    const port = await serve((request, response) => {
      seen.add(request.socket.remotePort);
      if (ends) response.setHeader('Connection', 'close');
      response.writeHead(204).end();
    });
    const sender = httpSender({ target: `http://127.0.0.1:${port}` }, { clock: systemClock });
    const { signal } = new AbortController();
    await sender.send(push, { signal });
    await sender.send(push, { signal });
    expect(seen.size).toBe(1);
    ends = true;
    await sender.send(push, { signal });
    await sender.send(push, { signal });
    expect(seen.size).toBe(2);
    await sender.close();
  });

  test('holds no connection of a server whose answer never ends', async () => {
    const closed: Promise<unknown>[] = [];
    const port = await serve((request, response) => {
      closed.push(once(request.socket, 'close'));
      response.writeHead(200).write('more');
    });
    const clock = new ManualClock();
    const sender = httpSender({ target: `http://127.0.0.1:${port}` }, { clock });
    await sender.send(push, { signal: new AbortController().signal });
    await clock.step(5000);
    await closed[0];
    expect(clock.waiting).toBe(0);
    await sender.close();
  });

  test('is given up at once where its sender is', async () => {
    let resolve: () => void = () => {};
    const promise = new Promise<void>((given) => {
      resolve = given;
    });
    const port = await listen(createTcpServer((socket) => socket.once('data', () => resolve())));
    const sender = httpSender({ target: `http://127.0.0.1:${port}` }, { clock: systemClock });
    const abort = new AbortController();
    const sent = sender.send(push, { signal: abort.signal });
    await promise;
    abort.abort(new TypeError('over'));
    await expect(sent).rejects.toThrow('over');
    await sender.close();
  });

  test.each(['http://u:p@127.0.0.1/', 'http://', 'http://[::1/'])('cannot be posted to %s', (target) => {
    expect(() => httpSender({ target }, { clock: systemClock })).toThrow(expect.objectContaining({ code: 'endpoints/bad-target' }));
  });
});
