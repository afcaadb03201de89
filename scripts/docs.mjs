#!/usr/bin/env node
// Writes what the documentation takes from the program: the schema of the configuration, and the output of examples.
// A page names an example as <!-- output of: wapbridge ARGUMENTS --> before a fenced block; src/cli/docs.test.ts keeps them equal.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('..', import.meta.url));
const run = (...parameters) =>
  execFileSync(process.execPath, ['dist/cli/main.js', ...parameters], {
    cwd: top,
    encoding: 'utf8',
    env: { LC_ALL: 'C', XDG_CONFIG_HOME: '/nonexistent' },
  });

writeFileSync(`${top}/docs/schema/config.schema.json`, run('config', 'schema'));
writeFileSync(`${top}/docs/schema/bench.schema.json`, run('bench', 'schema'));
for (const page of ['README.md', ...readdirSync(`${top}/docs`).map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'))) {
  let text;
  try {
    text = readFileSync(`${top}/${page}`, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') continue;
    throw error;
  }
  const written = text.replace(
    /(<!-- output of: wapbridge ([^\n]*?) -->\n```[a-z]*\n)[\s\S]*?(\n```)/g,
    (_, head, parameters, tail) => `${head}${run(...parameters.split(' ')).trimEnd()}${tail}`,
  );
  if (written !== text) writeFileSync(`${top}/${page}`, written);
}

const { formatFindingTable, formatUdevRules } = await import('../dist/doctor/index.js');
const doctorPage = readFileSync(`${top}/docs/doctor.md`, 'utf8');
writeFileSync(
  `${top}/docs/doctor.md`,
  doctorPage.replace(
    /(<!-- findings -->\n)[\s\S]*?(<!-- end of findings -->)/,
    (_, head, tail) => `${head}${formatFindingTable()}\n${tail}`,
  ),
);
writeFileSync(`${top}/udev/77-wapbridge-modems.rules`, formatUdevRules());
