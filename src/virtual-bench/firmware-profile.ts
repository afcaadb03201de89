import { findProfile, profiles, type QuirkId } from '../profiles/index.js';
import { BenchError } from './errors.js';
import { firmwareFaces } from './firmware-faces.js';
import type { MemoryName } from './message-store.js';

/** How one model's firmware shows itself and where it deviates; a deviation is a quirk with a name. */
export interface FirmwareProfile {
  /** That of the modem profile it plays. */
  readonly id: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
  readonly capacities: Readonly<Record<MemoryName, number>>;
  /** Time a host has to acknowledge a message delivered to it. */
  readonly acknowledgementDeadlineMs: number;
  /** Time without an answer after a reset. */
  readonly bootMs: number;
  readonly quirks: ReadonlySet<QuirkId>;
}

/** What firmware is like unless its profile says otherwise. */
const plain = {
  manufacturer: 'wapbridge',
  model: 'Virtual Modem',
  revision: '27.005-1',
  capacities: { ME: 100, SM: 20, SR: 20 },
  acknowledgementDeadlineMs: 17_000,
  bootMs: 500,
};

/**
 * The firmware of a modem profile, with its quirks and any further ones.
 * @throws BenchError `virtual-bench/no-such-profile`
 */
export function firmwareProfile(id: string, furtherQuirks: readonly QuirkId[] = []): FirmwareProfile {
  const profile = findProfile(id);
  if (profile !== null) return { ...plain, ...firmwareFaces[id], id, quirks: new Set([...profile.quirks, ...furtherQuirks]) };
  throw new BenchError('virtual-bench/no-such-profile', `no modem profile is named ${JSON.stringify(id.slice(0, 60))}`, {
    advice: `take one of ${profiles.map((one) => one.id).join(', ')}`,
  });
}
