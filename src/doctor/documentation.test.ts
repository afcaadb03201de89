import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatFindingTable } from './index.js';

test('docs/doctor.md has the table of findings', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/doctor.md', import.meta.url)), 'utf8');
  const table = /<!-- findings -->\n([\s\S]*?)\n<!-- end of findings -->/.exec(page)?.[1];
  expect(table, 'npm run docs writes it anew').toBe(formatFindingTable());
});
