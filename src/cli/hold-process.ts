import type { Cancel, Clock } from '../runtime/index.js';

const holdMs = 24 * 60 * 60 * 1000;

/** Keeps the process alive until it is let go: virtual modems, recordings and modems that are waited for do not. */
export function holdProcess(clock: Clock): Cancel {
  let release: Cancel = () => {};
  const hold = (): void => {
    release = clock.after(holdMs, hold, { keepAlive: true });
  };
  hold();
  return () => release();
}
