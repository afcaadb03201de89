import type { NotificationSecrets } from '../dm/index.js';
import type { DmContent } from './dm-content.js';

/** What the user has said about DM messages: the secrets they are checked with, and what must be vouched for. */
export interface DmPolicy {
  /** The IMSI that a bootstrap is keyed with where no SIM tells one; never shown, logged or kept. */
  readonly imsi?: string | undefined;
  /** PINs that a bootstrap may be keyed with. */
  readonly pins: readonly string[];
  /** Secrets shared with DM servers, by server id. */
  readonly servers: ReadonlyMap<string, NotificationSecrets>;
  /** Kinds of messages that reach a sink only where somebody vouches for them. */
  readonly requireAuthenticated: ReadonlySet<'bootstrap' | 'notification'>;
}

/** Nothing is known, and nothing is withheld. */
export const openDmPolicy: DmPolicy = { pins: [], servers: new Map(), requireAuthenticated: new Set() };

/** Why a message is kept from its sinks; null where it is not. Routing is not changed by it. */
export function reasonToWithhold({ kind, authentication }: DmContent, { requireAuthenticated }: DmPolicy): string | null {
  if (kind === 'other' || !requireAuthenticated.has(kind) || authentication?.result === 'mac-ok') return null;
  return `a ${kind} must be authenticated to be handed on, and this one is ${authentication?.result ?? 'none'}`;
}
