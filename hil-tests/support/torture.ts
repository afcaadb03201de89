import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startProgram } from './program.js';
import type { Scene } from './scene.js';

const script = fileURLToPath(new URL('../../scripts/torture.mjs', import.meta.url));

/** Runs the torture, holds that it lost nothing, and gives the line that it ends with. */
export async function runTorture(scene: Scene, parameters: readonly string[]): Promise<string> {
  const torture = startProgram(process.execPath, [script, ...parameters], {});
  scene.atEnd(() => torture.stop());
  const { code } = await torture.exited;
  expect(code, torture.describe()).toBe(0);
  const summary = torture.stdout.items.at(-1) ?? '';
  process.stderr.write(`${summary}\n`);
  expect(summary).toContain('0 lost, 0 handed on twice under different ids');
  return summary;
}
