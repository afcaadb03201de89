import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** ZTE sticks of the MF series and their modules. */
export const zteMf = {
  id: 'zte-mf',
  usb: usbInterfaces(/^19d2:/),
  answers: { manufacturer: /zte/i },
  quirks: ['acknowledges-with-zero', 'floods-with-announcements', 'indication-mode-one', 'pin-counter-elsewhere'],
  initCommands: ['AT+ZOPRT=5'],
  silenceCommands: ['AT+CPMS?'],
  pinCounter: { command: 'AT+ZPINPUK=?', prefix: '+ZPINPUK:', field: 0 },
} as const satisfies ModemProfile;
