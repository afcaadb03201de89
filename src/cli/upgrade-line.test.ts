import { expect, test } from 'vitest';
import { upgradeLine } from './upgrade-line.js';

test('a large journal that is brought up to date is told of with its size, a small one is not', () => {
  expect(upgradeLine(2_519_494_656)).toBe(
    'The journal (2403 MiB) is of an older version and is brought up to date first: some seconds, or minutes on a slow disk.',
  );
  expect(upgradeLine(127 * 1024 ** 2)).toBeNull();
});
