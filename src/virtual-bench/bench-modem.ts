import type { Duplex } from 'node:stream';
import type { Clock, Random } from '../runtime/index.js';
import { BenchError } from './errors.js';
import { FaultPlayer } from './fault-player.js';
import type { FaultNumbers } from './fault-table.js';
import type { Line } from './line.js';
import { MemoryLine } from './memory-line.js';
import type { MemoryName } from './message-store.js';
import { PacedLine } from './paced-line.js';
import type { PortLink } from './port-link.js';
import type { VirtualModem } from './virtual-modem.js';
import type { FirstOutcome, VirtualNetwork } from './virtual-network.js';

/** How a delivery ends for the one who asked: as the modem did, or `queued` when time was up. */
export type DeliverOutcome = FirstOutcome | 'queued';

/** What can be seen of one modem. */
export interface BenchModemState {
  readonly name: string;
  readonly number: string;
  /** Null while unplugged. */
  readonly port: string | null;
  readonly profile: string;
  /** A host has the port open. */
  readonly attached: boolean;
  readonly registered: boolean;
  readonly sim: string;
  readonly storage: Readonly<Record<MemoryName, { readonly used: number; readonly capacity: number }>>;
  /** +CNMI as it stands. */
  readonly indications: { readonly mode: number; readonly mt: number; readonly bm: number; readonly ds: number; readonly bfr: number };
  /** Messages shown to the host and not yet acknowledged. */
  readonly unacknowledged: number;
  /** Messages the network keeps for it, those under way included. */
  readonly waiting: number;
  /** Why the network keeps them; null when it does not. */
  readonly refusal: string | null;
  /** Faults that last. */
  readonly faults: readonly string[];
  readonly counters: { readonly commands: number; readonly errors: number; readonly announced: number; readonly submitted: number };
}

/** What a {@link BenchModem} is put together from. */
export interface BenchModemParts {
  readonly modem: VirtualModem;
  readonly network: VirtualNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly baud: number | null;
  readonly link: PortLink | null;
  /** Opens a line for it; a pseudo-terminal's name is new as long as the last one is open. */
  openLine(): Promise<Line>;
  /** The modem is there under this port, for the first time or again. */
  pluggedIn(port: string): void;
}

/** One modem of a bench, with the port it is plugged into. */
export class BenchModem {
  readonly name: string;
  readonly number: string;
  readonly profile: string;
  /** The firmware itself. */
  readonly modem: VirtualModem;
  readonly #parts: BenchModemParts;
  readonly #faults: FaultPlayer;
  #line: Line | undefined;
  #paced: PacedLine | undefined;
  /** Opened before the last line closed, so that the system cannot give out the same name again. */
  #spare: Line | undefined;
  #closed = false;

  constructor(parts: BenchModemParts) {
    this.#parts = parts;
    this.modem = parts.modem;
    this.name = parts.modem.name;
    this.number = parts.modem.identity.number;
    this.profile = parts.modem.profile.id;
    const target = {
      modem: parts.modem,
      network: parts.network.faultsOf(parts.modem),
      unplug: () => this.unplug(),
      plugIn: () => this.plugIn(),
      setBaud: (baud: number | null) => this.#paced?.setBaud(baud ?? parts.baud),
    };
    this.#faults = new FaultPlayer(target, parts.clock, parts.random);
  }

  /** What a host opens now; empty while unplugged. The link, where there is one, leads to it. */
  get port(): string {
    return this.#line?.port ?? '';
  }

  /** The host's end of a line of transport `memory`, opened anew if the last host has closed it. @throws BenchError `virtual-bench/no-host-end` */
  host(): Duplex {
    if (this.#line instanceof MemoryLine) return this.#line.host.destroyed ? this.#line.attach() : this.#line.host;
    throw new BenchError('virtual-bench/no-host-end', `${this.name} has no end in this process`, { advice: 'open its port instead' });
  }

  /** The network delivers this TPDU (hex); resolves with its first outcome, or with `queued` after `withinMs`. */
  deliver(tpdu: string, options: { readonly withinMs?: number | undefined } = {}): Promise<DeliverOutcome> {
    return new Promise((resolve) => {
      const { withinMs } = options;
      const cancel = withinMs === undefined ? () => {} : this.#parts.clock.after(withinMs, () => resolve('queued'), { keepAlive: true });
      this.#parts.network.deliver(this.modem, tpdu, (outcome) => {
        cancel();
        resolve(outcome);
      });
    });
  }

  /** Plays a fault of `faultTable`. @throws BenchError `virtual-bench/no-such-fault`, `virtual-bench/bad-fault` */
  fault(name: string, numbers: FaultNumbers = {}): Promise<void> {
    return this.#faults.play(name, numbers);
  }

  state(): BenchModemState {
    const { modem } = this;
    const { network } = this.#parts;
    const { mode, deliver, broadcast, report, buffer } = modem.settings.indications;
    const usage = (name: MemoryName): { used: number; capacity: number } => ({
      used: modem.stores[name].used,
      capacity: modem.stores[name].capacity,
    });
    return {
      name: this.name,
      number: this.number,
      port: this.port === '' ? null : this.port,
      profile: this.profile,
      attached: modem.attached,
      registered: modem.registered,
      sim: modem.sim.state,
      storage: { ME: usage('ME'), SM: usage('SM'), SR: usage('SR') },
      indications: { mode, mt: deliver, bm: broadcast, ds: report, bfr: buffer },
      unacknowledged: modem.awaitsAcknowledgement ? 1 : 0,
      waiting: network.waitingFor(modem),
      refusal: network.waitingFor(modem) > 0 ? network.refusalOf(modem) : null,
      faults: this.#faults.active,
      counters: { ...modem.counters, submitted: modem.submitted },
    };
  }

  /** Puts the modem on a line, under a new name where the system has names to give. */
  async plugIn(): Promise<void> {
    if (this.#closed || this.#line !== undefined) return;
    const line = this.#spare ?? (await this.#parts.openLine());
    this.#spare = undefined;
    this.#line = line;
    this.#paced = new PacedLine(line, this.#parts.clock, this.#parts.baud);
    this.modem.plugIn(this.#paced);
    this.#parts.link?.point(line.port);
    this.#parts.pluggedIn(this.#parts.link?.path ?? line.port);
  }

  /** Takes the modem off its line: a host sees the port hang up, and the link goes. */
  async unplug(): Promise<void> {
    const line = this.#line;
    if (line === undefined) return;
    this.#line = undefined;
    this.#parts.link?.remove();
    if (line.port.startsWith('/dev/')) this.#spare = await this.#parts.openLine();
    await this.modem.unplug();
  }

  /** Unplugs for good. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#faults.close();
    this.#parts.link?.remove();
    this.#line = undefined;
    await this.modem.unplug();
    await this.#spare?.close();
    this.#spare = undefined;
  }
}
