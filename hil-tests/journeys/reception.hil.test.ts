import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { NdjsonObject } from '../support/lines.js';
import { test } from '../support/scene.js';
import { dmPushParts } from '../support/tpdu.js';

const from = '15550000009';
const [tpdu = ''] = dmPushParts('0102', 1, { from, reference: 1 });
const notes = (events: readonly NdjsonObject[]): readonly string[] => events.map(({ note, detail }) => `${note}: ${detail}`);

test.for([
  ['direct', 'plain-27005', 'directly (+CMT)', 2, 'acknowledged'],
  ['auto', 'plain-27005', 'directly (+CMT)', 2, 'acknowledged'],
  ['stored', 'plain-27005', 'stored (+CMTI)', 1, 'stored'],
  ['auto', 'simcom-2g', 'stored (+CMTI)', 1, 'stored'],
  ['stored', 'simcom-2g', 'stored (+CMTI)', 1, 'stored'],
] as const)('listen --reception %s on %s brings messages %s', async ([reception, profile, words, mt, outcome], { scene }) => {
  const bench = await scene.bench({ parameters: ['--profile', profile] });
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--reception', reception] });
  expect(notes(listen.eventsNamed('modem-note'))).toContainEqual(expect.stringContaining(`messages come ${words}`));
  expect(notes(listen.eventsNamed('modem-note'))).not.toContainEqual(expect.stringContaining('reception-not-as-asked'));
  expect(await bench.command({ do: 'state' })).toMatchObject({ modems: [{ indications: { mt } }] });
  expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu })).toMatchObject({ outcome });
  expect(await listen.waitForEvent('message')).toMatchObject({ verdict: { verdict: 'dm-application' }, push: { body: '0102' } });
});

test('a modem that cannot do direct reception says so when it is forced, stores instead, and loses nothing', async ({ scene }) => {
  const bench = await scene.bench({ parameters: ['--profile', 'simcom-2g'] });
  const stateDir = scene.folder();
  const listen = await scene.listen(bench.modem(1).port, { stateDir, parameters: ['--reception', 'direct'] });
  const note = await listen.waitForEvent('modem-note', (event) => event['note'] === 'reception-not-as-asked');
  expect(note).toMatchObject({ modem: 'modem-1', detail: expect.stringContaining('acknowledges none of it: messages are stored first') });
  expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu })).toMatchObject({ outcome: 'stored' });
  await listen.waitForEvent('message');
  const modems = scene.wapbridge(['modems', '--json', '--modem', bench.modem(1).port, '--state-dir', stateDir]);
  expect((await modems.exited).code, modems.program.describe()).toBe(0);
  const shown = (await modems.waitForEvent('modem'))['driven'] as { state: string; steps: NdjsonObject[] };
  expect(shown.state).toBe('ready');
  expect(notes(shown.steps)).toContainEqual(expect.stringContaining('reception-not-as-asked'));
});

test('the reception of one modem in the configuration goes before that of all, and both are kept to', async ({ scene }) => {
  const bench = await scene.bench({ modems: 2 });
  const config = join(scene.folder(), 'config.yaml');
  const [first, second] = [bench.modem(1).port, bench.modem(2).port];
  writeFileSync(
    config,
    `listen:\n  reception: stored\nmodems:\n  - name: a\n    port: ${first}\n    reception: direct\n  - name: b\n    port: ${second}\n`,
  );
  const listen = scene.wapbridge(['listen', '--json', '--config', config, '--state-dir', scene.folder()]);
  for (const name of ['a', 'b']) await listen.waitForEvent('modem', (event) => event['modem'] === name && event['state'] === 'ready');
  const { modems } = (await bench.command({ do: 'state' })) as { modems: { indications: { mt: number } }[] };
  expect(modems.map(({ indications }) => indications.mt)).toEqual([2, 1]);
});
