import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../octets/index.js';
import {
  fillBitsAfter,
  hasLockingTable,
  hasSingleShiftTable,
  packSeptets,
  septetsToText,
  textToSeptets,
  unpackSeptets,
} from './gsm-alphabet.js';
import { lockingTables, nationalLanguages, singleShiftTables } from './gsm-tables.js';
import { decodeText, decodeUserData, encodeText, joinText, readPart, userDataHeader } from './index.js';
import { deliver } from './parts.testing.js';
import type { InformationElement, SmsDeliver, UserDataFields } from './types.js';

const text = (fields: UserDataFields, dataCodingScheme: number): SmsDeliver => ({ ...deliver(), ...fields, dataCodingScheme });
const languages = (locking: number | null, singleShift: number | null): InformationElement[] => [
  ...(singleShift === null ? [] : [{ identifier: 0x24, octets: Uint8Array.of(singleShift) }]),
  ...(locking === null ? [] : [{ identifier: 0x25, octets: Uint8Array.of(locking) }]),
];

describe('septets', () => {
  test.each([
    // Packed by a program of its own from 3GPP TS 23.038 6.1.2.1.1, low bits first.
    ['wapbridge', 'F7305C2C4F93CF65'],
    ['1', '31'],
    ['12345678', '31D98C56B3DD70'],
    ['[ok]~^', '1BDE7BBDF16D7A1B0A'],
    ['', ''],
  ])('%j packs to %s', (plain, packed) => {
    const septets = textToSeptets(plain);
    expect(toHex(packSeptets(septets))).toBe(packed);
    expect(septetsToText(unpackSeptets(fromHex(packed), septets.length))).toBe(plain);
  });

  test('fill bits bring the first septet to a septet boundary', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 12, 13].map(fillBitsAfter)).toEqual([6, 5, 4, 3, 2, 1, 0, 6, 2, 1]);
  });

  test('packing and unpacking are inverse behind any fill bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 127, maxLength: 160 }), fc.integer({ min: 0, max: 6 }), (septets, fillBits) => {
        const packed = packSeptets(septets, fillBits);
        expect(packed.length).toBe(Math.ceil((septets.length * 7 + fillBits) / 8));
        expect(unpackSeptets(packed, septets.length, fillBits)).toEqual(septets);
        expect((packed[0] ?? 0) & ((1 << fillBits) - 1)).toBe(0);
      }),
    );
  });
});

describe('alphabets', () => {
  test('the default alphabet is that of 3GPP TS 23.038 6.2.1', () => {
    const all = septetsToText(Uint8Array.from({ length: 128 }, (_, septet) => septet).filter((septet) => septet !== 0x1b));
    expect(all).toBe(
      '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
    );
  });

  test('the extension has ten characters, and others fall back to the main table', () => {
    const shifted = (septet: number) => septetsToText(Uint8Array.of(0x1b, septet));
    expect([0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65].map(shifted).join('')).toBe('\f^{}\\[~]|€');
    expect(shifted(0x41)).toBe('A');
    expect(shifted(0x1b)).toBe(' ');
    expect(septetsToText(Uint8Array.of(0x41, 0x1b))).toBe('A\ufffd');
    expect(septetsToText(Uint8Array.of(0x1b, 0x1b, 0x65))).toBe(' e');
  });

  test('every language has its tables, with 127 places beside the escape and no character twice in a reading', () => {
    expect(lockingTables.map((table) => table?.length ?? null)).toEqual([128, 128, null, ...new Array(11).fill(128)]);
    expect(singleShiftTables).toHaveLength(14);
    expect(nationalLanguages).toHaveLength(14);
    expect([0, 1, 2, 3, 13, 14].map(hasLockingTable)).toEqual([true, true, false, true, true, false]);
    expect([0, 1, 2, 13, 14].map(hasSingleShiftTable)).toEqual([true, true, true, true, false]);
    for (const table of lockingTables) {
      if (table === null) continue;
      expect(table.charCodeAt(0x1b)).toBe(0x1b);
      const assigned = [...table].filter((character) => character !== '\uffff' && character !== '\u001b');
      expect(new Set(assigned).size).toBe(assigned.length);
    }
  });

  test.each([
    [1, 0x04, '€'],
    [1, 0x0b, 'Ğ'],
    [3, 0x12, 'ª'],
    [4, 0x00, '\u0981'],
    [5, 0x7f, '\u0af1'],
    [6, 0x00, '\u0901'],
    [7, 0x24, '\u0ca1'],
    [8, 0x7f, '\u0d79'],
    [9, 0x7f, '\u0b63'],
    [10, 0x7f, '\u0a74'],
    [11, 0x7f, '\u0bf9'],
    [12, 0x7f, '\u0c63'],
    [13, 0x00, '\u0627'],
    [13, 0x2c, ','],
    [4, 0x0c, '\ufffd'],
  ])('locking table %i has at %i what the standard says', (locking, septet, character) => {
    expect(septetsToText(Uint8Array.of(septet), { locking, singleShift: 0 })).toBe(character);
  });

  test.each([
    [1, 0x69, 'ı'],
    [2, 0x09, 'ç'],
    [3, 0x12, 'Φ'],
    [4, 0x19, '\u09e6'],
    [5, 0x1c, '\u0ae6'],
    [6, 0x19, '\u0964'],
    [7, 0x26, '\u0cde'],
    [8, 0x24, '\u0d6e'],
    [9, 0x2c, '\u0b71'],
    [10, 0x2d, '\u0a75'],
    [11, 0x24, '\u0bee'],
    [12, 0x22, '\u0c6c'],
    [12, 0x65, '€'],
    [13, 0x3f, '\u06d4'],
  ])('single shift table %i has at %i what the standard says', (singleShift, septet, character) => {
    expect(septetsToText(Uint8Array.of(0x1b, septet), { locking: 0, singleShift })).toBe(character);
  });

  test('a table that does not exist is read as the default one', () => {
    expect(septetsToText(Uint8Array.of(0x41, 0x1b, 0x65), { locking: 2, singleShift: 99 })).toBe('A€');
  });

  test('a character that neither table has is refused by its code point', () => {
    expect(() => textToSeptets('aб')).toThrow(/U\+0431 is not in the GSM 7-bit alphabet/);
    expect(() => textToSeptets('\u{1f600}')).toThrow(/U\+1F600/);
    expect(() => textToSeptets('\u001b')).toThrow(/U\+001B/);
    expect(() => textToSeptets('\uffff', { locking: 4, singleShift: 0 })).toThrow(/U\+FFFF/);
  });
});

describe('decodeText', () => {
  test.each([
    [null, null, 'héllo €'],
    [1, null, 'Ğüneş'],
    [null, 1, 'ğ ı ş €'],
    [null, 2, 'así, ç Ú'],
    [3, 3, 'ã ê Φ € ∞'],
    [6, 6, '\u0905\u0906 \u0966'],
    [13, 13, '\u0627 \u06f0'],
  ])('reads with locking table %s and single shift table %s what was written', (locking, singleShift, plain) => {
    const elements = languages(locking, singleShift);
    const header = elements.length === 0 ? null : userDataHeader(elements);
    expect(decodeText(text(encodeText(plain, { userDataHeader: header }), 0))).toEqual({ text: plain, diagnostics: [] });
  });

  test('text after a header begins at the next septet boundary, for every length of header', () => {
    for (let length = 0; length < 16; length += 1) {
      const header = userDataHeader([{ identifier: 0xa0, octets: new Uint8Array(length) }]);
      const fields = encodeText('Grüße', { userDataHeader: header });
      expect(fields.userDataLength).toBe(Math.ceil(((length + 3) * 8) / 7) + 5);
      expect(decodeText(text(fields, 0)).text).toBe('Grüße');
      expect(decodeText(text(encodeText('', { userDataHeader: header }), 0)).text).toBe('');
    }
  });

  test('the last language element counts, and one that is too long does not', () => {
    const header = userDataHeader([
      ...languages(6, null),
      { identifier: 0x25, octets: Uint8Array.of(1) },
      { identifier: 0x25, octets: Uint8Array.of(3, 3) },
    ]);
    expect(decodeText(text(encodeText('Ğ', { userDataHeader: userDataHeader([...header.elements]) }), 0)).text).toBe('Ğ');
  });

  test('a language without a table is read with the default alphabet, with a diagnostic', () => {
    const header = userDataHeader(languages(2, 14));
    const { text: read, diagnostics } = decodeText(text(encodeText('a', { userDataHeader: header }), 0));
    expect(read).toBe('a');
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['sms/unknown-national-language', 'there is no locking table 2: the default one is used'],
      ['sms/unknown-national-language', 'there is no single shift table 14: the default one is used'],
    ]);
  });

  test('UCS2 has surrogate pairs', () => {
    const fields = encodeText('a\u{1f600}é', { alphabet: 'ucs2' });
    expect(toHex(fields.userData)).toBe('0061D83DDE0000E9');
    expect(decodeText(text(fields, 8))).toEqual({ text: 'a\u{1f600}é', diagnostics: [] });
  });

  test.each(['0061D83D', 'DE000061', 'D83DD83DDE00', '0061D83D0062'])('a surrogate that stands alone is replaced and said: %s', (hex) => {
    const { text: read, diagnostics } = decodeText(
      text({ userDataLength: hex.length / 2, userDataHeader: null, userData: fromHex(hex) }, 8),
    );
    expect(read).toContain('\ufffd');
    expect(read?.match(/\ufffd/g)).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ code: 'sms/lone-surrogate', offset: null }]);
  });

  test('an odd octet of UCS2 is passed over and said', () => {
    const { text: read, diagnostics } = decodeText(text({ userDataLength: 3, userDataHeader: null, userData: fromHex('006100') }, 8));
    expect(read).toBe('a');
    expect(diagnostics).toMatchObject([{ code: 'sms/odd-ucs2' }]);
  });

  test('8-bit and compressed data, commands and bare user data have no text', () => {
    const fields = { userDataLength: 2, userDataHeader: null, userData: fromHex('6161') };
    for (const scheme of [0x04, 0xf4, 0x20, 0x28]) expect(decodeText(text(fields, scheme))).toEqual({ text: null, diagnostics: [] });
    expect(decodeText(decodeUserData(fromHex('0307010061')))).toEqual({ text: null, diagnostics: [] });
  });

  test('user data that is shorter than its length is read as far as it goes', () => {
    expect(decodeText(text({ userDataLength: 160, userDataHeader: null, userData: fromHex('31D98C') }, 0)).text).toBe('123');
  });

  test('a surrogate pair that is split between parts is whole when they are joined', () => {
    const piece = (hex: string) => readPart(text({ userDataLength: hex.length / 2, userDataHeader: null, userData: fromHex(hex) }, 8));
    expect(joinText([piece('0061D83D'), piece('DE000062')])).toEqual({ text: 'a\u{1f600}b', diagnostics: [] });
    expect(
      joinText([piece('0061'), readPart(text({ userDataLength: 1, userDataHeader: null, userData: fromHex('61') }, 4))]).text,
    ).toBeNull();
    expect(joinText([piece('D83D')])).toMatchObject({ text: '\ufffd', diagnostics: [{ code: 'sms/lone-surrogate' }] });
  });

  test('any text of the default alphabet goes both ways, and any at all in UCS2', () => {
    const alphabet = [...(lockingTables[0] ?? '')].filter((character) => character !== '\u001b').concat([...'^{}\\[~]|€']);
    const plain = fc.array(fc.constantFrom(...alphabet), { maxLength: 70 }).map((characters) => characters.join(''));
    const any = fc.string({ unit: 'binary', maxLength: 60 });
    const goesBothWays = (given: string, fields: UserDataFields, scheme: number) => {
      expect(decodeText(text(fields, scheme)).text).toBe(given);
    };
    fc.assert(fc.property(plain, (given) => goesBothWays(given, encodeText(given), 0)));
    fc.assert(fc.property(any, (given) => goesBothWays(given, encodeText(given, { alphabet: 'ucs2' }), 8)));
  });
});
