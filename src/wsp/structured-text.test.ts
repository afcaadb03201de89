import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPiece, parseLine, pieceValue } from './structured-text.js';

describe('structured text', () => {
  test.each([
    [5, '5'],
    ['5', '"5"'],
    ['1.5', '"1.5"'],
    ['1.0', '1.0'],
    ['a', 'a'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a"\\', '"a\\"\\\\"'],
    [['a', 'b'], '"a b"'],
  ])('%j is written %s', (value, text) => {
    expect(formatPiece(value)).toBe(text);
  });

  test('a line comes apart at its separator, outside quotation marks only', () => {
    expect(parseLine('a "b; c" ; d=e;f = "g\\"h";', ';')).toEqual([
      {
        pieces: [
          { text: 'a', quoted: false },
          { text: 'b; c', quoted: true },
        ],
        name: 'a',
        value: null,
      },
      { pieces: [{ text: 'e', quoted: false }], name: 'd', value: { text: 'e', quoted: false } },
      { pieces: [{ text: 'g"h', quoted: true }], name: 'f', value: { text: 'g"h', quoted: true } },
      { pieces: [], name: '', value: null },
    ]);
    expect(parseLine('a,b;c', ',')).toHaveLength(2);
    expect(parseLine('a\tb', ';')?.[0]?.pieces).toHaveLength(2);
  });

  test.each(['"a', 'a="b', '"a\\"', '"\\'])('%s has an open quotation mark', (line) => {
    expect(parseLine(line, ';')).toBeUndefined();
  });

  test('a name without a value has an empty one', () => {
    expect(parseLine('a=', ';')).toEqual([{ pieces: [], name: 'a', value: { text: '', quoted: false } }]);
  });

  test('pieces written one behind the other are read as they were', () => {
    const piece = fc
      .oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }))
      .filter((value) => !Object.is(value, -0));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.constantFrom(';' as const, ',' as const), (values, separator) => {
        const numbers = values.map((value) => (typeof value === 'number' ? Math.abs(value) : value));
        const segments = parseLine(numbers.map((value) => `n=${formatPiece(value)}`).join(separator), separator);
        const read = segments?.map(({ value }) => (value === null ? null : pieceValue(value)));
        expect(read?.map(String)).toEqual(numbers.map(String));
      }),
    );
  });
});
