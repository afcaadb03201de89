import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(test|vectors|testing)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, 'src', file), 'utf8') }));

/** Codes as they stand in the sources: a room's name, a slash, words; only where a code is raised or reported. */
const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const codePattern = new RegExp(`'((?:${[...rooms, 'at'].join('|')})/[a-z0-9]+(?:-[a-z0-9]+)*)'`, 'g');

test('docs/errors.md lists exactly the codes that the sources raise', () => {
  const raised = new Set(sources.flatMap(({ text }) => [...text.matchAll(codePattern)].map((match) => match[1])));
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)`\s+\|/gm)].map((match) => match[1]);
  expect([...raised].filter((code) => !listed.includes(code)).sort()).toEqual([]);
  expect(listed.filter((code) => !raised.has(code)).sort()).toEqual([]);
  expect(listed.length).toBe(new Set(listed).size);
});

test('every error of the sources is one of ours', () => {
  const own = /new (?:Error|SyntaxError|EvalError|URIError|ReferenceError)\(/;
  expect(sources.filter(({ text }) => own.test(text)).map(({ file }) => file)).toEqual([]);
});
