import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededRandom, systemClock } from '../runtime/index.js';
import { type JournalChild, journalChild } from './child.testing.js';
import { openJournalReader } from './journal.js';
import { type JournalBench, journalBench } from './journal.testing.js';
import type { JournalPoint } from './types.js';

let bench: JournalBench;
let children: JournalChild[];
beforeEach(() => {
  bench = journalBench();
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill('SIGKILL');
    await child.ended;
  }
  bench.remove();
});

function start(environment: Readonly<Record<string, string>>, limitBlocks?: number, directory = bench.directory): JournalChild {
  const child = journalChild(directory, environment, limitBlocks);
  children.push(child);
  return child;
}

/** Every step of the work; retention and checkpoints are passed as often as the others by what the child does. */
const points: readonly JournalPoint[] = [
  'migrate:before',
  'migrate:after',
  'begin:before',
  'begin:after',
  'part:inserted',
  'message:inserted',
  'message:parts-used',
  'message:deliveries-inserted',
  'attempt:recorded',
  'expired',
  'redelivered',
  'retention:removed',
  'commit:before',
  'commit:after',
  'answered',
];

test('whatever was acknowledged is there after kill -9, whole and under its id, at every step and at random moments', async () => {
  const random = seededRandom(2948);
  const kills = [...points.map((point) => ({ point })), ...Array.from({ length: 15 }, () => ({ point: null }))];
  const parts = new Map<string, string>();
  const messages = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const [index, { point }] of kills.entries()) {
    const directory = point?.startsWith('migrate') === true ? join(bench.directory, point.replace(':', '-')) : bench.directory;
    const count = point?.startsWith('migrate') === true ? 1 : 1 + Math.floor(random.fraction() * (point === 'answered' ? 40 : 8));
    const base = index.toString(16).padStart(2, '0').toUpperCase();
    const child = start({ BASE: base, ...(point === null ? {} : { KILL_AT: point, KILL_COUNT: String(count) }) }, undefined, directory);
    if (point === null) {
      await child.said('open');
      await systemClock.sleep(random.fraction() * 60);
      child.process.kill('SIGKILL');
    }
    await child.ended;
    expect(child.process.signalCode, `${point}`).toBe('SIGKILL');
    if (directory !== bench.directory) {
      // Killed while its journal was being made: the next program makes it whole.
      const again = start({ TURNS: '1', BASE: base }, undefined, directory);
      await again.said('done');
      await again.ended;
      continue;
    }
    for (const line of child.lines()) {
      const [word, id = '', ...rest] = line.split(' ');
      if (word === 'part') parts.set(id, rest[0] ?? '');
      if (word === 'message') messages.set(id, rest);
      if (word === 'taken') taken.add(id);
    }
    const reader = openJournalReader(bench.directory);
    for (const [id, octets] of parts) expect(reader.part(id)?.octets.slice(0, 14)).toBe(octets);
    for (const [id, partIds] of messages) expect(reader.message(id)?.partIds).toEqual(partIds);
    reader.close();
  }
  expect(parts.size).toBeGreaterThan(100);
  const journal = bench.open();
  const all = journal.messages({ limit: 1e9 });
  const used = all.flatMap(({ partIds }) => partIds);
  expect(all.filter(({ partIds }) => partIds.length !== 2)).toEqual([]);
  expect(new Set(used).size).toBe(used.length);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const id of taken) {
    const deliveries = journal.details(id)?.deliveries;
    expect(
      deliveries?.find(({ sink }) => sink === 'a')?.attempts === 1 ||
        journal.details(id)?.attempts.some(({ outcome }) => outcome === 'redelivered'),
    ).toBe(true);
    expect(deliveries?.find(({ sink }) => sink === 'b')?.state).toBe('pending');
  }
  for (const open of journal.openParts()) expect(used).not.toContain(open.id);
}, 60_000);

describe('a state folder', () => {
  test('has one writer: the second is told who holds it, and gets it as soon as the first is killed', async () => {
    const child = start({ TURNS: '1' });
    const other = start({ LANES: '1' }, undefined, join(bench.directory, 'other'));
    await child.said('done');
    await child.ended;
    const [, pid = ''] = (await other.said('open')).split(' ');
    const attempt = (): unknown => bench.open({ directory: join(bench.directory, 'other') });
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'journal/held', message: expect.stringContaining(`process ${pid} (journal child)`) }),
    );
    const reader = openJournalReader(join(bench.directory, 'other'));
    expect(reader.counters().openParts).toBeGreaterThanOrEqual(0);
    reader.close();
    other.process.kill('SIGKILL');
    await other.ended;
    expect(attempt).not.toThrow();
  });

  test('refuses a second opening by the same program too, and gives way after a close', () => {
    const journal = bench.open();
    expect(() => bench.open()).toThrow(expect.objectContaining({ code: 'journal/held' }));
    journal.close();
    bench.open().close();
    expect(existsSync(join(bench.directory, 'writer.json'))).toBe(false);
    expect(statSync(join(bench.directory, 'journal.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});

describe('a disk that takes no more', () => {
  const acknowledged = (child: JournalChild): readonly string[] =>
    child.lines().flatMap((line) => (line.startsWith('part ') ? [line.split(' ')[1] ?? ''] : []));
  const findsAll = (directory: string, ids: readonly string[]): void => {
    const reader = openJournalReader(directory);
    expect(ids.filter((id) => reader.part(id) === null)).toEqual([]);
    expect(new Set(reader.openParts().map(({ octets }) => octets)).size).toBe(reader.openParts().length);
    reader.close();
  };

  test('acknowledges nothing, and everything after space is made, in the same process', async () => {
    const child = start({ PARTS_ONLY: '1', TURNS: '300', LANES: '4', PADDING: '400' }, 1200);
    expect(await child.said('refused')).toBe('refused journal/not-stored');
    await child.said('health failing');
    const before = acknowledged(child).length;
    expect(before).toBeLessThan(2400);
    execFileSync('prlimit', ['--pid', String(child.process.pid), '--fsize=unlimited']);
    await child.said('done');
    await child.ended;
    expect(
      child
        .lines()
        .filter((line) => line.startsWith('health'))
        .at(-1),
    ).toBe('health storing');
    expect(acknowledged(child)).toHaveLength(2400);
    findsAll(bench.directory, acknowledged(child));
  }, 30_000);

  const mounted = (directory: string): boolean => {
    mkdirSync(directory, { recursive: true });
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' }).status === 0;
  };

  test('as a full file system, likewise (where this user may mount one)', async (context) => {
    const directory = join(bench.directory, 'mnt');
    if (!mounted(directory)) return context.skip('mounting is not permitted here');
    try {
      const child = start({ PARTS_ONLY: '1', TURNS: '300', LANES: '4', PADDING: '400' }, undefined, join(directory, 'state'));
      expect(await child.said('refused')).toBe('refused journal/not-stored');
      execFileSync('mount', ['-o', 'remount,size=64m', directory]);
      await child.said('done');
      await child.ended;
      expect(acknowledged(child)).toHaveLength(2400);
      findsAll(join(directory, 'state'), acknowledged(child));
    } finally {
      for (const child of children) {
        if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill('SIGKILL');
        await child.ended;
      }
      // Lazily, since a reader's file stays open until its statements are collected.
      execFileSync('umount', ['-l', directory]);
    }
  }, 30_000);
});
