import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name]) => name ?? '').sort();

test('every difference that the differential run explains stands in the page of disagreements, and the other way round', () => {
  const rules = named(read('scripts/fuzz/rules.mjs'), /anchor: '([^']+)'/g);
  const places = named(read('docs/disagreements.md'), /<a id="([^"]+)"><\/a>/g);
  expect(rules.length).toBeGreaterThan(20);
  expect(places).toEqual(rules);
});
