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
    // Of so slow a line each octet comes by itself.
    expect([wire.seen, heard]).toEqual([Array.from({ length: 15 }, (_, octet) => [10 * (octet + 1), 1]), [200]]);
  });

  test('hands a long run over in pieces, none before its time', async () => {
    const clock = new ManualClock();
    const wire = new Wire(clock);
    const line = new PacedLine(wire, clock, 115_200);
    line.start(handlers(() => {}));
    await clock.step(7);
    line.write(new Uint8Array(400));
    await clock.step(100);
    expect(wire.seen.length).toBeGreaterThan(1);
    let octets = 0;
    for (const [at, length] of wire.seen) {
      octets += length;
      expect(((at - 7) * 115_200) / 10_000).toBeGreaterThanOrEqual(octets - 0.001);
    }
    expect(octets).toBe(400);
  });

  test('an answer begins where the command ended, whatever the bench needed for it, and what nobody asked for begins when it is said', async () => {
    const clock = new ManualClock();
    const wire = new Wire(clock);
    const line = new PacedLine(wire, clock, 10_000);
    line.start(handlers(() => void clock.after(3, () => line.write(new Uint8Array(10)))));
    wire.handlers?.data(new Uint8Array(20));
    await clock.step(100);
    expect(wire.seen.at(-1)?.[0]).toBe(30);
    line.write(new Uint8Array(10));
    await clock.step(100);
    expect(wire.seen.at(-1)?.[0]).toBe(110);
  });

  test('keeps its rate although every timer is late', async () => {
    const clock = new LateClock();
    const wire = new Wire(clock);
    const line = new PacedLine(wire, clock, 115_200);
    // A dialogue of 100 turns: 350 octets out, 14 back, answered at once.
    line.start(handlers(() => line.write(new Uint8Array(350))));
    let reached = 0;
    const step = (length: number): void => {
      reached += length;
      if (reached % 350 === 0 && reached < 100 * 350) wire.handlers?.data(new Uint8Array(14));
    };
    const write = wire.write.bind(wire);
    wire.write = (octets) => {
      write(octets);
      step(octets.length);
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
