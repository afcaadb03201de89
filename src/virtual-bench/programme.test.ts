import { parse } from 'node-pdu';
import { expect, test } from 'vitest';
import { programme } from './programme.js';

const now = Date.UTC(2026, 10, 22, 19, 38, 50);

test('the programme is five messages in ten parts or fewer, one of them out of order with a duplicate', () => {
  const parts = programme(now);
  expect([...new Set(parts.map(({ message }) => message))]).toEqual([
    'dm-message',
    'dm-notification',
    'mms-notification',
    'not-a-push',
    'out-of-order',
  ]);
  expect(parts.map(({ message }) => message).filter((message) => message === 'dm-message')).toHaveLength(2);
  // Octets 28 to 30 of each part: reference, total and sequence of the concatenation element.
  const disordered = parts.filter(({ message }) => message === 'out-of-order').map(({ tpdu }) => tpdu.slice(56, 62));
  expect(disordered).toEqual(['250303', '250301', '250301', '250302']);
  expect(parts.every(({ tpdu }) => tpdu.length <= 2 * 159)).toBe(true);
});

test('every part is one that node-pdu reads, from its sender', () => {
  for (const { tpdu } of programme(now)) expect(parse(`00${tpdu}`).address.phone).toMatch(/^1555000900[123]$/);
});

test('with a seed the same parts come in another order, some twice, and the same way each time', () => {
  const plain = new Set(programme(now).map(({ tpdu }) => tpdu));
  for (let seed = 0; seed < 50; seed += 1) {
    const parts = programme(now, seed);
    expect(new Set(parts.map(({ tpdu }) => tpdu))).toEqual(plain);
    expect(parts).toEqual(programme(now, seed));
  }
  expect(programme(now, 1)).not.toEqual(programme(now, 2));
});
