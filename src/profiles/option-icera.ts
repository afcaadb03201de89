import type { ModemProfile } from './types.js';

/** Option and Icera modems. */
export const optionIcera = {
  id: 'option-icera',
  usb: [],
  answers: { manufacturer: /\boption\b|icera/i },
  quirks: ['acknowledges-with-zero', 'pin-counter-elsewhere'],
  pinCounter: { command: 'AT%PINNUM?', prefix: '%PINNUM:', field: 0 },
} as const satisfies ModemProfile;
