import type { Cancel, Clock, Random } from '../runtime/index.js';
import { BenchError } from './errors.js';
import { type FaultDefinition, type FaultName, type FaultNumbers, type FaultParameter, faultTable } from './fault-table.js';
import type { Chance, NetworkFaults } from './network-faults.js';
import type { VirtualModem } from './virtual-modem.js';

/** What faults are played on. */
export interface FaultTarget {
  readonly modem: VirtualModem;
  readonly network: NetworkFaults;
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
  /** Paces the line; null gives it back its own rate. */
  setBaud(baud: number | null): void;
}

const definitions: ReadonlyMap<string, FaultDefinition> = new Map(faultTable.map((fault) => [fault.name, fault]));

const isFaultName = (name: string): name is FaultName => definitions.has(name);

const floodIntervalMs = 10;
const floodHighWaterOctets = 16_384;

/** Plays faults on one modem and ends those that last. */
export class FaultPlayer {
  readonly #target: FaultTarget;
  readonly #clock: Clock;
  readonly #random: Random;
  /** How to end what lasts, by name. */
  readonly #lasting = new Map<FaultName, { readonly end: () => void | Promise<void>; cancel: Cancel }>();

  constructor(target: FaultTarget, clock: Clock, random: Random) {
    this.#target = target;
    this.#clock = clock;
    this.#random = random;
  }

  /** Faults that last at this moment. */
  get active(): readonly FaultName[] {
    return [...this.#lasting.keys()];
  }

  /**
   * Begins a fault.
   * @throws BenchError `virtual-bench/no-such-fault`, `virtual-bench/bad-fault`
   */
  async play(name: string, given: FaultNumbers = {}): Promise<void> {
    if (!isFaultName(name)) {
      throw new BenchError('virtual-bench/no-such-fault', `no fault is named ${JSON.stringify(name.slice(0, 40))}`, {
        advice: 'wapbridge bench --faults lists them',
      });
    }
    const numbers = checked(name, definitions.get(name)?.parameters ?? [], given);
    const number = (parameter: FaultParameter['name']): number => numbers.get(parameter) ?? 0;
    if (name === 'clear') {
      await this.clear();
      return;
    }
    const running = this.#lasting.get(name);
    if (running !== undefined) await this.#end(name);
    const end = await this.#begin(name, number);
    if (end === null) return;
    const seconds = number('seconds');
    const cancel = seconds > 0 ? this.#clock.after(seconds * 1000, () => void this.#end(name)) : () => {};
    this.#lasting.set(name, { end, cancel });
  }

  /** Ends every fault that lasts. */
  async clear(): Promise<void> {
    for (const name of this.active) await this.#end(name);
    const { sim } = this.#target.modem;
    if (sim.state === 'READY') return;
    sim.state = 'READY';
    this.#target.modem.radioChanged();
  }

  /** Forgets what lasts without ending it: the bench closes. */
  close(): void {
    for (const { cancel } of this.#lasting.values()) cancel();
    this.#lasting.clear();
  }

  async #end(name: FaultName): Promise<void> {
    const running = this.#lasting.get(name);
    if (running === undefined) return;
    this.#lasting.delete(name);
    running.cancel();
    await running.end();
  }

  /** Starts the fault; how to end it, or null where it is over at once. */
  async #begin(
    name: Exclude<FaultName, 'clear'>,
    number: (parameter: FaultParameter['name']) => number,
  ): Promise<(() => void | Promise<void>) | null> {
    const { modem, network } = this.#target;
    const { disturbance } = modem;
    const chance = (): Chance => ({ share: number('share'), left: number('count') || Number.POSITIVE_INFINITY });
    switch (name) {
      case 'unplug':
        await this.#target.unplug();
        return () => this.#target.plugIn();
      case 'replug':
        if (this.#lasting.has('unplug')) {
          await this.#end('unplug');
        } else {
          await this.#target.unplug();
          await this.#target.plugIn();
        }
        return null;
      case 'hang':
        modem.setSilent(true);
        return () => modem.setSilent(false);
      case 'no-answer':
        disturbance.deaf = true;
        return () => {
          disturbance.deaf = false;
        };
      case 'echo-forever':
        disturbance.echoForever = true;
        return () => {
          disturbance.echoForever = false;
        };
      case 'prompt-stuck':
        disturbance.promptStuck = true;
        return () => {
          disturbance.promptStuck = false;
        };
      case 'reboot':
        modem.reboot();
        return null;
      case 'garbage':
        modem.babble(Uint8Array.from({ length: number('octets') }, () => Math.floor(this.#random.fraction() * 256)));
        return null;
      case 'no-line-end':
        return this.#pour(number('octets'));
      case 'urc-flood':
        return this.#flood(number('rate'));
      case 'slow-line':
        this.#target.setBaud(number('baud'));
        return () => this.#target.setBaud(null);
      case 'reset-cnmi':
        modem.disarm();
        return null;
      case 'sim-locked':
        modem.sim.state = 'SIM PIN';
        modem.radioChanged();
        return null;
      case 'no-service':
        modem.setCoverage(false);
        return () => modem.setCoverage(true);
      case 'memory-full': {
        const stores = Object.values(modem.stores);
        for (const store of stores) store.blocked = true;
        return () => {
          for (const store of stores) store.blocked = false;
          modem.memoryFreed();
        };
      }
      case 'refuse-submit':
        network.refuseSubmit = { ...chance(), error: number('error') };
        return () => {
          network.refuseSubmit = undefined;
        };
      case 'lose':
        network.lose = chance();
        return () => {
          network.lose = undefined;
        };
      case 'duplicate':
        network.duplicate = chance();
        return () => {
          network.duplicate = undefined;
        };
      case 'lost-ack':
        network.loseAnswer = chance();
        return () => {
          network.loseAnswer = undefined;
        };
      case 'reorder':
        network.reorder = number('count');
        return () => {
          network.reorder = undefined;
        };
      case 'delay':
        network.delayMs = number('delaySeconds') * 1000;
        return () => {
          network.delayMs = undefined;
        };
      case 'late-reports':
        network.lateReportsMs = number('delaySeconds') * 1000;
        return () => {
          network.lateReportsMs = undefined;
        };
    }
  }

  /** Unsolicited lines, `rate` a second, or as many as the line takes. */
  #flood(rate: number): () => void {
    const { modem } = this.#target;
    let owed = 0;
    return this.#every(() => {
      owed = rate === 0 ? 500 : owed + (rate * floodIntervalMs) / 1000;
      for (; owed >= 1 && modem.backlogOctets < floodHighWaterOctets; owed -= 1) {
        modem.announce(`^RSSI: ${Math.floor(this.#random.fraction() * 32)}`);
      }
      owed = Math.min(owed, 500);
      return true;
    });
  }

  #pour(octets: number): () => void {
    const { modem } = this.#target;
    let left = octets;
    return this.#every(() => {
      while (left > 0 && modem.attached && modem.backlogOctets < floodHighWaterOctets) {
        const length = Math.min(left, 4096);
        modem.babble(new Uint8Array(length).fill(0x41));
        left -= length;
      }
      return left > 0;
    });
  }

  #every(work: () => boolean): () => void {
    let cancel: Cancel = () => {};
    const turn = (): void => {
      if (work()) cancel = this.#clock.after(floodIntervalMs, turn);
    };
    turn();
    return () => cancel();
  }
}

function checked(fault: string, parameters: readonly FaultParameter[], given: FaultNumbers): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>(parameters.map(({ name, initial }) => [name, initial]));
  for (const [name, value] of Object.entries(given)) {
    const parameter = parameters.find((one) => one.name === name);
    if (parameter === undefined || !Number.isFinite(value) || value < parameter.lowest || value > parameter.highest) {
      const known = parameters.map(({ name: one, lowest, highest }) => `${one} from ${lowest} to ${highest}`).join(', ');
      throw new BenchError('virtual-bench/bad-fault', `${fault} cannot be given ${JSON.stringify(name.slice(0, 40))} as ${String(value)}`, {
        advice: known === '' ? 'it takes no numbers' : `it takes ${known}`,
      });
    }
    numbers.set(name, value);
  }
  return numbers;
}
