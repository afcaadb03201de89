import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const staticImport = /(?:^|\n)\s*(?:import|export)\s(?!type\b)[^'"`;]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'/g;

/** Packages that are loaded before a command runs: what its modules import, and what those import in turn. */
function packagesOf(entries: readonly string[]): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const open = entries.map((entry) => join(here, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const match of readFileSync(file, 'utf8').matchAll(staticImport)) {
      const specifier = match[1] ?? match[2] ?? '';
      if (!specifier.startsWith('.')) packages.add(specifier);
      else open.push(join(dirname(file), specifier.replace(/\.js$/, '.ts')));
    }
  }
  expect([...seen].filter((file) => !existsSync(file))).toEqual([]);
  return packages;
}

test('decode starts without the serial port, the database, the configuration and the log', () => {
  const packages = packagesOf(['main.ts', 'run.ts', 'commands/decode.ts']);
  expect(packages).toContain('yargs');
  expect(
    ['serialport', '@serialport/parser-readline', '@photostructure/sqlite', 'zod', 'yaml', 'pino'].filter((name) => packages.has(name)),
  ).toEqual([]);
});

test('a bench starts without the configuration, the database and the log', () => {
  const packages = packagesOf(['main.ts', 'run.ts', 'commands/bench.ts']);
  expect(['zod', 'yaml', '@photostructure/sqlite', 'serialport', 'pino', 'vitest'].filter((name) => packages.has(name))).toEqual([]);
});

test('the walk sees what is imported', () => {
  expect(packagesOf(['commands/config.ts'])).toContain('zod');
});
