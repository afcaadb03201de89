import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startProgram } from './program.js';
import type { Scene } from './scene.js';

/** Runs a script of `scripts` to its end, holds that the line it ends with says so, and gives that line. */
export async function runScript(scene: Scene, name: string, parameters: readonly string[], says: string): Promise<string> {
  const script = fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
  const run = startProgram(process.execPath, [script, ...parameters], {});
  scene.atEnd(() => run.stop());
  const { code } = await run.exited;
  expect(code, run.describe()).toBe(0);
  const summary = run.stdout.items.at(-1) ?? '';
  process.stderr.write(`${summary}\n`);
  expect(summary).toContain(says);
  return summary;
}

/** Runs the torture, holds that it lost nothing, and gives the line that it ends with. */
export function runTorture(scene: Scene, parameters: readonly string[]): Promise<string> {
  return runScript(scene, 'torture.mjs', parameters, '0 lost, 0 handed on twice under different ids');
}
