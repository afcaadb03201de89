import { expect, test } from 'vitest';
import { contentRows } from './present-content.js';

const say = (label: string, text: string): readonly string[] => [`${label}|${text}`];

test('a document is shown line by line as it is indented', () => {
  const xml = '<si>\n  <indication href="http://a.example/">News</indication>\n</si>';
  expect(contentRows({ content: { kind: 'service-indication', xml } }, say)).toEqual([
    'content|service-indication',
    '|<si>',
    '|  <indication href="http://a.example/">News</indication>',
    '|</si>',
  ]);
});

test('of a long document the beginning is shown, and how much more there is', () => {
  const xml = Array.from({ length: 60 }, (_, index) => `<line-${index}/>`).join('\n');
  const rows = contentRows({ content: { kind: 'client-provisioning', xml } }, say);
  expect(rows).toHaveLength(42);
  expect(rows.at(-1)).toBe('|and 20 lines more, see --json');
});

test('what was not read further is named with its size', () => {
  expect(contentRows({ content: { kind: 'mms-message', xml: null, octets: 9 } }, say)).toEqual([
    'content|mms-message, 9 octets, not read further',
  ]);
});
