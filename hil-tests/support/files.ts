import { readdirSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

/** Waits for something another program makes on disk or says when asked; `look` gives null until it is there. `alive` says whether it still can come. */
export async function eventually<Found>(
  what: string,
  look: () => Found | null | Promise<Found | null>,
  options: { timeoutMs?: number; describe?: () => string; alive?: () => boolean } = {},
): Promise<Found> {
  const deadline = performance.now() + (options.timeoutMs ?? 30_000);
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline || options.alive?.() === false)
      throw new Error(`waited for ${what} in vain\n${options.describe?.() ?? ''}`);
    await after(50);
  }
}

/** The files of a folder whose names match, in order of their names, once there are `count` of them. */
export function filesIn(folder: string, pattern: RegExp, count: number, options: { describe?: () => string } = {}): Promise<string[]> {
  const matching = (): string[] =>
    readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort();
  return eventually(`${count} files like ${pattern} in ${folder}`, () => (matching().length >= count ? matching() : null), options);
}
