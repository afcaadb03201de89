import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { NdjsonObject } from '../support/lines.js';
import { dmPushParts, plainDeliver } from '../support/messages.js';
import { type Scene, test } from '../support/scene.js';

async function inbox(scene: Scene, state: string, words: readonly string[], config?: string) {
  const run = scene.wapbridge(['inbox', ...words, '--json', '--state-dir', state, ...(config === undefined ? [] : ['--config', config])]);
  const { code } = await run.exited;
  return { code, objects: run.events.items, stderr: run.program.stderr.items.join('\n') };
}
const only = (objects: readonly NdjsonObject[], event: string): NdjsonObject[] => objects.filter((object) => object.event === event);

test('the inbox lists, shows, exports and hands over again what came, while listen runs and after it', async ({ scene }) => {
  const bench = await scene.bench();
  const state = scene.folder();
  const spool = scene.folder();
  const config = join(scene.folder(), 'config.yaml');
  writeFileSync(config, `sinks:\n  dm-application: { kind: spool, folder: ${spool} }\nroutes:\n  - { to: [stdout] }\n`);
  const listen = scene.wapbridge(['listen', '--json', '--modem', bench.modem(1).port, '--state-dir', state, '--config', config]);
  await listen.waitForEvent('modem', ({ state: now }) => now === 'ready');
  const [first, second] = dmPushParts;
  for (const tpdu of [first, second, plainDeliver]) await bench.command({ do: 'deliver', to: bench.modem(1).name, tpdu });
  // The second half of another message of the same sender: its reference is 43.
  await bench.command({ do: 'deliver', to: bench.modem(1).name, tpdu: second.replace('00032A', '00032B') });
  const message = await listen.waitForEvent('message', ({ verdict }) => JSON.stringify(verdict).includes('"dm-application"'));
  const id = String(message.id);
  await listen.events.waitForCount('delivered', 3, ({ event }) => event === 'delivered');

  const listed = await inbox(scene, state, ['list']);
  expect(listed.code).toBe(0);
  expect(listed.objects.map(({ state: of, verdict, parts }) => [of, verdict, parts])).toEqual([
    ['incomplete', null, 1],
    ['settled', 'not-push', 1],
    ['settled', 'dm-application', 2],
  ]);
  expect(listed.objects[0]).toMatchObject({ total: 2, missing: [1], from: '+15550000009' });
  expect((await inbox(scene, state, ['list', '--verdict', 'dm-application'])).objects.map((object) => object.id)).toEqual([id]);
  expect((await inbox(scene, state, ['list', '--until', '1h'])).objects).toEqual([]);
  expect((await inbox(scene, state, ['list', '--state', 'undelivered', '--from', '+15550000009'])).objects).toEqual([]);

  const shown = (await inbox(scene, state, ['show', id])).objects[0];
  expect(shown).toMatchObject({
    ...message,
    state: 'settled',
    deliveries: [{ sink: 'dm-application', state: 'taken', attempts: 1 }, { sink: 'stdout' }],
  });
  expect(shown?.rawParts).toMatchObject([
    { pdu: expect.stringMatching(new RegExp(`${first}$`)) },
    { pdu: expect.stringMatching(new RegExp(`${second}$`)) },
  ]);
  expect((await inbox(scene, state, ['show', String(listed.objects[0]?.id)])).objects[0]).toMatchObject({
    state: 'incomplete',
    sequences: [2],
    rawParts: [{ state: 'open' }],
  });
  expect(await inbox(scene, state, ['show', 'nothing'])).toMatchObject({
    code: 2,
    objects: [{ event: 'error', code: 'cli/unknown-message' }],
  });

  // While listen runs it does the work itself, through the socket in the folder.
  const before = listen.eventsNamed('delivered').length;
  expect((await inbox(scene, state, ['redeliver', id.slice(0, 8)])).objects).toEqual([
    { event: 'redelivered', id, sinks: ['dm-application', 'stdout'] },
  ]);
  await listen.events.waitForCount('delivered', before + 2, ({ event }) => event === 'delivered');
  expect(only(listen.events.items, 'message').filter((line) => line.id === id)).toHaveLength(2);
  expect((await inbox(scene, state, ['redeliver', id, '--sink', 'nobody'])).code).toBe(2);
  await listen.stop();

  // Afterwards the command opens the journal and asks the sinks of the configuration.
  const again = await inbox(scene, state, ['redeliver', id.slice(0, 12)], config);
  expect([again.code, again.stderr]).toEqual([0, '']);
  expect(only(again.objects, 'message')).toEqual([message]);
  expect(only(again.objects, 'delivered').map(({ sink }) => sink)).toEqual(['dm-application', 'stdout']);
  const attempts = (await inbox(scene, state, ['show', id])).objects[0]?.attempts;
  expect(JSON.stringify(attempts).match(/"redelivered"/g)).toHaveLength(4);
  expect(readdirSync(spool).sort()).toEqual([`${id}.body`, `${id}.json`]);
  // Without that configuration nobody is there to take it, and that is an error.
  expect(await inbox(scene, state, ['redeliver', id])).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(new RegExp(`^wapbridge: ${id} was not taken by dm-application; see .* inbox show ${id}$`)),
  });

  const out = scene.folder();
  expect((await inbox(scene, state, ['export', '--pcap', join(out, 'all.pcapng'), '--bodies', out])).objects).toMatchObject([
    { event: 'exported', messages: 2, partial: 1 },
  ]);
  expect((await inbox(scene, state, ['show', id.slice(0, 8)])).objects).toMatchObject([{ id }]);
  expect(await inbox(scene, state, ['list', '--verdict', 'dm'])).toMatchObject({ code: 2 });
  const none = scene.wapbridge(['inbox', 'list', '--from', 'nobody', '--state-dir', state]);
  expect([(await none.exited).code, none.program.stderr.items]).toEqual([0, ['The inbox holds nothing of the kind.']]);
  const inWordsFile = join(out, 'again.pcapng');
  const inWords = scene.wapbridge(['inbox', 'export', '--pcap', inWordsFile, '--state-dir', state]);
  await inWords.exited;
  expect(inWords.program.stdout.items).toEqual([`2 messages and 1 not whole: 5 packets in ${inWordsFile}`]);
  const push = message.push as NdjsonObject;
  expect(
    readFileSync(join(out, `${id}.body`))
      .toString('hex')
      .toUpperCase(),
  ).toBe(push.body);
  const capture = readFileSync(join(out, 'all.pcapng')).toString('hex').toUpperCase();
  for (const tpdu of [first, second, plainDeliver]) expect(capture).toContain(tpdu);
});

test('an inbox that does not exist is said to be none', async ({ scene }) => {
  expect(await inbox(scene, join(scene.folder(), 'none'), ['list'])).toMatchObject({ code: 2, objects: [{ code: 'journal/missing' }] });
});

test('a person who looks at listen reads that a message is handed on again, and at the inbox how often', async ({ scene }) => {
  const bench = await scene.bench();
  const state = scene.folder();
  const listen = scene.wapbridge(['listen', '--modem', bench.modem(1).port, '--state-dir', state], { environment: { LC_ALL: 'C' } });
  const lines = listen.program.stdout;
  await lines.wait('the ready modem', (line) => line.includes('ready'));
  await bench.command({ do: 'deliver', to: bench.modem(1).name, tpdu: plainDeliver });
  const id = (await lines.wait('the id', (line) => line.startsWith('  id '))).trim().split(/ +/)[1] ?? '';
  const heads = (): string[] => lines.items.filter((line) => line.startsWith('-- '));
  expect(heads()).toEqual([expect.stringMatching(/^-- not-push -+ /)]);
  expect((await inbox(scene, state, ['redeliver', id])).code).toBe(0);
  await lines.waitForCount('the id again', 2, (line) => line.startsWith('  id '));
  expect(heads()[1]).toMatch(/^-- not-push, handed on again -+ /);
  const list = scene.wapbridge(['inbox', 'list', '--state-dir', state], { environment: { COLUMNS: '80' } });
  await list.exited;
  expect(list.program.stdout.items).toEqual([expect.stringMatching(new RegExp(`^${id.slice(0, 8)} {2}settled .* 1$`))]);
});
