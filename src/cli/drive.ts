import { join } from 'node:path';
import type { Bridge } from '../bridge/index.js';
import type { CommandIo } from './command.js';
import type { NamedModem } from './listen-plan.js';
import type { ListenTraces } from './listen-traces.js';

/** Has a bridge drive a modem; its PIN is read when the SIM asks for it. */
export async function driveNamed(
  bridge: Bridge,
  { name, address, profile, baudRate, reception, pin }: NamedModem,
  {
    directory,
    environment,
    traces = null,
  }: { readonly directory: string; readonly environment: CommandIo['environment']; readonly traces?: ListenTraces | null },
): Promise<void> {
  const options = {
    ...(profile === undefined ? {} : { profile }),
    ...(baudRate === undefined ? {} : { baudRate }),
    ...(reception === undefined || reception === 'auto' ? {} : { reception }),
    ...traces?.optionsFor(name, reception),
  };
  if (pin === undefined) return bridge.drive({ name, port: address, options });
  const { readSecret } = await import('../config/index.js');
  const { rememberedPin } = await import('../modem/index.js');
  const remembered = rememberedPin({ read: () => readSecret(pin, environment), file: join(directory, 'refused-pins.json') });
  return bridge.drive({ name, port: address, options: { ...options, pin: remembered } });
}
