import { expect, test } from 'vitest';
import type { StoredNotification } from '../journal/index.js';
import { AnnouncedSessions, type Announcement } from './announced-sessions.js';

const announcement = (number: number): Announcement => ({ receivedAt: `time ${number}`, authentication: 'none' });

function stored(position: number, facts: unknown, receiver = 'imsi:1'): StoredNotification {
  return { facts: JSON.stringify(facts), partFacts: JSON.stringify({ receiver }), partPosition: position };
}

test('the latest 1,024 sessions are known, one more makes the oldest a new one again, and a repeated one stays', () => {
  const sessions = new AnnouncedSessions(() => []);
  let position = 0;
  const note = (sessionId: number): Announcement | null => {
    position += 1;
    return sessions.note({ serverId: 'a', sessionId }, { receiver: '', position }, announcement(position));
  };
  for (let sessionId = 1; sessionId <= 1024; sessionId += 1) expect(note(sessionId)).toBeNull();
  expect(note(1)).toEqual(announcement(1));
  expect(note(1025)).toBeNull();
  expect(note(1)).toEqual(announcement(1));
  expect(note(3)).toEqual(announcement(3));
  expect(note(2)).toBeNull();
});

test('what is on disk is read once, when the first notification comes, and counts as far as it can be read', () => {
  const asked: number[] = [];
  const whole = (sessionId: number, receivedAt: string) => ({
    receivedAt,
    notification: { serverId: 'a', sessionId },
    authentication: { result: 'mac-ok' },
  });
  const kept = [
    stored(9, whole(7, 'later')),
    stored(8, { receivedAt: 'x', notification: { serverId: 5, sessionId: 8 } }),
    stored(6, null),
    stored(5, { receivedAt: 'then', notification: { serverId: 'a', sessionId: 9 }, authentication: { result: 'something' } }),
    stored(3, whole(7, 'first')),
  ];
  const sessions = new AnnouncedSessions((limit) => {
    asked.push(limit);
    return kept;
  });
  const note = (sessionId: number, receiver = 'imsi:1') =>
    sessions.note({ serverId: 'a', sessionId }, { receiver, position: 20 }, announcement(20));
  expect(asked).toEqual([]);
  expect(note(7)).toEqual({ receivedAt: 'first', authentication: 'mac-ok' });
  expect(note(9)).toEqual({ receivedAt: 'then', authentication: 'none' });
  expect(note(8)).toBeNull();
  expect(note(7, 'imsi:2')).toBeNull();
  expect(asked).toEqual([1024]);
});
