import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ndjsonFileSink, ndjsonSink } from './ndjson-sink.js';
import { spoolSink } from './spool-sink.js';
import type { Handover } from './types.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-sinks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const handover = (changes: Partial<Handover> = {}): Handover => ({
  id: 'b1d4a1f2-0000-4000-8000-000000000001',
  facts: { event: 'message', id: 'b1d4a1f2-0000-4000-8000-000000000001', from: '../../etc/passwd' },
  body: new Uint8Array([2, 0xa4, 1]),
  attempt: 1,
  ...changes,
});

describe('ndjson on a stream', () => {
  test('writes one whole line a message and says taken only when the stream has it', async () => {
    const chunks: string[] = [];
    let release: () => void = () => {};
    const stream = new Writable({
      write(chunk, _, done) {
        chunks.push(String(chunk));
        release = done;
      },
    });
    const sink = ndjsonSink({ name: 'out', stream });
    let answered = false;
    const receipt = sink.accept(handover({ facts: { a: 'x\ny' } }), { signal }).then((given) => {
      answered = true;
      return given;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    release();
    expect(await receipt).toEqual({ outcome: 'taken' });
    expect(chunks).toEqual(['{"a":"x\\ny"}\n']);
  });

  test('whose reader has gone says later, the first time and every time', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new TypeError('write EPIPE'), { code: 'EPIPE' })),
    });
    const sink = ndjsonSink({ name: 'out', stream });
    expect(await sink.accept(handover(), { signal })).toEqual({ outcome: 'later', reason: 'write EPIPE' });
    expect(await sink.accept(handover(), { signal })).toMatchObject({ outcome: 'later', reason: expect.stringContaining('closed') });
  });
});

describe('ndjson in a file', () => {
  test('keeps every line that it took where others, under way at once, found no room', () => {
    // Files of at most 4 blocks of 512 octets: the second line of each file does not fit, the first and the third do.
    const program = `
      const { ndjsonFileSink } = await import(process.env.DELIVERY);
      const { readFileSync } = await import('node:fs');
      const signal = new AbortController().signal;
      for (let round = 0; round < 30; round += 1) {
        const path = process.env.FOLDER + '/' + round;
        const sink = ndjsonFileSink({ name: 'a', path });
        const lines = [100, 3000, 100].map((size, id) => ({ id, filler: 'x'.repeat(size) }));
        const receipts = await Promise.all(lines.map((facts) => sink.accept({ id: String(facts.id), facts, body: null, attempt: 1 }, { signal })));
        const kept = readFileSync(path, 'utf8').split('\\n').slice(0, -1).map((line) => JSON.parse(line).id);
        console.log(JSON.stringify([receipts.map(({ outcome }) => outcome), kept]));
      }`;
    const dist = new URL('../../dist/delivery/index.js', import.meta.url).href;
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -S -f 4; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', program],
      { env: { ...process.env, DELIVERY: dist, FOLDER: folder }, encoding: 'utf8' },
    );
    const rounds = stdout.split('\n').slice(0, -1);
    expect([rounds.length, new Set(rounds), stderr]).toEqual([30, new Set(['[["taken","later","taken"],[0,2]]']), '']);
  });

  test('appends a line a message, and goes on in a new file after a rotation', async () => {
    const path = join(folder, 'out.ndjson');
    const sink = ndjsonFileSink({ name: 'out', path });
    await sink.accept(handover({ facts: { n: 1 } }), { signal });
    await sink.accept(handover({ facts: { n: 2 } }), { signal });
    renameSync(path, `${path}.1`);
    await sink.accept(handover({ facts: { n: 3 } }), { signal });
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('{"n":1}\n{"n":2}\n');
    expect(readFileSync(path, 'utf8')).toBe('{"n":3}\n');
  });

  test('begins a new line after one that a power cut tore', async () => {
    const path = join(folder, 'out.ndjson');
    appendFileSync(path, '{"n":1}\n{"n":');
    expect(await ndjsonFileSink({ name: 'out', path }).accept(handover({ facts: { n: 2 } }), { signal })).toEqual({ outcome: 'taken' });
    expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n{"n":\n{"n":2}\n');
  });

  test.each(['.', 'none/x', '/dev/null'])('at %s cannot be, and is refused at once', (name) => {
    expect(() => ndjsonFileSink({ name: 'out', path: resolve(folder, name) })).toThrow(
      expect.objectContaining({ code: 'delivery/not-writable' }),
    );
  });

  test('that has become a folder is not taken', async () => {
    const path = join(folder, 'out.ndjson');
    const sink = ndjsonFileSink({ name: 'out', path });
    mkdirSync(path);
    await expect(sink.accept(handover(), { signal })).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

describe('the spool', () => {
  test('has the facts and the octets in files named by the id alone, and nothing half-written', async () => {
    const directory = join(folder, 'deep', 'spool');
    const sink = spoolSink({ name: 'spool', directory });
    const { id } = handover();
    expect(await sink.accept(handover(), { signal })).toEqual({ outcome: 'taken' });
    expect(readdirSync(directory).sort()).toEqual([`${id}.body`, `${id}.json`]);
    expect(JSON.parse(readFileSync(join(directory, `${id}.json`), 'utf8'))).toEqual({ ...handover().facts, bodyFile: `${id}.body` });
    expect([...readFileSync(join(directory, `${id}.body`))]).toEqual([2, 0xa4, 1]);
    expect(await sink.accept(handover({ attempt: 2 }), { signal })).toEqual({ outcome: 'taken' });
    expect(readdirSync(directory)).toHaveLength(2);
  });

  test('has no body file where there is no body', async () => {
    const sink = spoolSink({ name: 'spool', directory: folder });
    await sink.accept(handover({ id: 'a', body: null }), { signal });
    expect(readdirSync(folder)).toEqual(['a.json']);
    expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toMatchObject({ bodyFile: null });
  });

  test('refuses an id that could be a path', async () => {
    const sink = spoolSink({ name: 'spool', directory: join(folder, 'spool') });
    for (const id of ['../x', '.', '', 'a/b', 'a\u0000', '-x', 'x'.repeat(65)]) {
      expect(await sink.accept(handover({ id }), { signal })).toMatchObject({ outcome: 'refused' });
    }
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  test('in a place where no folder can be is refused at once', () => {
    appendFileSync(join(folder, 'file'), '');
    expect(() => spoolSink({ name: 'spool', directory: join(folder, 'file', 'spool') })).toThrow(
      expect.objectContaining({ code: 'delivery/not-writable' }),
    );
  });

  test('leaves no facts where the body could not be put in place', async () => {
    const sink = spoolSink({ name: 'spool', directory: folder });
    mkdirSync(join(folder, 'a.body', 'in-the-way'), { recursive: true });
    await expect(sink.accept(handover({ id: 'a' }), { signal })).rejects.toMatchObject({
      code: expect.stringMatching(/EISDIR|ENOTEMPTY|EEXIST/),
    });
    expect(existsSync(join(folder, 'a.json'))).toBe(false);
  });
});
