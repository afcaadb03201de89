import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** Telit modules: UC864, HE910, LE910, ME910, FN9xx. */
export const telitLe910 = {
  id: 'telit-le910',
  usb: usbInterfaces(/^1bc7:/),
  answers: { manufacturer: /telit/i },
  quirks: ['messages-late-after-sim', 'pin-counter-elsewhere'],
  pinCounter: { command: 'AT#PCT', prefix: '#PCT:', field: 0 },
  resetCommand: 'AT#REBOOT',
} as const satisfies ModemProfile;
