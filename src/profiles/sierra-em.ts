import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** Sierra Wireless modules: MC73xx, MC74xx, EM74xx, EM75xx, HL78xx. */
export const sierraEm = {
  id: 'sierra-em',
  usb: usbInterfaces(/^1199:/),
  answers: { manufacturer: /sierra/i },
  quirks: [],
} as const satisfies ModemProfile;
