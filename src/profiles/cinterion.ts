import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** Cinterion, Thales, Gemalto and Siemens modules: TC35, MC55, BGS, EHS, PHS, PLS. */
export const cinterion = {
  id: 'cinterion',
  usb: usbInterfaces(/^1e2d:/),
  answers: { manufacturer: /cinterion|thales|gemalto|siemens/i },
  quirks: ['acknowledges-with-one', 'no-link-keeping', 'pin-counter-elsewhere'],
  pinCounter: { command: 'AT^SPIC="SC"', prefix: '^SPIC:', field: 0 },
} as const satisfies ModemProfile;
