import type { UsbInterface } from './types.js';
import { knownUsbDevices } from './usb-tables.js';

/** The modems of the table of USB ids that match a pattern, each with the interface that speaks AT. */
export function usbInterfaces(ids: RegExp): readonly UsbInterface[] {
  return knownUsbDevices.flatMap(({ id, kind, roles }) => {
    if (kind !== 'modem' || !ids.test(id)) return [];
    const speaksAt = Object.entries(roles).find(([, role]) => role === 'at')?.[0];
    const [vendor = '', product = ''] = id.split(':');
    return [
      {
        vendor: Number.parseInt(vendor, 16),
        product: Number.parseInt(product, 16),
        atInterface: speaksAt === undefined ? null : Number(speaksAt),
      },
    ];
  });
}
