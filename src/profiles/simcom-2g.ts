import type { ModemProfile } from './types.js';

/** SIMCom SIM800 and SIM900, mostly behind a serial line or a USB bridge. */
export const simcom2g = {
  id: 'simcom-2g',
  usb: [],
  answers: { manufacturer: /simcom/i, model: /SIM ?[89]\d\d/i },
  quirks: ['indication-mode-one', 'messages-late-after-sim', 'no-acknowledgement', 'pin-counter-elsewhere'],
  pinCounter: { command: 'AT+SPIC', prefix: '+SPIC:', field: 0 },
} as const satisfies ModemProfile;
