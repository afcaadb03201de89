import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressFromText, Reassembler, type ReassemblyOutcome } from './index.js';
import { part, partOf, pushPorts } from './parts.testing.js';
import type { ShortMessagePart } from './types.js';

const hour = 60 * 60 * 1000;

/** A reassembler whose tags are the parts' places in the test. */
function bench(options = {}) {
  const reassembler = new Reassembler<string>(options);
  return {
    reassembler,
    accept: (given: ShortMessagePart, tag: string, now = 0, receiver?: string) => reassembler.accept(given, tag, now, receiver),
  };
}

function tags(outcome: ReassemblyOutcome<string>): readonly string[] {
  if ('message' in outcome) return outcome.message.parts.map(({ tag }) => tag);
  return 'set' in outcome ? outcome.set.parts.map(({ tag }) => tag) : [outcome.of];
}

function datagram(outcome: ReassemblyOutcome<string>): readonly number[] | null {
  return 'message' in outcome && outcome.message.datagram !== null ? [...outcome.message.datagram.octets] : null;
}

describe('parts become messages', () => {
  test('a part without a concatenation element is single, also when it repeats', () => {
    const { accept } = bench();
    for (const tag of ['a', 'b']) {
      const outcome = accept(part({ octets: Uint8Array.of(1, 2) }), tag);
      expect(outcome).toMatchObject({
        state: 'single',
        message: { datagram: { destinationPort: 2948, sourcePort: 9200, portBits: 16, octets: Uint8Array.of(1, 2) }, diagnostics: [] },
      });
      expect(tags(outcome)).toEqual([tag]);
    }
  });

  test('a plain text is single and no datagram', () => {
    const outcome = bench().accept(part({ ports: null, dataCodingScheme: 0 }), 'a');
    expect(outcome).toMatchObject({ state: 'single', message: { datagram: null, diagnostics: [] } });
  });

  test('ports with a text alphabet make no datagram', () => {
    expect(bench().accept(part({ dataCodingScheme: 8 }), 'a')).toMatchObject({ state: 'single', message: { datagram: null } });
  });

  test('parts are joined in order of their sequence numbers, however they come', () => {
    const { accept, reassembler } = bench();
    const waiting = accept(partOf(3, 3), 'c', 5);
    expect(waiting).toMatchObject({ state: 'pending', evicted: [], set: { since: 5, missing: [1, 2], receiver: '' } });
    expect('set' in waiting && waiting.set.concatenation).toEqual({ reference: 7, total: 3, bits: 8 });
    expect('set' in waiting && waiting.set.address.text).toBe('+15555550123');
    expect(accept(partOf(1, 3), 'a', 6)).toMatchObject({ state: 'pending', set: { missing: [2], since: 5 } });
    const outcome = accept(partOf(2, 3), 'b', 7);
    expect(outcome.state).toBe('complete');
    expect(tags(outcome)).toEqual(['a', 'b', 'c']);
    expect(datagram(outcome)).toEqual([7, 1, 7, 2, 7, 3]);
    expect(reassembler.openSets()).toEqual([]);
  });

  test('a message of one part that says so is complete at once', () => {
    const outcome = bench().accept(partOf(1, 1), 'a');
    expect(outcome.state).toBe('complete');
    expect(datagram(outcome)).toEqual([7, 1]);
  });

  test('255 parts are one message', () => {
    const { accept } = bench();
    for (let sequence = 255; sequence > 1; sequence -= 1) expect(accept(partOf(sequence, 255), `${sequence}`).state).toBe('pending');
    const outcome = accept(partOf(1, 255), '1');
    expect(tags(outcome)).toEqual(Array.from({ length: 255 }, (_, index) => `${index + 1}`));
  });

  test.each([
    ['reference', partOf(2, 2, 8)],
    ['total', partOf(2, 3)],
    ['width of the reference', partOf(2, 2, 7, { concatenation: { reference: 7, total: 2, sequence: 2, bits: 16 } })],
    ['sender', partOf(2, 2, 7, { from: '+15555550124' })],
    ["type of the sender's number", partOf(2, 2, 7, { from: '15555550123' })],
    ['alphabet', partOf(2, 2, 7, { dataCodingScheme: 0 })],
  ])('another %s is another message', (_, other) => {
    const { accept, reassembler } = bench();
    accept(partOf(1, 2), 'a');
    expect(accept(other, 'b').state).toBe('pending');
    expect(reassembler.openSets()).toHaveLength(2);
    expect(accept(partOf(2, 2), 'c').state).toBe('complete');
  });

  test('another data coding of the same alphabet is the same message', () => {
    const { accept } = bench();
    accept(partOf(1, 2), 'a');
    expect(accept(partOf(2, 2, 7, { dataCodingScheme: 0xf5 }), 'b').state).toBe('complete');
  });

  test('another receiver is another message', () => {
    const { accept, reassembler } = bench();
    accept(partOf(1, 2), 'a', 0, 'one');
    expect(accept(partOf(2, 2), 'b', 0, 'two').state).toBe('pending');
    expect(reassembler.openSets().map(({ receiver }) => receiver)).toEqual(['one', 'two']);
    expect(tags(accept(partOf(2, 2), 'c', 0, 'one'))).toEqual(['a', 'c']);
  });

  test('senders whose length octets differ are different senders', () => {
    const { accept } = bench();
    const odd = addressFromText('123');
    accept(partOf(1, 2, 7, { from: odd }), 'a');
    expect(accept(partOf(2, 2, 7, { from: { ...odd, lengthSemiOctets: 4 } }), 'b').state).toBe('pending');
  });
});

describe('ports', () => {
  test('those of sequence 1 count, and a part without any joins with a diagnostic', () => {
    const { accept } = bench();
    accept(partOf(2, 2, 7, { ports: null }), 'b');
    const outcome = accept(partOf(1, 2), 'a');
    expect(outcome).toMatchObject({
      state: 'complete',
      message: { datagram: { destinationPort: 2948 }, diagnostics: [{ code: 'sms/ports-missing', offset: null }] },
    });
    expect('message' in outcome && outcome.message.diagnostics[0]?.message).toContain('part 2 has no ports');
  });

  test('without ports in sequence 1 there is no datagram, and a diagnostic says why', () => {
    const { accept } = bench();
    accept(partOf(1, 2, 7, { ports: null }), 'a');
    const outcome = accept(partOf(2, 2), 'b');
    expect(outcome).toMatchObject({ state: 'complete', message: { datagram: null, diagnostics: [{ code: 'sms/ports-missing' }] } });
    expect('message' in outcome && outcome.message.diagnostics[0]?.message).toContain('part 1 has none');
  });

  test.each([
    { destination: 2949, source: 9200, bits: 16 as const },
    { destination: 2948, source: 9201, bits: 16 as const },
  ])('another pair ($destination from $source) contradicts the set', (ports) => {
    const { accept, reassembler } = bench();
    accept(partOf(1, 2), 'a');
    expect(accept(partOf(2, 2, 7, { ports }), 'b').state).toBe('conflict');
    expect(reassembler.openSets()).toHaveLength(2);
    expect(tags(accept(partOf(2, 2), 'c'))).toEqual(['a', 'c']);
    expect(datagram(accept(partOf(1, 2, 7, { ports }), 'd'))).toEqual([7, 1, 7, 2]);
  });

  test('a pair that comes after a part without any binds the set', () => {
    const { accept } = bench();
    accept(partOf(2, 3, 7, { ports: null }), 'b');
    accept(partOf(1, 3), 'a');
    expect(accept(partOf(3, 3, 7, { ports: { ...pushPorts, destination: 2949 } }), 'c').state).toBe('conflict');
  });

  test('the same number in 8 and in 16 bits is another pair', () => {
    const { accept } = bench();
    accept(partOf(1, 2, 7, { ports: { destination: 240, source: 241, bits: 8 } }), 'a');
    expect(accept(partOf(2, 2, 7, { ports: { destination: 240, source: 241, bits: 16 } }), 'b').state).toBe('conflict');
  });
});

describe('parts that come again', () => {
  test('an equal part of an open set is a duplicate and names the first', () => {
    const { accept, reassembler } = bench();
    accept(partOf(1, 2), 'a');
    expect(accept(partOf(1, 2), 'again')).toEqual({ state: 'duplicate', of: 'a' });
    expect(reassembler.openSets()[0]?.parts).toHaveLength(1);
    expect(tags(accept(partOf(2, 2), 'b'))).toEqual(['a', 'b']);
  });

  test('a part with the same number and other octets is a conflict, and both messages complete', () => {
    const { accept } = bench();
    const other = { octets: Uint8Array.of(99) };
    accept(partOf(1, 2), 'a1');
    expect(accept(partOf(1, 2, 7, other), 'b1')).toMatchObject({ state: 'conflict', set: { missing: [2] }, evicted: [] });
    // A later part goes to the newest generation that lacks its sequence.
    expect(tags(accept(partOf(2, 2), 'b2'))).toEqual(['b1', 'b2']);
    expect(tags(accept(partOf(2, 2, 7, { octets: Uint8Array.of(98) }), 'a2'))).toEqual(['a1', 'a2']);
  });

  test('the same octets with another time stamp repeat what an open set has', () => {
    const { accept } = bench();
    accept(partOf(1, 2), 'a');
    expect(accept(partOf(1, 2, 7, { at: '2026-11-22T20:00:00Z' }), 'again')).toEqual({ state: 'duplicate', of: 'a' });
  });

  test('after completion every part is a duplicate by its time stamp', () => {
    const { accept, reassembler } = bench();
    accept(partOf(1, 2), 'a');
    accept(partOf(2, 2), 'b');
    expect(accept(partOf(2, 2), 'again')).toEqual({ state: 'duplicate', of: 'b' });
    expect(accept(partOf(1, 2), 'again')).toEqual({ state: 'duplicate', of: 'a' });
    expect(reassembler.openSets()).toEqual([]);
  });

  test.each<[string, ShortMessagePart]>([
    ['time stamp', partOf(1, 2, 7, { at: '2026-11-22T19:38:51Z' })],
    ['octet', partOf(1, 2, 7, { octets: Uint8Array.of(7, 2) })],
    ['length', partOf(1, 2, 7, { octets: Uint8Array.of(7, 1, 0) })],
    ['port', partOf(1, 2, 7, { ports: { ...pushPorts, source: 9201 } })],
    ['sender', partOf(1, 2, 7, { from: '+15555550124' })],
    ['number', partOf(2, 2, 7, { octets: Uint8Array.of(7, 1) })],
    ['reference', partOf(1, 2, 263, { octets: Uint8Array.of(7, 1), concatenation: { reference: 263, total: 2, sequence: 1, bits: 16 } })],
    ['total', partOf(1, 3)],
    ['alphabet', partOf(1, 2, 7, { dataCodingScheme: 8 })],
    ['time stamp: none', { ...partOf(1, 2), timeStamp: null }],
    ['port: none', partOf(1, 2, 7, { ports: null })],
  ])('after completion another %s is a new message', (_, again) => {
    const { accept } = bench();
    accept(partOf(1, 2), 'a');
    accept(partOf(2, 2), 'b');
    expect(accept(again, 'new').state).toBe('pending');
  });

  test('after completion another receiver has a new message', () => {
    const { accept } = bench();
    accept(partOf(1, 1), 'a', 0, 'one');
    expect(accept(partOf(1, 1), 'b', 0, 'two').state).toBe('complete');
    expect(accept(partOf(1, 1), 'c', 0, 'two')).toEqual({ state: 'duplicate', of: 'b' });
  });

  test('a message of one part is a duplicate with the same time stamp and new with another', () => {
    const { accept } = bench();
    accept(partOf(1, 1), 'a');
    expect(accept(partOf(1, 1), 'b')).toEqual({ state: 'duplicate', of: 'a' });
    expect(accept(partOf(1, 1, 7, { at: '2026-11-22T19:38:51Z' }), 'c').state).toBe('complete');
    expect(accept(partOf(1, 1), 'd')).toEqual({ state: 'duplicate', of: 'a' });
  });

  test('a duplicate of a complete message is known while another message waits under the same key', () => {
    const { accept } = bench();
    accept(partOf(1, 2), 'a1');
    accept(partOf(2, 2), 'a2');
    accept(partOf(1, 2, 7, { at: '2026-11-22T19:50:00Z' }), 'b1');
    expect(accept(partOf(2, 2), 'again')).toEqual({ state: 'duplicate', of: 'a2' });
  });

  test.each([0, '', false])('the tag %j is remembered like any other', (tag) => {
    const reassembler = new Reassembler<typeof tag>();
    reassembler.accept(partOf(1, 1), tag, 0);
    expect(reassembler.accept(partOf(1, 1), tag, 0)).toEqual({ state: 'duplicate', of: tag });
  });

  test.each([
    ['source port, high octet', { ports: { destination: 2948, source: 9200 ^ 0x100, bits: 16 } }],
    ['source port, low octet', { ports: { destination: 2948, source: 9201, bits: 16 } }],
    ['destination port, high octet', { ports: { destination: 2948 ^ 0x100, source: 9200, bits: 16 } }],
    ['destination port, low octet', { ports: { destination: 2949, source: 9200, bits: 16 } }],
    ['ports', { ports: null }],
    ['second of the time', { at: '2026-11-22T19:38:51Z' }],
    ['zone of the time', { at: '2026-11-22T20:38:50+01:00' }],
    ['sender', { from: '+15555550124' }],
    ['octets', { octets: Uint8Array.of(7, 2) }],
    ['number of octets', { octets: Uint8Array.of(7, 1, 0) }],
  ] as const)('a part with another %s than that of a complete message is a message of its own', (_what, options) => {
    const { accept } = bench();
    accept(partOf(1, 1), 'a');
    expect(accept(partOf(1, 1, 7, options), 'b').state).toBe('complete');
    expect(accept(partOf(1, 1, 7, options), 'c')).toEqual({ state: 'duplicate', of: 'b' });
    expect(accept(partOf(1, 1), 'd')).toEqual({ state: 'duplicate', of: 'a' });
  });

  test('duplicates are known for a day and not longer', () => {
    const { accept } = bench();
    accept(partOf(1, 1), 'a', 1000);
    expect(accept(partOf(1, 1), 'b', 1000 + 24 * hour - 1).state).toBe('duplicate');
    expect(accept(partOf(1, 1), 'c', 1000 + 24 * hour).state).toBe('complete');
  });

  test('the time that duplicates are known can be chosen', () => {
    const { accept } = bench({ tombstoneMs: 10 });
    accept(partOf(1, 1), 'a', 0);
    expect(accept(partOf(1, 1), 'b', 9).state).toBe('duplicate');
    expect(accept(partOf(1, 1), 'c', 10).state).toBe('complete');
  });

  test('so many parts are known as the bound says, the newest ones', () => {
    const { accept } = bench({ maximumTombstones: 3 });
    for (let reference = 0; reference < 5; reference += 1) accept(partOf(1, 1, reference), `${reference}`);
    expect(accept(partOf(1, 1, 4), 'x')).toEqual({ state: 'duplicate', of: '4' });
    expect(accept(partOf(1, 1, 2), 'x')).toEqual({ state: 'duplicate', of: '2' });
    expect(accept(partOf(1, 1, 1), 'x').state).toBe('complete');
  });

  test('none are known when none may be', () => {
    const { accept } = bench({ maximumTombstones: 0 });
    accept(partOf(1, 1), 'a');
    expect(accept(partOf(1, 1), 'b').state).toBe('complete');
  });

  test('thousands are known, each by its own tag, and the oldest are forgotten first', () => {
    const { accept } = bench({ maximumTombstones: 5000 });
    const message = (index: number) => partOf(1, 1, index & 0xff, { octets: Uint8Array.of(index >> 8, index & 0xff) });
    for (let index = 0; index < 7000; index += 1) expect(accept(message(index), `${index}`).state).toBe('complete');
    for (let index = 2000; index < 7000; index += 7) expect(accept(message(index), 'x')).toEqual({ state: 'duplicate', of: `${index}` });
    for (let index = 1999; index > 1990; index -= 1) expect(accept(message(index), 'x').state).toBe('complete');
  });
});

describe('time', () => {
  test('time stamps more than a day apart are of two messages', () => {
    const { accept } = bench();
    accept(partOf(1, 2, 7, { at: '2026-11-22T12:00:00Z' }), 'a');
    expect(accept(partOf(2, 2, 7, { at: '2026-11-23T12:00:01Z' }), 'b').state).toBe('conflict');
    expect(tags(accept(partOf(2, 2, 7, { at: '2026-11-23T12:00:00Z' }), 'c'))).toEqual(['a', 'c']);
  });

  test('the same part more than a day later opens a new set', () => {
    const { accept } = bench();
    accept(partOf(1, 2, 7, { at: '2026-11-22T12:00:00Z' }), 'a');
    expect(accept(partOf(1, 2, 7, { at: '2026-11-23T12:00:01Z' }), 'b').state).toBe('conflict');
  });

  test('zones count: the same moment in two zones is of one message', () => {
    const { accept } = bench();
    accept(partOf(1, 2, 7, { at: '2026-11-22T12:00:00+12:00' }), 'a');
    expect(accept(partOf(2, 2, 7, { at: '2026-11-22T22:00:00-12:00' }), 'b').state).toBe('conflict');
  });

  test('a time stamp that is no time never parts a message', () => {
    const { accept } = bench();
    accept(partOf(1, 2), 'a');
    expect(accept({ ...partOf(2, 2), timeStamp: new Uint8Array(7).fill(0xff) }, 'b').state).toBe('complete');
    accept(partOf(1, 2, 8), 'a');
    expect(accept({ ...partOf(2, 2, 8), timeStamp: null }, 'b').state).toBe('complete');
  });

  test('overdue sets are said once, and expired ones are given up', () => {
    const { accept, reassembler } = bench();
    accept(partOf(1, 2, 1), 'a', 0);
    accept(partOf(1, 2, 2), 'b', 100);
    expect(reassembler.overdue(599, 600)).toEqual([]);
    expect(reassembler.overdue(600, 600).map((set) => set.concatenation.reference)).toEqual([1]);
    expect(reassembler.overdue(700, 600).map((set) => set.concatenation.reference)).toEqual([2]);
    expect(reassembler.overdue(9999, 600)).toEqual([]);
    expect(reassembler.expire(999, 1000)).toEqual([]);
    const [expired, ...others] = reassembler.expire(1000, 1000);
    expect(others).toEqual([]);
    expect(expired).toMatchObject({ missing: [2], since: 0 });
    expect(expired?.parts.map(({ tag }) => tag)).toEqual(['a']);
    expect(reassembler.openSets().map((set) => set.concatenation.reference)).toEqual([2]);
    expect(accept(partOf(2, 2, 1), 'late', 1001).state).toBe('pending');
    expect(reassembler.expire(99_999, 1000)).toHaveLength(2);
    expect(reassembler.openSets()).toEqual([]);
  });
});

describe('bounds', () => {
  test('the oldest set is given up for one too many, and comes back to the caller', () => {
    const { accept, reassembler } = bench({ maximumOpenSets: 2 });
    accept(partOf(1, 2, 1), 'a');
    accept(partOf(1, 2, 2), 'b');
    const outcome = accept(partOf(1, 2, 3), 'c');
    expect(outcome).toMatchObject({ state: 'pending', evicted: [{ concatenation: { reference: 1 }, missing: [2] }] });
    expect(reassembler.openSets().map((set) => set.concatenation.reference)).toEqual([2, 3]);
    expect(accept(partOf(2, 2, 2), 'd').state).toBe('complete');
    expect(accept(partOf(1, 2, 4), 'e')).toMatchObject({ evicted: [] });
  });

  test('the set that just grew is never the one given up', () => {
    const { accept, reassembler } = bench({ maximumOpenParts: 3 });
    accept(partOf(1, 5, 1), 'a');
    accept(partOf(2, 5, 1), 'b');
    accept(partOf(1, 5, 2), 'c');
    expect(accept(partOf(3, 5, 1), 'd')).toMatchObject({ evicted: [{ concatenation: { reference: 2 } }] });
    expect(accept(partOf(4, 5, 1), 'e')).toMatchObject({ evicted: [] });
    expect(accept(partOf(5, 5, 1), 'f').state).toBe('complete');
    expect(reassembler.openSets()).toEqual([]);
    // What was complete no longer counts.
    for (const reference of [11, 12, 13]) expect(accept(partOf(1, 5, reference), 'x')).toMatchObject({ evicted: [] });
    expect(accept(partOf(1, 5, 14), 'x')).toMatchObject({ evicted: [{ concatenation: { reference: 11 } }] });
  });

  test('generations of one key are given up from the oldest, and the others keep working', () => {
    const { accept, reassembler } = bench({ maximumOpenSets: 3 });
    for (const octet of [1, 2, 3, 4]) accept(partOf(1, 2, 7, { octets: Uint8Array.of(octet) }), `${octet}`);
    expect(reassembler.openSets().map(({ parts }) => parts[0]?.tag)).toEqual(['2', '3', '4']);
    expect(tags(accept(partOf(2, 2, 7, { octets: Uint8Array.of(9) }), 'x'))).toEqual(['4', 'x']);
    reassembler.expire(10, 10);
    expect(reassembler.openSets()).toEqual([]);
  });
});

describe('any order', () => {
  const scenario = fc.record({
    messages: fc.uniqueArray(
      fc.record({
        reference: fc.integer({ min: 0, max: 0xffff }),
        bits: fc.constantFrom(8 as const, 16 as const),
        total: fc.integer({ min: 1, max: 9 }),
        sender: fc.constantFrom('+15555550100', '15555550100', 'OMADM', '*#abc'),
      }),
      {
        minLength: 1,
        maxLength: 8,
        selector: ({ reference, bits, total, sender }) => `${bits === 8 ? reference & 0xff : reference}/${bits}/${total}/${sender}`,
      },
    ),
    order: fc.array(fc.nat(), { minLength: 120, maxLength: 120 }),
    repeats: fc.array(fc.nat(), { maxLength: 30 }),
  });

  test('messages that are interleaved, permuted and repeated come out once each and whole', () => {
    fc.assert(
      fc.property(scenario, ({ messages, order, repeats }) => {
        const parts = messages.flatMap(({ reference, bits, total, sender }, message) =>
          Array.from({ length: total }, (_, index) => ({
            message,
            part: partOf(index + 1, total, reference, {
              from: sender,
              octets: Uint8Array.of(message, index),
              concatenation: { reference: bits === 8 ? reference & 0xff : reference, total, sequence: index + 1, bits },
            }),
          })),
        );
        for (const at of repeats) parts.push(parts[at % parts.length]!);
        const shuffled = parts
          .map((entry, index) => ({ entry, key: order[index % order.length]! }))
          .sort((one, other) => one.key - other.key);
        const reassembler = new Reassembler<number>();
        const complete: number[][] = [];
        let duplicates = 0;
        shuffled.forEach(({ entry }, index) => {
          const outcome = reassembler.accept(entry.part, entry.message, index);
          if (outcome.state === 'complete') {
            expect(new Set(outcome.message.parts.map(({ tag }) => tag)).size).toBe(1);
            complete.push([...outcome.message.datagram!.octets]);
          } else if (outcome.state === 'duplicate') duplicates += 1;
          else expect(outcome.state).toBe('pending');
        });
        const wanted = messages.map(({ total }, message) => Array.from({ length: total }, (_, index) => [message, index]).flat());
        expect(complete.sort()).toEqual(wanted.sort());
        expect(duplicates).toBe(repeats.length);
        expect(reassembler.openSets()).toEqual([]);
      }),
      { seed: 20_261_122, numRuns: 300 },
    );
  });

  test('whatever comes, no part is lost: each is single, complete, open, evicted, expired, or a duplicate of one that is', () => {
    const arbitraryPart = fc.record({
      total: fc.integer({ min: 1, max: 3 }),
      sequence: fc.integer({ min: 1, max: 3 }),
      octet: fc.integer({ min: 0, max: 1 }),
      minute: fc.integer({ min: 0, max: 1 }),
      ports: fc.constantFrom(pushPorts, null, { ...pushPorts, destination: 2949 }),
    });
    fc.assert(
      fc.property(fc.array(arbitraryPart, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (given, maximumOpenSets) => {
        const reassembler = new Reassembler<number>({ maximumOpenSets });
        const accounted = new Set<number>();
        const account = (sets: readonly { readonly parts: readonly { readonly tag: number }[] }[]) => {
          for (const { parts } of sets) {
            for (const { tag } of parts) {
              expect(accounted.has(tag)).toBe(false);
              accounted.add(tag);
            }
          }
        };
        given.forEach(({ total, sequence, octet, minute, ports }, tag) => {
          const at = `2026-11-22T19:0${minute}:00Z`;
          const outcome = reassembler.accept(
            partOf(Math.min(sequence, total), total, 1, { octets: Uint8Array.of(octet), at, ports }),
            tag,
            tag,
          );
          if ('message' in outcome) account([outcome.message]);
          else if ('set' in outcome) {
            account(outcome.evicted);
            expect(outcome.set.parts.some((held) => held.tag === tag)).toBe(true);
          } else {
            expect(outcome.of).toBeLessThan(tag);
            accounted.add(tag);
          }
          expect(reassembler.openSets().length).toBeLessThanOrEqual(maximumOpenSets);
        });
        account(reassembler.expire(1e9, 0));
        expect(accounted.size).toBe(given.length);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
