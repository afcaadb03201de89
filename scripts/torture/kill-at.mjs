// Preloaded into `listen` (`node --import`): ends it as `kill -9` does at the nth time it reaches a named point, and names the points seen.
// TORTURE_AFTER_READY=SIGNAL:MS gives it a signal so long after it has come to the point TORTURE_READY_AT.
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';

const [point, count] = (process.env.TORTURE_KILL_AT ?? '').split('#');
const [signal, ms] = (process.env.TORTURE_AFTER_READY ?? '').split(':');
const file = openSync(process.env.TORTURE_POINTS, 'a');
let left = Number(count);
let ready = false;

subscribe('wapbridge:point', (reached) => {
  if (reached === process.env.TORTURE_READY_AT && !ready) {
    ready = true;
    writeSync(file, `ready ${Math.round(performance.now())}\n`);
    if (signal !== '') setTimeout(() => process.kill(process.pid, signal), Number(ms)).unref();
  }
  if (reached !== point) return;
  left -= 1;
  if (left > 0) return;
  writeSync(file, `killed ${reached}\n`);
  process.kill(process.pid, 'SIGKILL');
});
