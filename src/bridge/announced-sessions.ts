import type { Authentication } from '../dm/index.js';
import type { StoredNotification } from '../journal/index.js';
import { receiverIn } from './receiver.js';

/** What tells one session from others: it is a server's, with one device. */
export interface AnnouncedSession {
  readonly serverId: string;
  readonly sessionId: number;
}

/** An announcement of a session: by which message, and who vouched for it. */
export interface Announcement {
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly authentication: Authentication['result'];
}

/** Where a notification came: who received it, and when among all others. */
export interface NotificationArrival {
  /** Stands for the subscription; the empty text for what came without a modem. */
  readonly receiver: string;
  /** Order of arrival of its first part. */
  readonly position: number;
}

interface Known extends Announcement {
  readonly position: number;
}

const mostSessions = 1024;

/**
 * The sessions that notifications have announced, so that a repeated session id is told from a new one, across restarts too. The
 * first announcement of each of the latest sessions is kept: those on disk are read when the first notification comes.
 * @see OMA-TS-DM_Notification-V1_2_1 6.2
 */
export class AnnouncedSessions {
  readonly #stored: (limit: number) => readonly StoredNotification[];
  #known: Map<string, Known> | null = null;

  /** @param stored completed notifications, newest first */
  constructor(stored: (limit: number) => readonly StoredNotification[]) {
    this.#stored = stored;
  }

  /**
   * Notes that a notification announced a session; the answer is the announcement before it that it repeats, or null. The order in
   * which they came counts, not the order in which they are judged: after a crash the earlier one may be judged last.
   */
  note(session: AnnouncedSession, arrival: NotificationArrival, announcement: Announcement): Announcement | null {
    this.#known ??= read(this.#stored(mostSessions));
    const key = keyOf(session, arrival.receiver);
    const first = this.#known.get(key);
    const repeated = first !== undefined && first.position < arrival.position;
    keep(this.#known, key, repeated ? first : { ...announcement, position: arrival.position });
    return repeated ? { receivedAt: first.receivedAt, authentication: first.authentication } : null;
  }
}

function keyOf({ serverId, sessionId }: AnnouncedSession, receiver: string): string {
  return JSON.stringify([receiver, serverId, sessionId]);
}

/** What was announced last stays longest. */
function keep(known: Map<string, Known>, key: string, announcement: Known): void {
  known.delete(key);
  known.set(key, announcement);
  const [oldest] = known.keys();
  if (known.size > mostSessions && oldest !== undefined) known.delete(oldest);
}

function read(stored: readonly StoredNotification[]): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const { facts, partFacts, partPosition } of stored.toReversed()) {
    const announced = announcementIn(facts);
    if (announced === null) continue;
    const key = keyOf(announced.session, receiverIn(partFacts));
    keep(known, key, known.get(key) ?? { ...announced.announcement, position: partPosition });
  }
  return known;
}

const results: readonly Authentication['result'][] = ['none', 'mac-ok', 'mac-bad', 'mac-unverifiable'];

/** What an older or a foreign hand wrote counts as far as it can be read. */
function announcementIn(factsJson: string): { readonly session: AnnouncedSession; readonly announcement: Announcement } | null {
  const facts: unknown = JSON.parse(factsJson);
  const notification = memberOf(facts, 'notification');
  const [serverId, sessionId] = [memberOf(notification, 'serverId'), memberOf(notification, 'sessionId')];
  const receivedAt = memberOf(facts, 'receivedAt');
  const result = memberOf(memberOf(facts, 'authentication'), 'result');
  if (typeof serverId !== 'string' || typeof sessionId !== 'number' || typeof receivedAt !== 'string') return null;
  const authentication = results.find((known) => known === result) ?? 'none';
  return { session: { serverId, sessionId }, announcement: { receivedAt, authentication } };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}
