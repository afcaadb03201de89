import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import { type Annotation, Cursor, codeTable, DecodeError, EncodeError, fromHex, newOctets, OctetWriter, toHex } from './index.js';

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new TypeError('nothing was thrown');
}

describe('hexadecimal', () => {
  test('is written in upper case, unspaced', () => {
    expect(toHex(Uint8Array.of(0x00, 0x0a, 0xa0, 0xff, 0x5b))).toBe('000AA0FF5B');
    expect(toHex(new Uint8Array(0))).toBe('');
  });

  test('is read in either case', () => {
    expect(fromHex('0aA0fFfF')).toEqual(Uint8Array.of(0x0a, 0xa0, 0xff, 0xff));
    expect(fromHex('')).toEqual(new Uint8Array(0));
  });

  test('every octet has the digits that numbers have', () => {
    for (let octet = 0; octet < 256; octet += 1) {
      const digits = octet.toString(16).padStart(2, '0');
      expect(fromHex(digits)).toEqual(Uint8Array.of(octet));
      expect(fromHex(digits.toUpperCase())).toEqual(Uint8Array.of(octet));
      expect(toHex(Uint8Array.of(octet))).toBe(digits.toUpperCase());
    }
  });

  test.each([
    ['0g', 0],
    ['g0', 0],
    ['00 0', 1],
    ['00/0', 1],
    ['00:0', 1],
    ['00@0', 1],
    ['00G0', 1],
    ['00`0', 1],
    ['0000\u01300', 2],
    ['0000é0', 2],
    ['\ud800\udc00', 0],
    ['0a0b\u00000', 2],
  ])('%j is refused at octet %i', (text, offset) => {
    expect(caught(() => fromHex(text, 'pdu'))).toMatchObject({ name: 'DecodeError', code: 'octets/bad-hex', field: 'pdu', offset });
  });

  test('a lone last digit is refused behind the last octet', () => {
    const error = caught(() => fromHex('00112'));
    expect(error).toMatchObject({ code: 'octets/bad-hex', offset: 2, field: 'hex' });
    expect(String(error)).toContain('odd number of hexadecimal digits (5)');
  });

  test('a bad digit is named by its place', () => {
    expect(String(caught(() => fromHex('0011x2')))).toContain('character 5 or 6 is not a hexadecimal digit');
  });

  test('what was read before is not touched by what is read after', () => {
    const first = fromHex('0102');
    const many = Array.from({ length: 2000 }, (_, index) => fromHex('AB'.repeat((index % 600) + 1)));
    expect(first).toEqual(Uint8Array.of(1, 2));
    expect(many.every((octets, index) => octets.length === (index % 600) + 1 && octets.every((octet) => octet === 0xab))).toBe(true);
    many[0]![0] = 1;
    expect(many[1]![0]).toBe(0xab);
  });

  test('any length goes both ways, beyond every block', () => {
    for (const length of [511, 512, 513, 2047, 2048, 2049, 4096, 4097, 10_000]) {
      const octets = Uint8Array.from({ length }, (_, index) => (index * 7) & 0xff);
      const text = Buffer.from(octets).toString('hex').toUpperCase();
      expect(toHex(octets)).toBe(text);
      expect(fromHex(text)).toEqual(octets);
      expect(caught(() => fromHex(`${text.slice(0, -1)}x`))).toMatchObject({ offset: length - 1 });
    }
  });

  test('agrees with Buffer on all octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
        const text = Buffer.from(octets).toString('hex');
        expect(toHex(octets)).toBe(text.toUpperCase());
        expect(fromHex(text)).toEqual(octets);
      }),
    );
  });
});

test("new octets are zero and nobody else's, short or long", () => {
  const all = Array.from({ length: 300 }, (_, index) => newOctets(index * 2));
  all.forEach((octets, index) => {
    expect(octets).toEqual(new Uint8Array(index * 2));
    octets.fill(0xff);
  });
  expect(newOctets(512)).toEqual(new Uint8Array(512));
  expect(newOctets(513).buffer.byteLength).toBe(513);
  expect(newOctets(512).buffer.byteLength).toBe(8192);
});

test('octets read from digits leave those read before as they were, whatever their number', () => {
  const all = Array.from({ length: 1200 }, (_, index) => fromHex(toHex(new Uint8Array(index % 40).fill(index))));
  all.forEach((octets, index) => {
    expect(octets).toEqual(new Uint8Array(index % 40).fill(index));
  });
});

describe('Cursor', () => {
  const octets = fromHex('0102030405');

  test('passes over octets and says where they lay, or how many are lacking', () => {
    const cursor = new Cursor(octets, {}, 1);
    expect([cursor.pass('a', 2), cursor.pass('b', 0), cursor.remaining]).toEqual([1, 3, 2]);
    expect(() => cursor.pass('c', 3)).toThrow(new DecodeError('octets/truncated', 'c needs 3 octets, 2 left', 'c', 3));
  });

  test('reads in wire order and knows what remains', () => {
    const cursor = new Cursor(octets);
    expect(cursor.remaining).toBe(5);
    expect(cursor.peek()).toBe(1);
    expect(cursor.peek(4)).toBe(5);
    expect(cursor.peek(5)).toBeUndefined();
    expect(cursor.u8('a')).toBe(1);
    expect(cursor.u16('b')).toBe(0x0203);
    expect(cursor.offset).toBe(3);
    expect(cursor.bytes('c', 1)).toEqual(Uint8Array.of(4));
    expect(cursor.rest('d')).toEqual(Uint8Array.of(5));
    expect(cursor.remaining).toBe(0);
    expect(cursor.peek()).toBeUndefined();
    expect(() => cursor.end('e')).not.toThrow();
  });

  test.each<[string, (cursor: Cursor) => unknown, number]>([
    ['u8', (cursor) => cursor.u8('x'), 0],
    ['u16', (cursor) => cursor.u16('x'), 1],
    ['bytes', (cursor) => cursor.bytes('x', 3), 2],
    ['nested', (cursor) => cursor.nested('x', 3), 2],
  ])('%s says where octets are missing', (_, read, left) => {
    const cursor = new Cursor(octets, { field: 'tpdu', baseOffset: 10 });
    cursor.bytes('before', 5 - left);
    const error = caught(() => read(cursor));
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ code: 'octets/truncated', field: 'tpdu.x', offset: 15 - left });
    expect(String(error)).toMatch(new RegExp(`needs \\d octets?, ${left} left`));
    expect(cursor.remaining).toBe(left);
  });

  test('a negative length is refused', () => {
    expect(caught(() => new Cursor(octets).bytes('x', -1))).toMatchObject({ code: 'octets/truncated' });
    expect(caught(() => new Cursor(octets).nested('x', -1))).toMatchObject({ code: 'octets/truncated' });
  });

  test('numbers of octets are singular or plural', () => {
    expect(String(caught(() => new Cursor(new Uint8Array(0)).u8('x')))).toContain('x needs 1 octet, 0 left');
    expect(String(caught(() => new Cursor(new Uint8Array(0)).u16('x')))).toContain('x needs 2 octets, 0 left');
    expect(String(caught(() => new Cursor(octets.subarray(0, 1)).end('x')))).toContain('1 octet left over after the end of x');
    expect(String(caught(() => new Cursor(octets).end('x')))).toContain('5 octets left over');
  });

  test('what is left over is an error at the first octet of it', () => {
    const cursor = new Cursor(octets, { field: 'tpdu' });
    cursor.u8('fo');
    expect(caught(() => cursor.end(''))).toMatchObject({ code: 'octets/trailing', field: 'tpdu', offset: 1 });
  });

  test('a nested cursor reads its part only, counts from the outermost octet, and names every field on the way', () => {
    const outer = new Cursor(octets, { field: 'tpdu', baseOffset: 7 });
    outer.u8('fo');
    const inner = outer.nested('ud', 2).nested('udh', 1);
    expect(outer.remaining).toBe(2);
    expect(inner.offset).toBe(8);
    expect(inner.path('ie[0]')).toBe('tpdu.ud.udh.ie[0]');
    expect(inner.path()).toBe('tpdu.ud.udh');
    expect(inner.u8('x')).toBe(2);
    expect(caught(() => inner.u8('y'))).toMatchObject({ field: 'tpdu.ud.udh.y', offset: 9 });
    expect(new Cursor(octets).path('x')).toBe('x');
  });

  test('fails where it stands, or where it is told', () => {
    const cursor = new Cursor(octets, { field: 'a' });
    cursor.u16('b');
    expect(caught(() => cursor.fail('sms/bad-time', 'c', 'why'))).toMatchObject({
      code: 'sms/bad-time',
      field: 'a.c',
      offset: 2,
      message: 'why',
    });
    expect(caught(() => cursor.fail('sms/bad-time', 'c', 'why', 1))).toMatchObject({ offset: 1 });
  });

  test('annotates every read with offset, octets, path and meaning', () => {
    const annotations: Annotation[] = [];
    const cursor = new Cursor(octets, { field: 't', baseOffset: 3, annotate: (annotation) => annotations.push(annotation) });
    cursor.u8('a', (value) => `one is ${value}`);
    cursor.nested('n', 1).u8('b');
    cursor.u16('c', (value) => `two are ${value}`);
    cursor.bytes('nothing', 0, () => 'not said');
    cursor.bytes('silent', 1, () => null);
    expect(annotations).toEqual([
      { offset: 3, octets: Uint8Array.of(1), field: 't.a', meaning: 'one is 1' },
      { offset: 4, octets: Uint8Array.of(2), field: 't.n.b', meaning: '2' },
      { offset: 5, octets: Uint8Array.of(3, 4), field: 't.c', meaning: 'two are 772' },
    ]);
    const plain: Annotation[] = [];
    const other = new Cursor(octets, { annotate: (annotation) => plain.push(annotation) });
    other.u16('a');
    other.bytes('b', 2);
    expect(plain.map(({ offset, meaning }) => [offset, meaning])).toEqual([
      [0, '258'],
      [2, ''],
    ]);
  });
});

describe('OctetWriter', () => {
  test('writes in order, beyond its first capacity', () => {
    const writer = new OctetWriter(1);
    writer
      .u8('a', 1)
      .u16('b', 0x0203)
      .bytes(Uint8Array.of(4, 5, 6, 7, 8))
      .u8('c', 255)
      .u16('d', 0xffff);
    expect(writer.length).toBe(11);
    expect(writer.toOctets()).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 255, 255, 255));
  });

  test('gives a copy that later writing does not change', () => {
    const writer = new OctetWriter();
    const before = writer.u8('a', 1).toOctets();
    writer.u8('b', 2);
    expect(before).toEqual(Uint8Array.of(1));
  });

  test.each([-1, 256, 1.5, Number.NaN])('%d is no octet', (value) => {
    const error = caught(() => new OctetWriter().u8('a', value));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toMatchObject({ name: 'EncodeError', code: 'octets/out-of-range', field: 'a' });
    expect(String(error)).toContain('one octet holds 0 to 255');
  });

  test.each([-1, 65_536, 1.5, Number.NaN])('%d is no two octets', (value) => {
    const error = caught(() => new OctetWriter().u16('a', value));
    expect(error).toMatchObject({ code: 'octets/out-of-range', field: 'a' });
    expect(String(error)).toContain('two octets hold 0 to 65535');
  });

  test('what is written is read again', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.uint8Array({ maxLength: 40 }))), (values) => {
        const writer = new OctetWriter(4);
        for (const value of values) typeof value === 'number' ? writer.u16('x', value) : writer.bytes(value);
        const cursor = new Cursor(writer.toOctets());
        for (const value of values) expect(typeof value === 'number' ? cursor.u16('x') : cursor.bytes('x', value.length)).toEqual(value);
        expect(cursor.remaining).toBe(0);
      }),
    );
  });
});

describe('codeTable', () => {
  const table = codeTable('a source', [
    [1, 'One'],
    [2, 'Two'],
    [1, 'Uno'],
    [3, 'two'],
  ]);

  test('names numbers and numbers names, the first of several counting', () => {
    expect(table.title).toBe('a source');
    expect(table.entries).toHaveLength(4);
    expect(table.name(1)).toBe('One');
    expect(table.name(3)).toBe('two');
    expect(table.name(4)).toBeUndefined();
    expect(table.code('two')).toBe(2);
    expect(table.code('UNO')).toBe(1);
    expect(table.code('three')).toBeUndefined();
  });
});

test('errors are of one kind, with code and place', () => {
  expect(new DecodeError('octets/truncated', 'short', 'a.b', 3)).toBeInstanceOf(BridgeError);
  expect(new EncodeError('octets/out-of-range', 'long', 'a')).toBeInstanceOf(BridgeError);
});
