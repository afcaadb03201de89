import { plainModem } from './plain.js';
import type { QuirkId } from './quirks.js';
import type { ModemProfile } from './types.js';

export { plainModem } from './plain.js';
export { type QuirkId, quirks } from './quirks.js';
export type { ModemProfile, UsbInterface } from './types.js';
export { huaweiProtocolRoles, type InterfaceRole, type KnownUsbDevice, knownUsbDevices } from './usb-tables.js';

/** Every profile, the most particular first; the last fits every modem. */
export const profiles: readonly ModemProfile[] = [plainModem];

/** Whether a modem deviates in this way. */
export function hasQuirk(profile: ModemProfile, quirk: QuirkId): boolean {
  return profile.quirks.includes(quirk);
}

/** Finds a profile by its id. */
export function findProfile(id: string): ModemProfile | null {
  return profiles.find((profile) => profile.id === id) ?? null;
}

/** The first profile whose patterns the modem's own words match. */
export function matchProfile(said: {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
}): ModemProfile {
  const fits = (pattern: RegExp | undefined, words: string | null): boolean =>
    pattern === undefined || (words !== null && pattern.test(words));
  return (
    profiles.find(
      ({ answers }) =>
        answers !== undefined &&
        fits(answers.manufacturer, said.manufacturer) &&
        fits(answers.model, said.model) &&
        fits(answers.firmware, said.firmware),
    ) ?? plainModem
  );
}
