import type { JournalReader, StoredPart } from '../journal/index.js';
import { type CompleteMessage, type IncompleteSet, Reassembler } from '../sms/index.js';
import { readEndpointFacts } from './endpoint-reading.js';
import { expiredEvent, incompleteEvent } from './event-facts.js';
import type { SetEvent } from './events.js';
import { draftOf, isoTime } from './message.js';
import { readPdu } from './reading.js';
import { isSim, receiverIn } from './receiver.js';
import type { PartTag } from './sets.js';

/** A message that is whole and that nobody has judged yet. */
export interface HeldFacts {
  readonly event: 'held';
  readonly binding: string;
  readonly modem: string | null;
  readonly from: string | null;
  /** When its last part came. */
  readonly since: string;
  readonly reason: string;
}

/** A message of which parts are missing, or that waits to be judged, as the journal has it. */
export interface PartialMessage {
  /** Stands for it in `inbox show`: made of its first part's id, or of the dead letter's. */
  readonly id: string;
  readonly set: SetEvent | HeldFacts;
  readonly parts: readonly StoredPart[];
}

/** Sets of parts that still wait for the rest of their message, the one begun last first. */
export function waitingSets(journal: Pick<JournalReader, 'openParts'>): readonly PartialMessage[] {
  return assemble(journal.openParts())
    .sets.map(({ id, set, parts }) => ({ id: `incomplete-${id}`, set: incompleteEvent(set), parts }))
    .reverse();
}

/** Sets of parts that were given up, newest first; what was put aside for another reason has no set. */
export function expiredSets(journal: Pick<JournalReader, 'deadLetters'>, limit: number): readonly PartialMessage[] {
  return journal
    .deadLetters(limit)
    .flatMap((letter) =>
      assemble(letter.parts).sets.map(({ set, parts }) => ({ id: `expired-${letter.id}`, set: expiredEvent(set, letter.reason), parts })),
    );
}

/** What came so short a time ago is being judged: it is no message that waits. */
const atWorkMs = 10_000;
const waitsForSim = 'waits for the IMSI of its SIM, with which its sender made the MAC';
const waitsForListen = 'stored, and judged by the wapbridge listen that runs next';

/**
 * Messages that are whole and not judged yet, the latest first: a bootstrap that an ended run left and whose key is the IMSI of the SIM that
 * it came to, and what else such a run left, until the next one takes it up.
 * @param now milliseconds since 1970-01-01 UTC
 */
export function heldMessages(journal: Pick<JournalReader, 'openParts'>, now: number): readonly PartialMessage[] {
  return assemble(journal.openParts())
    .whole.filter(({ forSim, parts }) => forSim || (parts.at(-1)?.receivedAt ?? now) <= now - atWorkMs)
    .map(({ from, forSim, parts }) => ({ id: `held-${parts[0]?.id ?? ''}`, set: heldFacts(from, forSim, parts), parts }))
    .reverse();
}

function heldFacts(from: string | null, forSim: boolean, parts: readonly StoredPart[]): HeldFacts {
  const last = parts.at(-1);
  const { binding = '', source: modem = null, receivedAt = 0 } = last ?? {};
  return { event: 'held', binding, modem, from, since: isoTime(receivedAt), reason: forSim ? waitsForSim : waitsForListen };
}

/** A message that is whole. */
interface Whole {
  readonly from: string | null;
  /** Whether it can be judged only with the IMSI of its SIM. */
  readonly forSim: boolean;
  /** In the order in which they came. */
  readonly parts: readonly StoredPart[];
}

interface Waiting {
  readonly id: string;
  readonly set: IncompleteSet<PartTag>;
  readonly parts: readonly StoredPart[];
}

/** Puts stored parts together as the intake would. Status reports are no messages, and repeated parts belong to others. */
function assemble(stored: readonly StoredPart[]): { readonly sets: readonly Waiting[]; readonly whole: readonly Whole[] } {
  const reassembler = new Reassembler<PartTag>({ maximumTombstones: 0 });
  const known = new Map(stored.map((part) => [part.id, part]));
  const partsOf = (tags: readonly PartTag[]): readonly StoredPart[] =>
    tags.flatMap(({ id }) => known.get(id) ?? []).toSorted((one, other) => one.position - other.position);
  const whole: Whole[] = [];
  for (const part of stored) {
    if (part.binding !== 'sms') {
      whole.push({ from: readEndpointFacts(part).from, forSim: false, parts: [part] });
      continue;
    }
    const reading = readPdu(part.octets);
    if (reading.kind === 'unreadable') whole.push({ from: null, forSim: false, parts: [part] });
    if (reading.kind !== 'part') continue;
    const tag: PartTag = { id: part.id, position: part.position, receivedAt: part.receivedAt, pdu: part.octets, modem: part.source };
    const receiver = receiverIn(part.facts);
    const outcome = reassembler.accept(reading.part, tag, part.receivedAt, receiver);
    if (outcome.state !== 'single' && outcome.state !== 'complete') continue;
    const { message } = outcome;
    const from = message.parts[0]?.part.address.text ?? null;
    whole.push({ from, forSim: isForSim(message, receiver), parts: partsOf(message.parts.map((held) => held.tag)) });
  }
  const sets = [...reassembler.openSets()].map((set) => ({
    id: set.parts[0]?.tag.id ?? '',
    set,
    parts: set.parts.flatMap(({ tag }) => known.get(tag.id) ?? []),
  }));
  return { sets, whole };
}

const isForSim = (message: CompleteMessage<PartTag>, receiver: string): boolean =>
  isSim(receiver) && draftOf(message, { receiver }).needsImsi;
