import { expect } from 'vitest';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { runTorture } from '../support/torture.js';

const kills = Number(process.env.KILLS ?? 50);

test(`kill -9 of listen at any moment loses no push that was told accepted over HTTP, SIP or OBEX, none that is on disk, UDP's too, and makes none up (${kills} kills, SEED=${seed})`, {
  timeout: 500_000,
}, async ({ scene }) => {
  const words = ['--kills', String(kills), '--seed', String(seed), '--lanes', '2', '--bindings', 'udp,http,sip,obex'];
  const summary = await runTorture(scene, words);
  // A few kills may all come before a binding has said anything.
  for (const binding of kills < 20 ? [] : ['http', 'sip', 'obex']) {
    const told = new RegExp(`by ${binding} \\((\\d+) told accepted`).exec(summary)?.[1];
    expect(Number(told), binding).toBeGreaterThan(0);
  }
});
