import type { Random } from '../runtime/index.js';

/** A fault that strikes some messages. */
export interface Chance {
  /** 0 to 1. */
  readonly share: number;
  /** How many times it may strike yet. */
  left: number;
}

/** Faults the network can have for what it carries to or from one modem; absent means none. */
export interface NetworkFaults {
  /** Messages that vanish. */
  lose?: Chance | undefined;
  /** Messages delivered twice. */
  duplicate?: Chance | undefined;
  /** Messages whose answer is lost, so that they are delivered again. */
  loseAnswer?: Chance | undefined;
  /** Submissions refused, with a +CMS ERROR. */
  refuseSubmit?: (Chance & { readonly error: number }) | undefined;
  /** How many messages are gathered and shuffled before they go on. */
  reorder?: number | undefined;
  /** Milliseconds before a message goes on. */
  delayMs?: number | undefined;
  /** Milliseconds before a status report goes on. */
  lateReportsMs?: number | undefined;
}

/** Whether chance strikes; counts it. */
export function strikes(random: Random, chance: Chance | undefined): boolean {
  if (chance === undefined || chance.left <= 0 || random.fraction() >= chance.share) return false;
  chance.left -= 1;
  return true;
}

/** Items in an order of chance (Fisher and Yates). */
export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const rest = [...items];
  const result: Item[] = [];
  while (rest.length > 0) result.push(...rest.splice(Math.floor(random.fraction() * rest.length), 1));
  return result;
}
