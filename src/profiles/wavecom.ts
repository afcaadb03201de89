import type { ModemProfile } from './types.js';

/** Wavecom Q24 and their like. */
export const wavecom = {
  id: 'wavecom',
  usb: [],
  answers: { manufacturer: /wavecom/i },
  quirks: ['pin-query-without-result'],
} as const satisfies ModemProfile;
