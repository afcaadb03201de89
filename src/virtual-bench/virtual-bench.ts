import type { Duplex } from 'node:stream';
import type { Clock, Random } from '../runtime/index.js';
import { BenchError } from './errors.js';
import { firmwareProfile } from './firmware-profile.js';
import { identityOf } from './identity.js';
import type { Line } from './line.js';
import { MemoryLine } from './memory-line.js';
import { PacedLine } from './paced-line.js';
import { PseudoTerminal } from './pseudo-terminal.js';
import { TcpLine } from './tcp-line.js';
import { VirtualModem } from './virtual-modem.js';
import { type FirstOutcome, serviceCentreNumber, VirtualNetwork } from './virtual-network.js';

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
  /** Whether the echo is on after power-on; it is, where absent. */
  readonly echo?: boolean | undefined;
  /** First TCP port, the others follow; 0 takes free ones. */
  readonly tcpPort?: number | undefined;
}

/** One modem of a bench. */
export interface BenchModem {
  readonly name: string;
  readonly number: string;
  readonly profile: string;
  /** What a host opens now; changes with every re-plug. */
  readonly port: string;
  /** The firmware itself. */
  readonly modem: VirtualModem;
  /** The host's end, for transport `memory`. */
  host(): Duplex;
  /** The network delivers this TPDU; resolves with its first outcome. */
  deliver(tpdu: string): Promise<FirstOutcome>;
}

/** Virtual modems on one virtual network. */
export interface VirtualBench {
  readonly modems: readonly BenchModem[];
  readonly network: VirtualNetwork;
  close(): Promise<void>;
}

/**
 * Opens a bench; its modems are called `modem-1`, `modem-2` and so on.
 * @throws BenchError `virtual-bench/no-such-profile`, `virtual-bench/no-pseudo-terminal`, `virtual-bench/address-in-use`
 */
export async function openVirtualBench(options: BenchOptions): Promise<VirtualBench> {
  const profile = firmwareProfile(options.profile ?? 'plain-27005');
  const network = new VirtualNetwork(options.clock, options.random);
  const modems: BenchModem[] = [];
  const close = async (): Promise<void> => {
    network.close();
    await Promise.all(modems.map(({ modem }) => modem.unplug()));
  };
  try {
    for (let ordinal = 1; ordinal <= options.modems; ordinal += 1) {
      const name = `modem-${ordinal}`;
      const modem = new VirtualModem({
        name,
        identity: identityOf(ordinal),
        profile,
        clock: options.clock,
        echo: options.echo ?? true,
        serviceCentre: serviceCentreNumber,
      });
      const line = await openLine(options, ordinal);
      network.join(modem);
      modem.plugIn(options.baud === undefined ? line : new PacedLine(line, options.clock, options.baud));
      modems.push({
        name,
        number: modem.identity.number,
        profile: profile.id,
        get port() {
          return modem.line?.port ?? '';
        },
        modem,
        host: () => {
          if (line instanceof MemoryLine) return line.host;
          throw new BenchError('virtual-bench/no-host-end', `${name} is not on the transport memory`);
        },
        deliver: (tpdu) => new Promise((resolve) => network.deliver(modem, tpdu, resolve)),
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { modems, network, close };
}

async function openLine({ transport, clock, tcpPort }: BenchOptions, ordinal: number): Promise<Line> {
  if (transport === 'memory') return new MemoryLine(`memory:modem-${ordinal}`);
  if (transport === 'pty') return new PseudoTerminal(clock);
  const first = tcpPort ?? 0;
  return await TcpLine.listen(first === 0 ? 0 : first + ordinal - 1);
}
