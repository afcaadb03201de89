import { expect, test } from 'vitest';
import { type DecodeError, fromHex } from '../octets/index.js';
import { decodeWbxml } from './index.js';

const multiByte = (value: number): string => (0x8000 | ((value >> 7) << 8) | (value & 0x7f)).toString(16);
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `a${String(index).padStart(4, '0')}`);

/** A service indication whose document element has literal attributes; `last` is the number of the last one's name. */
function withAttributes(count: number, last: number): string {
  const table = names(count)
    .map((name) => `${Buffer.from(name).toString('hex')}00`)
    .join('');
  const references = Array.from({ length: count }, (_, index) => `04${multiByte(6 * (index === count - 1 ? last : index))}`).join('');
  return `02056a${multiByte(6 * count)}${table}85${references}01`;
}

test('thousands of attributes of one element are read, and one that stands twice is found among them', () => {
  const { attributes } = decodeWbxml(fromHex(withAttributes(2000, 1999))).root;
  expect(attributes.map(({ name }) => name)).toEqual(names(2000));
  for (const [count, last] of [
    [2, 0],
    [16, 3],
    [17, 15],
    [18, 16],
    [2000, 1234],
  ] as const) {
    expect(() => decodeWbxml(fromHex(withAttributes(count, last))), `${count} with ${last} twice`).toThrow(
      expect.objectContaining({ code: 'dm/duplicate-attribute' }) as DecodeError,
    );
  }
});

test('of a document that asks for thousands of diagnostics the first hundred are said, wherever they arise, and how many there were', () => {
  const odd = '02A4016A01612D';
  const document = decodeWbxml(fromHex(`02A4016A006D${`4FC307${odd}01`.repeat(2000)}01`));
  expect(document.root.children).toHaveLength(2000);
  expect(document.diagnostics).toHaveLength(101);
  expect(document.diagnostics.at(-1)).toMatchObject({
    code: 'dm/diagnostics-left-out',
    message: expect.stringMatching(/^\d{4,} oddities/),
  });
  expect(document.diagnostics[0]).toMatchObject({ code: 'dm/string-table-unterminated', offset: 14 });
});
