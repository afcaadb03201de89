import { cinterion } from './cinterion.js';
import { huaweiESeries } from './huawei-e-series.js';
import { huaweiMe909 } from './huawei-me909.js';
import { mediatekPhone } from './mediatek-phone.js';
import { neoway } from './neoway.js';
import { novatel } from './novatel.js';
import { optionIcera } from './option-icera.js';
import { plainModem } from './plain.js';
import { quectelLte } from './quectel-lte.js';
import type { QuirkId } from './quirks.js';
import { sierraEm } from './sierra-em.js';
import { simcom2g } from './simcom-2g.js';
import { simcomLte } from './simcom-lte.js';
import { telitLe910 } from './telit-le910.js';
import type { ModemProfile } from './types.js';
import { uBlox } from './u-blox.js';
import { wavecom } from './wavecom.js';
import { zteMf } from './zte-mf.js';

export { plainModem } from './plain.js';
export { type QuirkId, quirks } from './quirks.js';
export type { ModemProfile, PinCounter, UsbInterface } from './types.js';
export { huaweiProtocolRoles, type InterfaceRole, type KnownUsbDevice, knownUsbDevices } from './usb-tables.js';

/** Every profile, the most particular first; the last fits every modem. */
export const profiles: readonly ModemProfile[] = [
  huaweiMe909,
  huaweiESeries,
  zteMf,
  quectelLte,
  simcom2g,
  simcomLte,
  sierraEm,
  telitLe910,
  uBlox,
  cinterion,
  wavecom,
  neoway,
  optionIcera,
  novatel,
  mediatekPhone,
  plainModem,
];

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
