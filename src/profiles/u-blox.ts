import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** u-blox LISA, SARA, TOBY and LARA. */
export const uBlox = {
  id: 'u-blox',
  usb: usbInterfaces(/^(?:1546:1|05c6:90)/),
  answers: { manufacturer: /u-?blox/i },
  quirks: ['acknowledges-slowly', 'pin-counter-elsewhere'],
  pinCounter: { command: 'AT+UPINCNT', prefix: '+UPINCNT:', field: 0 },
  resetCommand: 'AT+CFUN=16',
} as const satisfies ModemProfile;
