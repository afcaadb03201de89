import { describe, expect, test } from 'vitest';
import {
  commandTypes,
  describeFailureCause,
  describeProtocolIdentifier,
  describeStatus,
  failureCauses,
  informationElementName,
  informationElements,
  messageStatuses,
  statusOutcome,
} from './code-points.js';
import { textToSeptets } from './gsm-alphabet.js';

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('tables of 3GPP TS 23.040', () => {
  test.each([
    ['9.2.3.24', informationElements, [0, 1, ...range(4, 0x1a), ...range(0x20, 0x25)]],
    ['9.2.3.15', messageStatuses, [...range(0, 2), ...range(0x20, 0x25), ...range(0x40, 0x49), ...range(0x60, 0x65)]],
    [
      '9.2.3.22',
      failureCauses,
      [0x80, 0x81, 0x82, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xaf, 0xb0, ...range(0xc0, 0xc7), ...range(0xd0, 0xd5), 0xff],
    ],
    ['9.2.3.19', commandTypes, range(0, 3)],
  ])('%s has the assigned numbers and no others, each with a name of its own', (clause, table, numbers) => {
    expect(table.title).toBe(`3GPP TS 23.040 ${clause}`);
    expect(table.entries.map(([code]) => code)).toEqual(numbers);
    const names = table.entries.map(([, name]) => name);
    expect([names.filter((name) => name.trim() === ''), new Set(names).size]).toEqual([[], numbers.length]);
  });
});

test('a status is named, and sorted by its range where it has no name', () => {
  const outcomes = [0x00, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xff].map(statusOutcome);
  expect(outcomes).toEqual(['completed', 'completed', 'still-trying', 'still-trying', 'failed', 'failed', 'reserved', 'reserved']);
  expect([0x1f, 0x3f, 0x7f, 0x80].map(describeStatus)).toEqual([
    'completed',
    'temporary error, still trying',
    'not delivered, given up',
    'reserved status',
  ]);
  for (const status of range(0x20, 0x25)) expect(describeStatus(status)).toMatch(/, still trying$/);
  for (const status of range(0x60, 0x65)) expect(describeStatus(status)).toMatch(/, given up$/);
});

test('what has no name is told by the range it lies in, at the very borders', () => {
  expect([0x6f, 0x70, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xdf, 0xe0].map(informationElementName)).toEqual([
    'reserved element',
    'SIM toolkit security header',
    'SIM toolkit security header',
    'SME to SME',
    'SME to SME',
    'reserved element',
    'reserved element',
    'service centre specific',
    'service centre specific',
    'reserved element',
  ]);
  expect([0xdf, 0xe0, 0xfe, 0xff, 0x8f].map(describeFailureCause)).toEqual([
    'reserved failure cause',
    'application specific',
    'application specific',
    'unspecified error',
    'unspecified TP-PID error',
  ]);
  expect([0x00, 0x01, 0x1f, 0x20, 0x3f, 0x40, 0x41, 0x47, 0x48, 0x49, 0x7f, 0xbf, 0xc0].map(describeProtocolIdentifier)).toEqual([
    'SME to SME',
    'SME to SME, protocol specific',
    'SME to SME, protocol specific',
    'telematic interworking',
    'telematic interworking',
    'short message type 0',
    'replace short message type 1',
    'replace short message type 7',
    'device triggering',
    'reserved protocol',
    'SIM data download',
    'reserved protocol',
    'service centre specific',
  ]);
});

test('a character that the alphabet lacks is told, in the field of a text unless another is named', () => {
  expect(() => textToSeptets('a\u4e00')).toThrow(expect.objectContaining({ code: 'sms/cannot-encode-text', field: 'text' }));
  expect(() => textToSeptets('\u4e00', undefined, 'tpdu.ud')).toThrow(expect.objectContaining({ field: 'tpdu.ud' }));
});
