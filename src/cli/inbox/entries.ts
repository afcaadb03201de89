import { expiredSets, type PartialMessage, waitingSets } from '../../bridge/index.js';
import { BridgeError } from '../../errors.js';
import type { JournalReader, StoredMessage } from '../../journal/index.js';
import type { InboxFilter } from './filters.js';

/** What the inbox holds under a filter: what is not whole, then messages, each newest first. */
export interface InboxEntries {
  readonly sets: readonly PartialMessage[];
  readonly messages: readonly StoredMessage[];
}

const mostLetters = 1_000;

/** Looks through a journal. */
export function inboxEntries(journal: JournalReader, filter: InboxFilter): InboxEntries {
  const sets = [...(filter.incomplete ? waitingSets(journal) : []), ...(filter.expired ? expiredSets(journal, mostLetters) : [])];
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

/** A message that is not whole, by its id; null where there is none. */
export function findSet(journal: JournalReader, id: string): PartialMessage | null {
  const sets = id.startsWith('incomplete-') ? waitingSets(journal) : id.startsWith('expired-') ? expiredSets(journal, mostLetters) : [];
  return sets.find((set) => set.id === id) ?? null;
}
