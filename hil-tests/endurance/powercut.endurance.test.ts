import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { describePeer } from '../support/peer.js';
import { startProgram } from '../support/program.js';
import { type Scene, test } from '../support/scene.js';
import { seed } from '../support/seed.js';

const cuts = Number(process.env['CUTS'] ?? 300);
const script = fileURLToPath(new URL('../../scripts/powercut.mjs', import.meta.url));

async function powercut(scene: Scene, words: readonly string[]) {
  const program = startProgram(process.execPath, [script, '--seed', String(seed), ...words], {});
  scene.atEnd(() => program.stop());
  return { program, ...(await program.exited) };
}

describePeer('a power cut', { strace: 'strace' }, () => {
  test(`what the journal acknowledged is there after a power cut at any instant of a run (${cuts} cuts, SEED=${seed})`, async ({
    scene,
  }) => {
    const { program, code } = await powercut(scene, ['--cuts', String(cuts)]);
    expect(code, program.describe()).toBe(0);
    const summary = program.stdout.items.at(-1) ?? '';
    process.stderr.write(`${summary}\n`);
    expect(summary).toContain('acknowledged: 0 lost');
  });

  test('a medium that heeds no sync loses what was acknowledged, and the simulation shows it', async ({ scene }) => {
    const { program, code } = await powercut(scene, ['--cuts', '60', '--turns', '40', '--ignore-syncs']);
    expect(code, program.describe()).toBe(1);
  });
});
