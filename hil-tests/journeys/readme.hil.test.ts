import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { test } from '../support/scene.js';
import { wapbridgeMain } from '../support/wapbridge.js';

const top = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['README.md', 'CONTRIBUTING.md', ...['docs', 'docs/decisions', 'firmware-notes', 'hil-tests'].flatMap(markdownIn)];
const readme = readFileSync(join(top, 'README.md'), 'utf8');

function markdownIn(folder: string): string[] {
  return readdirSync(join(top, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

describe('the documents', () => {
  const examples = [...readme.matchAll(/^```console\n\$ (.+)\n([\s\S]*?)\n```$/gm)];

  test('the README shows at least one command with what it prints', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  for (const [, command = '', output] of examples) {
    test(`the README shows what is printed by: ${command}`, async ({ scene }) => {
      const words = command.replaceAll('npx wapbridge', `"$NODE" "$WAPBRIDGE"`);
      const shell = scene.program('bash', ['-c', words], {
        environment: { NODE: process.execPath, WAPBRIDGE: wapbridgeMain, COLUMNS: '80', LC_ALL: 'C.UTF-8' },
      });
      expect((await shell.exited).code, shell.describe()).toBe(0);
      expect(shell.stdout.items.join('\n').trimEnd()).toBe(output);
    });
  }

  test('the bench of the README opens at the paths it prints, by every command that names modems', async ({ scene }) => {
    const [, block = ''] = /^```\nnpx wapbridge (bench .+)\n```$/m.exec(readme) ?? [];
    const [, listening = ''] = /`npx wapbridge (listen --modem [^`]+)`/.exec(readme) ?? [];
    const cwd = scene.folder();
    const environment = { HOME: cwd, XDG_STATE_HOME: join(cwd, 'state'), XDG_CONFIG_HOME: join(cwd, 'config') };
    const run = (words: string) =>
      scene.program('bash', ['-c', `exec "$NODE" "$WAPBRIDGE" ${words}`], {
        cwd,
        environment: { ...environment, NODE: process.execPath, WAPBRIDGE: wapbridgeMain },
      });
    const bench = run(block);
    const announced = await bench.stdout.waitForCount('modem', 2, (line) => line.startsWith('modem-'));
    const [first = '', second = ''] = announced.map((line) => line.split(/ +/)[1] ?? '');
    expect(listening).toBe(`listen --modem ${second}`);
    const listen = run(`${listening} --json`);
    await listen.stdout.wait('the ready modem', (line) => line.includes('"state":"ready"'));
    for (const [words, code] of [
      [`modems --modem ${first}`, 0],
      [`modems --modem ./${first}`, 0],
      [`doctor --modem ./${first}`, 0],
      [`send --modem ${first} --to +15550000002 --type dm+xml --body message.xml --state-dir sender`, 0],
      // Asked of the listen that runs, which knows the port by its whole path.
      [`send --modem ./${second} --to +15550000001 --type dm+xml --body message.xml`, 0],
      [`send --modem ${first} --to +15550000002 --type dm+xml --body message.xml`, 3],
      ['modems --modem bench/modem-9', 3],
    ] as const) {
      if (words.startsWith('send')) writeFileSync(join(cwd, 'message.xml'), '<SyncML/>');
      const program = run(words);
      expect((await program.exited).code, program.describe()).toBe(code);
      if (words.startsWith('modems') && code === 3) expect(program.stdout.items.join('\n')).toContain('does not exist');
    }
    await listen.stdout.wait('the message', (line) => line.includes('"event":"message"'));
    // Nine programs one after the other.
  }, 180_000);

  test('every command that the README lists is there, and no other', async ({ scene }) => {
    const listed = [...readme.matchAll(/^\| `wapbridge (\w+)` \|/gm)].map(([, name]) => name);
    const help = scene.wapbridge(['--help']);
    expect((await help.exited).code).toBe(0);
    const there = help.strayLines.flatMap((line) => /^ +wapbridge (\w+)/.exec(line)?.[1] ?? []);
    expect([...listed].sort()).toEqual([...there].sort());
  });

  test('every link from one document to a file leads to a file', () => {
    const links = documents.flatMap((document) =>
      [...readFileSync(join(top, document), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
        ([, target = '']) => [document, target] as const,
      ),
    );
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter(([document, target]) => !existsSync(join(top, dirname(document), target)))).toEqual([]);
  });
});
