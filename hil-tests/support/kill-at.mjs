// Preloaded into a wapbridge under test (`node --import`): ends it as `kill -9` does at the nth time it reaches a named point.
import { subscribe } from 'node:diagnostics_channel';

const [point, count] = (process.env.WAPBRIDGE_KILL_AT ?? '').split('#');
let left = Number(count);

subscribe('wapbridge:point', (reached) => {
  if (reached !== point) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});
