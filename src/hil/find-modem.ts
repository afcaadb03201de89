import type { PlannedModem } from '../config/index.js';
import { type DiscoveredModem, discoverModems, openModem } from '../modem/index.js';
import type { Clock } from '../runtime/index.js';
import { HilError } from './errors.js';

/** How modems are looked for; tests hand in their own. */
export interface Finding {
  readonly clock: Clock;
  readonly discover?: (() => Promise<readonly DiscoveredModem[]>) | undefined;
}

/** The port of a modem that a bench file names by port, USB serial number or IMEI. @throws HilError `hil/no-modem` */
export async function findModem(plan: PlannedModem, { clock, discover = discoverModems }: Finding): Promise<string> {
  if (plan.port !== null) return plan.port;
  const plugged = await discover();
  if (plan.usbSerial !== null) {
    const found = plugged.filter(({ serialNumber }) => serialNumber === plan.usbSerial);
    const [only] = found;
    if (found.length > 1) {
      throw new HilError('hil/no-modem', `${found.length} modems have the USB serial number of ${plan.name}`, {
        advice: 'name it by its port',
      });
    }
    if (only?.atPort != null) return only.atPort;
    throw missing(plan, 'USB serial number');
  }
  for (const { atPort } of plugged) {
    if (atPort === null) continue;
    const modem = await openModem(atPort, { clock });
    try {
      if (modem.identity.imei === plan.imei) return atPort;
    } finally {
      await modem.close();
    }
  }
  throw missing(plan, 'IMEI');
}

function missing(plan: PlannedModem, by: string): HilError {
  return new HilError('hil/no-modem', `no modem that is plugged in has the ${by} of ${plan.name}`, {
    advice: 'plug it in, or see what there is with wapbridge bench suggest',
  });
}
