import type { ModemProfile } from './types.js';

/** Novatel Wireless modems. */
export const novatel = {
  id: 'novatel',
  usb: [],
  answers: { manufacturer: /novatel/i },
  quirks: ['acknowledges-with-zero', 'direct-reports-wedge', 'indication-mode-one', 'service-level-meaningless'],
} as const satisfies ModemProfile;
