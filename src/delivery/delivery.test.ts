import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../journal/index.js';
import { type JournalBench, journalBench, message } from '../journal/journal.testing.js';
import { seededRandom } from '../runtime/index.js';
import { Delivery, type DeliveryOptions } from './delivery.js';
import { recordingSink } from './sinks.testing.js';
import type { DeliveryEvent, DeliveryReceipt } from './types.js';

const later: DeliveryReceipt = { outcome: 'later', reason: 'busy' };
const never = (): Promise<DeliveryReceipt> => new Promise(() => {});
const retry = { firstDelayMs: 1000, maximumDelayMs: 8000, giveUpAfterMs: 60_000 };

let bench: JournalBench;
let journal: Journal;
let running: Delivery[];
beforeEach(() => {
  bench = journalBench();
  journal = bench.open();
  running = [];
});
afterEach(async () => {
  for (const delivery of running) {
    const closing = delivery.close({ drainMs: 0 });
    await bench.clock.step(1);
    await closing;
  }
  bench.remove();
});

function deliver(options: Pick<DeliveryOptions, 'sinks'> & Partial<DeliveryOptions>): { delivery: Delivery; events: DeliveryEvent[] } {
  const events: DeliveryEvent[] = [];
  const delivery = new Delivery({
    store: journal,
    clock: bench.clock,
    random: seededRandom(1),
    onEvent: (event) => events.push(event),
    ...options,
  });
  running.push(delivery);
  delivery.start();
  return { delivery, events };
}

async function completed(sinks: readonly string[], count = 1, facts = '{"event":"message","from":"+1"}'): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push((await journal.complete(message(bench, [], { sinks, facts }))).id);
  return ids;
}

/** Lets work that needs no time to pass come to rest. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await bench.clock.settle();
}

describe('an ordered sink', () => {
  test('gets what was left from an earlier run, in order of completion, with its id and body', async () => {
    const ids = await completed(['a'], 150);
    const sink = recordingSink('a');
    const { events } = deliver({ sinks: [{ sink }] });
    await rest();
    expect(sink.ids).toEqual(ids);
    expect(sink.seen[0]).toEqual({
      id: ids[0],
      facts: { event: 'message', id: ids[0], from: '+1' },
      body: new Uint8Array([2, 0xa4, 1]),
      attempt: 1,
    });
    expect(events).toEqual(ids.map((id) => ({ event: 'delivered', id, sink: 'a', attempts: 1 })));
    expect(journal.counters().unsettledMessages).toBe(0);
  });

  test('gets what is completed later when it is woken', async () => {
    const sink = recordingSink('a');
    const { delivery } = deliver({ sinks: [{ sink }] });
    await rest();
    const ids = await completed(['a', 'b'], 2);
    delivery.wake(['a', 'unheard-of']);
    await rest();
    expect(sink.ids).toEqual(ids);
  });

  test('that says later is asked again after a growing wait, and the next message waits behind', async () => {
    const [first = '', second = ''] = await completed(['a'], 2);
    let answers = 3;
    const sink = recordingSink('a', () => (answers-- > 0 ? later : { outcome: 'taken' }));
    const { delivery, events } = deliver({ sinks: [{ sink, retry }], random: { fraction: () => 1 - 2 ** -53, uuid: () => '' } });
    await rest();
    expect(sink.ids).toEqual([first]);
    expect(events).toEqual([
      {
        event: 'delivery-failed',
        id: first,
        sink: 'a',
        outcome: 'later',
        reason: 'busy',
        attempts: 1,
        nextAttemptAt: bench.clock.now() + 1000,
      },
    ]);
    delivery.wake();
    await bench.clock.step(999);
    await rest();
    expect(sink.ids).toHaveLength(1);
    await bench.clock.step(1);
    await rest();
    expect(sink.ids).toHaveLength(2);
    await bench.clock.step(2000);
    await rest();
    expect(sink.ids).toHaveLength(3);
    await bench.clock.step(4000);
    await rest();
    expect(sink.ids).toEqual([first, first, first, first, second]);
    expect(sink.seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 1]);
    expect(journal.details(first)?.attempts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['later', 'busy'],
      ['later', 'busy'],
      ['later', 'busy'],
      ['taken', null],
    ]);
  });

  test('may ask for a longer wait', async () => {
    await completed(['a']);
    const sink = recordingSink('a', () => ({ ...later, retryAfterMs: 20_000 }));
    deliver({ sinks: [{ sink, retry }] });
    await rest();
    await bench.clock.step(19_999);
    await rest();
    expect(sink.seen).toHaveLength(1);
    await bench.clock.step(1);
    await rest();
    expect(sink.seen).toHaveLength(2);
  });

  test('that refuses gets the next message at once, and the refused one is kept with the reason', async () => {
    const [first = '', second = ''] = await completed(['a'], 2);
    const sink = recordingSink('a', ({ id }) => (id === first ? { outcome: 'refused', reason: 'unknown server' } : { outcome: 'taken' }));
    const { events } = deliver({ sinks: [{ sink }] });
    await rest();
    expect(sink.ids).toEqual([first, second]);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'delivery-failed', id: first, outcome: 'refused', nextAttemptAt: null }),
    );
    expect(journal.messages({ state: 'undelivered' }).map(({ id }) => id)).toEqual([first]);
    expect(journal.details(first)?.deliveries).toMatchObject([{ state: 'refused', lastReason: 'unknown server' }]);
  });

  test('that never takes a message loses its turn when the message is too old, and the next one is still tried', async () => {
    const [first = '', second = ''] = await completed(['a'], 2);
    const sink = recordingSink('a', () => later);
    const { delivery } = deliver({ sinks: [{ sink, retry }] });
    for (let second = 0; second < 70; second += 1) {
      await bench.clock.step(1000);
      await rest();
    }
    expect(journal.details(first)?.deliveries).toMatchObject([{ state: 'dead', lastReason: 'given up: busy' }]);
    expect(journal.details(second)?.deliveries).toMatchObject([{ state: 'dead', attempts: 1 }]);
    expect(delivery.statistics).toMatchObject([{ dead: 2, taken: 0, lastReason: 'given up: busy' }]);
    sink.answer = () => ({ outcome: 'taken' });
    await journal.redeliver(first);
    delivery.retryNow(['a']);
    await rest();
    expect(journal.details(first)?.deliveries).toMatchObject([{ state: 'taken' }]);
  });

  test('that does not answer in time, or breaks, is asked again with the reason noted', async () => {
    const [id = ''] = await completed(['a']);
    let signal: AbortSignal | undefined;
    const sink = recordingSink('a', (_, given) => {
      signal = given;
      return never();
    });
    deliver({ sinks: [{ sink, retry, timeoutMs: 5000 }] });
    await rest();
    await bench.clock.step(5000);
    await rest();
    expect(signal?.aborted).toBe(true);
    sink.answer = () => Promise.reject(new TypeError('line one\nline two \u001b[31m'));
    await bench.clock.step(1000);
    await rest();
    expect(journal.details(id)?.attempts.map(({ reason }) => reason)).toEqual(['no answer within 5 s', 'line one line two [31m']);
  });
});

test('a sink that hangs holds up neither the other sinks nor the caller', async () => {
  const stuck = recordingSink('stuck', never);
  const quick = recordingSink('quick');
  const { delivery } = deliver({ sinks: [{ sink: stuck, timeoutMs: 1e9 }, { sink: quick }] });
  const ids = await completed(['stuck', 'quick'], 100);
  delivery.wake();
  await rest();
  expect(quick.ids).toEqual(ids);
  expect(stuck.ids).toEqual([ids[0]]);
});

test('an answer that cannot be written down is written later, and the sink is not asked twice', async () => {
  const [id = ''] = await completed(['a']);
  const sink = recordingSink('a');
  let broken = true;
  const store = {
    ...journal,
    recordAttempt: (...given: Parameters<Journal['recordAttempt']>) =>
      broken ? Promise.reject(new RangeError('full')) : journal.recordAttempt(...given),
  };
  deliver({ sinks: [{ sink }], store });
  await rest();
  await bench.clock.step(3000);
  broken = false;
  await bench.clock.step(1000);
  await rest();
  expect(sink.ids).toEqual([id]);
  expect(journal.message(id)?.settled).toBe(true);
});

test('a store that cannot be read is asked again', async () => {
  const [id = ''] = await completed(['a', 'b']);
  let broken = true;
  const store = {
    ...journal,
    pendingDeliveries: (...given: Parameters<Journal['pendingDeliveries']>) => {
      if (broken) throw new RangeError('input/output error');
      return journal.pendingDeliveries(...given);
    },
    handover: (given: string) => {
      if (broken) throw new RangeError('input/output error');
      return journal.handover(given);
    },
  };
  const ordered = recordingSink('a');
  const unordered = recordingSink('b');
  deliver({ sinks: [{ sink: ordered }, { sink: unordered, ordered: false }], store });
  await rest();
  broken = false;
  await bench.clock.step(1000);
  await rest();
  expect([ordered.ids, unordered.ids]).toEqual([[id], [id]]);
});

describe('a sink for which order does not matter', () => {
  test('gets others while one hangs or waits for its retry, never more at once than it may', async () => {
    const ids = await completed(['a'], 20);
    let most = 0;
    const sink = recordingSink('a', ({ id }) => {
      most = Math.max(most, delivery.statistics[0]?.underWay ?? 0);
      if (id === ids[0]) return never();
      return id === ids[1] && sink.ids.filter((seen) => seen === id).length < 3 ? later : { outcome: 'taken' };
    });
    const { delivery } = deliver({ sinks: [{ sink, ordered: false, concurrency: 3, retry, timeoutMs: 1e9 }] });
    await rest();
    expect(new Set(sink.ids)).toEqual(new Set(ids));
    expect(most).toBe(3);
    for (let second = 0; second < 10; second += 1) {
      await bench.clock.step(1000);
      await rest();
    }
    expect(journal.pendingDeliveries('a').map(({ messageId }) => messageId)).toEqual([ids[0]]);
    const more = await completed(['a']);
    delivery.wake();
    await rest();
    expect(sink.ids).toContain(more[0]);
  });
});

describe('closing', () => {
  test('hands over what is due first, and closes the sinks', async () => {
    const sink = recordingSink('a');
    const { delivery } = deliver({ sinks: [{ sink }] });
    await rest();
    const ids = await completed(['a'], 100);
    await delivery.close({ drainMs: 5000 });
    expect(sink.ids).toEqual(ids);
    expect(sink.closed).toBe(true);
    expect(journal.counters().unsettledMessages).toBe(0);
  });

  test('ends a try that takes too long, and what was not taken waits for the next run under its id', async () => {
    const ids = await completed(['a'], 2);
    const sink = recordingSink('a', never);
    const { delivery } = deliver({ sinks: [{ sink }] });
    await rest();
    const closing = delivery.close({ drainMs: 2000 });
    await bench.clock.step(2000);
    await closing;
    expect(journal.pendingDeliveries('a').map(({ messageId, attempts }) => [messageId, attempts])).toEqual(ids.map((id) => [id, 0]));
    const next = recordingSink('a');
    deliver({ sinks: [{ sink: next }] });
    await rest();
    expect(next.ids).toEqual(ids);
  });
});

test('what grew too old while nothing ran is tried for as long as a delay gets, so that its sink may be started after this program', async () => {
  const ids = await completed(['a', 'b'], 3);
  await bench.clock.step(10 * 86_400_000);
  const slow = recordingSink('a', () => (bench.clock.monotonic() >= 10 * 86_400_000 + 5000 ? { outcome: 'taken' } : later));
  const down = recordingSink('b', () => later);
  const { events } = deliver({
    sinks: [
      { sink: slow, retry },
      { sink: down, retry },
    ],
  });
  for (let second = 0; second < 8; second += 1) await bench.clock.step(1000);
  await rest();
  expect(journal.pendingDeliveries('a')).toEqual([]);
  expect(events.filter((event) => event.sink === 'a' && event.event === 'delivered').map(({ id }) => id)).toEqual(ids);
  await bench.clock.step(1000);
  await rest();
  const dead = events.filter((event) => event.event === 'delivery-failed' && event.outcome === 'dead');
  expect(dead.map(({ sink, id }) => [sink, id])).toEqual(ids.map((id) => ['b', id]));
});

test('two sinks of one name are refused', () => {
  expect(() => deliver({ sinks: [{ sink: recordingSink('a') }, { sink: recordingSink('a') }] })).toThrow(
    expect.objectContaining({ code: 'delivery/name-taken' }),
  );
});

test('whatever sinks answer and whenever the program is closed: each message is taken at least once, in order, none is made up', async () => {
  const answers = fc.array(
    fc.constantFrom<DeliveryReceipt>({ outcome: 'taken' }, later, { outcome: 'later', reason: 'x', retryAfterMs: 3000 }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(answers, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 }), async (script, count, runs) => {
      const ids = await completed(['a', 'b'], count);
      const takenBy = { a: [] as string[], b: [] as string[] };
      for (let run = 0; run <= runs; run += 1) {
        let turn = 0;
        const sinks = (['a', 'b'] as const).map((name) =>
          recordingSink(name, ({ id }) => {
            const receipt = run === runs ? ({ outcome: 'taken' } as const) : (script[turn++ % script.length] ?? later);
            if (receipt.outcome === 'taken') takenBy[name].push(id);
            return receipt;
          }),
        );
        const delivery = new Delivery({
          store: journal,
          clock: bench.clock,
          random: seededRandom(run),
          sinks: sinks.map((sink) => ({ sink, ordered: sink.name === 'a', retry: { ...retry, giveUpAfterMs: 1e12 } })),
        });
        delivery.start();
        for (let second = 0; second < (run === runs ? 40 : 3); second += 1) {
          await bench.clock.step(1000);
          await bench.clock.settle();
        }
        const closing = delivery.close({ drainMs: 10 });
        await bench.clock.step(10);
        await closing;
      }
      expect(takenBy.a).toEqual(ids);
      expect([...takenBy.b].sort()).toEqual([...ids].sort());
    }),
    { numRuns: 12, seed: 5 },
  );
});
