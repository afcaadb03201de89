import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket, type Server as SocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, systemClock } from '../runtime/index.js';
import { selfSigned } from './certificate.testing.js';
import { execSink } from './exec-sink.js';
import { httpSink } from './http-sink.js';
import type { Handover, Sink } from './types.js';
import { unixSink } from './unix-sink.js';

let folder: string;
let closers: (() => Promise<unknown>)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-consumers-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers) await close();
  rmSync(folder, { recursive: true, force: true });
});

const id = 'b1d4a1f2-0000-4000-8000-000000000001';
const body = new Uint8Array([0, 2, 0xa4, 0xff, 10]);
const facts = {
  event: 'message',
  id,
  receivedAt: '2026-11-22T19:38:51.204Z',
  binding: 'sms',
  modem: 'a',
  from: '$(touch hacked) "é%\u0000',
  push: { contentType: 'application/vnd.syncml.dm+wbxml', applicationId: 7 },
  verdict: { verdict: 'dm-application' },
};
const handover = (changes: Partial<Handover> = {}): Handover => ({ id, facts, body, attempt: 2, ...changes });
const accept = (sink: Sink, changes: Partial<Handover> = {}, signal = new AbortController().signal) =>
  sink.accept(handover(changes), { signal });

describe('a program', () => {
  const program = (lines: string): readonly string[] => {
    const file = join(folder, 'consumer');
    writeFileSync(file, `#!/bin/sh\n${lines}\n`);
    chmodSync(file, 0o755);
    return [file, 'first; argument', '$HOME'];
  };
  const sink = (lines: string, clock = systemClock): Sink => execSink({ name: 'x', command: program(lines), clock });

  test('gets the body on standard input, the facts in its environment and as JSON, and its arguments untouched', async () => {
    const out = join(folder, 'out');
    const receipt = await accept(
      sink(`cat > ${out}.body; cat <&3 > ${out}.facts; printf '%s|' "$1" "$2" "$WAPBRIDGE_ID" "$WAPBRIDGE_VERDICT" "$WAPBRIDGE_FROM" \
"$WAPBRIDGE_CONTENT_TYPE" "$WAPBRIDGE_APPLICATION_ID" "$WAPBRIDGE_ATTEMPT" > ${out}.env; printf %s "$WAPBRIDGE_FACTS" > ${out}.json`),
    );
    expect(receipt).toEqual({ outcome: 'taken' });
    expect(new Uint8Array(readFileSync(`${out}.body`))).toEqual(body);
    expect(JSON.parse(readFileSync(`${out}.facts`, 'utf8'))).toEqual(facts);
    expect(JSON.parse(readFileSync(`${out}.json`, 'utf8'))).toEqual(facts);
    expect(readFileSync(`${out}.env`, 'utf8')).toBe(
      `first; argument|$HOME|${id}|dm-application|$(touch hacked) "é%\u2400|application/vnd.syncml.dm+wbxml|7|2|`,
    );
    expect(existsSync('hacked')).toBe(false);
  });

  test('says with its exit code what becomes of the message, and why on standard error', async () => {
    expect(await accept(sink('exit 0'))).toEqual({ outcome: 'taken' });
    expect(await accept(sink('echo "no\u001b[31m room" >&2; exit 75'))).toEqual({ outcome: 'later', reason: 'exit code 75: no [31m room' });
    expect(await accept(sink('exit 1'))).toEqual({ outcome: 'refused', reason: 'exit code 1' });
    expect(await accept(sink('kill -9 $$'))).toEqual({ outcome: 'later', reason: 'ended by SIGKILL' });
  });

  test('need not read what it gets, however long', async () => {
    const long = { ...facts, pdus: ['00'.repeat(200_000)] };
    expect(await accept(sink('exit 0'), { body: new Uint8Array(500_000), facts: long })).toEqual({ outcome: 'taken' });
    const check = sink(`[ -z "$WAPBRIDGE_FACTS" ] && [ "$(cat <&3 | wc -c)" -gt 400000 ] && [ "$(cat | wc -c)" = 0 ]`);
    expect(await accept(check, { body: null, facts: long })).toEqual({ outcome: 'taken' });
  });

  test('that does not end in time is asked to, then made to, and the message is handed over again', async () => {
    const abort = new AbortController();
    const clock = new ManualClock();
    const ready = join(folder, 'ready');
    const stubborn = execSink({ name: 'x', command: program(`trap '' TERM; : > ${ready}; while :; do sleep 0.05; done`), clock });
    const receipt = accept(stubborn, {}, abort.signal);
    while (!existsSync(ready)) await systemClock.sleep(10);
    abort.abort();
    await clock.step(2000);
    expect(await receipt).toMatchObject({ outcome: 'later', reason: expect.stringContaining('did not end in time') });
  });

  test('that is not there, or not executable, is refused when the sink is made', () => {
    writeFileSync(join(folder, 'text'), 'text', { mode: 0o644 });
    for (const command of [['no-such-program-at-all'], [join(folder, 'text')], [folder]])
      expect(() => execSink({ name: 'x', command, clock: systemClock })).toThrow(
        expect.objectContaining({ code: 'delivery/no-such-program' }),
      );
    expect(() => execSink({ name: 'x', command: ['sh'], clock: systemClock })).not.toThrow();
  });
});

describe('an HTTP server', () => {
  interface Seen {
    readonly headers: IncomingMessage['headers'];
    readonly body: Buffer;
  }
  async function server(answer: (response: ServerResponse) => void): Promise<{ url: string; seen: Seen[]; server: Server }> {
    const seen: Seen[] = [];
    const listening = createHttpServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push({ headers: request.headers, body: Buffer.concat(chunks) });
      answer(response);
    });
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    closers.push(() => {
      listening.closeAllConnections();
      return new Promise((resolve) => listening.close(resolve));
    });
    return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/in`, seen, server: listening };
  }
  const status =
    (code: number, headers: Record<string, string> = {}) =>
    (response: ServerResponse) =>
      response.writeHead(code, headers).end('why');
  const sink = (url: string, more: Partial<Parameters<typeof httpSink>[0]> = {}): Sink => {
    const made = httpSink({ name: 'x', url, clock: systemClock, source: 'urn:wapbridge:bench', ...more });
    closers.push(() => made.close());
    return made;
  };

  test('gets a structured CloudEvent whose data are the octets of the body', async () => {
    const { url, seen } = await server(status(204));
    expect(await accept(sink(url))).toEqual({ outcome: 'taken' });
    expect(seen[0]?.headers['content-type']).toBe('application/cloudevents+json; charset=UTF-8');
    const event = JSON.parse(String(seen[0]?.body));
    expect(event).toMatchObject({
      specversion: '1.0',
      id,
      source: 'urn:wapbridge:bench',
      type: 'wapbridge.message.dm-application',
      time: '2026-11-22T19:38:51.204Z',
      subject: facts.from,
      datacontenttype: 'application/vnd.syncml.dm+wbxml',
      applicationid: '7',
    });
    expect(Buffer.from(event.data_base64, 'base64')).toEqual(Buffer.from(body));
    expect(JSON.parse(event.facts)).toEqual(facts);
  });

  test('gets a binary CloudEvent: the body as it is, attributes percent-encoded in headers', async () => {
    const { url, seen } = await server(status(200));
    expect(await accept(sink(url, { mode: 'binary' }))).toEqual({ outcome: 'taken' });
    expect(seen[0]?.body).toEqual(Buffer.from(body));
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/vnd.syncml.dm+wbxml',
      'ce-id': id,
      'ce-specversion': '1.0',
      'ce-subject': '$(touch%20hacked)%20%22%C3%A9%25%00',
      'ce-verdict': 'dm-application',
    });
    expect(JSON.parse(decodeURIComponent(String(seen[0]?.headers['ce-facts'])))).toEqual(facts);
    const hostile = { ...facts, push: { contentType: 'text/plain\r\nX-Evil: 1' }, pdus: ['00'.repeat(9000)] };
    expect(await accept(sink(url, { mode: 'binary' }), { facts: hostile, body: null })).toEqual({ outcome: 'taken' });
    expect(Object.keys(seen[1]?.headers ?? {})).not.toContain('x-evil');
    expect(seen[1]?.headers['ce-facts']).toBeUndefined();
  });

  test('can check the signature with the shared secret', async () => {
    const { url, seen } = await server(status(200));
    const key = Buffer.alloc(24, 7);
    await accept(sink(url, { secret: `whsec_${key.toString('base64')}`, clock: new ManualClock(1_700_000_000_500) }));
    const { headers, body: sent } = seen[0]!;
    expect([headers['webhook-id'], headers['webhook-timestamp']]).toEqual([id, '1700000000']);
    const expected = createHmac('sha256', key)
      .update(`${id}.1700000000.${sent.toString('utf8')}`)
      .digest();
    expect(timingSafeEqual(expected, Buffer.from(String(headers['webhook-signature']).replace('v1,', ''), 'base64'))).toBe(true);
  });

  test('decides by its status: 2xx taken, 4xx refused but for 408 and 429, redirects and 5xx later', async () => {
    const outcomes: [number, string][] = [];
    for (const code of [200, 201, 202, 301, 307, 400, 404, 408, 410, 429, 500, 503]) {
      const { url } = await server(status(code, { location: '/elsewhere' }));
      outcomes.push([code, (await accept(sink(url))).outcome]);
    }
    expect(outcomes).toEqual([
      [200, 'taken'],
      [201, 'taken'],
      [202, 'taken'],
      [301, 'later'],
      [307, 'later'],
      [400, 'refused'],
      [404, 'refused'],
      [408, 'later'],
      [410, 'refused'],
      [429, 'later'],
      [500, 'later'],
      [503, 'later'],
    ]);
  });

  test('may say how long to wait, in seconds or as a date', async () => {
    const { url } = await server(status(429, { 'retry-after': '17' }));
    expect(await accept(sink(url))).toEqual({ outcome: 'later', reason: 'status 429: why', retryAfterMs: 17_000 });
    const clock = new ManualClock(Date.UTC(2026, 10, 22, 19, 0, 0));
    const dated = await server(status(503, { 'retry-after': 'Sun, 22 Nov 2026 19:01:00 GMT' }));
    expect(await accept(sink(dated.url, { clock }))).toMatchObject({ retryAfterMs: 60_000 });
  });

  test('that is not there, breaks off, or hangs makes it later', async () => {
    const gone = await server(status(200));
    gone.server.close();
    gone.server.closeAllConnections();
    expect(await accept(sink(gone.url))).toMatchObject({ outcome: 'later', reason: expect.stringContaining('ECONNREFUSED') });
    const breaks = await server((response) => response.socket?.destroy());
    expect(await accept(sink(breaks.url))).toMatchObject({ outcome: 'later' });
    const half = await server((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.socket?.destroy());
    });
    expect(await accept(sink(half.url))).toMatchObject({ outcome: 'later' });
    const abort = new AbortController();
    const hangs = await server(() => abort.abort());
    expect(await accept(sink(hangs.url), {}, abort.signal)).toMatchObject({ outcome: 'later' });
  });

  test('with TLS must show a certificate that is trusted', async () => {
    const seen: string[] = [];
    const secure = createHttpsServer(selfSigned, (request, response) => {
      seen.push(request.method ?? '');
      request.resume();
      response.writeHead(200).end();
    });
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    closers.push(() => {
      secure.closeAllConnections();
      return new Promise((resolve) => secure.close(resolve));
    });
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/in`;
    expect(await accept(sink(url))).toMatchObject({ outcome: 'later', reason: expect.stringMatching(/self.signed/) });
    expect(seen).toEqual([]);
    writeFileSync(join(folder, 'ca.pem'), selfSigned.cert);
    expect(await accept(sink(url, { caFile: join(folder, 'ca.pem') }))).toEqual({ outcome: 'taken' });
  });

  test('is refused when the sink is made, where its URL or certificates cannot be used', () => {
    for (const url of ['nonsense', 'ftp://x/', 'http://user:secret@x/'])
      expect(() => httpSink({ name: 'x', url, clock: systemClock })).toThrow(expect.objectContaining({ code: 'delivery/bad-target' }));
    expect(() => httpSink({ name: 'x', url: 'https://x/', clock: systemClock, caFile: join(folder, 'none') })).toThrow(
      expect.objectContaining({ code: 'delivery/bad-target' }),
    );
  });
});

describe('a unix socket', () => {
  async function consumer(
    answer: (socket: Socket, line: string) => void,
  ): Promise<{ path: string; lines: string[]; server: SocketServer }> {
    const path = join(folder, `socket-${closers.length}`);
    const lines: string[] = [];
    const server = createServer((socket) => {
      let text = '';
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        text += String(chunk);
        if (!text.includes('\n')) return;
        lines.push(text.trim());
        answer(socket, text);
      });
    });
    server.listen(path);
    await once(server, 'listening');
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    return { path, lines, server };
  }
  const answering = async (answer: unknown) => {
    const { path } = await consumer((socket) => socket.write(`${typeof answer === 'string' ? answer : JSON.stringify(answer)}\n`));
    return accept(unixSink({ name: 'x', path }));
  };

  test('gets one line with the facts and the body, and answers with one line', async () => {
    const { path, lines } = await consumer((socket) => {
      const answer = `${JSON.stringify({ id, outcome: 'taken' })}\n`;
      socket.write(answer.slice(0, 9), () => socket.write(answer.slice(9)));
    });
    expect(await accept(unixSink({ name: 'x', path }))).toEqual({ outcome: 'taken' });
    expect(JSON.parse(lines[0] ?? '')).toEqual({ ...facts, bodyBase64: Buffer.from(body).toString('base64'), attempt: 2 });
  });

  test('may refuse, ask for more time, or answer nonsense, which is later', async () => {
    expect(await answering({ id, outcome: 'refused', reason: 'no\nsuch server' })).toEqual({
      outcome: 'refused',
      reason: 'no such server',
    });
    expect(await answering({ id, outcome: 'later', reason: 'busy', retryAfterMs: 500 })).toEqual({
      outcome: 'later',
      reason: 'busy',
      retryAfterMs: 500,
    });
    for (const nonsense of ['yes', '{"outcome":"taken"}', { id: 'another', outcome: 'taken' }, { id, outcome: 'maybe' }, '[]', 'null', ''])
      expect(await answering(nonsense)).toMatchObject({ outcome: 'later', reason: expect.stringContaining('not understood') });
  });

  test('that is not there, closes early, never ends its line or hangs makes it later', async () => {
    expect(await accept(unixSink({ name: 'x', path: join(folder, 'none') }))).toMatchObject({
      outcome: 'later',
      reason: expect.stringContaining('ENOENT'),
    });
    const closes = await consumer((socket) => socket.destroy());
    expect(await accept(unixSink({ name: 'x', path: closes.path }))).toMatchObject({ outcome: 'later' });
    const endless = await consumer((socket) => socket.write('x'.repeat(200_000)));
    expect(await accept(unixSink({ name: 'x', path: endless.path }))).toEqual({ outcome: 'later', reason: 'the answer has no end' });
    const abort = new AbortController();
    const hangs = await consumer(() => abort.abort());
    expect(await accept(unixSink({ name: 'x', path: hangs.path }), {}, abort.signal)).toEqual({
      outcome: 'later',
      reason: 'no answer in time',
    });
  });
});
