import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkConfig } from './index.js';

const page = readFileSync(new URL('../../docs/config.md', import.meta.url), 'utf8');

test('the example of the documentation is a configuration that holds', () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  expect(example).toContain('dm-application');
  const checked = checkConfig(example);
  expect(checked.ok ? [] : checked.problems).toEqual([]);
});

test('the documentation names every kind of sink', () => {
  for (const kind of ['ndjson', 'spool', 'exec', 'http', 'unix', 'mqtt']) expect(page).toContain(`| \`${kind}\` |`);
});
