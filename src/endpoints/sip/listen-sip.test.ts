import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock, seededRandom, silentLogger } from '../../runtime/index.js';
import type { Refusal } from '../types.js';
import { type ListenSipOptions, listenSip } from './listen-sip.js';
import { headerValue, type SipRequest } from './message.js';
import { parseSipMessage } from './parse-message.js';
import type { RegistrationState } from './registration.js';
import { SipStreamFramer } from './stream-framer.js';
import { parseSipUri } from './uri.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

/** A registrar by TCP that says lines to each request. */
async function registrar(say: (request: SipRequest, socket: Socket) => readonly string[]) {
  const requests: SipRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    const framer = new SipStreamFramer();
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const frame of framer.push(chunk)) {
        if (frame.kind === 'ping') continue;
        const request = parseSipMessage(frame.octets);
        if (request.kind !== 'request') continue;
        requests.push(request);
        const [status = '', ...lines] = say(request, socket);
        const kept = [`Via: ${headerValue(request, 'via')}`, `CSeq: ${headerValue(request, 'cseq')}`];
        socket.write([`SIP/2.0 ${status}`, ...kept, ...lines, 'Content-Length: 0', '', ''].join('\r\n'));
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
  return { requests, sockets, port: address === null || typeof address === 'string' ? 0 : address.port };
}

/** A listener that registers at a URI; time is stepped by hand, connections are real. */
async function listening(registrarUri: string, options: Partial<ListenSipOptions> = {}) {
  const clock = new ManualClock();
  const states: RegistrationState[] = [];
  const refusals: Refusal[] = [];
  const uri = parseSipUri(registrarUri);
  if (uri === null) throw new TypeError(`${registrarUri} is no URI`);
  const open = listenSip({
    host: '127.0.0.1',
    port: 0,
    registration: { registrar: uri, aor: 'sip:dev1@b.invalid', instance: 'urn:uuid:00000000-0000-1000-8000-000a95a0e128' },
    ...options,
  });
  const intake = {
    accept: async () => ({ duplicate: false }),
    refused: (refusal: Refusal) => refusals.push(refusal),
    repeated: () => undefined,
    registration: (state: RegistrationState) => states.push(state),
  };
  const listener = await open(intake, { clock, random: seededRandom(1), log: silentLogger });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  };
  const close = async (): Promise<void> => {
    let closed = false;
    const closing = listener.close().then(() => {
      closed = true;
    });
    while (!closed) await clock.step(500);
    await closing;
  };
  endings.push(close);
  return { clock, states, refusals, listener, until };
}

const granted = (request: SipRequest): readonly string[] => ['200 OK', `Contact: ${headerValue(request, 'contact')}`];
const contactOf = (request: SipRequest | undefined): string => (request === undefined ? '' : (headerValue(request, 'contact') ?? ''));

describe('a listener that registers by TCP', () => {
  test('names where it takes connections, and registers anew on another connection when that one is lost', async () => {
    const { requests, sockets, port } = await registrar(granted);
    const { clock, states, listener, until } = await listening(`sip:127.0.0.1:${port};transport=tcp`);
    await until(() => states.length === 1);
    expect(contactOf(requests[0])).toContain(`<sip:dev1@127.0.0.1:${listener.port};transport=tcp>`);
    for (const socket of sockets) socket.destroy();
    await until(() => clock.waiting > 0);
    for (let step = 0; states.length < 2 && step < 1000; step += 1) await clock.step(10);
    expect(states.map(({ state }) => state)).toEqual(['registered', 'registered']);
    expect([requests.length, sockets.size]).toEqual([2, 2]);
  });

  test('names its connection where it takes none of that kind', async () => {
    const { requests, sockets, port } = await registrar(granted);
    const { states, until } = await listening(`sip:127.0.0.1:${port};transport=tcp`, { transport: 'udp' });
    await until(() => states.length === 1);
    const [socket] = sockets;
    expect(contactOf(requests[0])).toContain(`<sip:dev1@127.0.0.1:${socket?.remotePort};transport=tcp>`);
  });

  test('is not called back by a registrar that sent it elsewhere and closed', async () => {
    const second = await registrar(granted);
    const first = await registrar(() => ['302 Moved', `Contact: <sip:127.0.0.1:${second.port};transport=tcp>`]);
    const { clock, states, until } = await listening(`sip:127.0.0.1:${first.port};transport=tcp`);
    await until(() => states.length === 1);
    for (const socket of first.sockets) socket.end();
    await until(() => [...first.sockets].every((socket) => socket.destroyed));
    for (let step = 0; step < 300; step += 1) await clock.step(100);
    expect([first.requests.length, second.requests.length, states.length]).toEqual([1, 1, 1]);
  });

  test('says that it cannot reach a registrar by UDP where it does not listen by UDP', async () => {
    const { states, refusals, until } = await listening('sip:127.0.0.1:9;transport=udp', { transport: 'tcp' });
    await until(() => states.length === 1);
    expect(states[0]?.state).toBe('failed');
    expect(refusals[0]).toMatchObject({ code: 'endpoints/sip-not-registered', message: expect.stringContaining('by UDP') });
  });
});

test('a port that another holds, and an address of another machine, are told apart', async () => {
  const { listener } = await listening('sip:127.0.0.1:9');
  const surroundings = { clock: new ManualClock(), random: seededRandom(1), log: silentLogger };
  const intake = {
    accept: async () => ({ duplicate: false }),
    refused: () => undefined,
    repeated: () => undefined,
    registration: () => undefined,
  };
  for (const transport of [undefined, 'udp', 'tcp'] as const) {
    await expect(listenSip({ host: '127.0.0.1', port: listener.port ?? 0, transport })(intake, surroundings)).rejects.toMatchObject({
      code: 'endpoints/address-in-use',
    });
    await expect(listenSip({ host: '192.0.2.1', port: 0, transport })(intake, surroundings)).rejects.toMatchObject({
      code: 'endpoints/bad-address',
    });
  }
});
