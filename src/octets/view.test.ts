import { expect, test } from 'vitest';
import { viewOf } from './index.js';

test('a view shows the octets from start to before end in place, also within a view', () => {
  const octets = Uint8Array.of(1, 2, 3, 4, 5);
  const inner = viewOf(viewOf(octets, 1, 5), 1, 3);
  expect([...inner]).toEqual([3, 4]);
  octets[2] = 9;
  expect([...inner]).toEqual([9, 4]);
  expect(viewOf(octets, 5, 5)).toHaveLength(0);
});

test('a view cannot reach beyond the buffer', () => {
  expect(() => viewOf(Uint8Array.of(1, 2), 1, 4)).toThrow(RangeError);
});
