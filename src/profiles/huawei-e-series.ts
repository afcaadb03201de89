import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** Huawei sticks of the E and K series in modem mode. */
export const huaweiESeries = {
  id: 'huawei-e-series',
  usb: usbInterfaces(/^12d1:1(?:001|003|406|40c|436|506|c07)$/),
  answers: { manufacturer: /huawei/i },
  quirks: [
    'acknowledges-with-zero',
    'floods-with-announcements',
    'indication-mode-one',
    'pin-counter-elsewhere',
    'reset-loses-device',
    'service-level-meaningless',
  ],
  silenceCommands: ['AT^CURC=0'],
  pinCounter: { command: 'AT^CPIN?', prefix: '^CPIN:', field: 3 },
  resetCommand: 'AT+CFUN=1,1',
} as const satisfies ModemProfile;
