import type { ModemProfile } from './types.js';
import { usbInterfaces } from './usb-interfaces.js';

/** SIMCom modules with LTE: SIM7000, SIM7100, SIM7600, A76xx. */
export const simcomLte = {
  id: 'simcom-lte',
  usb: usbInterfaces(/^1e0e:/),
  answers: { manufacturer: /simcom/i },
  quirks: ['indication-mode-one', 'messages-late-after-sim', 'no-acknowledgement', 'pin-counter-elsewhere', 'sends-fail-by-packet'],
  pinCounter: { command: 'AT+SPIC', prefix: '+SPIC:', field: 0 },
} as const satisfies ModemProfile;
