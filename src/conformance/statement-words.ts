import type { StatedItem } from './run.js';

/** Whose programs showed an item, and what is to be said of it besides. */
export function shownByWords({ shownBy, note, evidence }: StatedItem): string {
  const peers = [...new Set(evidence.flatMap(({ outcome, peer }) => (outcome === 'passed' && peer !== null ? peer.split(' and ') : [])))];
  return [shownBy === 'peers' ? peers.join(', ') : '', note ?? ''].filter((word) => word !== '').join('; ');
}

/** How many items there are of each support. */
export function summaryWords(items: readonly StatedItem[]): string {
  const kinds = ['supported', 'failed', 'not-shown', 'not-supported'] as const;
  const counts = kinds.map((kind) => [kind, items.filter(({ support }) => support === kind).length] as const);
  const said = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${spoken(kind)}`);
  return `${items.length} items: ${said.join(', ')}`;
}

/** A word of the statement as people say it. */
export const spoken = (word: string): string => word.replaceAll('-', ' ');

/** Date and time of an ISO 8601 time, to the second. */
export const readableTime = (at: string): string => at.slice(0, 19).replace('T', ' ');
