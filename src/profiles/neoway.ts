import type { ModemProfile } from './types.js';

/** Neoway M590 and their like. */
export const neoway = {
  id: 'neoway',
  usb: [],
  answers: { manufacturer: /neoway/i },
  quirks: ['stores-direct-messages-too'],
} as const satisfies ModemProfile;
