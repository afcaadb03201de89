// For `node --import`: says on standard error which modules are loaded.
import { writeSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// Hooks run in a thread of their own, where this file is loaded again.
if (isMainThread) register(import.meta.url);

export function load(url, context, next) {
  writeSync(2, `LOADED ${url}\n`);
  return next(url, context);
}
