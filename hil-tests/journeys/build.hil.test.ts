import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { test } from '../support/scene.js';

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
