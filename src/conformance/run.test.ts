import { expect, test } from 'vitest';
import { systemClock } from '../runtime/index.js';
import { type ItemId, scrItems } from './items.js';
import { type Evidence, runConformance, state } from './run.js';
import { statementHtml } from './statement-html.js';
import type { Procedure } from './types.js';

const evidence = (outcome: Evidence['outcome'], peer: string | null): Evidence => ({
  ...{ title: 'does it', peer, outcome, reason: outcome === 'passed' ? null : 'because' },
  ...{ at: '2026-11-27T10:00:00.000Z', durationMs: 5 },
});
const stated = (shown: Partial<Record<ItemId, readonly Evidence[]>>) => {
  const items = state(scrItems(), (item) => shown[item] ?? []);
  return (item: ItemId) => items.find((one) => one.item === item);
};

test('the sixteen items stand in their order, and secure push is not supported', () => {
  expect(scrItems().map(({ id }) => id)).toEqual(
    ['C', 'S'].flatMap((side) => Array.from({ length: 8 }, (_, at) => `DM-PUSH-${side}-00${at + 1}`)),
  );
  const item = stated({ 'DM-PUSH-C-003': [evidence('passed', 'tshark')] });
  expect(item('DM-PUSH-C-003')).toMatchObject({ support: 'not-supported', note: expect.stringContaining('not supported yet') });
});

test('what only wapbridge itself showed says so, and what a peer showed names nobody else', () => {
  const item = stated({
    'DM-PUSH-C-002': [evidence('passed', null), evidence('not-run', 'tshark')],
    'DM-PUSH-S-002': [evidence('passed', null), evidence('passed', 'tshark')],
  });
  expect(item('DM-PUSH-C-002')).toMatchObject({
    support: 'supported',
    shownBy: 'itself',
    note: "shown by wapbridge itself only, by nobody else's program; 1 of 2 procedures not run",
  });
  expect(item('DM-PUSH-S-002')).toMatchObject({ support: 'supported', shownBy: 'peers', note: null });
});

test('one procedure that does not pass is a failure, whatever passed beside it, and the sum fails with it', () => {
  const item = stated({
    'DM-PUSH-C-004': [evidence('passed', 'SIPp'), evidence('failed', null)],
    'DM-PUSH-C-002': [evidence('passed', null)],
  });
  expect(item('DM-PUSH-C-004')).toMatchObject({ support: 'failed', shownBy: null });
  expect(item('DM-PUSH-C-001')).toMatchObject({ support: 'failed' });
});

test('the sum lists the bindings that were shown and no other; HTTP counts only with its security', () => {
  const http = [evidence('passed', 'curl')];
  const item = stated({ 'DM-PUSH-C-004': [evidence('passed', 'SIPp')], 'DM-PUSH-C-005': http });
  expect(item('DM-PUSH-C-005')).toMatchObject({ support: 'not-shown', note: 'needs DM-PUSH-C-007' });
  expect(item('DM-PUSH-C-001')).toMatchObject({ support: 'supported', shownBy: 'peers', note: 'by way of DM-PUSH-C-004' });
  const secured = stated({ 'DM-PUSH-C-007': http, 'DM-PUSH-C-005': http });
  expect(secured('DM-PUSH-C-001')).toMatchObject({ note: 'by way of DM-PUSH-C-005' });
  expect(stated({})('DM-PUSH-S-001')).toMatchObject({ support: 'not-shown', note: 'none of its bindings was shown' });
});

test('a run tells what passed, what failed and why, and what was not installed or not asked for', async () => {
  const procedure = (title: string, change: Partial<Procedure> = {}): Procedure => ({
    ...{ item: 'DM-PUSH-C-002', title, peer: null, needs: [] },
    run: () => Promise.resolve(),
    ...change,
  });
  const folders: string[] = [];
  const statement = await runConformance({
    procedures: [
      procedure('passes', { run: async (bench) => void folders.push(bench.folder()) }),
      procedure('fails', { run: () => Promise.reject(new Error('the verdict is <script>')) }),
      procedure('lacks a program', { needs: ['no-such-program-anywhere'] }),
      procedure('is left out'),
    ],
    wanted: ({ title }) => title !== 'is left out',
    wapbridge: [process.execPath],
    version: '0.1.0',
    environment: { PATH: '/usr/bin' },
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const found = statement.items.find(({ item }) => item === 'DM-PUSH-C-002');
  expect(found?.support).toBe('failed');
  expect(found?.evidence.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['passed', null],
    ['failed', 'the verdict is <script>'],
    ['not-run', 'not installed: no-such-program-anywhere'],
    ['not-run', 'it was not asked for'],
  ]);
  const page = statementHtml(statement);
  expect(page).toContain('the verdict is &#60;script&#62;');
  expect(page).not.toMatch(/<script|src=|href=/);
});
