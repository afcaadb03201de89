import type { Duplex } from 'node:stream';
import { ManualClock, seededRandom } from '../runtime/index.js';
import type { BenchModem, DeliverOutcome } from './bench-modem.js';
import { type BenchOptions, openVirtualBench, type VirtualBench } from './virtual-bench.js';

/** Time at which the benches of these tests start. */
export const benchEpoch = Date.UTC(2026, 10, 22, 19, 38, 50);

/** Hosts in memory on a bench whose clock is stepped by hand. */
export class TestBench {
  readonly bench: VirtualBench;
  readonly clock: ManualClock;
  readonly hosts: readonly TestHost[];

  private constructor(bench: VirtualBench, clock: ManualClock) {
    this.bench = bench;
    this.clock = clock;
    this.hosts = bench.modems.map((modem) => new TestHost(modem.host(), clock));
  }

  static async open(options: Partial<BenchOptions> & { readonly seed?: number } = {}): Promise<TestBench> {
    const clock = new ManualClock(benchEpoch);
    const random = seededRandom(options.seed ?? 1);
    return new TestBench(await openVirtualBench({ modems: 2, transport: 'memory', echo: false, clock, random, ...options }), clock);
  }

  get first(): TestHost {
    return at(this.hosts, 0);
  }

  get second(): TestHost {
    return at(this.hosts, 1);
  }

  modem(place: number): BenchModem {
    return at(this.bench.modems, place);
  }

  /** Starts a delivery and keeps its first outcome. */
  deliver(place: number, tpdu: string): { outcome: DeliverOutcome | null } {
    const result: { outcome: DeliverOutcome | null } = { outcome: null };
    void this.modem(place)
      .deliver(tpdu)
      .then((outcome) => {
        result.outcome = outcome;
      });
    return result;
  }
}

/** A program that drives a modem by hand. */
export class TestHost {
  readonly #clock: ManualClock;
  #stream: Duplex;
  #heard = '';

  constructor(stream: Duplex, clock: ManualClock) {
    this.#clock = clock;
    this.#stream = stream;
    this.#listen();
  }

  /** Takes another stream: the port was opened anew. */
  reopen(stream: Duplex): void {
    this.#stream = stream;
    this.#listen();
  }

  hangUp(): Promise<void> {
    this.#stream.destroy();
    return this.#clock.settle();
  }

  /** Writes, and gives back all that the modem said since the last time. */
  async say(text: string, chunkOctets = Number.POSITIVE_INFINITY): Promise<string> {
    for (let start = 0; start < text.length; start += chunkOctets) {
      this.#stream.write(text.slice(start, start + chunkOctets), 'latin1');
      await this.#clock.settle();
    }
    return this.heard();
  }

  /** One command; what stands in the answer, blank lines left out. */
  async command(text: string): Promise<string[]> {
    return lines(await this.say(`${text}\r`));
  }

  async heard(): Promise<string> {
    await this.#clock.settle();
    const heard = this.#heard;
    this.#heard = '';
    return heard;
  }

  async heardLines(): Promise<string[]> {
    return lines(await this.heard());
  }

  #listen(): void {
    this.#stream.on('error', () => {});
    this.#stream.on('data', (octets: Buffer) => {
      this.#heard += octets.toString('latin1');
    });
  }
}

function lines(text: string): string[] {
  return text.split(/[\r\n]+/).filter((line) => line !== '');
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new RangeError(`the bench has no modem at place ${place}`);
  return item;
}
