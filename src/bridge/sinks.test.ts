import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from '../config/index.js';
import type { Sink } from '../delivery/index.js';
import { ManualClock } from '../runtime/index.js';
import { openSinks } from './sinks.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-sinks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stdout: Sink = {
  name: 'stdout',
  kind: 'stdout',
  accept: () => Promise.resolve({ outcome: 'taken' }),
  close: () => Promise.resolve(),
};
const open = (sinks: unknown, environment: Readonly<Record<string, string>> = { PATH: process.env.PATH ?? '' }) =>
  openSinks(configSchema.parse({ sinks }).sinks, {
    ...{ clock: new ManualClock(), environment, stdout },
    openSender: () => Promise.reject(new TypeError('nothing is sent here')),
  });

test('every kind of the schema becomes a sink under its name, and stdout is always there', async () => {
  writeFileSync(join(folder, 'password'), 'secret\n');
  const plans = await open(
    {
      lines: { kind: 'ndjson', file: join(folder, 'lines.ndjson') },
      again: { kind: 'ndjson' },
      spool: { kind: 'spool', folder: join(folder, 'spool') },
      'dm-application': { kind: 'exec', command: ['true'] },
      posted: { kind: 'http', url: 'http://127.0.0.1:1/push', mode: 'binary', 'signature-secret': { environment: 'SHARED' } },
      local: { kind: 'unix', path: join(folder, 'consumer.sock') },
      onward: { kind: 'push', via: 'udp://127.0.0.1:2948' },
      broker: { kind: 'mqtt', url: 'mqtt://127.0.0.1:1', topic: 'lab', user: 'a', password: { file: join(folder, 'password') } },
    },
    { PATH: process.env.PATH ?? '', SHARED: 'x' },
  );
  expect(plans.map(({ sink }) => [sink.name, sink.kind])).toEqual([
    ['lines', 'ndjson'],
    ['again', 'stdout'],
    ['spool', 'spool'],
    ['dm-application', 'exec'],
    ['posted', 'http'],
    ['local', 'unix'],
    ['onward', 'push'],
    ['broker', 'mqtt'],
    ['stdout', 'stdout'],
  ]);
  for (const { sink } of plans) await sink.close();
});

test('order, concurrency, times and ages are as the configuration says, and as by default where it says nothing', async () => {
  const [plain, set] = await open({
    plain: { kind: 'unix', path: '/run/a' },
    set: {
      kind: 'unix',
      path: '/run/b',
      ordered: false,
      concurrency: 9,
      'timeout-s': 2.5,
      retry: { 'first-delay-s': 0.5, 'max-delay-s': 7, 'give-up-after-s': 60 },
    },
  });
  expect(plain).toMatchObject({ ordered: true, timeoutMs: 30_000 });
  expect(set).toMatchObject({
    ordered: false,
    concurrency: 9,
    timeoutMs: 2500,
    retry: { firstDelayMs: 500, maximumDelayMs: 7000, giveUpAfterMs: 60_000 },
  });
});

test.each([
  ['delivery/no-such-program', { kind: 'exec', command: ['/nonexistent/program'] }],
  ['delivery/not-writable', { kind: 'spool', folder: '/dev/null/spool' }],
  ['delivery/not-writable', { kind: 'ndjson', file: '/nonexistent/lines' }],
  ['delivery/bad-target', { kind: 'unix', path: `/${'a'.repeat(200)}` }],
  ['delivery/bad-target', { kind: 'http', url: 'http://:1/' }],
  ['delivery/bad-target', { kind: 'http', url: 'https://127.0.0.1:1/', 'ca-file': '/nonexistent/ca.pem' }],
  ['config/secret-missing', { kind: 'http', url: 'http://127.0.0.1:1/', 'signature-secret': { environment: 'NOT_SET' } }],
])('a sink that cannot exist is refused before anything is received: %s', async (code, sink) => {
  await expect(open({ bad: sink })).rejects.toMatchObject({ code, message: expect.stringMatching(/./) });
});
