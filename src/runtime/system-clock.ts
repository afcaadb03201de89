import { performance } from 'node:perf_hooks';
import type { Cancel, Clock } from './clock.js';

/** The machine's own time: the one place where the program waits. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback, options = {}): Cancel {
    const timer = setTimeout(callback, delayMs);
    if (options.keepAlive !== true) timer.unref();
    return () => clearTimeout(timer);
  },
  sleep(delayMs, { signal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, delayMs);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};
