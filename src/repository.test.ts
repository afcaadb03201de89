import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const top = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** What git tracks; without git (an unpacked archive), every file but what is made or fetched. */
function trackedFiles(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-z'], { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return listed.split('\0').filter((file) => file !== '');
  } catch {
    const made = new Set(['node_modules', 'dist', 'coverage', 'reports', '.git']);
    const walk = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => !made.has(entry.name))
        .flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [relative(top, join(folder, entry.name))]));
    return walk(top);
  }
}

const files = trackedFiles().filter((file) => lstatSync(join(top, file), { throwIfNoEntry: false })?.isFile() === true);
const text = new Map(files.map((file) => [file, readFileSync(join(top, file), 'utf8')]));

/** `file:line` of every place where a pattern occurs. */
function places(pattern: RegExp, within: ReadonlyMap<string, string> = text): string[] {
  return [...within].flatMap(([file, content]) =>
    content.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

// Character classes keep these patterns from finding themselves.
const machinePath = /(?<![\w.~$}*-])[/](?:work|root|home[/]\w+|Users[/]\w+|tmp)[/]\w/;
const registryHost =
  /(?:[/][/]|[.]|@)registry[.][a-z]|[/][/]npm[.][a-z]|\bnpmjs[.](?:org|com)|\bnpmmirror[.]|\bdeb[.]debian[.]|\bpypi[.]org/i;
const unfinished = /\b(?:TO[D]O|FIX[M]E)\b/;

describe('the repository', () => {
  test('its files are found', () => {
    expect(files).toContain('package.json');
    expect(files).toContain('src/errors.ts');
  });

  test('no tracked file holds a path of the machine it was written on', () => {
    expect(places(machinePath)).toEqual([]);
    const own = new RegExp(top.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    expect(top.length > 8 ? places(own) : []).toEqual([]);
  });

  test('no tracked file names the host of a package registry, the lock file included', () => {
    expect(places(registryHost)).toEqual([]);
    const configured = execFileSync('npm', ['config', 'get', 'registry'], {
      cwd: top,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const host = new URL(configured.trim()).host;
    expect([...text].filter(([, content]) => content.includes(host)).map(([file]) => file)).toEqual([]);
    expect(JSON.stringify(JSON.parse(text.get('package-lock.json') ?? '{}'))).not.toContain('"resolved":"http');
  });

  test('every standard that the source names in a @see line is listed in docs/standards.md', () => {
    const list = text.get('docs/standards.md') ?? '';
    const document = /OMA-[A-Z][\w-]+|WAP-\d+-[A-Za-z]+|3GPP TS \d+\.\d+|ITU-T [A-Z]\.\d+|RFC \d+|ISO\/IEC \d+/g;
    const named = [...text]
      .filter(([file]) => file.startsWith('src/') && file.endsWith('.ts'))
      .flatMap(([file, content]) => content.split('\n').map((line) => [file, line] as const))
      .filter(([, line]) => line.includes('@see '))
      .flatMap(([file, line]) => [...line.matchAll(document)].map(([name]) => [name, file] as const));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(([name]) => !list.includes(name))).toEqual([]);
  });

  test('every jump in the udev rules has its label, and every line is a rule or a comment', () => {
    const rules = [...text].filter(([file]) => file.startsWith('udev/') && file.endsWith('.rules'));
    expect(rules.length).toBeGreaterThan(0);
    for (const [file, content] of rules) {
      const labels = new Set([...content.matchAll(/^LABEL="(\w+)"$/gm)].map(([, label]) => label));
      const jumps = [...content.matchAll(/GOTO="(\w+)"/g)].map(([, label]) => label);
      expect(
        jumps.filter((label) => !labels.has(label)),
        file,
      ).toEqual([]);
      const token = /[A-Z]+(?:\{[\w./]+\})?(?:==|!=|\+=|=)"[^"]*"/.source;
      const rule = new RegExp(`^(?:#.*|${token}(?:, ${token})*)?$`);
      expect(
        content.split('\n').filter((line) => !rule.test(line)),
        file,
      ).toEqual([]);
    }
  });

  test('no path is taken from a URL without decoding it, so that a folder of any name will do', () => {
    const code = new Map([...text].filter(([file]) => /\.(?:ts|mjs)$/.test(file)));
    expect(places(/import\.meta\.url\)[.]pathname/, code)).toEqual([]);
  });

  test('nothing is left for later in the code', () => {
    expect(places(unfinished)).toEqual([]);
  });

  test('what the patterns are for is found', () => {
    const example = new Map([['example', ['see /wo', 'rk/main/x'].join('')]]);
    expect(places(machinePath, example)).toHaveLength(1);
    expect(places(machinePath, new Map([['example', ['in "/ho', 'me/someone/x"'].join('')]]))).toHaveLength(1);
    expect(places(registryHost, new Map([['example', ['https://regis', 'try.example.test/x'].join('')]]))).toHaveLength(1);
    expect(places(unfinished, new Map([['example', ['// TO', 'DO: later'].join('')]]))).toHaveLength(1);
  });
});
