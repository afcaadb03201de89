import { expect, test } from 'vitest';
import { presentReceipt } from './present-send.js';

const plain = { width: 80, colour: false };

test.each([
  ['sent', ['sent'], 'sent: 1 of 1 part sent (x)'],
  ['sent', ['sent', 'sent'], 'sent: 2 of 2 parts sent (x)'],
  ['partly-sent', ['sent', 'not-sent', 'not-sent'], 'partly-sent: 1 of 3 parts sent, 2 not-sent (x)'],
  ['not-sent', ['not-sent'], 'not-sent: 1 of 1 part not-sent (x)'],
])('a receipt that is %s says how many of the parts: %j', (outcome, parts, line) => {
  const receipt = { id: 'x', outcome, parts: parts.map((state) => ({ outcome: state, report: null })) };
  expect(presentReceipt(receipt, plain)).toEqual([line]);
});

test('reports are counted behind what left', () => {
  const parts = ['delivered', null].map((report) => ({ outcome: 'sent', report }));
  expect(presentReceipt({ id: 'x', outcome: 'sent', parts }, plain)).toEqual(['sent: 2 of 2 parts sent, 1 delivered (x)']);
});
