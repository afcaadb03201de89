import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JournalBench, journalBench, message, part } from './journal.testing.js';

let bench: JournalBench;
beforeEach(() => {
  bench = journalBench();
});
afterEach(() => bench.remove());

test('notifications come newest first among other messages, each with the facts of its first part, and as many as are asked for', async () => {
  const journal = bench.open();
  const positions: number[] = [];
  for (const [index, verdict] of ['dm-notification', 'dm-application', 'dm-notification', 'not-push', 'dm-notification'].entries()) {
    const first = await journal.append(part(bench, `0${index}`, { facts: `{"receiver":"sim-${index}"}` }));
    const second = await journal.append(part(bench, `1${index}`));
    await journal.complete(message(bench, [first.id, second.id], { verdict, facts: `{"number":${index}}` }));
    positions.push(first.position);
  }
  await journal.append(part(bench, 'FF'));
  const noted = (index: number) => ({
    facts: `{"number":${index}}`,
    partFacts: `{"receiver":"sim-${index}"}`,
    partPosition: positions[index],
  });
  expect(journal.notifications(10)).toEqual([noted(4), noted(2), noted(0)]);
  expect(journal.notifications(2)).toEqual([noted(4), noted(2)]);
});

test('notifications that retention has removed are none', async () => {
  const journal = bench.open();
  const { id } = await journal.append(part(bench, '00', { fingerprint: new Uint8Array([1]) }));
  await journal.complete(message(bench, [id], { verdict: 'dm-notification', sinks: [] }));
  await bench.clock.step(1000);
  await journal.retain({ settledForMs: 1, undeliveredForMs: 1, maximumOctets: 2 ** 30 });
  expect(journal.notifications(10)).toEqual([]);
});
