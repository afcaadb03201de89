import { Modem, type ModemEvent, type ModemOptions, type ReceivedPdu } from '../../src/modem/index.js';
import { type ModemProfile, plainModem, profiles, type QuirkId } from '../../src/profiles/index.js';
import { ManualClock, seededRandom } from '../../src/runtime/index.js';
import { type BenchModem, openVirtualBench, type VirtualBench } from '../../src/virtual-bench/index.js';
import { seed } from './seed.js';

/** Made by hand from 3GPP TS 23.040 9.2.2.1: an SMS-DELIVER with 8-bit data, its last octet chosen. */
export const deliverTpdu = (last: number): string =>
  `440B915155550521F300F56211227024000003ABCD${last.toString(16).padStart(2, '0').toUpperCase()}`;

/** A virtual modem with one quirk and a driver that knows of it or not, on a clock that is stepped. */
export class QuirkBench {
  readonly clock: ManualClock;
  readonly events: ModemEvent[] = [];
  readonly #bench: VirtualBench;
  readonly #profile: ModemProfile | undefined;
  readonly #modems: Modem[] = [];

  private constructor(bench: VirtualBench, clock: ManualClock, profile: ModemProfile | undefined) {
    this.clock = clock;
    this.#bench = bench;
    this.#profile = profile;
  }

  /** The driver has the data of the first profile that lists the quirk, and of quirks only this one, or none. */
  static async open(quirk: QuirkId, { known }: { readonly known: boolean }): Promise<QuirkBench> {
    const clock = new ManualClock(Date.UTC(2026, 10, 22));
    const listing = profiles.find(({ quirks }) => quirks.includes(quirk)) ?? plainModem;
    const bench = await openVirtualBench({ modems: 2, transport: 'memory', clock, random: seededRandom(seed), quirks: [quirk] });
    return new QuirkBench(bench, clock, { ...listing, quirks: known ? [quirk] : [] });
  }

  /** A driver that has to find out by itself what it drives. */
  static of(bench: VirtualBench, clock: ManualClock): QuirkBench {
    return new QuirkBench(bench, clock, undefined);
  }

  get target(): BenchModem {
    return this.other(0);
  }

  other(place: number): BenchModem {
    const found = this.#bench.modems[place];
    if (found === undefined) throw new RangeError(`the bench has no modem at place ${place}`);
    return found;
  }

  get profile(): ModemProfile {
    return this.#profile ?? plainModem;
  }

  /** Brings the modem up; fails when that takes longer than `withinMs` on the clock. */
  async drive(options: Partial<ModemOptions> & { readonly withinMs?: number; readonly place?: number } = {}): Promise<Modem> {
    const { withinMs = 60_000, place = 0, ...rest } = options;
    const opening = Modem.open(this.other(place).host(), {
      clock: this.clock,
      portName: 'virtual',
      ...(this.#profile === undefined ? {} : { profile: this.#profile }),
      onEvent: (event) => this.events.push(event),
      ...rest,
    });
    const modem = await this.within(withinMs, opening);
    this.#modems.push(modem);
    return modem;
  }

  /** What comes of a promise while no more than so much time passes. */
  async within<Result>(ms: number, promise: Promise<Result>): Promise<Result> {
    let settled = false;
    const watched = promise.finally(() => {
      settled = true;
    });
    watched.catch(() => {});
    await this.clock.settle();
    for (let passed = 0; passed < ms && !settled; passed += 50) await this.clock.step(50);
    if (!settled) throw new RangeError(`nothing came of it in ${ms} ms`);
    return watched;
  }

  /** The next message, acknowledged. */
  async take(modem: Modem, ms: number): Promise<ReceivedPdu> {
    const received = await this.within(ms, this.next(modem));
    await this.within(200_000, modem.acknowledge(received));
    return received;
  }

  /** The next message, not acknowledged. */
  async next(modem: Modem): Promise<ReceivedPdu> {
    let inbox = this.#inboxes.get(modem);
    if (inbox === undefined) {
      inbox = modem.received()[Symbol.asyncIterator]();
      this.#inboxes.set(modem, inbox);
    }
    const { value, done } = await inbox.next();
    if (done === true) throw new RangeError('the modem was closed');
    return value;
  }

  readonly #inboxes = new Map<Modem, AsyncIterator<ReceivedPdu>>();

  async close(): Promise<void> {
    for (const modem of this.#modems) await this.within(5_000, modem.close());
    await this.within(5_000, this.#bench.close());
  }
}
