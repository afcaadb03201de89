import type { Duplex } from 'node:stream';
import { Modem } from './modem.js';
import type { ModemOptions } from './modem-options.js';
import { type OpenPortOptions, openPort } from './port.js';
import { ReplayPort } from './replay-port.js';

/** How a named modem is opened. */
export interface OpenModemOptions extends Omit<ModemOptions, 'portName'>, Omit<OpenPortOptions, 'clock' | 'signal'> {
  /** Puts something between port and driver, such as a trace. */
  readonly wrapPort?: (port: Duplex) => Duplex;
}

/**
 * Opens a port by name and brings the modem on it up; a recording with the reception that it was made with, unless another is asked for.
 * @throws PortError, ModemError, AtError, TimeoutError, PortClosedError
 */
export async function openModem(name: string, options: OpenModemOptions): Promise<Modem> {
  const port = await openPort(name, options);
  const recorded = port instanceof ReplayPort && port.reception !== undefined ? { reception: port.reception } : {};
  return Modem.open(options.wrapPort?.(port) ?? port, { ...recorded, ...options, portName: name });
}
