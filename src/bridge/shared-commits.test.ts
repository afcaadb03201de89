import { expect, test } from 'vitest';
import type { AppendedPart, PartToAppend } from '../journal/index.js';
import { ManualClock } from '../runtime/index.js';
import { SharedCommits } from './shared-commits.js';

const part: PartToAppend = { receivedAt: 0, binding: 'sms', source: null, octets: '', facts: '{}', fingerprint: null };

function bench(): {
  readonly order: string[];
  readonly clock: ManualClock;
  readonly commits: SharedCommits;
  write(name: string): Promise<string>;
} {
  const order: string[] = [];
  const clock = new ManualClock();
  const append = (): Promise<AppendedPart> => {
    order.push('part');
    return Promise.resolve({ id: '1', position: 1, duplicateOf: null });
  };
  const commits = new SharedCommits({ append }, clock);
  const write = (name: string): Promise<string> =>
    commits.soon(() => {
      order.push(name);
      return Promise.resolve(name);
    });
  return { order, clock, commits, write };
}

test('what waits is begun with the next part, in the same turn and behind it', async () => {
  const { order, commits, write } = bench();
  const written = Promise.all([write('message'), write('answer')]);
  expect(order).toEqual([]);
  void commits.append(part);
  expect(order).toEqual(['part', 'message', 'answer']);
  expect(await written).toEqual(['message', 'answer']);
});

test('without a part it is begun after a moment, once', async () => {
  const { order, clock, write } = bench();
  void write('message');
  await clock.step(1);
  await clock.step(10);
  expect(order).toEqual(['message']);
  expect(clock.waiting).toBe(0);
});

test('a write that fails tells whoever asked for it', async () => {
  const { commits } = bench();
  const failed = commits.soon(() => Promise.reject(new TypeError('no')));
  commits.release();
  await expect(failed).rejects.toThrow('no');
});
