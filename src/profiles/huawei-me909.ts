import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** Huawei modules of the MU and ME series. */
export const huaweiMe909 = {
  id: 'huawei-me909',
  usb: usbInterfaces(/^12d1:15(?:7[23]|c[01])$/),
  answers: { manufacturer: /huawei/i, model: /^M[EU]\d/i },
  quirks: [
    'acknowledges-with-zero',
    'floods-with-announcements',
    'indication-mode-one',
    'pin-counter-elsewhere',
    'service-level-meaningless',
    'stored-reports-unreadable',
  ],
  silenceCommands: ['AT^CURC=0'],
  pinCounter: { command: 'AT^CPIN?', prefix: '^CPIN:', field: 3 },
} as const satisfies ModemProfile;
