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

test('of a DM message the document is shown below its summary, as much as is asked for', () => {
  const dm = {
    kind: 'other',
    verProto: 'DM/1.2',
    sessionId: '1',
    msgId: '2',
    commands: [],
    xml: '<SyncML>\n  <SyncHdr/>\n  <SyncBody/>\n</SyncML>',
  };
  expect(contentRows({ dm }, say)).toEqual([
    'dm message|other, DM/1.2, session 1, message 2',
    'document|<SyncML>',
    '|  <SyncHdr/>',
    '|  <SyncBody/>',
    '|</SyncML>',
  ]);
  expect(contentRows({ dm }, say, { lines: 3, rest: 'wapbridge inbox show' }).slice(-2)).toEqual([
    '|  <SyncBody/>',
    '|and 1 line more, see wapbridge inbox show',
  ]);
  expect(contentRows({ dm }, say, { lines: 0, rest: '' })).toHaveLength(1);
});

test('a line of a document that is far too long is cut, and how much of it is missing is said', () => {
  const rows = contentRows({ content: { kind: 'client-provisioning', xml: `<a>\n${'x'.repeat(900)}\n</a>` } }, say);
  expect(rows).toEqual(['content|client-provisioning', '|<a>', `|${'x'.repeat(800)}`, '|and 100 characters more, see --json', '|</a>']);
});
