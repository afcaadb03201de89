import type { ModemProfile } from './types.js';

/** Phones on a MediaTek platform that are used as modems. */
export const mediatekPhone = {
  id: 'mediatek-phone',
  usb: [],
  answers: { manufacturer: /^(?:mtk|mediatek)/i },
  quirks: ['lists-no-messages'],
} as const satisfies ModemProfile;
