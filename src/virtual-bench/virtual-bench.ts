import { join } from 'node:path';
import type { QuirkId } from '../profiles/index.js';
import type { Clock, Random } from '../runtime/index.js';
import { BenchModem } from './bench-modem.js';
import { firmwareProfile } from './firmware-profile.js';
import { identityOf } from './identity.js';
import type { Line } from './line.js';
import { takeLinkFolder } from './link-folder.js';
import { MemoryLine } from './memory-line.js';
import { PortLink } from './port-link.js';
import { PseudoTerminal } from './pseudo-terminal.js';
import { TcpLine } from './tcp-line.js';
import { VirtualModem } from './virtual-modem.js';
import { serviceCentreNumber, VirtualNetwork } from './virtual-network.js';

/** What a host opens: a pseudo-terminal, a loopback TCP port, or a stream in this process. */
export type Transport = 'pty' | 'tcp' | 'memory';

/** What a bench is made of. */
export interface BenchOptions {
  readonly modems: number;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** Bits a second; unpaced where absent. */
  readonly baud?: number | undefined;
  /** Id of a firmware profile; `plain-27005` where absent. */
  readonly profile?: string | undefined;
  /** Quirks beside those of the profile. */
  readonly quirks?: readonly QuirkId[] | undefined;
  /** Whether the echo is on after power-on; it is, where absent. */
  readonly echo?: boolean | undefined;
  /** First TCP port, the others follow; 0 takes free ones. */
  readonly tcpPort?: number | undefined;
  /** Folder for links named as the modems; none where absent. Pseudo-terminals only. */
  readonly link?: string | undefined;
  /** A modem is there, at first and after every re-plug. */
  readonly onPluggedIn?: ((modem: BenchModem, port: string) => void) | undefined;
}

/** Virtual modems on one virtual network. */
export interface VirtualBench {
  readonly modems: readonly BenchModem[];
  readonly network: VirtualNetwork;
  /** Unplugs every modem and takes its link away. */
  close(): Promise<void>;
}

/**
 * Opens a bench; its modems are called `modem-1`, `modem-2` and so on.
 * @throws BenchError `virtual-bench/no-such-profile`, `virtual-bench/no-pseudo-terminal`, `virtual-bench/address-in-use`, `virtual-bench/bad-link`,
 * `virtual-bench/links-held` where another bench that runs has its links in the folder
 */
export async function openVirtualBench(options: BenchOptions): Promise<VirtualBench> {
  const { clock, random, transport } = options;
  const profile = firmwareProfile(options.profile ?? 'plain-27005', options.quirks);
  const linked = options.link !== undefined && transport === 'pty' ? options.link : null;
  const giveBack = linked === null ? () => Promise.resolve() : await takeLinkFolder(linked, clock);
  const network = new VirtualNetwork(clock, random);
  const modems: BenchModem[] = [];
  const close = async (): Promise<void> => {
    network.close();
    await Promise.all(modems.map((modem) => modem.close()));
    await giveBack();
  };
  try {
    for (let ordinal = 1; ordinal <= options.modems; ordinal += 1) {
      const identity = identityOf(ordinal);
      const echo = options.echo ?? true;
      const modem = new VirtualModem({ name: `modem-${ordinal}`, identity, profile, clock, echo, serviceCentre: serviceCentreNumber });
      network.join(modem);
      let tcpPort = options.tcpPort === undefined || options.tcpPort === 0 ? 0 : options.tcpPort + ordinal - 1;
      const benchModem: BenchModem = new BenchModem({
        modem,
        network,
        clock,
        random,
        baud: options.baud ?? null,
        link: linked === null ? null : new PortLink(join(linked, modem.name)),
        openLine: async (): Promise<Line> => {
          if (transport === 'memory') return new MemoryLine(`memory:${modem.name}`);
          if (transport === 'pty') return new PseudoTerminal(clock);
          const line = await TcpLine.listen(tcpPort);
          tcpPort = line.number;
          return line;
        },
        pluggedIn: (port) => options.onPluggedIn?.(benchModem, port),
      });
      modems.push(benchModem);
      await benchModem.plugIn();
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { modems, network, close };
}
