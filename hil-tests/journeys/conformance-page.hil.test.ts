import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as conformance from '../../src/conformance/index.js';
import { catalogue } from '../bench/catalogue.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/conformance.md', import.meta.url)), 'utf8');
const rows = [...page.matchAll(/^\| (DM-PUSH-[CS]-00\d) \| ([^|]+) \|/gm)].map(([, item, state]) => [item, state?.trim()]);
/** What other people's programs show, by the names of the peer tests. */
const procedures = Object.values(conformance)
  .flatMap((exported) => (Array.isArray(exported) ? exported : []))
  .map(({ item, title }) => `${item}-O: ${title}`);
const listed = [...page.matchAll(/^- (.+)$/gm)].map(([, name]) => name);

test('the conformance page has all sixteen items, and says not yet of those without a test', () => {
  const items = ['C', 'S'].flatMap((side) => Array.from({ length: 8 }, (_, at) => `DM-PUSH-${side}-00${at + 1}`));
  expect(rows.map(([item]) => item)).toEqual(items);
  for (const [item, state] of rows) {
    const tested = [...catalogue.map(({ name }) => name), ...procedures].some((name) => name.includes(`${item}-O`));
    if (tested) expect([item, state]).toEqual([item, 'tested']);
    else expect([item, state]).toEqual([item, expect.stringMatching(/^(not yet|by way of DM-PUSH-[CS]-002)$/)]);
  }
});

test('the conformance page lists exactly the journeys whose names begin with an item, and the peer tests', () => {
  expect(listed).toEqual([
    ...catalogue
      .map(({ name }) => name)
      .filter((name) => name.startsWith('DM-PUSH-'))
      .sort((a, b) => order(a) - order(b)),
    ...procedures,
  ]);
});

/** First those of both items, otherwise in their own order. */
function order(name: string): number {
  return name.includes(' and ') && name.startsWith('DM-PUSH-S') ? 0 : 1;
}
