import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Scene, test } from '../support/scene.js';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** Each file of the build by its place on the disk, which is another when it is written anew. */
const places = (): ReadonlyMap<string, number> =>
  new Map(
    readdirSync(join(top, 'dist'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, statSync(path).ino]),
  );

test('a build that changes nothing touches no file that others run from, and leaves no folder behind', async ({ scene }) => {
  const before = places();
  const build = scene.program('node', [join(top, 'scripts/build.mjs')], { cwd: top });
  expect((await build.exited).code, build.describe()).toBe(0);
  expect(places()).toEqual(before);
  expect(statSync(join(top, 'dist/cli/main.js')).mode & 0o111).toBe(0o111);
  expect(readdirSync(top).filter((name) => name.startsWith(`dist.new-${build.pid}`))).toEqual([]);
});

/** The files that a command loads, and the modules of the source that they hold. */
async function loadedBy(
  scene: Scene,
  ...words: readonly string[]
): Promise<{ readonly files: readonly string[]; readonly modules: readonly string[] }> {
  const run = scene.program('node', ['--import', join(top, 'hil-tests/support/tell-loaded.mjs'), join(top, 'dist/cli/main.js'), ...words]);
  expect((await run.exited).code, run.describe()).toBe(0);
  const files = run.stderr.items.flatMap((line) => (line.startsWith('LOADED file:') ? [fileURLToPath(line.slice(7))] : []));
  const modules = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^\/\/ ([\w./@-]+\.m?js)$/gm)].map((match) => match[1] ?? ''),
  );
  return { files, modules };
}

test('a command loads a few files of the bundle, and none of what only others need', async ({ scene }) => {
  const { files, modules } = await loadedBy(scene, 'decode', join(top, 'docs/examples/two-part-push.txt'));
  expect(files.filter((file) => !file.startsWith(join(top, 'dist/cli/')))).toEqual([]);
  expect(modules).toContain('sms/decode-tpdu.js');
  expect(modules).toContain('../node_modules/yargs/build/lib/yargs-factory.js');
  const others =
    /^(endpoints\/(?!sip\/timers)|journal|modem|delivery|virtual-bench|config|doctor|hil|conformance)\/|node_modules\/(zod|yaml)\//;
  expect(modules.filter((module) => others.test(module))).toEqual([]);
  expect(files.length).toBeLessThan(50);
});

test('the bundle comes with the licence of every package in it', async ({ scene }) => {
  const { modules } = await loadedBy(scene, 'decode', '--help');
  const licences = readFileSync(join(top, 'dist/cli/bundle/licences.txt'), 'utf8');
  const packages = new Set(modules.flatMap((module) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1] ?? []));
  expect(packages).toContain('yargs');
  expect([...packages].filter((name) => !licences.includes(`\n${name} `) && !licences.startsWith(`${name} `))).toEqual([]);
});
