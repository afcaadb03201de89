import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/scene.js';

test('a second bench on a folder of links ends with 4 and the pid of the first, and a killed one is taken over', async ({ scene }) => {
  const link = scene.folder();
  const announced = (object: Record<string, unknown>): boolean => object['event'] === 'virtual-modem';
  const first = scene.wapbridge(['bench', '--json', '--modems', '2', '--link', link]);
  await first.events.waitForCount('modem', 2, announced);
  const before = readlinkSync(join(link, 'modem-1'));
  const second = scene.wapbridge(['bench', '--link', link]);
  expect((await second.exited).code, second.program.describe()).toBe(4);
  expect(second.program.describe()).toContain(`pid ${first.pid}`);
  expect(readlinkSync(join(link, 'modem-1'))).toBe(before);
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const third = scene.wapbridge(['bench', '--json', '--link', link]);
  await third.events.waitForCount('modem', 1, announced);
  expect((await third.stop()).code).toBe(0);
});
