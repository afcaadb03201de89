import { expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { DrivenModems } from './driven-modems.js';
import type { ModemEvent, ModemNoteEvent } from './events.js';

const at = '2026-01-01T00:00:00.000Z';
const state = (word: ModemEvent['state'], more: Partial<ModemEvent> = {}): ModemEvent => ({
  event: 'modem',
  modem: 'a',
  state: word,
  port: '/dev/ttyUSB2',
  profile: null,
  manufacturer: null,
  model: null,
  firmware: null,
  ...more,
});
const step = (note: ModemNoteEvent['note'], detail: string): ModemNoteEvent => ({
  event: 'modem-note',
  modem: 'a',
  port: '/dev/ttyUSB2',
  note,
  detail,
  at,
});

test('a modem is known by its last state, with the steps that led there', async () => {
  const clock = new ManualClock();
  const driven = new DrivenModems(clock);
  driven.notice(state('opening'));
  driven.notice(step('armed', '+CNMI 2,2,0,1,0'));
  await clock.step(1_000);
  driven.notice(state('lost', { reason: 'it hung up' }));
  expect(driven.list()).toEqual([
    expect.objectContaining({
      modem: 'a',
      state: 'lost',
      since: '2026-01-01T00:00:01.000Z',
      reason: 'it hung up',
      steps: [{ at, note: 'armed', detail: '+CNMI 2,2,0,1,0' }],
    }),
  ]);
});

test('a step that repeats is kept once, and of many steps the last 32', () => {
  const driven = new DrivenModems(new ManualClock());
  driven.notice(state('ready'));
  driven.notice(step('swept', 'ME: nothing new'));
  for (let count = 0; count < 50; count += 1) {
    driven.notice(step('rearmed', `+CNMI had become ${count}`));
    driven.notice(step('swept', 'ME: nothing new'));
  }
  const steps = driven.list()[0]?.steps ?? [];
  expect(steps).toHaveLength(32);
  expect(steps.filter(({ note }) => note === 'swept')).toHaveLength(1);
  expect(steps.at(-1)?.note).toBe('swept');
  expect(steps[0]?.detail).toBe('+CNMI had become 19');
});

test('a step of a modem that nobody opened is passed over', () => {
  const driven = new DrivenModems(new ManualClock());
  driven.notice(step('armed', 'x'));
  expect(driven.list()).toEqual([]);
});
