import { copyFileSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { openJournalReader } from './journal.js';
import { type JournalBench, journalBench, message, part } from './journal.testing.js';

const hourMs = 3_600_000;
let bench: JournalBench;
beforeEach(() => {
  bench = journalBench();
});
afterEach(() => bench.remove());

describe('parts', () => {
  test('come back after a restart in the order they came, as they were', async () => {
    const journal = bench.open();
    const first = await journal.append(
      part(bench, '07', { facts: '{"announced":1}', fingerprint: new Uint8Array([1, 2, 3]), source: null }),
    );
    const second = await journal.append(part(bench, 'not hex at all \u0000\n\ud800', { binding: 'udp' }));
    journal.close();
    const again = bench.open();
    expect(again.openParts()).toEqual([
      {
        id: first.id,
        position: first.position,
        receivedAt: bench.clock.now(),
        binding: 'sms',
        source: null,
        octets: '07',
        facts: '{"announced":1}',
        fingerprint: new Uint8Array([1, 2, 3]),
        state: 'open',
        messageId: null,
        duplicateOf: null,
      },
      expect.objectContaining({ id: second.id, octets: 'not hex at all \u0000\n\ud800', binding: 'udp' }),
    ]);
    expect(second.position).toBeGreaterThan(first.position);
  });

  test('keep whatever octets they have', async () => {
    const journal = bench.open();
    const kept = ['', '0', 'abcd', 'ABCD', '"', '\\', '\u0000', '+CMT: \u00ff\u2028', '0011 '.repeat(400)];
    for (const octets of kept) await journal.append(part(bench, octets));
    expect(journal.openParts().map(({ octets }) => octets)).toEqual(kept);
  });

  test('that wait in one turn of the event loop share one commit', async () => {
    const points: string[] = [];
    const journal = bench.open({ onPoint: (point) => points.push(point) });
    points.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => journal.append(part(bench))));
    expect(points.filter((point) => point === 'commit:before')).toHaveLength(1);
    expect(points.filter((point) => point === 'part:inserted')).toHaveLength(20);
    expect(journal.openParts()).toHaveLength(20);
  });

  test('are answered only after the commit', async () => {
    const order: string[] = [];
    const journal = bench.open({ onPoint: (point) => order.push(point) });
    order.length = 0;
    await journal.append(part(bench)).then(() => order.push('told'));
    expect(order.indexOf('told')).toBeGreaterThan(order.indexOf('commit:after'));
  });

  test('with the fingerprint of one that came within 24 hours are duplicates of the first, kept but not open', async () => {
    const journal = bench.open();
    const fingerprint = new Uint8Array([7]);
    const first = await journal.append(part(bench, '01', { fingerprint }));
    const [second, third] = await Promise.all([
      journal.append(part(bench, '01', { fingerprint })),
      journal.append(part(bench, '01', { fingerprint })),
    ]);
    expect(first.duplicateOf).toBeNull();
    expect([second.duplicateOf, third.duplicateOf]).toEqual([first.id, first.id]);
    expect(journal.openParts().map(({ id }) => id)).toEqual([first.id]);
    expect(journal.part(third.id)).toMatchObject({ state: 'duplicate', duplicateOf: first.id });
  });

  test('with that fingerprint are new once the window has passed, and each copy renews the window', async () => {
    const journal = bench.open();
    const fingerprint = new Uint8Array([7]);
    const first = await journal.append(part(bench, '01', { fingerprint }));
    await bench.clock.step(23 * hourMs);
    expect((await journal.append(part(bench, '01', { fingerprint }))).duplicateOf).toBe(first.id);
    await bench.clock.step(23 * hourMs);
    expect((await journal.append(part(bench, '01', { fingerprint }))).duplicateOf).toBe(first.id);
    await bench.clock.step(24 * hourMs);
    expect((await journal.append(part(bench, '01', { fingerprint }))).duplicateOf).toBeNull();
  });

  test('that can be repeated for a shorter time only are new once that has passed', async () => {
    const journal = bench.open();
    const repeated = { fingerprint: new Uint8Array([7]), duplicateWithinMs: 64_000 };
    const first = await journal.append(part(bench, '01', repeated));
    await bench.clock.step(63_999);
    expect((await journal.append(part(bench, '01', repeated))).duplicateOf).toBe(first.id);
    await bench.clock.step(64_000);
    expect((await journal.append(part(bench, '01', repeated))).duplicateOf).toBeNull();
  });

  test('without a fingerprint are never duplicates', async () => {
    const journal = bench.open();
    await journal.append(part(bench, '01'));
    expect((await journal.append(part(bench, '01'))).duplicateOf).toBeNull();
  });

  test('whose set was given up do not swallow a later copy', async () => {
    const journal = bench.open();
    const fingerprint = new Uint8Array([9]);
    const { id } = await journal.append(part(bench, '01', { fingerprint }));
    await journal.expire([id], 'seven days');
    expect((await journal.append(part(bench, '01', { fingerprint }))).duplicateOf).toBeNull();
  });

  test('that are given up are kept together as a dead letter', async () => {
    const journal = bench.open();
    const ids = [(await journal.append(part(bench, '01'))).id, (await journal.append(part(bench, '02'))).id];
    const letter = await journal.expire(ids, 'parts missing after 7 days');
    expect(journal.openParts()).toEqual([]);
    expect(journal.deadLetters()).toEqual([
      {
        id: letter,
        expiredAt: bench.clock.now(),
        reason: 'parts missing after 7 days',
        parts: [expect.objectContaining({ octets: '01', state: 'expired' }), expect.objectContaining({ octets: '02', state: 'expired' })],
      },
    ]);
    await expect(journal.expire(ids, 'again')).rejects.toMatchObject({ code: 'journal/not-open' });
  });
});

describe('messages', () => {
  test('take their parts in the order given, and have a delivery for each sink', async () => {
    const journal = bench.open();
    const two = await journal.append(part(bench, '02'));
    const one = await journal.append(part(bench, '01'));
    const { id } = await journal.complete(message(bench, [one.id, two.id], { sinks: ['stdout', 'spool'] }));
    journal.close();
    const again = bench.open();
    expect(again.openParts()).toEqual([]);
    const details = again.details(id);
    expect(details?.message).toMatchObject({ id, partIds: [one.id, two.id], settled: false, from: '+15550000001', applicationId: '7' });
    expect(details?.message.body).toEqual(new Uint8Array([2, 0xa4, 1]));
    expect(details?.parts.map(({ octets, messageId }) => [octets, messageId])).toEqual([
      ['01', id],
      ['02', id],
    ]);
    expect(details?.deliveries.map(({ sink, state }) => [sink, state])).toEqual([
      ['spool', 'pending'],
      ['stdout', 'pending'],
    ]);
  });

  test('with equal octets have different ids', async () => {
    const journal = bench.open();
    const ids = await Promise.all(Array.from({ length: 50 }, () => journal.complete(message(bench, []))));
    expect(new Set(ids.map(({ id }) => id)).size).toBe(50);
  });

  test('cannot take a part twice, and a refused one does not disturb its neighbours in the commit', async () => {
    const journal = bench.open();
    const one = await journal.append(part(bench));
    const [good, bad, unheard, other] = await Promise.allSettled([
      journal.complete(message(bench, [one.id])),
      journal.complete(message(bench, [one.id])),
      journal.complete(message(bench, ['99', 'x'])),
      journal.append(part(bench)),
    ]);
    expect([good.status, other.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'journal/not-open' } });
    expect(unheard).toMatchObject({ status: 'rejected', reason: { code: 'journal/not-open' } });
    expect(journal.messages()).toHaveLength(1);
  });

  test('are found by the beginning of their id, as many as are asked for', async () => {
    const journal = bench.open();
    const ids: string[] = [];
    for (let index = 0; index < 40; index += 1) ids.push((await journal.complete(message(bench, []))).id);
    for (const length of [1, 4, 36]) {
      const beginning = ids[7]?.slice(0, length) ?? '';
      const alike = ids.filter((id) => id.startsWith(beginning)).sort();
      expect(journal.messageIds(beginning, 100)).toEqual(alike);
      expect(journal.messageIds(beginning, 1)).toEqual(alike.slice(0, 1));
    }
    for (const beginning of ['~', 'z', '%', '_']) expect(journal.messageIds(beginning, 100)).toEqual([]);
  });

  test('from a sender with a NUL in its name are listed whole and found by that name', async () => {
    const journal = bench.open();
    const { id } = await journal.complete(message(bench, [], { from: 'A\u0000B', facts: JSON.stringify({ from: 'A\u0000B' }) }));
    expect(journal.messages({ from: 'A\u0000B' })).toMatchObject([{ id, from: 'A\u2400B', facts: '{"from":"A\\u0000B"}' }]);
  });

  test('without a sink are settled at once', async () => {
    const journal = bench.open();
    const { id } = await journal.complete(message(bench, [], { sinks: [], body: null }));
    expect(journal.message(id)).toMatchObject({ settled: true, body: null });
  });

  test('are found by verdict, sender, time, state and position, newest first', async () => {
    const journal = bench.open();
    const start = bench.clock.now();
    const a = await journal.complete(message(bench, [], { verdict: 'not-push', from: null }));
    await bench.clock.step(1000);
    const b = await journal.complete(message(bench, []));
    const c = await journal.complete(message(bench, [], { from: "+1' OR 1=1 --" }));
    await journal.recordAttempt(b.id, 'stdout', { at: 1, outcome: 'taken', reason: null, nextAttemptAt: 0 });
    await journal.recordAttempt(a.id, 'stdout', { at: 1, outcome: 'refused', reason: 'no', nextAttemptAt: 0 });
    const ids = (filter: Parameters<typeof journal.messages>[0]): string[] => journal.messages(filter).map(({ id }) => id);
    expect(ids({})).toEqual([c.id, b.id, a.id]);
    expect(ids({ verdict: 'not-push' })).toEqual([a.id]);
    expect(ids({ from: "+1' OR 1=1 --" })).toEqual([c.id]);
    expect(ids({ since: start + 1 })).toEqual([c.id, b.id]);
    expect(ids({ until: start + 1 })).toEqual([a.id]);
    expect(ids({ state: 'pending' })).toEqual([c.id]);
    expect(ids({ state: 'settled' })).toEqual([b.id]);
    expect(ids({ state: 'undelivered' })).toEqual([a.id]);
    expect(ids({ limit: 1 })).toEqual([c.id]);
    expect(ids({ before: c.position, limit: 1 })).toEqual([b.id]);
  });
});

describe('deliveries', () => {
  test('wait in order of completion, page by page, for each sink by itself', async () => {
    const journal = bench.open();
    const done = [];
    for (let index = 0; index < 5; index += 1)
      done.push(await journal.complete(message(bench, [], { sinks: index === 2 ? ['b'] : ['a', 'b'] })));
    const page = journal.pendingDeliveries('a', { limit: 2 });
    expect(page.map(({ messageId }) => messageId)).toEqual([done[0]?.id, done[1]?.id]);
    const rest = journal.pendingDeliveries('a', { after: page[1]?.position ?? 0 });
    expect(rest.map(({ messageId }) => messageId)).toEqual([done[3]?.id, done[4]?.id]);
    expect(journal.pendingSinks()).toEqual([
      { sink: 'a', count: 4 },
      { sink: 'b', count: 5 },
    ]);
    expect(journal.handover(done[0]?.id ?? '')).toEqual({ facts: '{"event":"message"}', body: new Uint8Array([2, 0xa4, 1]) });
  });

  test('keep their history, and are over once taken', async () => {
    const journal = bench.open();
    const { id } = await journal.complete(message(bench, []));
    await journal.recordAttempt(id, 'stdout', { at: 10, outcome: 'later', reason: 'busy', nextAttemptAt: 20 });
    expect(journal.pendingDeliveries('stdout')).toMatchObject([{ messageId: id, attempts: 1, nextAttemptAt: 20 }]);
    await journal.recordAttempt(id, 'stdout', { at: 20, outcome: 'taken', reason: null, nextAttemptAt: 0 });
    await journal.recordAttempt(id, 'stdout', { at: 30, outcome: 'refused', reason: 'too late', nextAttemptAt: 0 });
    expect(journal.pendingDeliveries('stdout')).toEqual([]);
    const details = journal.details(id);
    expect(details?.message.settled).toBe(true);
    expect(details?.deliveries).toEqual([
      {
        messageId: id,
        sink: 'stdout',
        state: 'taken',
        attempts: 2,
        firstAttemptAt: 10,
        lastAttemptAt: 20,
        nextAttemptAt: 0,
        lastReason: null,
      },
    ]);
    expect(details?.attempts).toEqual([
      { sink: 'stdout', number: 1, at: 10, outcome: 'later', reason: 'busy' },
      { sink: 'stdout', number: 2, at: 20, outcome: 'taken', reason: null },
    ]);
    await expect(journal.recordAttempt(id, 'nobody', { at: 1, outcome: 'taken', reason: null, nextAttemptAt: 0 })).rejects.toMatchObject({
      code: 'journal/unknown-delivery',
    });
  });

  test('tried very often list only the latest tries and count them all', async () => {
    const journal = bench.open();
    const { id } = await journal.complete(message(bench, []));
    for (let at = 1; at <= 120; at += 1)
      await journal.recordAttempt(id, 'stdout', { at, outcome: 'later', reason: 'busy', nextAttemptAt: at });
    const details = journal.details(id);
    expect(details?.deliveries[0]?.attempts).toBe(120);
    expect(details?.attempts.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => 71 + index));
  });

  test('are pending again after a redelivery, under the same id, also for a sink that is new', async () => {
    const journal = bench.open();
    const { id } = await journal.complete(message(bench, []));
    await journal.recordAttempt(id, 'stdout', { at: 1, outcome: 'dead', reason: 'seven days', nextAttemptAt: 0 });
    expect(journal.counters()).toMatchObject({ unsettledMessages: 0, undeliveredMessages: 1 });
    await bench.clock.step(5000);
    expect(await journal.redeliver(id)).toEqual(['stdout']);
    expect(await journal.redeliver(id, ['spool'])).toEqual(['spool']);
    expect(journal.pendingDeliveries('stdout')).toMatchObject([{ messageId: id, attempts: 0, pendingSince: bench.clock.now() }]);
    expect(journal.pendingDeliveries('spool')).toMatchObject([{ messageId: id }]);
    expect(journal.counters()).toMatchObject({ unsettledMessages: 1, undeliveredMessages: 0 });
    expect(
      journal
        .details(id)
        ?.attempts.map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(['dead', 'redelivered', 'redelivered']);
    await expect(journal.redeliver('nope')).rejects.toMatchObject({ code: 'journal/unknown-message' });
  });
});

test('deliveries that were tried at a time that has not come, since the clock was set back, are due when the journal is opened again', async () => {
  const later = new ManualClock(bench.clock.now() + 7_200_000);
  const first = bench.open({ clock: later });
  const ids: string[] = [];
  for (const octets of ['00', '01']) {
    const { id } = await first.append(part(bench, octets, { receivedAt: later.now() }));
    ids.push((await first.complete(message(bench, [id], { completedAt: later.now(), sinks: ['a'] }))).id);
  }
  const again = later.now() + 60_000;
  await first.recordAttempt(ids[0] ?? '', 'a', { at: later.now(), outcome: 'later', reason: 'busy', nextAttemptAt: again });
  first.close();
  const second = bench.open({ clock: later });
  expect(second.pendingDeliveries('a', { limit: 9 }).map(({ nextAttemptAt }) => nextAttemptAt)).toEqual([again, later.now()]);
  second.close();
  const now = bench.clock.now();
  const third = bench.open();
  expect(third.dueDeliveries('a', now, 9).map(({ messageId }) => messageId)).toEqual(ids);
  expect(third.pendingDeliveries('a', { limit: 9 }).map(({ pendingSince, attempts }) => [pendingSince, attempts])).toEqual([
    [now, 1],
    [now, 0],
  ]);
});

test('a part that comes again is known also where the clock was set forward meanwhile, for as long as the window is', async () => {
  const journal = bench.open({ duplicateWindowMs: 60_000 });
  const fingerprint = new Uint8Array([1, 2, 3]);
  const first = await journal.append(part(bench, '00', { fingerprint }));
  await bench.clock.step(30_000);
  bench.clock.set(50 * 365 * 86_400_000);
  expect(await journal.append(part(bench, '00', { fingerprint }))).toMatchObject({ duplicateOf: first.id });
  await journal.followClock();
  await bench.clock.step(29_999);
  expect(await journal.append(part(bench, '00', { fingerprint, duplicateWithinMs: 1 }))).toMatchObject({ duplicateOf: null });
  const other = await journal.append(part(bench, '01', { fingerprint: new Uint8Array([4]) }));
  await bench.clock.step(60_001);
  expect(await journal.append(part(bench, '01', { fingerprint: new Uint8Array([4]) }))).toMatchObject({ duplicateOf: null });
  expect(other.duplicateOf).toBeNull();
});

describe('a part that comes again after the program was away for longer than the window', () => {
  const away = 3 * 86_400_000;
  const late = { fingerprint: new Uint8Array([1]) };
  const early = { fingerprint: new Uint8Array([2]) };
  /** The files as they are on disk while they are written: what a killed program leaves. */
  const asItStands = (): string => {
    const directory = join(bench.directory, 'as-it-was');
    mkdirSync(directory);
    for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(join(bench.directory, name), join(directory, name));
    return directory;
  };

  test('is known where that was killed, which may have kept it from acknowledging what it stored last', async () => {
    const killed = bench.open();
    await killed.append(part(bench, '02', early));
    await bench.clock.step(3_600_000);
    const { id } = await killed.append(part(bench, '01', late));
    const directory = asItStands();
    await bench.clock.step(away);
    // A command that only looks or cancels, in between, receives nothing.
    bench.open({ directory, receives: false }).close();
    const next = bench.open({ directory });
    expect(await next.append(part(bench, '02', early))).toMatchObject({ duplicateOf: null });
    expect(await next.append(part(bench, '01', late))).toMatchObject({ duplicateOf: id });
    next.close();
    await bench.clock.step(away);
    expect(await bench.open({ directory }).append(part(bench, '01', late))).toMatchObject({ duplicateOf: null });
  });

  test('is new where its sender repeats it for a time of its own, which is over', async () => {
    const [repeated, within] = [{ ...late, binding: 'sip' as const, duplicateWithinMs: 64_000 }, 60_000];
    const killed = bench.open();
    const { id } = await killed.append(part(bench, '01', repeated));
    const directory = asItStands();
    const again = join(bench.directory, 'again');
    cpSync(directory, again, { recursive: true });
    await bench.clock.step(within);
    expect(await bench.open({ directory }).append(part(bench, '01', repeated))).toMatchObject({ duplicateOf: id });
    await bench.clock.step(within);
    expect(await bench.open({ directory: again }).append(part(bench, '01', repeated))).toMatchObject({ duplicateOf: null });
  });

  test('is new where that ended in an orderly way, and where it has been back for longer than the window', async () => {
    const ended = bench.open();
    await ended.append(part(bench, '01', late));
    ended.close();
    await bench.clock.step(away);
    const killed = bench.open();
    expect(await killed.append(part(bench, '01', late))).toMatchObject({ duplicateOf: null });
    const directory = asItStands();
    await bench.clock.step(away);
    const next = bench.open({ directory });
    await bench.clock.step(86_400_000);
    expect(await next.append(part(bench, '01', late))).toMatchObject({ duplicateOf: null });
  });
});

test('a clock that is set forward makes nothing old enough to be removed', async () => {
  const journal = bench.open();
  const { id } = await journal.append(part(bench));
  await journal.complete(message(bench, [id], { sinks: [] }));
  bench.clock.set(50 * 365 * 86_400_000);
  const retention = { settledForMs: 60_000, undeliveredForMs: 60_000, maximumOctets: 1e9 };
  expect(await journal.retain(retention)).toBe(0);
  bench.clock.set(-60 * 365 * 86_400_000);
  expect(await journal.retain(retention)).toBe(0);
  bench.clock.set(10 * 365 * 86_400_000);
  await bench.clock.step(60_001);
  expect(await journal.retain(retention)).toBe(1);
});

test('numbers of a series go round and survive a restart', async () => {
  const journal = bench.open();
  expect(await Promise.all([1, 2, 3].map(() => journal.nextNumber('reference:+1', 3)))).toEqual([0, 1, 2]);
  expect(await journal.nextNumber('reference:+2', 3)).toBe(0);
  journal.close();
  expect(await bench.open().nextNumber('reference:+1', 3)).toBe(0);
});

describe('retention', () => {
  const retention = { settledForMs: 48 * hourMs, undeliveredForMs: 96 * hourMs, maximumOctets: 1e9 };
  const settle = { at: 1, outcome: 'taken', reason: null, nextAttemptAt: 0 } as const;

  test('removes what is settled and old, and never what is not settled', async () => {
    const journal = bench.open();
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { id } = await journal.append(part(bench));
      ids.push((await journal.complete(message(bench, [id]))).id);
    }
    const [taken = '', refused = '', pending = ''] = ids;
    const waiting = await journal.append(part(bench));
    await journal.recordAttempt(taken, 'stdout', settle);
    await journal.recordAttempt(refused, 'stdout', { ...settle, outcome: 'refused' });
    await bench.clock.step(50 * hourMs);
    expect(await journal.retain(retention)).toBe(1);
    expect(journal.messages().map(({ id }) => id)).toEqual([pending, refused]);
    await bench.clock.step(5000 * hourMs);
    expect(await journal.retain({ ...retention, maximumOctets: 0 })).toBe(1);
    expect(journal.messages().map(({ id }) => id)).toEqual([pending]);
    expect(journal.details(pending)?.parts).toHaveLength(1);
    expect(journal.openParts().map(({ id }) => id)).toEqual([waiting.id]);
  });

  test('by size removes the oldest settled first and stops when the size is right', async () => {
    const journal = bench.open();
    for (let index = 0; index < 300; index += 1) {
      const { id } = await journal.complete(message(bench, [], { body: new Uint8Array(8000) }));
      await journal.recordAttempt(id, 'stdout', settle);
    }
    const before = journal.counters().sizeOctets;
    expect(await journal.retain({ ...retention, maximumOctets: before - 500_000 })).toBe(100);
    expect(journal.counters().sizeOctets).toBeLessThanOrEqual(before - 500_000);
    expect(Math.min(...journal.messages({ limit: 1000 }).map(({ position }) => position))).toBe(101);
  });

  test('looks at the size every minute by itself, so that a full line cannot pass the bound for an hour', async () => {
    const journal = bench.open({ retention: { ...retention, maximumOctets: 1_000_000 } });
    for (let index = 0; index < 300; index += 1) {
      const { id } = await journal.complete(message(bench, [], { body: new Uint8Array(8000) }));
      await journal.recordAttempt(id, 'stdout', settle);
    }
    expect(journal.counters().sizeOctets).toBeGreaterThan(2_000_000);
    await bench.clock.step(61_000);
    for (let turn = 0; turn < 50 && journal.counters().sizeOctets > 1_000_000; turn += 1) await journal.nextNumber('turn', 1000);
    expect(journal.counters().sizeOctets).toBeLessThanOrEqual(1_000_000);
  });

  test('keeps the fingerprint of a part inside the duplicate window, and forgets it after', async () => {
    const journal = bench.open();
    const fingerprint = new Uint8Array([5]);
    const first = await journal.append(part(bench, '01', { fingerprint }));
    const { id } = await journal.complete(message(bench, [first.id]));
    await journal.recordAttempt(id, 'stdout', settle);
    await bench.clock.step(hourMs);
    await journal.retain({ ...retention, settledForMs: 0 });
    expect(journal.messages()).toEqual([]);
    expect(journal.part(first.id)).toMatchObject({ octets: '', facts: '{}', messageId: null });
    expect((await journal.append(part(bench, '01', { fingerprint }))).duplicateOf).toBe(first.id);
    await bench.clock.step(25 * hourMs);
    await journal.retain({ ...retention, settledForMs: 0 });
    expect(journal.part(first.id)).toBeNull();
  });

  test('removes dead letters with their parts when they are old', async () => {
    const journal = bench.open();
    const { id } = await journal.append(part(bench));
    await journal.expire([id], 'old');
    await journal.retain(retention);
    expect(journal.deadLetters()).toHaveLength(1);
    await bench.clock.step(97 * hourMs);
    await journal.retain(retention);
    expect(journal.deadLetters()).toEqual([]);
    expect(journal.part(id)).toBeNull();
  });

  test('is applied every hour by itself', async () => {
    const journal = bench.open({ retention: { ...retention, settledForMs: 0 } });
    await journal.complete(message(bench, [], { sinks: [] }));
    await bench.clock.step(hourMs);
    await bench.clock.settle();
    expect(journal.messages()).toEqual([]);
  });
});

describe('a reader', () => {
  test('answers while another writes, and sees what was stored after it opened', async () => {
    const journal = bench.open();
    await journal.append(part(bench, '01'));
    const reader = openJournalReader(bench.directory);
    expect(reader.openParts()).toHaveLength(1);
    await journal.append(part(bench, '02'));
    expect(reader.openParts().map(({ octets }) => octets)).toEqual(['01', '02']);
    reader.close();
  });

  test('says where there is no journal, and creates none', () => {
    expect(() => openJournalReader(join(bench.directory, 'none'))).toThrow(expect.objectContaining({ code: 'journal/missing' }));
    expect(existsSync(join(bench.directory, 'none'))).toBe(false);
  });
});

test('the folder and the files are private', async () => {
  const directory = join(bench.directory, 'deep', 'state');
  const journal = bench.open({ directory });
  await journal.append(part(bench));
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  for (const name of ['journal.db', 'journal.db-wal', 'lock.db', 'writer.json'])
    expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
});

test('a closed journal takes nothing more and says so', async () => {
  const journal = bench.open();
  const last = journal.append(part(bench));
  journal.close();
  await expect(last).resolves.toMatchObject({ duplicateOf: null });
  await expect(journal.append(part(bench))).rejects.toMatchObject({ code: 'journal/closed' });
});
