import { expect, test } from 'vitest';
import { wholeId } from './entries.js';

const ids = ['0190a7c2-1', '0190a7ff-2', '5555aaaa-3'];
const journal = { messageIds: (beginning: string, limit: number) => ids.filter((id) => id.startsWith(beginning)).slice(0, limit) };

test('the beginning of an id stands for the only one that begins so', () => {
  expect(wholeId(journal, '5555')).toBe('5555aaaa-3');
  expect(wholeId(journal, '0190a7c')).toBe('0190a7c2-1');
  expect(wholeId(journal, '0190a7ff-2')).toBe('0190a7ff-2');
});

test('of several nothing is chosen, and what is too short or begins none is left as it was given', () => {
  expect(() => wholeId(journal, '0190a7')).toThrow('several messages have an id that begins with 0190a7');
  for (const given of ['555', '6666', 'incomplete-1']) expect(wholeId(journal, given)).toBe(given);
});
