import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startProgram } from '../support/program.js';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';

const sends = Number(process.env['SENDS'] ?? 100);
const script = fileURLToPath(new URL('../../scripts/torture-send.mjs', import.meta.url));

test(`every receipt is true and nothing leaves twice without leave, whatever befalls program and modem (${sends} sends, SEED=${seed})`, async ({
  scene,
}) => {
  const torture = startProgram(process.execPath, [script, '--sends', String(sends), '--seed', String(seed)], {});
  scene.atEnd(() => torture.stop());
  const { code } = await torture.exited;
  expect(code, torture.describe()).toBe(0);
  const summary = torture.stdout.items.at(-1) ?? '';
  process.stderr.write(`${summary}\n`);
  expect(summary).toContain('0 untrue, 0 twice without leave');
});
