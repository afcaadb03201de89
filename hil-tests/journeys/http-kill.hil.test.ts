import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { post, RawConnection } from '../../src/endpoints/http/http.testing.js';
import { seededRandom } from '../../src/runtime/index.js';
import type { NdjsonObject } from '../support/lines.js';
import { type Scene, test } from '../support/scene.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

const kills = Number(process.env.KILLS ?? 50);
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
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

test(`kill -9 of listen at any moment loses no push that was answered with 204, and makes none up (${kills} kills, SEED=${seed})`, {
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
  const nextBody = (kind: 'http' | 'udp'): Buffer => {
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
      const posting = Array.from({ length: 4 }, () => postAll(ports.http, 12, nextBody, accepted));
      if (atPoint) await Promise.race([listen.exited, pause(1500)]);
      else await pause(random.fraction() * 120);
      listen.program.signal('SIGKILL');
      await Promise.all([listen.exited, ...posting]);
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
    `${kills} kills, ${sent.size} pushes sent, ${accepted.size} answered with 204, ${found.size} handed on, 0 lost, seed ${seed}\n`,
  );
});

function start(scene: Scene, stateDir: string, point: string | null): RunningWapbridge {
  const environment = point === null ? {} : { WAPBRIDGE_KILL_AT: point, NODE_OPTIONS: `--import=${killAt}` };
  return scene.wapbridge(['listen', '--http', '0', '--udp', '0', '--json', '--state-dir', stateDir], { environment });
}

async function portsOf(listen: RunningWapbridge): Promise<{ readonly http: number; readonly udp: number }> {
  const port = async (binding: string): Promise<number> => {
    const event = await listen.waitForEvent('listening', (object) => object.binding === binding).catch(() => null);
    return event === null ? new Promise<never>(() => undefined) : Number(event.port);
  };
  return { udp: await port('udp'), http: await port('http') };
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

function bodyIn(event: NdjsonObject): string {
  const { push } = event;
  return typeof push === 'object' && push !== null && 'body' in push ? String(push.body) : `no push: ${JSON.stringify(event)}`;
}
