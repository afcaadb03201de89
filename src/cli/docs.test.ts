import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from './command.testing.js';

const top = fileURLToPath(new URL('../..', import.meta.url));
const pages = [...readdirSync(top), ...readdirSync(`${top}/docs`).map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'));
const examples = pages.flatMap((page) =>
  [...readFileSync(`${top}/${page}`, 'utf8').matchAll(/<!-- output of: wapbridge ([^\n]*?) -->\n```[a-z]*\n([\s\S]*?)\n```/g)].map(
    ([, parameters = '', shown = '']) => ({ page, parameters, shown }),
  ),
);

test('the documentation shows examples', () => {
  expect(examples.map(({ page }) => page)).toContain('docs/decode.md');
});

test.each(examples)('$page shows what wapbridge $parameters prints', async ({ parameters, shown }) => {
  const argv = parameters.split(' ').map((word) => (word.startsWith('docs/') ? `${top}/${word}` : word));
  const { stdout } = await runCommand(argv, { environment: { LC_ALL: 'C' } });
  expect(stdout.trimEnd(), 'npm run docs writes it anew').toBe(shown);
});
