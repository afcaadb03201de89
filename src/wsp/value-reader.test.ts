import { describe, expect, test } from 'vitest';
import { fromHex, OctetWriter, toHex } from '../octets/index.js';
import { anyValue, latin1, ValueReader } from './value-reader.js';
import {
  isToken,
  isWritableText,
  writeInteger,
  writeLongInteger,
  writeQuotedString,
  writeShortInteger,
  writeText,
  writeTextValue,
  writeUintvar,
  writeValueLength,
} from './value-writer.js';

const reader = (hex: string, end?: number): ValueReader => new ValueReader(fromHex(hex), 0, end ?? hex.length / 2);
const writing = (write: (writer: OctetWriter) => unknown): string => {
  const writer = new OctetWriter();
  write(writer);
  return toHex(writer.toOctets());
};

/** Source: WAP-230-WSP 8.1.2. */
const uintvars = [
  ['00', 0],
  ['7F', 127],
  ['8100', 128],
  ['FF7F', 16383],
  ['818000', 16384],
  ['FFFF7F', 2097151],
  ['81808000', 2097152],
  ['FFFFFF7F', 268435455],
  ['8180808000', 268435456],
  ['8FFFFFFF7F', 4294967295],
] as const;

describe('uintvar', () => {
  test.each(uintvars)('%s is %i, both ways', (hex, value) => {
    const read = reader(hex);
    expect(read.uintvar()).toBe(value);
    expect([read.failure, read.position]).toEqual([null, hex.length / 2]);
    expect(writing((writer) => expect(writeUintvar(writer, value)).toBe(true))).toBe(hex);
  });

  test.each([
    ['8003', 3],
    ['8080808003', 3],
  ])('leading zero groups are taken: %s is %i', (hex, value) => {
    const read = reader(hex);
    expect(read.uintvar()).toBe(value);
    expect(read.failure).toBeNull();
  });

  test.each([
    ['808080808003', 'a uintvar runs over five octets'],
    ['9080808000', 'a uintvar of 4294967296 exceeds 32 bits'],
    ['FFFFFFFF7F', 'a uintvar of 34359738367 exceeds 32 bits'],
    ['81', 'the octets end inside a uintvar'],
    ['', 'the octets end inside a uintvar'],
  ])('%s is none: %s', (hex, message) => {
    const read = reader(hex);
    read.uintvar();
    expect(read.failure).toEqual({ code: 'wsp/uintvar', message, position: 0 });
  });

  test.each([-1, 4294967296, 1.5, Number.NaN])('%d cannot be written', (value) => {
    expect(writing((writer) => expect(writeUintvar(writer, value)).toBe(false))).toBe('');
  });
});

describe('ValueReader', () => {
  test.each([
    ['80', 0],
    ['FF', 127],
    ['0100', 0],
    ['0180', 128],
    ['028002', 32770],
    ['06800203040506', 140746128884998],
    ['071FFFFFFFFFFFFF', Number.MAX_SAFE_INTEGER],
    ['1E000000000000000000000000000000000000000000000000000000000005', 5],
  ])('reads the integer %s as %d', (hex, value) => {
    const read = reader(hex);
    expect(read.integer()).toBe(value);
    expect([read.failure, read.position]).toEqual([null, hex.length / 2]);
  });

  test.each([
    ['00', 'wsp/value-length', 0],
    ['0242', 'wsp/value-length', 0],
    ['1F0142', 'wsp/bad-value', 0],
    ['4100', 'wsp/bad-value', 0],
    ['0720000000000000', 'wsp/number-too-large', 0],
    ['', 'wsp/missing-value', 0],
  ])('%s is no integer: %s', (hex, code, position) => {
    const read = reader(hex);
    expect(read.integer()).toBe(0);
    expect(read.failure).toMatchObject({ code, position });
  });

  test('a long integer has at most 30 octets', () => {
    const read = reader(`1F${'00'.repeat(31)}`);
    expect(read.longInteger()).toBe(0);
    expect(read.failure).toEqual({ code: 'wsp/value-length', message: 'a long integer of 31 octets where 31 are left', position: 0 });
  });

  test('only one octet from 80 is a short integer', () => {
    const read = reader('42');
    expect(read.shortInteger()).toBe(0);
    expect(read.failure).toMatchObject({ code: 'wsp/bad-value', position: 0 });
    expect(read.position).toBe(0);
  });

  test.each([
    ['00', '', 1],
    ['6100', 'a', 2],
    ['7F6100', 'a', 3],
    ['7F7F6100', '\u007fa', 4],
    ['7FE56200', '\u00e5b', 4],
    ['226100', '"a', 3],
    ['2000', ' ', 2],
  ])('reads the text %s as %j', (hex, value, position) => {
    const read = reader(`${hex}FFFF`);
    expect(read.text()).toBe(value);
    expect([read.failure, read.position]).toEqual([null, position]);
  });

  test.each([
    ['E56200', 'wsp/bad-value', 0],
    ['1F6200', 'wsp/bad-value', 0],
    ['6162', 'wsp/unterminated-text', 0],
  ])('%s is no text: %s', (hex, code, position) => {
    const read = reader(hex);
    expect(read.text()).toBe('');
    expect(read.failure).toMatchObject({ code, position });
  });

  test('a text ends within the end, not beyond it', () => {
    const read = reader('616200', 2);
    read.text();
    expect(read.failure).toEqual({ code: 'wsp/unterminated-text', message: 'a text without its final octet 00', position: 0 });
  });

  test.each([
    ['00', ''],
    ['226100', 'a'],
    ['2200', ''],
    ['22612200', 'a"'],
    ['6100', 'a'],
    ['7F226100', '"a'],
  ])('reads the text value %s as %j', (hex, value) => {
    const read = reader(hex);
    expect(read.textValue()).toBe(value);
    expect([read.failure, read.position]).toEqual([null, hex.length / 2]);
  });

  test('a quoted text that does not end is a failure', () => {
    const read = reader('2261');
    expect(read.textValue()).toBe('');
    expect(read.failure).toMatchObject({ code: 'wsp/unterminated-text' });
  });

  test.each([
    ['1E', 30, 30],
    ['00', 0, 0],
    ['1F05', 5, 5],
    ['1F8100', 128, 128],
  ])('reads the value length %s as %i', (hex, length, follow) => {
    const read = reader(`${hex}${'00'.repeat(follow)}`);
    expect(read.valueLength()).toBe(length);
    expect([read.failure, read.position]).toEqual([null, hex.length / 2]);
  });

  test.each([
    ['20', 'wsp/value-length', 'octet 32 begins no value length'],
    ['01', 'wsp/value-length', 'a value length of 1 where 0 octets are left'],
    ['1F', 'wsp/uintvar', 'the octets end inside a uintvar'],
    ['', 'wsp/missing-value', 'the octets end where a value should begin'],
  ])('%s is no value length', (hex, code, message) => {
    const read = reader(hex);
    read.valueLength();
    expect(read.failure).toMatchObject({ code, message });
  });

  test.each([
    ['80', 1],
    ['FF', 1],
    ['00', 1],
    ['02AAAA', 3],
    [`1E${'AA'.repeat(30)}`, 31],
    ['1F02AAAA', 4],
    ['616200', 3],
    ['7F00', 2],
    ['2000', 2],
  ])('passes over %s', (hex, position) => {
    const read = reader(`${hex}42`);
    read.skip();
    expect([read.failure, read.position]).toEqual([null, position]);
  });

  test.each([
    ['', 'wsp/missing-value'],
    ['0242', 'wsp/value-length'],
    ['1F0242', 'wsp/value-length'],
    ['6162', 'wsp/unterminated-text'],
  ])('cannot pass over %j: %s', (hex, code) => {
    const read = reader(hex);
    read.skip();
    expect(read.failure).toMatchObject({ code });
  });

  test('keeps the first failure', () => {
    const read = reader('');
    read.octet();
    read.fail('wsp/uintvar', 'later');
    read.misfit();
    expect(read.failure).toEqual({ code: 'wsp/missing-value', message: 'the octets end where a value should begin', position: 0 });
  });

  test('reads within an end: a fit gives the value, more or less than all of it gives nothing, and the place after is the same', () => {
    const annotate = (): void => {};
    const read = new ValueReader(fromHex('8586'), 0, 2, 10, annotate);
    expect(read.within(1, (inner) => [inner.end, inner.annotate, inner.integer()])).toEqual([1, undefined, 5]);
    expect([read.position, read.end, read.annotate]).toEqual([1, 2, annotate]);
    expect(read.within(2, () => 1)).toBeUndefined();
    expect([read.position, read.failure]).toEqual([2, null]);
    read.position = 0;
    expect(read.within(1, (inner) => inner.text())).toBeUndefined();
    expect([read.position, read.failure]).toEqual([1, null]);
  });

  test('takes octets up to the end and no further', () => {
    const read = reader('010203', 2);
    expect(toHex(read.take(2))).toBe('0102');
    expect(read.take(1)).toHaveLength(0);
    expect(read.failure).toEqual({ code: 'wsp/value-length', message: '1 octets wanted where 0 are left', position: 2 });
  });

  test('notes nothing for no octets', () => {
    const seen: unknown[] = [];
    const read = new ValueReader(fromHex('8586'), 1, 2, 10, (annotation) => seen.push(annotation));
    read.note('field', 1, 'nothing');
    read.position = 2;
    read.note('field', 1, 'one octet');
    expect(seen).toEqual([{ offset: 11, octets: fromHex('86'), field: 'field', meaning: 'one octet' }]);
  });
});

describe('any value', () => {
  test.each([
    ['85', 5],
    ['6100', 'a'],
    ['7F6100', 'a'],
    ['226100', '"a'],
    ['00', ''],
    ['021234', '1234'],
    ['1F021234', '1234'],
  ])('%s is shown as %j', (hex, value) => {
    expect(anyValue(fromHex(hex), 0, hex.length / 2)).toBe(value);
  });
});

test('every octet has a character, whatever the length of the text', () => {
  const octets = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (const length of [0, 1, 7, 8, 9, 15, 16, 17, 256]) {
    expect(latin1(octets, 0, length)).toBe(Array.from({ length }, (_, index) => String.fromCharCode(index)).join(''));
  }
  expect(latin1(octets, 65, 68)).toBe('ABC');
});

describe('writing values', () => {
  test.each([
    [0, '80', '0100'],
    [127, 'FF', '017F'],
    [128, '0180', '0180'],
    [256, '020100', '020100'],
    [Number.MAX_SAFE_INTEGER, '071FFFFFFFFFFFFF', '071FFFFFFFFFFFFF'],
  ])('%d is %s, in the long form %s', (value, shortest, long) => {
    expect(writing((writer) => expect(writeInteger(writer, value)).toBe(true))).toBe(shortest);
    expect(writing((writer) => expect(writeLongInteger(writer, value)).toBe(true))).toBe(long);
  });

  test.each([-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN])('%d is no integer', (value) => {
    expect(writing((writer) => expect(writeInteger(writer, value)).toBe(false))).toBe('');
    expect(writing((writer) => expect(writeLongInteger(writer, value)).toBe(false))).toBe('');
    expect(writing((writer) => expect(writeShortInteger(writer, value)).toBe(false))).toBe('');
  });

  test('128 is no short integer', () => {
    expect(writing((writer) => expect(writeShortInteger(writer, 128)).toBe(false))).toBe('');
  });

  test.each([
    ['', '00', '00', '2200'],
    ['a', '6100', '6100', '226100'],
    ['a b', '61206200', '2261206200', '2261206200'],
    ['\u00e5', '7FE500', '22E500', '22E500'],
    ['\u007f', '7F7F00', '227F00', '227F00'],
    ['\u0005', '7F0500', '220500', '220500'],
    ['~', '7E00', '7E00', '227E00'],
    ['"a', '226100', '22226100', '22226100'],
    [' ', '2000', '222000', '222000'],
  ])('%j is the text %s, the text value %s, the quoted string %s', (text, plain, value, quoted) => {
    expect(writing((writer) => expect(writeText(writer, text)).toBe(true))).toBe(plain);
    expect(writing((writer) => expect(writeTextValue(writer, text)).toBe(true))).toBe(value);
    expect(writing((writer) => expect(writeQuotedString(writer, text)).toBe(true))).toBe(quoted);
  });

  test.each(['a\u0000', '\u0100'])('%j has no octets', (text) => {
    expect(isWritableText(text)).toBe(false);
    for (const write of [writeText, writeTextValue, writeQuotedString]) {
      expect(writing((writer) => expect(write(writer, text)).toBe(false))).toBe('');
    }
  });

  test.each([
    [30, false, '1E'],
    [31, false, '1F1F'],
    [0, true, '1F00'],
    [200, false, '1F8148'],
  ])('the length %i (quoted: %s) is %s', (length, quote, hex) => {
    expect(writing((writer) => writeValueLength(writer, length, quote))).toBe(hex);
  });

  test('a token has neither blanks nor separators nor anything that is not ASCII', () => {
    expect(['a', '!', '~', 'x-own.1'].every(isToken)).toBe(true);
    expect(['', 'a b', 'a\t', 'a(', 'a"', 'a/b', 'a{', '\u007f', '\u00e5'].some(isToken)).toBe(false);
  });
});
