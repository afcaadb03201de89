import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { Collector, type NdjsonObject } from '../support/lines.js';
import { findProgram, startProgram } from '../support/program.js';
import { test } from '../support/scene.js';
import { dmPushParts } from '../support/tpdu.js';
import { wapbridgeMain } from '../support/wapbridge.js';

const messages = 60;
const bodyOf = (index: number): string => `${index.toString(16).padStart(4, '0')}${'5A'.repeat(148)}`.toUpperCase();

test.skipIf(findProgram('prlimit') === null)(
  'a disk that is full stops acknowledgements with one line, and after space is made all that the network kept arrives',
  { timeout: 240_000 },
  async ({ scene }) => {
    const bench = await scene.bench();
    const home = scene.folder();
    const events = new Collector<NdjsonObject>(() => listen.describe());
    const words = ['listen', '--json', '--modem', bench.modem(1).port, '--state-dir', scene.folder()];
    // The size of every file it writes is bounded, as a full disk would bound it; the limit is lifted later.
    const listen = startProgram('sh', ['-c', 'ulimit -S -f 320; exec "$@"', 'sh', process.execPath, wapbridgeMain, ...words], {
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home },
      onLine: (line) => events.add(JSON.parse(line) as NdjsonObject),
    });
    scene.atEnd(() => listen.stop());
    await events.wait('the modem', ({ event, state }) => event === 'modem' && state === 'ready');

    const bodies = Array.from({ length: messages }, (_, index) => bodyOf(index));
    const outcomes = bodies.flatMap((body, index) =>
      dmPushParts(body, 2, { from: '15550000009', reference: index, second: index }).map((tpdu) =>
        bench.command({ do: 'deliver', to: bench.modem(1).name, tpdu }, { timeoutMs: 200_000 }),
      ),
    );
    // Written back, the log has some room again, until it is full once more: twice, so that it is seen to come and go.
    const first = await events.wait('health', ({ event, state }) => event === 'health' && state === 'failing');
    const from = events.items.indexOf(first) + 1;
    await events.wait('a disk that is full again', ({ event, state }) => event === 'health' && state === 'failing', { from });
    const told = events.items.filter(({ event }) => event === 'health' || event === 'part');
    expect(told.filter(({ event }) => event === 'part').length).toBeLessThan(2 * messages);
    // Nothing is acknowledged while nothing can be stored.
    expect(
      told.filter(({ event }, at) => event === 'part' && told.slice(0, at).findLast((one) => one.event === 'health')?.state === 'failing'),
    ).toEqual([]);
    // One line for each change, and none for each part that is refused.
    const health = told.filter(({ event }) => event === 'health').map(({ state }) => state);
    expect(health).toEqual(health.map((_, index) => (index % 2 === 0 ? 'failing' : 'storing')));
    expect(events.items.filter(({ event }) => event === 'error')).toEqual([]);

    const soFar = events.items.length;
    execFileSync('prlimit', ['--pid', String(listen.pid), '--fsize=unlimited']);
    await events.wait('health again', ({ event, state }) => event === 'health' && state === 'storing', { from: soFar });
    const arrived = await events.waitForCount('message', messages, ({ event }) => event === 'message', { timeoutMs: 180_000 });
    expect(arrived.map(({ push }) => (push as NdjsonObject).body).sort()).toEqual([...bodies].sort());
    const answers = await Promise.all(outcomes);
    expect(answers.some(({ outcome }) => outcome === 'refused')).toBe(true);
  },
);
