import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/scene.js';
import { dmPushParts } from '../support/tpdu.js';

const from = '15550000009';

test('a message begun before a restart is whole after it, and what is settled is not handed on again', async ({ scene }) => {
  const bench = await scene.bench();
  const stateDir = scene.folder();
  const [first = '', second = ''] = dmPushParts('AB'.repeat(200), 2, { from, reference: 7 });
  const before = await scene.listen(bench.modem(1).port, { stateDir });
  expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu: first })).toMatchObject({ outcome: 'acknowledged' });
  await before.waitForEvent('part', (event) => event.reassembly === 'pending');
  await before.stop();
  const after = await scene.listen(bench.modem(1).port, { stateDir });
  await bench.command({ do: 'deliver', to: 'modem-1', tpdu: second });
  const message = await after.waitForEvent('message');
  expect(message).toMatchObject({ parts: 2, push: { body: 'AB'.repeat(200) } });
  await after.waitForEvent('delivered', (event) => event.id === message.id);
  await after.stop();
  const last = await scene.listen(bench.modem(1).port, { stateDir, parameters: ['--exit-after', '1'] });
  await bench.command({ do: 'deliver', to: 'modem-1', tpdu: dmPushParts('CD', 1, { from, reference: 8, second: 9 })[0] ?? '' });
  expect((await last.exited).code).toBe(0);
  expect(last.eventsNamed('message').map(({ push }) => (push as { body: string }).body)).toEqual(['CD']);
});

test('--exit-after hands on exactly so many, and what came beyond them is handed on by the next run', async ({ scene }) => {
  const bench = await scene.bench();
  const stateDir = scene.folder();
  const listen = await scene.listen(bench.modem(1).port, { stateDir, parameters: ['--exit-after', '2'] });
  for (let index = 0; index < 4; index += 1) {
    const [tpdu = ''] = dmPushParts(`0${index}`, 1, { from, reference: 1, second: index });
    bench.process.program.write(JSON.stringify({ do: 'deliver', to: 'modem-1', tpdu }));
  }
  expect((await listen.exited).code, listen.program.describe()).toBe(0);
  const first = listen.eventsNamed('message');
  expect(first).toHaveLength(2);
  const next = scene.wapbridge(['listen', '--json', '--modem', bench.modem(1).port, '--state-dir', stateDir, '--exit-after', '2']);
  expect((await next.exited).code, next.program.describe()).toBe(0);
  const all = [...first, ...next.eventsNamed('message')];
  expect(all.map(({ push }) => (push as { body: string }).body)).toEqual(['00', '01', '02', '03']);
  expect(new Set(all.map(({ id }) => id)).size).toBe(4);
});

test('DM messages go to the sink that the configuration names dm-application, and to standard output besides', async ({ scene }) => {
  const bench = await scene.bench();
  const folder = scene.folder();
  const spool = join(folder, 'spool');
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `sinks:\n  dm-application:\n    kind: spool\n    folder: ${spool}\n`);
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--config', config] });
  await bench.command({ do: 'deliver', to: 'modem-1', tpdu: dmPushParts('0102', 1, { from, reference: 1 })[0] ?? '' });
  await listen.waitForEvent('delivered', (event) => event.sink === 'dm-application');
  const message = await listen.waitForEvent('message');
  const written = readdirSync(spool, { recursive: true, encoding: 'utf8' });
  expect(written.some((name) => name.includes(String(message.id)))).toBe(true);
  const json = written.find((name) => name.endsWith('.json')) ?? '';
  expect(JSON.parse(readFileSync(join(spool, json), 'utf8'))).toMatchObject({ id: message.id, verdict: { verdict: 'dm-application' } });
});

test('garbage on the line is a message that cannot be decoded, and the listener goes on', async ({ scene }) => {
  const bench = await scene.bench();
  const listen = await scene.listen(bench.modem(1).port);
  expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu: '44' })).toMatchObject({ outcome: 'acknowledged' });
  expect(await listen.waitForEvent('message')).toMatchObject({ from: null, verdict: { verdict: 'not-push', reason: 'malformed' } });
  await bench.command({ do: 'deliver', to: 'modem-1', tpdu: dmPushParts('05', 1, { from, reference: 1 })[0] ?? '' });
  await listen.waitForEvent('message', (event) => (event.verdict as { verdict: string }).verdict === 'dm-application');
  expect(listen.strayLines).toEqual([]);
});

test('a second listen on the same state folder says who holds it and ends with 4', async ({ scene }) => {
  const bench = await scene.bench({ modems: 2 });
  const stateDir = scene.folder();
  const first = await scene.listen(bench.modem(1).port, { stateDir });
  const second = scene.wapbridge(['listen', '--modem', bench.modem(2).port, '--state-dir', stateDir]);
  expect((await second.exited).code).toBe(4);
  expect(second.program.stderr.items.join('\n')).toContain(String(first.pid));
});

test('idle, listen stays under 100 MiB', async ({ scene }) => {
  const bench = await scene.bench();
  const listen = await scene.listen(bench.modem(1).port);
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${listen.pid}/status`, 'utf8'))?.[1]) / 1024;
  expect(resident).toBeLessThan(100);
});
