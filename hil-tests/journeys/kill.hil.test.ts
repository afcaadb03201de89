import { expect } from 'vitest';
import { seededRandom } from '../../src/runtime/index.js';
import type { NdjsonObject } from '../support/lines.js';
import { type RunningBench, type Scene, test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { dmPushParts } from '../support/tpdu.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

const kills = Number(process.env.KILLS ?? 50);

/** Steps of the road at which `listen` says that it has come so far, each with how often a two-part message passes it. */
const points = [
  'pdu:received',
  'journal:begin:before',
  'journal:part:inserted',
  'journal:commit:before',
  'journal:commit:after',
  'part:stored',
  'part:acknowledging',
  'part:acknowledged',
  'part:told',
  'journal:message:inserted',
  'journal:message:parts-used',
  'journal:message:deliveries-inserted',
  'message:stored',
  'sink:asked',
  'sink:answered',
  'journal:attempt:recorded',
] as const;

const killAt = new URL('../support/kill-at.mjs', import.meta.url).href;

interface Seen {
  readonly id: string;
  readonly body: string;
  /** Which run of `listen` printed it. */
  readonly run: number;
}

test(`kill -9 of listen at any moment of a two-part message loses nothing (${kills} kills, SEED=${seed})`, { timeout: 240_000 }, async ({
  scene,
}) => {
  const random = seededRandom(seed);
  const bench = await scene.bench({ modems: 1 });
  const stateDir = scene.folder();
  const bodies = Array.from({ length: kills }, (_, index) => bodyOf(index, random.fraction));
  const seen: Seen[] = [];
  const delivered: { readonly id: string; readonly run: number }[] = [];
  const note = (run: number, listen: RunningWapbridge): void => {
    for (const event of listen.events.items) {
      if (event.event === 'message') seen.push({ id: String(event.id), body: bodyIn(event), run });
      if (event.event === 'delivered') delivered.push({ id: String(event.id), run });
    }
    expect(listen.strayLines.length).toBeLessThanOrEqual(1);
  };

  for (const [index, body] of bodies.entries()) {
    const atPoint = random.fraction() < 0.6;
    const point = `${points[Math.floor(random.fraction() * points.length)]}#${1 + Math.floor(random.fraction() * 2)}`;
    const listen = startListen(scene, bench, stateDir, atPoint ? point : null);
    if (random.fraction() < 0.7) await Promise.race([listen.waitForEvent('modem', isReady).catch(() => null), listen.exited]);
    void deliver(bench, body, index);
    if (atPoint) await Promise.race([listen.exited, pause(1500)]);
    else await pause(random.fraction() * 120);
    listen.program.signal('SIGKILL');
    expect((await listen.exited).signal, `run ${index}: ${listen.program.describe()}`).toBe('SIGKILL');
    note(index, listen);
  }
  const missing = (): string[] => {
    const found = new Set(seen.map(({ body }) => body));
    return bodies.filter((body) => !found.has(body));
  };
  // The network waits longer and longer before it tries again, but a host that arrives makes it try at once.
  for (let run = kills; run < kills + 12 && (run === kills || missing().length > 0); run += 1) {
    const listen = startListen(scene, bench, stateDir, null);
    // Before it has said so much, a SIGTERM ends it as it ends any program.
    await listen.waitForEvent('modem');
    const before = seen.map(({ body }) => body);
    const whole = (): boolean => new Set([...before, ...listen.eventsNamed('message').map(bodyIn)]).size >= bodies.length;
    for (const deadline = Date.now() + 7_000; Date.now() < deadline && !whole(); ) await pause(50);
    // Whatever is still to be settled, or printed a second time, is so within this time.
    await pause(500);
    listen.program.signal('SIGTERM');
    expect((await listen.exited).code, listen.program.describe()).toBe(0);
    note(run, listen);
  }

  expect(missing(), `SEED=${seed}: lost`).toEqual([]);
  const idsOf = new Map<string, Set<string>>();
  const bodiesOf = new Map<string, Set<string>>();
  for (const { id, body } of seen) {
    idsOf.set(body, (idsOf.get(body) ?? new Set()).add(id));
    bodiesOf.set(id, (bodiesOf.get(id) ?? new Set()).add(body));
  }
  expect(
    [...idsOf.entries()].filter(([, ids]) => ids.size !== 1),
    `SEED=${seed}: one message under several ids`,
  ).toEqual([]);
  expect(
    [...bodiesOf.entries()].filter(([, of]) => of.size !== 1),
    `SEED=${seed}: several messages under one id`,
  ).toEqual([]);
  expect(
    [...idsOf.keys()].filter((body) => !bodies.includes(body)),
    `SEED=${seed}: something that nobody sent`,
  ).toEqual([]);
  const again = delivered.filter(({ id, run }) => seen.some((line) => line.id === id && line.run > run));
  expect(again, `SEED=${seed}: handed on again after it was settled`).toEqual([]);
  const twice = seen.length - idsOf.size;
  process.stderr.write(
    `${kills} kills, ${bodies.length} messages whole, ${twice} lines repeated under the same id, 0 lost, seed ${seed}\n`,
  );
});

function startListen(scene: Scene, bench: RunningBench, stateDir: string, point: string | null): RunningWapbridge {
  const environment = point === null ? {} : { WAPBRIDGE_KILL_AT: point, NODE_OPTIONS: `--import=${killAt}` };
  return scene.wapbridge(['listen', '--json', '--modem', bench.modem(1).port, '--state-dir', stateDir], { environment });
}

/** Both parts, the second first half of the time; the answers are not waited for, since the process that gives rise to them is killed. */
async function deliver(bench: RunningBench, body: string, index: number): Promise<void> {
  const parts = dmPushParts(body, 2, { from: '15550000009', reference: index % 256, second: index });
  for (const tpdu of index % 2 === 0 ? parts : parts.reverse()) {
    bench.process.program.write(JSON.stringify({ ref: `kill-${index}`, do: 'deliver', to: bench.modem(1).name, tpdu }));
  }
}

function bodyOf(index: number, fraction: () => number): string {
  const octets = Array.from({ length: 150 }, () => Math.floor(fraction() * 256));
  return [index >> 8, index & 255, ...octets].map((octet) => octet.toString(16).toUpperCase().padStart(2, '0')).join('');
}

function bodyIn(event: NdjsonObject): string {
  const { push } = event;
  return typeof push === 'object' && push !== null && 'body' in push ? String(push.body) : `no push: ${JSON.stringify(event)}`;
}

function isReady(event: NdjsonObject): boolean {
  return event.state === 'ready';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
