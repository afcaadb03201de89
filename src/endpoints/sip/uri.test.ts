import { describe, expect, test } from 'vitest';
import {
  parseNumber,
  parseParameters,
  quoted,
  splitOutside,
  textOf,
  trimBlanks,
  unquoted,
  withoutBlanksAround,
} from '../header-grammar.js';
import { formatHost, parseSipAddress, parseSipUri, sameSipUri } from './uri.js';

describe('SIP URIs (RFC 3261 19.1)', () => {
  test.each([
    ['sip:alice@atlanta.invalid', { scheme: 'sip', user: 'alice', host: 'atlanta.invalid', port: null }],
    ['SIPS:alice:secret@ATLANTA.invalid:5061', { scheme: 'sips', user: 'alice', host: 'atlanta.invalid', port: 5061 }],
    ['sip:[::1]:5070', { user: null, host: '::1', port: 5070 }],
    ['sip:192.0.2.4', { user: null, host: '192.0.2.4' }],
    ['sip:a@b.invalid?subject=project%20x&to=c%40d', { user: 'a', text: 'sip:a@b.invalid' }],
    ['sip:a@b.invalid;gr=urn:uuid:1;lr', { user: 'a', text: 'sip:a@b.invalid;gr=urn:uuid:1;lr' }],
  ])('%s is read', (text, expected) => {
    expect(parseSipUri(text)).toMatchObject(expected);
  });

  test.each([
    'tel:1',
    'sip:',
    'sip:@x',
    'sip::pw@x',
    'sip:a@b:99999',
    'sip:a@b:',
    'sip:a b@c',
    'sip:a@[::1',
    'sip:a@[g]',
    'sip:a@b\r\nTo: x',
    'sip:a@-b',
    `sip:a@${'b'.repeat(2100)}`,
  ])('%j is none', (text) => {
    expect(parseSipUri(text)).toBeNull();
  });

  test.each([
    ['sip:%61lice@b.invalid;transport=TCP', 'sip:alice@B.invalid;Transport=tcp', true],
    ['sip:a@b.invalid;lr', 'sip:a@b.invalid', true],
    ['sip:a@b.invalid', 'sip:A@b.invalid', false],
    ['sip:a@b.invalid', 'sip:a@b.invalid:5060', false],
    ['sip:a@b.invalid', 'sips:a@b.invalid', false],
    ['sip:a@b.invalid;transport=udp', 'sip:a@b.invalid', false],
    ['sip:a%40b@c', 'sip:a%2540b@c', false],
    ['sip:a@b.invalid;gr=urn:uuid:1', 'sip:a@b.invalid;gr=urn:uuid:2', false],
  ])('%s and %s: the same is %s (19.1.4)', (one, other, same) => {
    const [first, second] = [parseSipUri(one), parseSipUri(other)];
    expect(first !== null && second !== null && sameSipUri(first, second)).toBe(same);
  });

  test('an address of IPv6 is written in brackets', () => {
    expect([formatHost('::1'), formatHost('127.0.0.1')]).toEqual(['[::1]', '127.0.0.1']);
  });
});

describe('addresses (RFC 3261 20.10)', () => {
  test.each([
    ['"A. G. \\"Bell\\" <x>" <sip:agb@b.invalid>;tag=a48s', { displayName: 'A. G. "Bell" <x>', uri: 'sip:agb@b.invalid' }],
    ['sip:+12125551212@b.invalid;tag=887s', { displayName: null, uri: 'sip:+12125551212@b.invalid' }],
    ['Anonymous <sip:c8oqz84zk7z@b.invalid;lr>;tag=h', { displayName: 'Anonymous', uri: 'sip:c8oqz84zk7z@b.invalid;lr' }],
  ])('%s is read, and a parameter behind it is its own', (text, expected) => {
    expect(parseSipAddress(text)).toMatchObject(expected);
  });

  test.each(['', 'a', '<>', '<sip:a@b> x', '"a <sip:a@b>', '<sip:a@b', '<sip:a b@c>', 'sip:a"b@c'])('%j is none', (text) => {
    expect(parseSipAddress(text)).toBeNull();
  });
});

describe('the grammar of values (RFC 3261 25.1)', () => {
  test('a separator counts outside quotation marks and brackets alone', () => {
    expect(splitOutside('"a,\\"b,", <sip:c,d>, e', ',')).toEqual(['"a,\\"b,"', '<sip:c,d>', 'e']);
  });

  test('of parameters with one name the first counts, and a name alone has no value', () => {
    const parameters = parseParameters(['Tag = 1', 'tag=2', 'lr', 'q="a\\"b"', '']);
    expect([...parameters]).toEqual([
      ['tag', '1'],
      ['lr', null],
      ['q', 'a"b'],
    ]);
  });

  test('what is quoted is unquoted to what it was', () => {
    for (const text of ['', 'a', '\\', '"', 'a\\"b']) expect(unquoted(quoted(text))).toBe(text);
    expect(unquoted('plain')).toBe('plain');
  });

  test('numbers are digits, and not too many', () => {
    expect(['0', '0068', '255', '256', '-1', '1.0', '', ' 1', '0x1', '9'.repeat(2000)].map((text) => parseNumber(text, 255))).toEqual([
      0,
      68,
      255,
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect([parseNumber(null, 9), parseNumber(undefined, 9)]).toEqual([null, null]);
  });

  test('blanks are space and tab, and no octet of a letter', () => {
    expect(trimBlanks('\t \u00a0a\u00a0 \t')).toBe('\u00a0a\u00a0');
    expect(withoutBlanksAround('a : b', ':')).toBe('a:b');
  });

  test('values are text where they are UTF-8, and octets elsewhere', () => {
    expect(textOf('\u00c3\u00a4')).toBe('ä');
    expect(textOf('\u00e4')).toBe('\u00e4');
  });

  test('a value of blanks takes no time that grows with their square', () => {
    const blanks = ' '.repeat(1_000_000);
    expect(withoutBlanksAround(`a${blanks}b`, ':')).toHaveLength(1_000_002);
    expect(trimBlanks(blanks)).toBe('');
  });
});
