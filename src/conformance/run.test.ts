import { expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import { systemClock } from '../runtime/index.js';
import { type ItemId, scrItems } from './items.js';
import { type Evidence, runConformance, state } from './run.js';
import { statementHtml } from './statement-html.js';
import { pageWithStatement, statementMarkdown } from './statement-markdown.js';
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
      procedure('finds its port taken', { run: () => Promise.reject(new BridgeError('conformance/port-taken', 'port 2948 is taken')) }),
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
    ['not-run', 'port 2948 is taken'],
    ['not-run', 'not installed: no-such-program-anywhere'],
    ['not-run', 'it was not asked for'],
  ]);
  const page = statementHtml(statement);
  expect(page).toContain('the verdict is &#60;script&#62;');
  expect(page).not.toMatch(/<script|src=|href=/);
  const text = statementMarkdown(statement);
  expect(text).toMatch(/^\| failed \| fails \(the verdict is \\<script\\>\) \| itself \| /m);
  expect(text).toMatch(/^\| not run \| lacks a program \(not installed: no-such-program-anywhere\) \| itself \| {2}\|$/m);
  expect(text).toMatch(/^\| DM-PUSH-C-003 \| .* \| optional \| not supported \| not supported yet: /m);
  expect(text).not.toContain('is left out');
});

test('what a peer said cannot leave its cell of a table in Markdown', () => {
  const items = state(scrItems(), (item) =>
    item === 'DM-PUSH-C-004' ? [{ ...evidence('failed', 'a | b'), reason: 'x | y\n\n# z *`[' }] : [],
  );
  const facts = { document: 'OMA-TS-DM_PushBinding-V1_3', version: '0.1.0', at: '2026-11-27T10:00:00.000Z', durationMs: 1000 } as const;
  expect(statementMarkdown({ ...facts, items })).toContain('| failed | does it (x \\| y # z \\*\\`\\[) | a \\| b | 10:00:00, 0.0 s |');
});

test('a statement takes the place that a page keeps for it, and leaves the rest of the page', () => {
  const page = 'before\n<!-- statement -->\nold\n<!-- end of statement -->\nafter\n';
  expect(pageWithStatement(page, 'new\n')).toBe(page.replace('old', 'new'));
  expect(pageWithStatement('a page of another kind', 'new\n')).toBe('# Static conformance statement\n\nnew\n');
});

test('a procedure whose peer listens at one port alone is not run where only root may listen there', async () => {
  const at = (peerPort: number): Procedure => ({
    item: 'DM-PUSH-S-006',
    title: 'x',
    peer: 'p',
    needs: [],
    peerPort,
    run: () => Promise.resolve(),
  });
  const options = {
    wapbridge: [process.execPath],
    version: '0',
    environment: {},
    clock: systemClock,
    signal: new AbortController().signal,
  } as const;
  const outcomes = async (procedure: Procedure): Promise<unknown> => {
    const { items } = await runConformance({ ...options, procedures: [procedure], firstPort: 651 });
    return items.flatMap((item) => item.evidence.map(({ outcome, reason }) => [outcome, reason]));
  };
  expect(await outcomes(at(650))).toEqual([['not-run', 'only root may listen at port 650']]);
  expect(await outcomes(at(651))).toEqual([['passed', null]]);
});
