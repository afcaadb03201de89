import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { post, RawConnection } from '../../src/endpoints/http/http.testing.js';
import { headerId } from '../../src/endpoints/obex/codes.js';
import { connectPacket, dmType, endOfBody, putFinal, RawObex, typeHeader } from '../../src/endpoints/obex/obex.testing.js';
import type { ObexPacket } from '../../src/endpoints/obex/packet.js';
import { seededRandom } from '../../src/runtime/index.js';
import type { NdjsonObject } from '../support/lines.js';
import { type Scene, test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { sipMessage } from '../support/sip-peer.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

const kills = Number(process.env.KILLS ?? 50);
const killAt = new URL('../support/kill-at.mjs', import.meta.url).href;

/** Steps of the road of a push that comes without a modem. */
const points = [
  'endpoint:received',
  'journal:begin:before',
  'journal:part:inserted',
  'journal:commit:before',
  'journal:commit:after',
  'endpoint:stored',
  'message:judged',
  'journal:message:inserted',
  'journal:message:parts-used',
  'journal:message:deliveries-inserted',
  'message:stored',
  'sink:asked',
  'sink:answered',
  'journal:attempt:recorded',
] as const;

test(`kill -9 of listen at any moment loses no push that was told accepted over HTTP, SIP or OBEX, and makes none up (${kills} kills, SEED=${seed})`, {
  timeout: 500_000,
}, async ({ scene }) => {
  const random = seededRandom(seed);
  const stateDir = scene.folder();
  const sent = new Set<string>();
  const accepted = new Set<string>();
  const seen: { readonly id: string; readonly body: string; readonly run: number }[] = [];
  const delivered: { readonly id: string; readonly run: number }[] = [];
  const note = (run: number, listen: RunningWapbridge): void => {
    for (const event of listen.events.items) {
      if (event.event === 'message') seen.push({ id: String(event.id), body: bodyIn(event), run });
      if (event.event === 'delivered') delivered.push({ id: String(event.id), run });
    }
    expect(listen.strayLines.length).toBeLessThanOrEqual(1);
  };
  const nextBody = (kind: 'http' | 'udp' | 'sip' | 'obex'): Buffer => {
    const octets = Buffer.from(`${kind} ${sent.size} ${random.fraction()}`);
    sent.add(octets.toString('hex').toUpperCase());
    return octets;
  };

  for (let run = 0; run < kills; run += 1) {
    const atPoint = random.fraction() < 0.7;
    const point = `${points[Math.floor(random.fraction() * points.length)]}#${1 + Math.floor(random.fraction() * 30)}`;
    const listen = start(scene, stateDir, atPoint ? point : null);
    const ports = await Promise.race([portsOf(listen), listen.exited]);
    // A point that is passed while the run before is taken up ends it at once.
    if ('http' in ports) {
      const udp = createSocket('udp4');
      for (let index = 0; index < 5; index += 1) {
        udp.send(Buffer.concat([Buffer.from('010603C2AF87', 'hex'), nextBody('udp')]), ports.udp, '127.0.0.1');
      }
      const telling = [
        ...Array.from({ length: 3 }, () => postAll(ports.http, 12, nextBody, accepted)),
        ...Array.from({ length: 2 }, () => putAll(ports.obex, 8, nextBody, accepted)),
      ];
      const sip = messageAll(ports.sip, 12, nextBody, accepted);
      if (atPoint) await Promise.race([listen.exited, pause(1500)]);
      else await pause(random.fraction() * 120);
      listen.program.signal('SIGKILL');
      await Promise.all([listen.exited, ...telling]);
      sip.close();
      udp.close();
    }
    expect((await listen.exited).signal, `run ${run}: ${listen.program.describe()}`).toBe('SIGKILL');
    note(run, listen);
  }
  const last = start(scene, stateDir, null);
  await portsOf(last);
  const before = seen.map(({ body }) => body);
  const whole = (): boolean => {
    const found = new Set([...before, ...last.eventsNamed('message').map(bodyIn)]);
    return [...accepted].every((body) => found.has(body));
  };
  for (let waitedMs = 0; waitedMs < 20_000 && !whole(); waitedMs += 50) await pause(50);
  last.program.signal('SIGTERM');
  expect((await last.exited).code, last.program.describe()).toBe(0);
  note(kills, last);

  const found = new Set(seen.map(({ body }) => body));
  expect(accepted.size, 'nothing was accepted at all').toBeGreaterThan(0);
  // A few kills may all come before a binding has said anything.
  for (const kind of kills < 20 ? [] : ['http', 'sip', 'obex']) expect(countOf(accepted, kind), `over ${kind}`).toBeGreaterThan(0);
  expect(
    [...accepted].filter((body) => !found.has(body)),
    `SEED=${seed}: accepted and lost`,
  ).toEqual([]);
  expect(
    [...found].filter((body) => !sent.has(body)),
    `SEED=${seed}: something that nobody sent`,
  ).toEqual([]);
  const pairs = new Set(seen.map(({ id, body }) => `${id} ${body}`));
  expect(new Set(seen.map(({ id }) => id)).size, `SEED=${seed}: several messages under one id`).toBe(pairs.size);
  expect(found.size, `SEED=${seed}: one message under several ids`).toBe(pairs.size);
  const again = delivered.filter(({ id, run }) => seen.some((line) => line.id === id && line.run > run));
  expect(again, `SEED=${seed}: handed on again after it was settled`).toEqual([]);
  process.stderr.write(
    `${kills} kills, ${sent.size} pushes sent, ${accepted.size} told accepted (${countsOf(accepted)}), ${found.size} handed on, 0 lost, seed ${seed}\n`,
  );
});

function start(scene: Scene, stateDir: string, point: string | null): RunningWapbridge {
  const environment = point === null ? {} : { WAPBRIDGE_KILL_AT: point, NODE_OPTIONS: `--import=${killAt}` };
  return scene.wapbridge(
    ['listen', '--http', '0', '--udp', '0', '--sip', 'sip:dev@127.0.0.1:0', '--obex', '0', '--json', '--state-dir', stateDir],
    { environment },
  );
}

async function portsOf(listen: RunningWapbridge): Promise<Readonly<Record<'udp' | 'http' | 'sip' | 'obex', number>>> {
  const port = async (binding: string): Promise<number> => {
    const event = await listen.waitForEvent('listening', (object) => object.binding === binding).catch(() => null);
    return event === null ? new Promise<never>(() => undefined) : Number(event.port);
  };
  return { udp: await port('udp'), http: await port('http'), sip: await port('sip'), obex: await port('obex') };
}

/** Posts one after the other on one connection until it ends; what is answered with 204 is noted. */
async function postAll(port: number, count: number, nextBody: (kind: 'http') => Buffer, accepted: Set<string>): Promise<void> {
  const connection = new RawConnection(port);
  for (let index = 0; index < count; index += 1) {
    const body = nextBody('http');
    connection.socket.write(post(body));
    const answered = await connection.until(/HTTP\/1\.1 204 [\s\S]*?\r\n\r\n/, index + 1).then(
      () => true,
      () => false,
    );
    if (!answered) break;
    accepted.add(body.toString('hex').toUpperCase());
  }
  connection.socket.destroy();
}

/** Puts one after the other on one connection until it ends; what is answered with Success is noted. */
async function putAll(port: number, count: number, nextBody: (kind: 'obex') => Buffer, accepted: Set<string>): Promise<void> {
  const peer = new RawObex(port);
  const ask = (packet: ObexPacket): Promise<ObexPacket | null> => peer.ask(packet).catch(() => null);
  const connected = await ask(connectPacket());
  if (connected?.code === 0xa0) {
    const connection = connected.headers.filter(({ id }) => id === headerId.connectionId);
    for (let index = 0; index < count; index += 1) {
      const body = nextBody('obex');
      const answer = await ask(putFinal([...connection, typeHeader(dmType), endOfBody(body)]));
      if (answer?.code !== 0xa0) break;
      accepted.add(body.toString('hex').toUpperCase());
    }
  }
  peer.end();
}

/** Sends all at once; what is answered with 200 is noted. */
function messageAll(port: number, count: number, nextBody: (kind: 'sip') => Buffer, accepted: Set<string>): { close(): void } {
  const socket = createSocket('udp4');
  const bodies = new Map<string, Buffer>();
  socket.on('message', (octets) => {
    const text = octets.toString('latin1');
    const body = bodies.get(/^Call-ID: *(\S+)/im.exec(text)?.[1] ?? '');
    if (body !== undefined && text.startsWith('SIP/2.0 200 ')) accepted.add(body.toString('hex').toUpperCase());
  });
  for (let index = 0; index < count; index += 1) {
    const body = nextBody('sip');
    const call = `k${createHash('sha256').update(body).digest('hex').slice(0, 24)}`;
    bodies.set(call, body);
    socket.send(Buffer.from(sipMessage(call, {}, body.toString('latin1')), 'latin1'), port, '127.0.0.1');
  }
  return { close: () => socket.close() };
}

function countOf(accepted: ReadonlySet<string>, kind: string): number {
  return [...accepted].filter((body) => Buffer.from(body, 'hex').toString('latin1').startsWith(`${kind} `)).length;
}

const countsOf = (accepted: ReadonlySet<string>): string =>
  ['http', 'sip', 'obex'].map((kind) => `${countOf(accepted, kind)} ${kind}`).join(', ');

function bodyIn(event: NdjsonObject): string {
  const { push } = event;
  return typeof push === 'object' && push !== null && 'body' in push ? String(push.body) : `no push: ${JSON.stringify(event)}`;
}
