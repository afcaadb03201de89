import { describe, expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import type { Line, LineHandlers } from './line.js';
import { PacedLine } from './paced-line.js';

/** A wire that notes when octets reach the host. */
class Wire implements Line {
  readonly port = 'wire';
  readonly backlogOctets = 0;
  readonly seen: (readonly [at: number, length: number])[] = [];
  handlers: LineHandlers | undefined;

  constructor(private readonly clock: ManualClock) {}

  start(handlers: LineHandlers): void {
    this.handlers = handlers;
  }

  write(octets: Uint8Array): void {
    this.seen.push([this.clock.monotonic(), octets.length]);
  }

  async close(): Promise<void> {}
}

/** A clock whose timers come late. */
class LateClock extends ManualClock {
  override after(delayMs: number, callback: () => void): () => void {
    return super.after(Math.ceil(delayMs) + 1, callback);
  }
}

const handlers = (data: (octets: Uint8Array) => void): LineHandlers => ({ data, attached: () => {}, detached: () => {} });

describe('a paced line', () => {
  test('lets an octet pass each ten bits, in both directions', async () => {
    const clock = new ManualClock();
    const wire = new Wire(clock);
    const line = new PacedLine(wire, clock, 1000);
    const heard: number[] = [];
    line.start(handlers(() => heard.push(clock.monotonic())));
    line.write(new Uint8Array(5));
    line.write(new Uint8Array(10));
    wire.handlers?.data(new Uint8Array(20));
    await clock.step(1000);
    expect([wire.seen, heard]).toEqual([
      [
        [50, 5],
        [150, 10],
      ],
      [200],
    ]);
  });

  test('keeps its rate although every timer is late', async () => {
    const clock = new LateClock();
    const wire = new Wire(clock);
    const line = new PacedLine(wire, clock, 115_200);
    // A dialogue of 100 turns: 350 octets out, 14 back, answered at once.
    line.start(handlers(() => line.write(new Uint8Array(350))));
    const step = (): void => {
      if (wire.seen.length < 100) wire.handlers?.data(new Uint8Array(14));
    };
    const write = wire.write.bind(wire);
    wire.write = (octets) => {
      write(octets);
      step();
    };
    line.write(new Uint8Array(350));
    await clock.step(10_000);
    const [last] = wire.seen.at(-1) ?? [0];
    const exactMs = ((100 * 350 + 99 * 14) * 10_000) / 115_200;
    expect(Math.abs(last - exactMs)).toBeLessThan(5);
  });

  test('forgets what was under way when the host goes', async () => {
    const clock = new ManualClock();
    const wire = new Wire(clock);
    const line = new PacedLine(wire, clock, 1000);
    line.start(handlers(() => {}));
    line.write(new Uint8Array(5));
    wire.handlers?.detached();
    await clock.step(1000);
    expect([wire.seen, line.backlogOctets, clock.waiting]).toEqual([[], 0, 0]);
  });
});
