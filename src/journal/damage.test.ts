import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForWriting } from './database.js';
import { cannotOpen } from './files.js';
import { openJournalReader } from './journal.js';
import { type JournalBench, journalBench, message, part } from './journal.testing.js';
import { migrations } from './schema.js';

let bench: JournalBench;
let path: string;
beforeEach(() => {
  bench = journalBench();
  path = join(bench.directory, 'journal.db');
});
afterEach(() => bench.remove());

/** A journal with something in it, closed. */
async function filled(): Promise<void> {
  const journal = bench.open();
  for (let index = 0; index < 50; index += 1) {
    const { id } = await journal.append(part(bench, 'AA'.repeat(150)));
    await journal.complete(message(bench, [id]));
  }
  journal.close();
}

/** Opening is refused, for writing and for reading, and the file stays as it is. */
function refused(code: string, message: RegExp): void {
  const before = readFileSync(path);
  expect(() => bench.open()).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  expect(() => openJournalReader(bench.directory)).toThrow(expect.objectContaining({ code }));
  expect(readFileSync(path).equals(before)).toBe(true);
}

test('a file that is no database is refused and left as it is', () => {
  writeFileSync(path, Buffer.alloc(8192, 'garbage '));
  refused('journal/corrupt', /damaged/);
});

test('a spoilt lock, which holds nothing, keeps nobody from the journal, and still lets in one at a time', async () => {
  await filled();
  writeFileSync(join(bench.directory, 'lock.db'), Buffer.alloc(3000, 'garbage '));
  const journal = bench.open();
  expect(() => bench.open()).toThrow(expect.objectContaining({ code: 'journal/held' }));
  await journal.append(part(bench));
  journal.close();
  bench.open().close();
});

test('a journal with a spoilt page is refused for writing and left as it is', async () => {
  await filled();
  const octets = readFileSync(path);
  octets.fill(0xee, 4096, octets.length - 4096);
  writeFileSync(path, octets);
  expect(() => bench.open()).toThrow(expect.objectContaining({ code: 'journal/corrupt' }));
  expect(readFileSync(path).equals(octets)).toBe(true);
});

test('a journal that lost its head while its log is still there is refused, and the log is kept', async () => {
  const journal = bench.open();
  await journal.append(part(bench));
  const other = join(bench.directory, 'other');
  mkdirSync(other);
  copyFileSync(`${path}-wal`, join(other, 'journal.db-wal'));
  copyFileSync(path, join(other, 'journal.db'));
  truncateSync(join(other, 'journal.db'));
  const log = readFileSync(join(other, 'journal.db-wal'));
  expect(() => bench.open({ directory: other })).toThrow(
    expect.objectContaining({ code: 'journal/corrupt', message: expect.stringContaining('empty') }),
  );
  expect(readFileSync(join(other, 'journal.db-wal')).equals(log)).toBe(true);
});

test('a journal of a newer wapbridge is refused and left as it is', async () => {
  await filled();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  refused('journal/newer-schema', /version 99, this program knows up to \d+/);
});

test("another program's database is refused and left as it is", () => {
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE theirs (a)');
  database.close();
  refused('journal/foreign-file', /another program/);
});

test('a journal of an older wapbridge is lifted with what is in it, step by step, and a step that fails changes nothing', async () => {
  await filled();
  const version = (): unknown => {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('PRAGMA user_version').get();
    database.close();
    return row.user_version;
  };
  const next = [...migrations, 'CREATE TABLE one (a)', 'CREATE TABLE two (a); INSERT INTO nowhere VALUES (1)'];
  expect(() => openForWriting(path, () => {}, next)).toThrow(expect.objectContaining({ code: 'journal/cannot-open' }));
  expect(version()).toBe(migrations.length + 1);
  const lifted = openForWriting(path, () => {}, [...next.slice(0, -1), 'CREATE TABLE two (a)']);
  expect(lifted.prepare('SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM two) AS count').get()).toEqual({ count: 50 });
  lifted.close();
  expect(version()).toBe(migrations.length + 2);
});

test('who opens a journal of an older wapbridge is told before it is lifted, with its size; of a new one, or one of this version, nobody is', () => {
  const told: [octets: number, version: unknown][] = [];
  const versionOf = (): unknown => {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('PRAGMA user_version').get();
    database.close();
    return row.user_version;
  };
  const onUpgrade = (octets: number): void => void told.push([octets, versionOf()]);
  bench.open({ onUpgrade }).close();
  bench.open({ onUpgrade }).close();
  expect(told).toEqual([]);
  const database = new DatabaseSync(path);
  database.exec(`DROP INDEX message_notification; PRAGMA user_version = ${migrations.length - 1}`);
  database.close();
  bench.open({ onUpgrade }).close();
  expect(told).toEqual([[statSync(path).size, migrations.length - 1]]);
  expect(versionOf()).toBe(migrations.length);
});

test('a folder that is a file, or may not be written, is named in one line', () => {
  writeFileSync(join(bench.directory, 'file'), '');
  expect(() => bench.open({ directory: join(bench.directory, 'file') })).toThrow(expect.objectContaining({ code: 'journal/cannot-open' }));
  expect(cannotOpen(path, Object.assign(new TypeError('permission denied'), { code: 'EACCES' }))).toMatchObject({
    code: 'journal/not-permitted',
  });
});
