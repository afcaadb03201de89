import { expect, test } from 'vitest';
import { holdName } from './hold-name.js';
import { systemClock } from './system-clock.js';

const name = (what: string): string => `wapbridge-test-${process.pid}-${what}`;

test('a name is held by one, who tells its process id, and by another once it is released', async () => {
  const first = await holdName(name('a'), systemClock);
  expect(await holdName(name('a'), systemClock)).toEqual({ holder: process.pid });
  expect('release' in (await holdName(name('b'), systemClock))).toBe(true);
  if ('release' in first) await first.release();
  const again = await holdName(name('a'), systemClock);
  expect('release' in again).toBe(true);
  if ('release' in again) await again.release();
});

test('long names that begin alike are two names', async () => {
  const [one, other] = [await holdName(`${name('x'.repeat(300))}1`, systemClock), await holdName(`${name('x'.repeat(300))}2`, systemClock)];
  for (const held of [one, other]) {
    expect('release' in held).toBe(true);
    if ('release' in held) await held.release();
  }
});
