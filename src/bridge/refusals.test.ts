import { expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import type { ErrorEvent } from './events.js';
import { Refusals } from './refusals.js';

test('twenty refusals in ten seconds are told, and with the first of the next ten how many were not', async () => {
  const clock = new ManualClock();
  const told: ErrorEvent[] = [];
  const refusals = new Refusals(clock, (event) => told.push(event));
  const refuse = (times: number): void => {
    for (let index = 0; index < times; index += 1)
      refusals.tell({ binding: 'http', from: '127.0.0.1:1', code: 'endpoints/http-refused', message: String(index) });
  };
  refuse(1020);
  expect(told).toHaveLength(20);
  expect(told[0]).toEqual({
    event: 'error',
    code: 'endpoints/http-refused',
    message: '0',
    field: null,
    offset: null,
    binding: 'http',
    from: '127.0.0.1:1',
  });
  await clock.step(9_999);
  refuse(1);
  expect(told).toHaveLength(20);
  await clock.step(1);
  refuse(2);
  expect(told.slice(20).map(({ untold }) => untold)).toEqual([1001, undefined]);
});
