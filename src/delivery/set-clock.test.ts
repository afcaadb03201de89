import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../journal/index.js';
import { type JournalBench, journalBench, message } from '../journal/journal.testing.js';
import { Delivery } from './delivery.js';
import { recordingSink } from './sinks.testing.js';
import type { DeliveryEvent, DeliveryReceipt } from './types.js';

const later: DeliveryReceipt = { outcome: 'later', reason: 'busy' };
const hourMs = 3_600_000;
const retry = { firstDelayMs: 8000, maximumDelayMs: 8000, giveUpAfterMs: 60_000 };
/** The whole delay is waited, each time. */
const random = { fraction: () => 1 - 2 ** -53, uuid: () => '' };

let bench: JournalBench;
let journal: Journal;
let running: Delivery[];
beforeEach(() => {
  bench = journalBench();
  journal = bench.open();
  running = [];
});
afterEach(async () => {
  for (const delivery of running) await ended(delivery);
  bench.remove();
});

async function ended(delivery: Delivery): Promise<void> {
  running = running.filter((other) => other !== delivery);
  const closing = delivery.close({ drainMs: 0 });
  await bench.clock.step(1);
  await closing;
}

/** A sink that answers so, with when it was asked by a clock that never jumps. */
function deliver(ordered: boolean, answer: () => DeliveryReceipt | Promise<DeliveryReceipt> = () => later) {
  const asked: [id: string, at: number][] = [];
  const events: DeliveryEvent[] = [];
  const sink = recordingSink('a', ({ id }) => {
    asked.push([id, bench.clock.monotonic()]);
    return answer();
  });
  const options = { store: journal, clock: bench.clock, random, onEvent: (event: DeliveryEvent) => events.push(event) };
  const delivery = new Delivery({ ...options, sinks: [{ sink, ordered, retry }] });
  running.push(delivery);
  delivery.start();
  return { delivery, asked, events };
}

async function completed(): Promise<string> {
  return (await journal.complete(message(bench, [], { sinks: ['a'] }))).id;
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await bench.clock.settle();
}

async function pass(ms: number): Promise<void> {
  await bench.clock.step(ms);
  await rest();
}

const jumps = [-50 * 365 * 24 * hourMs, -hourMs, -4000, -1500, 1500, 4000, hourMs, 50 * 365 * 24 * hourMs];
const cases = jumps.flatMap((byMs) => [true, false].map((ordered) => [byMs, ordered] as const));

describe.each(cases)('a clock that is set by %i ms, ordered %s', (byMs, ordered) => {
  test('neither delays a retry nor hastens it', async () => {
    const id = await completed();
    const start = bench.clock.monotonic();
    const { asked } = deliver(ordered);
    await rest();
    await pass(3000);
    bench.clock.set(byMs);
    await pass(4999);
    expect(asked).toEqual([[id, start]]);
    await pass(1);
    expect(asked).toEqual([
      [id, start],
      [id, start + 8000],
    ]);
    bench.clock.set(-byMs);
    await pass(8000);
    expect(asked.at(-1)).toEqual([id, start + 16_000]);
  });

  test('makes no message older than it is, nor younger', async () => {
    await completed();
    const start = bench.clock.monotonic();
    const { asked, events } = deliver(ordered);
    await rest();
    bench.clock.set(byMs);
    await pass(59_999);
    expect(events.filter(({ event }) => event === 'delivery-failed').map((event) => 'outcome' in event && event.outcome)).not.toContain(
      'dead',
    );
    await pass(8000);
    expect(events.at(-1)).toMatchObject({ outcome: 'dead' });
    expect(asked.at(-1)?.[1]).toBe(start + 60_000);
  });

  test('while a sink takes its time has its answer noted for the delay that it asks for', async () => {
    await completed();
    const start = bench.clock.monotonic();
    let answer = (_receipt: DeliveryReceipt): void => {};
    const { asked, events } = deliver(ordered, () => new Promise((resolve) => (answer = resolve)));
    await rest();
    bench.clock.set(byMs);
    await pass(1000);
    answer(later);
    await rest();
    expect(events).toMatchObject([{ outcome: 'later', nextAttemptAt: bench.clock.now() + 8000 }]);
    await pass(8000);
    expect(asked.map(([, at]) => at)).toEqual([start, start + 9000]);
  });

  test('lets what is completed afterwards be handed on at once', async () => {
    const { delivery, asked } = deliver(ordered, () => ({ outcome: 'taken' }));
    await rest();
    bench.clock.set(byMs);
    const id = await completed();
    delivery.wake();
    await rest();
    expect(asked).toEqual([[id, bench.clock.monotonic()]]);
  });

  test('delays no retry by more than its delay where the program is started again', async () => {
    const id = await completed();
    const first = deliver(ordered);
    await rest();
    await pass(2000);
    bench.clock.set(byMs);
    await pass(1000);
    await ended(first.delivery);
    journal.close();
    bench.clock.set(-byMs);
    journal = bench.open();
    const start = bench.clock.monotonic();
    const { asked, events } = deliver(ordered);
    await rest();
    await pass(8000);
    expect(asked[0]?.[0]).toBe(id);
    expect(asked[0]?.[1]).toBeLessThanOrEqual(start + 8000);
    expect(events).toMatchObject([{ outcome: 'later' }]);
  });
});

test('a sink is asked at its delays however often the clock is set, and whenever, but for what is too little to be setting it', async () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -10 * hourMs, max: 10 * hourMs }), fc.integer({ min: 0, max: 9000 })), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (sets, ordered) => {
      const id = await completed();
      const { delivery, asked } = deliver(ordered, () => (asked.length > 5 ? { outcome: 'taken' } : later));
      await rest();
      for (const [byMs, ms] of sets) {
        bench.clock.set(byMs);
        await pass(ms);
      }
      await pass(60_000);
      const times = asked.filter(([of]) => of === id).map(([, at]) => at);
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(waits).toHaveLength(5);
      for (const wait of waits) expect(Math.abs(wait - 8000)).toBeLessThan(1000);
      await ended(delivery);
    }),
    { numRuns: 25, seed: 3 },
  );
});
