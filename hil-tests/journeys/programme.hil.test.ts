import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Bridge } from '../../src/bridge/index.js';
import type { Handover } from '../../src/delivery/index.js';
import { openJournal } from '../../src/journal/index.js';
import { Modem } from '../../src/modem/index.js';
import { seededRandom, silentLogger, systemClock } from '../../src/runtime/index.js';
import { openVirtualBench, programme } from '../../src/virtual-bench/index.js';
import { test } from '../support/scene.js';

/** Seeds tried here; SEEDS=200 is the acceptance. */
const seeds = Number(process.env.SEEDS ?? 20);

/** What must be the same in whatever order the parts come. */
interface Handed {
  readonly verdict: unknown;
  readonly from: unknown;
  readonly parts: unknown;
  readonly datagram: unknown;
  readonly body: string | null;
}

/** Plays the programme into a bridge, in this process, and gives what its sink was handed, in an order of its own. */
async function play(seed: number | undefined): Promise<readonly Handed[]> {
  const directory = mkdtempSync(join(tmpdir(), 'wb-'));
  const clock = systemClock;
  const random = seededRandom(seed ?? 0);
  const bench = await openVirtualBench({ modems: 1, transport: 'memory', clock, random });
  const [virtual] = bench.modems;
  if (virtual === undefined) throw new Error('a bench without a modem');
  const journal = openJournal({ directory, clock, random, holder: { pid: process.pid, command: 'test' } });
  const handed: Handover[] = [];
  let duplicates = 0;
  const bridge = new Bridge({
    journal,
    sinks: [
      {
        sink: {
          name: 'stdout',
          kind: 'test',
          accept: (handover) => {
            handed.push(handover);
            return Promise.resolve({ outcome: 'taken' });
          },
          close: () => Promise.resolve(),
        },
      },
    ],
    clock,
    random,
    log: silentLogger,
    onEvent: (event) => {
      if (event.event === 'part' && event.reassembly === 'duplicate') duplicates += 1;
    },
    openModem: (name, options) => Modem.open(virtual.host(), { ...options, portName: name }),
  });
  try {
    bridge.start();
    await bridge.drive({ name: 'a', port: 'memory' });
    const parts = programme(clock.now(), seed);
    await Promise.all(parts.map(({ tpdu }) => virtual.deliver(tpdu)));
  } finally {
    await bridge.close();
    journal.close();
    await bench.close();
    rmSync(directory, { recursive: true, force: true });
  }
  const distinct = new Set(programme(0, seed).map(({ tpdu }) => tpdu)).size;
  expect(duplicates, `seed ${seed}`).toBe(programme(0, seed).length - distinct);
  expect(new Set(handed.map(({ id }) => id)).size, `seed ${seed}`).toBe(handed.length);
  return handed
    .map(({ facts, body }) => ({
      verdict: facts.verdict,
      from: facts.from,
      parts: facts.parts,
      datagram: facts.datagram,
      body: body === null ? null : Buffer.from(body).toString('hex'),
    }))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

test(`the programme with its parts shuffled and repeated gives the same five messages (${seeds} seeds)`, { timeout: 120_000 }, async () => {
  const usual = await play(undefined);
  expect(usual).toHaveLength(5);
  for (let seed = 1; seed <= seeds; seed += 1) expect(await play(seed), `seed ${seed}`).toEqual(usual);
});

test('with no modem plugged in, listen says that it uses the virtual bench, shows the programme and ends', async ({ scene }) => {
  const listen = scene.wapbridge(['listen', '--modem', 'virtual', '--exit-after', '5', '--json']);
  expect((await listen.exited).code, listen.program.describe()).toBe(0);
  expect(listen.strayLines).toEqual([]);
  const messages = listen.eventsNamed('message');
  expect(messages.map(({ verdict }) => (verdict as { verdict: string }).verdict)).toEqual([
    'dm-application',
    'dm-notification',
    'other-application',
    'not-push',
    'dm-application',
  ]);
  expect(messages.map(({ parts }) => parts)).toEqual([2, 1, 1, 1, 3]);
  for (const message of messages) {
    expect(Object.keys(message).slice(0, 2)).toEqual(['event', 'id']);
    expect((message.verdict as { conditions: unknown[] }).conditions).toHaveLength(3);
    expect(message).toMatchObject({
      binding: 'sms',
      modem: 'modem-1',
      text: null,
      diagnostics: expect.any(Array),
      pdus: expect.any(Array),
    });
  }
  expect(listen.eventsNamed('delivered').map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
  expect(listen.eventsNamed('part').map(({ reassembly }) => reassembly)).toContain('duplicate');
});

test('a seed shuffles what the process receives, and a person reads each verdict', async ({ scene }) => {
  const listen = scene.wapbridge(['listen', '--modem', 'auto', '--or-virtual', '--seed', '3', '--exit-after', '5']);
  expect((await listen.exited).code, listen.program.describe()).toBe(0);
  expect(listen.program.stderr.items.join('\n')).toContain('virtual bench');
  const text = listen.strayLines.join('\n');
  for (const verdict of ['dm-application', 'dm-notification', 'other-application', 'not-push']) expect(text).toContain(verdict);
  expect(text.match(/destination port wants 2948/g)).toHaveLength(5);
  for (const line of listen.strayLines) expect(line.length, line).toBeLessThanOrEqual(80);
});

test('SIGTERM and SIGINT end a listen cleanly', async ({ scene }) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const listen = scene.wapbridge(['listen', '--modem', 'virtual', '--json']);
    await listen.waitForEvent('message');
    listen.program.signal(signal);
    expect(await listen.exited, listen.program.describe()).toEqual({ code: 0, signal: null });
  }
});

test('a modem that does not exist ends listen with one line and 3', async ({ scene }) => {
  const listen = scene.wapbridge(['listen', '--modem', '/dev/no-such-modem']);
  expect((await listen.exited).code).toBe(3);
  expect(listen.program.stderr.items.filter((line) => line.startsWith('wapbridge:'))).toHaveLength(1);
});
