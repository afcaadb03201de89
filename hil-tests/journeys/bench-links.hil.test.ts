import { lstatSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/scene.js';

test('a second bench on a folder of links ends with 4 and the pid of the first, and of a killed one no link stays', async ({ scene }) => {
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
  expect(readdirSync(link).sort()).toEqual(['modem-1', 'modem-2']);
  // What no bench made is nobody's to take away.
  writeFileSync(join(link, 'modem-3'), 'a file');
  symlinkSync('/dev/null', join(link, 'modem-4'));
  symlinkSync('/dev/pts/0', join(link, 'console'));
  const third = scene.wapbridge(['bench', '--json', '--link', link]);
  await third.events.waitForCount('modem', 1, announced);
  expect(readdirSync(link).sort()).toEqual(['console', 'modem-1', 'modem-3', 'modem-4']);
  expect(lstatSync(join(link, 'modem-3')).isFile()).toBe(true);
  expect((await third.stop()).code).toBe(0);
  expect(readdirSync(link).sort()).toEqual(['console', 'modem-3', 'modem-4']);
});
