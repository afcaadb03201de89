import { hostname } from 'node:os';
import type { Handover } from './types.js';

/** What sinks that are no JSON say of a message in words; null where the message has none. */
export interface Described {
  readonly verdict: string | null;
  readonly binding: string | null;
  readonly modem: string | null;
  readonly from: string | null;
  readonly receivedAt: string | null;
  readonly contentType: string | null;
  readonly applicationId: string | null;
}

/** The few facts that travel beside the body. */
export function describe({ facts }: Handover): Described {
  const push = facts.push;
  return {
    verdict: textAt(facts.verdict, 'verdict'),
    binding: textAt(facts, 'binding'),
    modem: textAt(facts, 'modem'),
    from: textAt(facts, 'from'),
    receivedAt: textAt(facts, 'receivedAt'),
    contentType: textAt(push, 'contentType'),
    applicationId: textAt(push, 'applicationId') ?? textAt(push, 'applicationUri'),
  };
}

/** Where messages of this machine come from, as a URI. */
export const defaultSource = (): string => `urn:wapbridge:${encodeURIComponent(hostname())}`;

function textAt(holder: unknown, key: string): string | null {
  if (typeof holder !== 'object' || holder === null || !(key in holder)) return null;
  const value = Object.entries(holder).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}
