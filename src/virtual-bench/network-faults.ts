import type { Random } from '../runtime/index.js';

/** Faults the network can have for what it carries to or from one modem; absent means none. */
export interface NetworkFaults {
  /** Share of messages that vanish, 0 to 1. */
  lose?: number;
  /** Share of messages delivered twice, 0 to 1. */
  duplicate?: number;
  /** Messages that are gathered and shuffled before they go on. */
  reorder?: number;
  /** Milliseconds before a message goes on. */
  delayMs?: number;
  /** Milliseconds before a status report goes on. */
  lateReportsMs?: number;
  /** The +CMS ERROR for every submission. */
  refuseSubmit?: number;
  /** Answers of the modem that will be lost. */
  lostAnswers?: number;
}

/** Whether chance strikes. */
export function strikes(random: Random, share: number | undefined): boolean {
  return share !== undefined && share > 0 && random.fraction() < share;
}

/** Items in an order of chance (Fisher and Yates). */
export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const rest = [...items];
  const result: Item[] = [];
  while (rest.length > 0) result.push(...rest.splice(Math.floor(random.fraction() * rest.length), 1));
  return result;
}
