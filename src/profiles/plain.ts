import type { ModemProfile } from './types.js';

/** A modem that does what 3GPP TS 27.005 says. */
export const plainModem = {
  id: 'plain-27005',
  usb: [],
  quirks: [],
} as const satisfies ModemProfile;
