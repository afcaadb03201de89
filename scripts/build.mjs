#!/usr/bin/env node
// Builds dist. Compiles into a folder beside it and then moves what has changed, file by file, so that a build that is interrupted or fails
// leaves the last one whole, and programs that run from it are not disturbed by one that changes nothing.
// usage: npm run build
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const top = fileURLToPath(new URL('..', import.meta.url));
const built = join(top, 'dist');
// Beside dist, since source maps name their sources from where they stand.
const prefix = 'dist.new-';
const fresh = join(top, `${prefix}${process.pid}`);
/** After so long a folder is what a killed build has left. */
const abandonedMs = 600_000;

for (const name of readdirSync(top)) {
  const path = join(top, name);
  if (name.startsWith(prefix) && Date.now() - lstatSync(path).mtimeMs > abandonedMs) rmSync(path, { recursive: true, force: true });
}
if (process.stderr.isTTY && !existsSync(built)) process.stderr.write('building, which takes some seconds\n');

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

const isSame = (one, other) => existsSync(other) && readFileSync(one).equals(readFileSync(other));

try {
  const tsc = join(top, 'node_modules', '.bin', 'tsc');
  const { status, error } = spawnSync(tsc, ['-p', join(top, 'tsconfig.build.json'), '--outDir', fresh], { stdio: 'inherit' });
  if (error !== undefined)
    process.stderr.write(`build: ${error.code === 'ENOENT' ? 'the compiler is not installed; run npm ci' : error.message}\n`);
  process.exitCode = status ?? 1;
  if (status === 0) {
    await bundle(fresh);
    const main = join('cli', 'main.js');
    const files = filesOf(fresh);
    // Last what leads to the others: a program that is started meanwhile is the old one or the new one.
    files.sort((one, other) => Number(one === main) - Number(other === main));
    for (const file of files) {
      const [from, to] = [join(fresh, file), join(built, file)];
      if (file === main) chmodSync(from, 0o755);
      if (isSame(from, to)) {
        if (file === main) chmodSync(to, 0o755);
        continue;
      }
      mkdirSync(dirname(to), { recursive: true });
      renameSync(from, to);
    }
    const wanted = new Set(files);
    for (const file of filesOf(built)) if (!wanted.has(file)) rmSync(join(built, file), { force: true });
  }
} catch (error) {
  process.stderr.write(`build: ${error.code === 'ERR_MODULE_NOT_FOUND' ? 'the bundler is not installed; run npm ci' : error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
