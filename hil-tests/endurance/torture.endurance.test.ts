import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startProgram } from '../support/program.js';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';

const kills = Number(process.env['TORTURE_KILLS'] ?? 200);
const script = fileURLToPath(new URL('../../scripts/torture.mjs', import.meta.url));

test(`kill -9 of listen at named points and at random instants, with faults of modems and consumers, loses nothing (${kills} kills, SEED=${seed})`, async ({
  scene,
}) => {
  const torture = startProgram(process.execPath, [script, '--kills', String(kills), '--seed', String(seed), '--lanes', '4'], {});
  scene.atEnd(() => torture.stop());
  const { code } = await torture.exited;
  expect(code, torture.describe()).toBe(0);
  const summary = torture.stdout.items.at(-1) ?? '';
  process.stderr.write(`${summary}\n`);
  expect(summary).toContain('0 lost, 0 handed on twice under different ids');
});
