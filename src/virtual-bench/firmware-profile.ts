import { BenchError } from './errors.js';
import type { MemoryName } from './message-store.js';

/** How one model's firmware shows itself and where it deviates; a deviation is a quirk with a name. */
export interface FirmwareProfile {
  readonly id: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
  readonly capacities: Readonly<Record<MemoryName, number>>;
  /** Time a host has to acknowledge a message delivered to it. */
  readonly acknowledgementDeadlineMs: number;
  /** Time without an answer after a reset. */
  readonly bootMs: number;
  readonly quirks: readonly string[];
}

const plain: FirmwareProfile = {
  id: 'plain-27005',
  manufacturer: 'wapbridge',
  model: 'Virtual Modem',
  revision: '27.005-1',
  capacities: { ME: 100, SM: 20, SR: 20 },
  acknowledgementDeadlineMs: 17_000,
  bootMs: 500,
  quirks: [],
};

/** Firmware the bench can play. */
export const firmwareProfiles: readonly FirmwareProfile[] = [plain];

/** @throws BenchError `virtual-bench/no-such-profile` */
export function firmwareProfile(id: string): FirmwareProfile {
  const found = firmwareProfiles.find((profile) => profile.id === id);
  if (found !== undefined) return found;
  throw new BenchError('virtual-bench/no-such-profile', `no firmware profile is named ${JSON.stringify(id)}`, {
    advice: `take one of ${firmwareProfiles.map((profile) => profile.id).join(', ')}`,
  });
}
