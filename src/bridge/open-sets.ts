import type { JournalReader, StoredPart } from '../journal/index.js';
import { Reassembler } from '../sms/index.js';
import { expiredEvent, incompleteEvent } from './event-facts.js';
import type { SetEvent } from './events.js';
import { readPdu } from './reading.js';
import { receiverIn } from './receiver.js';
import type { PartTag } from './sets.js';

/** A message of which parts are missing, as the journal has it. */
export interface PartialMessage {
  /** Stands for it in `inbox show`: made of its first part's id, or of the dead letter's. */
  readonly id: string;
  readonly set: SetEvent;
  readonly parts: readonly StoredPart[];
}

/** Sets of parts that still wait for the rest of their message, the one begun last first. */
export function waitingSets(journal: Pick<JournalReader, 'openParts'>): readonly PartialMessage[] {
  return assemble(journal.openParts())
    .map(({ id, set, parts }) => ({ id: `incomplete-${id}`, set: incompleteEvent(set), parts }))
    .reverse();
}

/** Sets of parts that were given up, newest first; what was put aside for another reason has no set. */
export function expiredSets(journal: Pick<JournalReader, 'deadLetters'>, limit: number): readonly PartialMessage[] {
  return journal
    .deadLetters(limit)
    .flatMap((letter) =>
      assemble(letter.parts).map(({ set, parts }) => ({ id: `expired-${letter.id}`, set: expiredEvent(set, letter.reason), parts })),
    );
}

function assemble(stored: readonly StoredPart[]) {
  const reassembler = new Reassembler<PartTag>({ maximumTombstones: 0 });
  const known = new Map(stored.map((part) => [part.id, part]));
  for (const part of stored) {
    const reading = readPdu(part.octets);
    if (reading.kind !== 'part' || reading.part.concatenation === null) continue;
    const tag: PartTag = { id: part.id, position: part.position, receivedAt: part.receivedAt, pdu: part.octets, modem: part.source };
    reassembler.accept(reading.part, tag, part.receivedAt, receiverIn(part.facts));
  }
  return [...reassembler.openSets()].map((set) => ({
    id: set.parts[0]?.tag.id ?? '',
    set,
    parts: set.parts.flatMap(({ tag }) => known.get(tag.id) ?? []),
  }));
}
