import { describe, expect, test } from 'vitest';
import { Mailbox, ManualClock, seededRandom, systemClock } from './index.js';

describe('Mailbox', () => {
  test('gives items in the order they came, those before the end included', async () => {
    const box = new Mailbox<number>();
    for (let item = 0; item < 5000; item += 1) box.put(item);
    box.close();
    const seen: number[] = [];
    for await (const item of box) seen.push(item);
    expect(seen).toEqual(Array.from({ length: 5000 }, (_, item) => item));
    expect(box.put(1)).toBe(false);
  });

  test('wakes a consumer that waits, and fails it when the source is lost', async () => {
    const box = new Mailbox<string>();
    const first = box.next();
    box.put('a');
    expect(await first).toEqual({ done: false, value: 'a' });
    const second = box.next();
    box.fail('lost');
    await expect(second).rejects.toBe('lost');
  });
});

describe('ManualClock', () => {
  test('fires timers in the order they are due and not before', async () => {
    const clock = new ManualClock(1000);
    const seen: string[] = [];
    clock.after(20, () => seen.push('b'));
    clock.after(10, () => seen.push('a'));
    const cancel = clock.after(15, () => seen.push('never'));
    cancel();
    await clock.step(9);
    expect(seen).toEqual([]);
    await clock.step(11);
    expect(seen).toEqual(['a', 'b']);
    expect(clock.now()).toBe(1020);
  });

  test('a sleep that is aborted rejects with the reason and leaves no timer', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const sleep = clock.sleep(10, { signal: abort.signal });
    abort.abort('enough');
    await expect(sleep).rejects.toBe('enough');
    expect(clock.waiting).toBe(0);
  });
});

test('a system clock sleep that is aborted rejects with the reason', async () => {
  const abort = new AbortController();
  const sleep = systemClock.sleep(60_000, { signal: abort.signal });
  abort.abort('enough');
  await expect(sleep).rejects.toBe('enough');
});

test('seeded chance repeats itself for the same seed and differs for another', () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 4 }, () => random.fraction());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(seededRandom(1).uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
