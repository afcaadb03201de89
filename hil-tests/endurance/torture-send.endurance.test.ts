import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { runScript } from '../support/torture.js';

const sends = Number(process.env['SENDS'] ?? 100);

test(`every receipt is true and nothing leaves twice without leave, whatever befalls program and modem (${sends} sends, SEED=${seed})`, async ({
  scene,
}) => {
  await runScript(scene, 'torture-send.mjs', ['--sends', String(sends), '--seed', String(seed)], '0 untrue, 0 twice without leave');
});
