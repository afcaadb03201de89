import { expect } from 'vitest';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { runTorture } from '../support/torture.js';

const kills = Number(process.env.TORTURE_KILLS ?? 200);

test(`kill -9 of listen at named points and at random instants, with faults of modems and consumers, loses nothing of any binding (${kills} kills, SEED=${seed})`, {
  timeout: 1_200_000,
}, async ({ scene }) => {
  const summary = await runTorture(scene, ['--kills', String(kills), '--seed', String(seed), '--lanes', '4']);
  expect(summary).toMatch(/by sms in .* by udp .* by http .* by sip .* by obex /);
});
