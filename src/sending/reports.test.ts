import { assert, property, shuffledSubarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutboxPart, ReportablePart } from '../journal/index.js';
import { counts, type IncomingReport, matchReport } from './reports.js';

const hourMs = 3_600_000;
const sentAt = Date.UTC(2026, 10, 23, 10);
const facts = JSON.stringify({ report: true, validityMinutes: 1440 });

function candidate(sendId: string, changes: Partial<OutboxPart> = {}, others: Partial<ReportablePart> = {}): ReportablePart {
  const part: OutboxPart = {
    ordinal: 0,
    sequence: 1,
    pdu: '00',
    tpduOctets: 1,
    state: 'sent',
    tries: 1,
    modem: 'a',
    leftAt: sentAt,
    messageReference: 7,
    error: null,
    reportStatus: null,
    reportTime: null,
    reportedAt: null,
    ...changes,
  };
  return { sendId, to: '+15550000002', receiver: 'imsi:1', facts, part, ...others };
}

function report(changes: Partial<IncomingReport> = {}): IncomingReport {
  return {
    messageReference: 7,
    recipient: '+15550000002',
    receiver: 'imsi:1',
    receivedAt: sentAt + 5000,
    submittedAt: sentAt + 1000,
    timeStamp: 'AA',
    status: 0,
    ...changes,
  };
}

const matched = (incoming: IncomingReport, ...candidates: ReportablePart[]): string | null =>
  matchReport(incoming, candidates)?.sendId ?? null;

describe('a status report', () => {
  test('is about the part with its reference, number, subscription and time', () => {
    expect(matched(report(), candidate('one'))).toBe('one');
  });

  test.each<[string, Partial<IncomingReport>]>([
    ['another number', { recipient: '+15550000003' }],
    ['another subscription', { receiver: 'imsi:2' }],
    ['another reference', { messageReference: 8 }],
    ['a time before the part left', { receivedAt: sentAt - hourMs }],
    ['a message that the service centre took long before', { submittedAt: sentAt - 24 * hourMs }],
    ['a time long after the validity', { receivedAt: sentAt + 100 * hourMs, submittedAt: sentAt }],
  ])('of %s is about no part', (_name, changes) => {
    expect(matched(report(changes), candidate('one'))).toBeNull();
  });

  test('that nobody asked for, or of a part that did not leave, is about no part', () => {
    expect(matched(report(), candidate('one', {}, { facts: '{}' }))).toBeNull();
    expect(matched(report(), candidate('one', { state: 'not-sent' }))).toBeNull();
  });

  test('may write the number in national form', () => {
    expect(matched(report({ recipient: '05550000002' }), candidate('one', {}, { to: '+495550000002' }))).toBe('one');
    expect(matched(report({ recipient: '2' }), candidate('one', {}, { to: '+495550000002' }))).toBeNull();
  });

  test('a day late finds its part', () => {
    expect(matched(report({ receivedAt: sentAt + 24 * hourMs }), candidate('one'))).toBe('one');
  });

  test('a day late, of a reference that was used again meanwhile, is about the message of its time stamp', () => {
    const later = candidate('two', { leftAt: sentAt + 23 * hourMs });
    expect(matched(report({ receivedAt: sentAt + 24 * hourMs }), candidate('one'), later)).toBe('one');
    expect(matched(report({ receivedAt: sentAt + 24 * hourMs, submittedAt: sentAt + 23 * hourMs }), candidate('one'), later)).toBe('two');
  });

  test('of a reference used twice within a moment is about none where nothing tells them apart', () => {
    expect(matched(report(), candidate('one'), candidate('two', { leftAt: sentAt + 3000 }))).toBeNull();
    expect(
      matched(
        report({ submittedAt: null, receivedAt: sentAt + 10 * hourMs }),
        candidate('one'),
        candidate('two', { leftAt: sentAt + 9 * hourMs }),
      ),
    ).toBeNull();
  });

  test('that comes again is about the same part, and one with another time stamp is not', () => {
    const known = candidate('one', { reportTime: 'AA', reportStatus: 0 });
    const again = candidate('two', { leftAt: sentAt + 3000 });
    expect(matched(report(), known, again)).toBe('one');
    expect(matched(report({ timeStamp: 'BB' }), known, again)).toBe('two');
    expect(matched(report({ timeStamp: 'BB' }), known)).toBeNull();
  });
});

test('reports of a message of 255 parts, in any order and each of them twice, come to their own parts', () => {
  const references = Array.from({ length: 255 }, (_, at) => (at + 200) & 255);
  const twice = [...references, ...references];
  const order = shuffledSubarray([...twice.keys()], { minLength: twice.length });
  assert(
    property(order, (places) => {
      const parts = new Map(
        references.map((messageReference, at) => [messageReference, candidate('one', { sequence: at + 1, messageReference })]),
      );
      for (const place of places) {
        const messageReference = twice[place] ?? 0;
        const timeStamp = `T${messageReference}`;
        const found = matchReport(report({ messageReference, timeStamp }), [...parts.values()]);
        expect(found?.part.messageReference).toBe(messageReference);
        parts.set(messageReference, candidate('one', { ...found?.part, reportTime: timeStamp, reportStatus: 0 }));
      }
    }),
    { numRuns: 20 },
  );
});

test('what is final stays, and what is delivered above all', () => {
  expect([counts(0x30, null), counts(0, 0x30), counts(0x45, 0x30), counts(0, 0x45)]).toEqual([true, true, true, true]);
  expect([counts(0x30, 0), counts(0x45, 0), counts(0x30, 0x45)]).toEqual([false, false, false]);
});
