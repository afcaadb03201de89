import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** Quectel modules with LTE or 5G: EC2x, EG25, BG9x, EP06, RM5xx. */
export const quectelLte = {
  id: 'quectel-lte',
  usb: usbInterfaces(/^2c7c:/),
  answers: { manufacturer: /quectel/i },
  quirks: ['indication-mode-one', 'pin-counter-elsewhere', 'unsolicited-on-another-port'],
  unsolicitedPortCommand: 'AT+QURCCFG="urcport","usbat"',
  pinCounter: { command: 'AT+QPINC?', prefix: '+QPINC: "SC"', field: 1 },
  resetCommand: 'AT+CFUN=1,1',
} as const satisfies ModemProfile;
