import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { version } from '../../src/cli/version.js';
import { allProcedures, pageWithStatement, scrItems, state, statementMarkdown } from '../../src/conformance/index.js';
import { catalogue } from '../bench/catalogue.js';

const path = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));
const page = readFileSync(path, 'utf8');

/** The cells of a row of a table, as they were before they were made safe. */
const cellsOf = (line: string): string[] =>
  line
    .slice(2, -2)
    .split(/(?<!\\\\) \| /)
    .map((cell) => cell.replace(/\\(.)/g, '$1'));
const evidenceRows = [...page.matchAll(/^\| (?:passed|failed|not run) \| .*$/gm)].map(([line]) => cellsOf(line));
const tested = /tested (\S+) (\S+) UTC in (\d+) s/.exec(page);

test('the conformance page is the statement of a run in which every procedure of this version passed, written by the command', () => {
  const day = tested?.[1];
  const statement = state(scrItems(), (item) =>
    allProcedures
      .filter((procedure) => procedure.item === item)
      .map(({ title, peer }) => {
        const [outcome, , , when = ''] = evidenceRows.find(([, what]) => what === title) ?? ['missing from the page', '', '', ''];
        const [, time, seconds] = /^(\S+), (\S+) s$/.exec(when) ?? [];
        return { title, peer, outcome: outcome as 'passed', reason: null, at: `${day}T${time}.000Z`, durationMs: Number(seconds) * 1000 };
      }),
  );
  const facts = { document: 'OMA-TS-DM_PushBinding-V1_3' as const, version: version(), at: `${day}T${tested?.[2]}.000Z` };
  const written = statementMarkdown({ ...facts, durationMs: Number(tested?.[3]) * 1000, items: statement });
  // Where this fails, write it anew: wapbridge conformance --markdown docs/conformance.md, as root and with all programs installed.
  expect(pageWithStatement(page, written)).toBe(page);
  expect(evidenceRows).toHaveLength(allProcedures.length);
});

test('the conformance page supports all sixteen items but the secure push, which is not supported yet', () => {
  const rows = [...page.matchAll(/^\| (DM-PUSH-[CS]-00\d) \| .*$/gm)].map(([line]) => cellsOf(line));
  expect(rows.map(([item, , , support]) => `${item} ${support}`)).toEqual(
    scrItems().map(({ id }) => `${id} ${id.endsWith('003') ? 'not supported' : 'supported'}`),
  );
  for (const [, , , support, by] of rows) if (support === 'not supported') expect(by).toContain('not supported yet');
});

test('the conformance page lists exactly the journeys whose names begin with an item', () => {
  const list = catalogue
    .map(({ name }) => name)
    .filter((name) => name.startsWith('DM-PUSH-'))
    .sort((a, b) => order(a) - order(b))
    .map((name) => `- ${name}\n`);
  const written = page.replace(/(<!-- journeys -->\n)[\s\S]*?(?=<!-- end of journeys -->)/, (_, head) => head + list.join(''));
  // WRITE_DOCS=1 writes it anew.
  if (process.env.WRITE_DOCS === '1') writeFileSync(path, written);
  else expect(page).toBe(written);
  expect(list.length).toBeGreaterThan(0);
});

/** First those of both items, otherwise in their own order. */
function order(name: string): number {
  return name.includes(' and ') && name.startsWith('DM-PUSH-S') ? 0 : 1;
}
