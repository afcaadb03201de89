import { expect, test } from 'vitest';
import { End, MessageLimit } from './listen-end.js';

test('the first reason to end counts', async () => {
  const end = new End();
  expect(end.reason).toBeNull();
  end.now('enough');
  end.now('stopped');
  expect(await end.reached).toBe('enough');
});

test('as many messages are begun as are asked for, one of them again, and the end comes when all of them are settled', () => {
  const settled = new Set<string>();
  let reached = 0;
  const limit = new MessageLimit(
    2,
    (id) => settled.has(id),
    () => (reached += 1),
  );
  expect([limit.admits('a'), limit.admits('b'), limit.admits('c'), limit.admits('a')]).toEqual([true, true, false, true]);
  limit.answered('a');
  settled.add('a');
  limit.answered('a');
  limit.answered('a');
  expect(reached).toBe(0);
  settled.add('b');
  limit.answered('b');
  expect(reached).toBe(1);
});

test('without a limit every message is admitted and nothing is looked up', () => {
  const limit = new MessageLimit(
    undefined,
    () => expect.unreachable(),
    () => expect.unreachable(),
  );
  for (let id = 0; id < 100; id += 1) expect(limit.admits(String(id))).toBe(true);
  limit.answered('1');
});
