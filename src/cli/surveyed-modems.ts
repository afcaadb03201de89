import type { Duplex } from 'node:stream';
import type { Config } from '../config/index.js';
import type { ModemToSurvey } from '../doctor/index.js';
import { openPort } from '../modem/index.js';
import type { CommandIo } from './command.js';
import { holdProcess } from './hold-process.js';
import { requestedModems } from './listen-plan.js';

/** How a command that looks at modems opens them. */
export interface ModemAccess {
  readonly modems: readonly ModemToSurvey[];
  readonly open?: (modem: ModemToSurvey) => Promise<Duplex>;
  close(): Promise<void>;
}

/** The modems of a command line or configuration; the embedded virtual bench is started where it is asked for. @throws BridgeError as `requestedModems` */
export async function accessModems(asked: readonly string[] | undefined, io: CommandIo): Promise<ModemAccess> {
  const modems = requestedModems(asked, described(io.configuration?.content.modems));
  const release = holdProcess(io.clock);
  if (modems.every(({ address }) => address !== 'virtual')) return { modems, close: async () => release() };
  const { openVirtualBench } = await import('../virtual-bench/index.js');
  const { clock, random } = io;
  const bench = await openVirtualBench({ modems: 1, transport: 'memory', clock, random });
  const signal = io.stopSignal();
  return {
    modems,
    open: async ({ address, baudRate }) => {
      const host = address === 'virtual' ? bench.modems[0]?.host() : undefined;
      return host ?? openPort(address, { clock, signal, ...(baudRate === undefined ? {} : { baudRate }) });
    },
    close: async () => {
      release();
      await bench.close();
    },
  };
}

/** A PIN stands in the configuration too, and is of no use here: looking at a modem enters none. */
function described(modems: Config['modems']): readonly ModemToSurvey[] {
  return (modems ?? []).map(({ name, port, profile, 'baud-rate': baudRate }) => ({ address: port, name, profile, baudRate }));
}
