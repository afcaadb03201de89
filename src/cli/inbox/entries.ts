import { expiredSets, heldMessages, type PartialMessage, waitingSets } from '../../bridge/index.js';
import { BridgeError } from '../../errors.js';
import type { JournalReader, StoredMessage } from '../../journal/index.js';
import type { InboxFilter } from './filters.js';

/** What the inbox holds under a filter: what is not whole or not judged, then messages, each newest first. */
export interface InboxEntries {
  readonly sets: readonly PartialMessage[];
  readonly messages: readonly StoredMessage[];
}

const mostLetters = 1_000;

/** Looks through a journal. @param now milliseconds since 1970-01-01 UTC */
export function inboxEntries(journal: JournalReader, filter: InboxFilter, now: number): InboxEntries {
  const sets = [
    ...(filter.incomplete ? waitingSets(journal) : []),
    ...(filter.held ? heldMessages(journal, now) : []),
    ...(filter.expired ? expiredSets(journal, mostLetters) : []),
  ];
  const { from, since, until } = filter;
  return {
    sets: sets.filter(({ set }) => {
      const begun = Date.parse(set.since);
      return (from === undefined || set.from === from) && (since === undefined || begun >= since) && (until === undefined || begun < until);
    }),
    messages: filter.messages === null ? [] : journal.messages(filter.messages),
  };
}

/** Shortest beginning of an id that may stand for it. */
const leastBeginning = 4;

/**
 * The id of the only message whose id begins so, or what was given where none does.
 * @throws BridgeError `cli/unknown-message` where several do
 */
export function wholeId(journal: Pick<JournalReader, 'messageIds'>, given: string): string {
  const [only, another] = given.length < leastBeginning ? [] : journal.messageIds(given, 2);
  if (only === undefined || only === given) return given;
  if (another === undefined) return only;
  throw new BridgeError('cli/unknown-message', `several messages have an id that begins with ${given}`, { advice: 'give more of it' });
}

/** A message that is not whole or not judged, by its id; null where there is none. @param now milliseconds since 1970-01-01 UTC */
export function findSet(journal: JournalReader, id: string, now: number): PartialMessage | null {
  return setsLike(journal, id, now).find((set) => set.id === id) ?? null;
}

function setsLike(journal: JournalReader, id: string, now: number): readonly PartialMessage[] {
  if (id.startsWith('incomplete-')) return waitingSets(journal);
  if (id.startsWith('held-')) return heldMessages(journal, now);
  return id.startsWith('expired-') ? expiredSets(journal, mostLetters) : [];
}
