// What a lane of the torture finds on disk and at its consumer.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openJournalReader } from '../../dist/journal/index.js';
import { bodyOfDatagram } from './endpoint-traffic.mjs';

const digestOf = (octets) => createHash('sha256').update(octets).digest('hex');

/** DM messages go to the DM application besides what the route names. */
export const placesOf = ({ verdict }) => (verdict === 'other-application' ? ['all'] : ['all', 'dm']);

/** What the consumer has noted. */
export function recordsIn({ record }) {
  return readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Whether the journal has nothing left to do. */
export function isSettled({ place }) {
  const reader = openJournalReader(join(place, 'state'));
  const { openParts, unsettledMessages } = reader.counters();
  reader.close();
  return openParts === 0 && unsettledMessages === 0;
}

/**
 * Digests of the bodies that a journal holds and has not handed on everywhere, read from a copy: a reader would mend what the kill left, and
 * that is for the next run to do.
 */
export function storedBodies({ place }) {
  const state = join(place, 'state');
  if (!existsSync(state)) return [];
  const copy = join(place, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(state, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  let reader;
  try {
    reader = openJournalReader(copy);
  } catch (error) {
    // A kill can come before there is a journal, or before it has its tables.
    if (error.code === 'journal/missing' || error.code === 'journal/older-schema') return [];
    throw error;
  }
  const open = reader.openParts().map(({ binding, octets }) => {
    const whole = Buffer.from(octets, 'hex');
    return digestOf(binding === 'udp' ? bodyOfDatagram(whole) : whole);
  });
  const unsettled = reader.messages({ state: 'pending', limit: 10_000 }).map(({ id }) => digestOf(reader.handover(id)?.body ?? ''));
  reader.close();
  return [...open, ...unsettled];
}

/** What is wrong, and what was counted. */
export function examine(lane) {
  const faults = [];
  const records = recordsIn(lane);
  const ids = new Map();
  const bodies = new Map();
  const perPlace = new Map();
  for (const { place, id, body, binding, verdict, parts, from } of records) {
    const message = lane.messages.get(body);
    const fromElsewhere = message?.from !== null && message?.from !== from;
    if (message === undefined) faults.push(`${id} at ${place} is nothing that was sent`);
    else if (message.binding !== binding || message.verdict !== verdict || message.total !== parts || fromElsewhere)
      faults.push(
        `${id} is ${verdict} by ${binding} from ${from} in ${parts} parts, and was ${message.verdict} by ${message.binding} from ${message.from} in ${message.total}`,
      );
    ids.set(body, (ids.get(body) ?? new Set()).add(id));
    bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
    perPlace.set(`${place} ${id}`, (perPlace.get(`${place} ${id}`) ?? 0) + 1);
  }
  for (const message of lane.messages.values()) {
    const { digest, binding, believed, total } = message;
    const where = new Set(records.filter(({ body }) => body === digest).map(({ place }) => place));
    message.handedOn = where.size > 0;
    if (!believed && binding === 'sms') faults.push(`${digest} was not taken by the modem within the time of the drain`);
    const missing = placesOf(message).filter((place) => !where.has(place));
    const extra = [...where].filter((place) => !placesOf(message).includes(place));
    // Nobody was told that it is accepted, and it is nowhere: it is as if it had not been sent.
    const owed = binding === 'sms' || believed || where.size > 0;
    if (owed && missing.length > 0) faults.push(`${believed ? 'LOST' : 'missing'}: ${digest} (${binding}, ${total} parts) at ${missing}`);
    if (extra.length > 0) faults.push(`${digest} went to ${extra}, against the routes`);
    if ((ids.get(digest)?.size ?? 0) > 1) faults.push(`${digest} has the ids ${[...ids.get(digest)].join(', ')}`);
  }
  for (const [id, of] of bodies) if (of.size > 1) faults.push(`${id} stands for ${of.size} messages`);
  if (existsSync(join(lane.place, 'state')) && !isSettled(lane)) faults.push('the journal still has open parts or unsettled messages');
  const again = [...perPlace.values()].reduce((sum, count) => sum + count - 1, 0);
  return { faults, counts: { ...countsOf([...lane.messages.values()]), again } };
}

function countsOf(messages) {
  const counts = {};
  const add = (name, count) => {
    counts[name] = (counts[name] ?? 0) + count;
  };
  for (const { binding, parts, told, handedOn } of messages) {
    add(`${binding} sent`, 1);
    if (binding === 'sms') add('parts', parts.length);
    else {
      add(`${binding} told`, told ? 1 : 0);
      add(`${binding} handed on`, handedOn ? 1 : 0);
    }
  }
  return counts;
}
