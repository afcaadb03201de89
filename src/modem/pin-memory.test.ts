import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { Modem } from './modem.js';
import { rememberedPin } from './pin-memory.js';
import { information, ok, passUntil, ScriptedModem } from './scripted-modem.testing.js';
import { supervise } from './supervise.js';
import type { ModemEvent } from './types.js';

const card = { iccid: '8900101000000000017', attemptsLeft: 3 };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wb-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const source = (file: string, pin = '4711') => rememberedPin({ file, read: async () => pin });

describe('a remembered PIN', () => {
  test('is given once; refused, it is never given again to that card, not even after a restart', async () => {
    const file = join(folder(), 'state', 'pins.json');
    const first = source(file);
    expect(await first.ask(card)).toBe('4711');
    await first.rejected(card);
    for (const left of [3, 2, null])
      await expect(source(file).ask({ ...card, attemptsLeft: left })).rejects.toMatchObject({ code: 'modem/pin-refused' });
    expect(await source(file, '4712').ask(card)).toBe('4712');
    expect(await source(file).ask({ ...card, iccid: '8900101000000000025' })).toBe('4711');
  });

  test('that was taken is given again at the next start', async () => {
    const file = join(folder(), 'pins.json');
    const first = source(file);
    await first.ask(card);
    await first.accepted?.(card);
    expect(await source(file).ask({ ...card, attemptsLeft: null })).toBe('4711');
  });

  test('whose answer a crash cut off is given again only where the card still has all its tries', async () => {
    const file = join(folder(), 'pins.json');
    await source(file).ask(card);
    await expect(source(file).ask({ ...card, attemptsLeft: 2 })).rejects.toMatchObject({ code: 'modem/pin-refused' });
    await expect(source(file).ask({ ...card, attemptsLeft: null })).rejects.toMatchObject({ code: 'modem/pin-refused' });
    expect(await source(file).ask(card)).toBe('4711');
  });

  test("stands nowhere: the file is its owner's alone and holds neither PIN nor card number", async () => {
    const path = folder();
    const file = join(path, 'pins.json');
    const first = source(file);
    await first.ask(card);
    await first.rejected(card);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path)).toEqual(['pins.json']);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(card.iccid);
    expect(Object.keys(JSON.parse(text).tried).join()).not.toContain('4711');
  });

  test.each(['', '{"key":"00","tried":{}}', '[]', '{"key":1}', 'x'])('is not tried where the memory holds %j', async (content) => {
    const file = join(folder(), 'pins.json');
    writeFileSync(file, content);
    await expect(source(file).ask(card)).rejects.toMatchObject({ code: 'modem/pin-memory' });
  });

  test('is not tried where nothing can be remembered', async () => {
    const blocked = join(folder(), 'file');
    writeFileSync(blocked, '');
    await expect(source(join(blocked, 'pins.json')).ask(card)).rejects.toMatchObject({ code: 'modem/pin-memory' });
  });
});

/** A SIM that wants 1234 and counts. */
function lockedModem(clock: ManualClock, sim: { state: string; left: number; entered: string[] }): ScriptedModem {
  const far = new ScriptedModem();
  far.answers.set('AT+CPIN?', () => information(`+CPIN: ${sim.state}`));
  far.answers.set('AT+CCID', information(`+CCID: ${card.iccid}`));
  far.answers.set('AT+CPINR="SIM PIN"', () => information(`+CPINR: SIM PIN,${sim.left},3`));
  for (const pin of ['1234', '4711'])
    far.answers.set(`AT+CPIN="${pin}"`, () => {
      sim.entered.push(pin);
      if (pin === '1234') {
        sim.state = 'READY';
        return ok;
      }
      sim.left -= 1;
      if (sim.left === 0) sim.state = 'SIM PUK';
      return '\r\n+CME ERROR: 16\r\n';
    });
  clock.monotonic();
  return far;
}

test.each([
  ['a wrong PIN', '4711', 'SIM PIN', 3, ['4711'], 2],
  ['a wrong PIN with one try left', '4711', 'SIM PIN', 1, [], 1],
  ['a card that wants its PUK', '1234', 'SIM PUK', 0, [], 0],
] as const)(
  '%s is entered as often as it may be while the modem is supervised for minutes, and shown nowhere',
  async (_name, pin, state, left, entered, after) => {
    const clock = new ManualClock();
    const file = join(folder(), 'pins.json');
    const sim = { state: state as string, left: left as number, entered: [] as string[] };
    const events: ModemEvent[] = [];
    const stop = new AbortController();
    let opened = 0;
    const kept = supervise('scripted', {
      clock,
      signal: stop.signal,
      pin: source(file, pin),
      onEvent: (event) => events.push(event),
      open: (name, options) => {
        opened += 1;
        return Modem.open(lockedModem(clock, sim).port, { ...options, portName: name });
      },
    });
    const ready = kept.next();
    await clock.settle();
    await clock.step(120_000);
    expect(opened).toBeGreaterThan(5);
    expect([sim.entered, sim.left]).toEqual([entered, after]);
    expect(JSON.stringify(events)).not.toContain(pin);
    expect(events.at(-1)).toMatchObject({ kind: 'state', state: 'failed' });
    stop.abort();
    await passUntil(clock, ready);
  },
);

test('a right PIN unlocks the card at every start', async () => {
  const clock = new ManualClock();
  const file = join(folder(), 'pins.json');
  const sim = { state: 'SIM PIN', left: 3, entered: [] as string[] };
  for (const start of [1, 2]) {
    sim.state = 'SIM PIN';
    const far = lockedModem(clock, sim);
    const modem = await passUntil(clock, Modem.open(far.port, { clock, portName: 'scripted', pin: source(file, '1234') }));
    expect(sim.entered).toHaveLength(start);
    await passUntil(clock, modem.close());
  }
});
