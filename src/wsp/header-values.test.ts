import { describe, expect, test } from 'vitest';
import { EncodeError, fromHex, toHex } from '../octets/index.js';
import { headerVectors, misfitVectors } from './header-values.vectors.js';
import { decodePush, encodePush, headerFields } from './index.js';

/** A push with nothing but these header octets. */
const pushWith = (hex: string): Uint8Array => {
  const block = fromHex(`C2AF87${hex}`);
  return Uint8Array.from([1, 6, ...(block.length < 128 ? [block.length] : [0x81, block.length - 128]), ...block]);
};

describe('header fields', () => {
  test.each(headerVectors)('$hex is $name: $value', ({ name, hex, value, shortest }) => {
    const push = decodePush(pushWith(hex), { baseOffset: 40 });
    const code = Number.parseInt(hex.slice(0, 2), 16) & 0x7f;
    expect(push.diagnostics).toEqual([]);
    expect(push.headers).toHaveLength(2);
    expect(push.headers[1]).toEqual({ name, code, page: 1, value, octets: fromHex(hex), offset: 46, raw: false });
    const written = encodePush({
      transactionId: 1,
      contentType: { code: 0x42 },
      headers: [{ name, code, value }],
      body: new Uint8Array(0),
    });
    if (shortest) expect(toHex(written.subarray(4))).toBe(hex);
    else expect(decodePush(written).headers[0]?.value).toEqual(value);
  });

  test.each(misfitVectors)('$hex is kept as $name with $code', ({ name, hex, value, code }) => {
    const octets = pushWith(hex).slice();
    const push = decodePush(octets, { baseOffset: 40 });
    const header = push.headers[1];
    expect(header).toMatchObject({ name, page: 1, value, octets: fromHex(hex), offset: 46, raw: true });
    const ids = name === 'X-Wap-Application-Id' ? ['wsp/header-value', 'wsp/repeated-header'] : [code];
    expect(push.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(ids);
    const nameOctets = hex.startsWith('436F') ? 15 : hex.startsWith('582D') ? 6 : 1;
    expect(push.diagnostics[0]?.offset).toBe(46 + nameOctets);
    expect(push.applicationId).toEqual({ code: 7, uri: 'x-wap-application:syncml.dm', present: true });
    expect(encodePush(push)).toEqual(octets);
  });

  test('every assigned field number is among the vectors, the application id aside', () => {
    const read = new Set(headerVectors.map(({ hex }) => Number.parseInt(hex.slice(0, 2), 16) & 0x7f));
    expect(headerFields.entries.map(([code]) => code).filter((code) => !read.has(code))).toEqual([0x2f]);
  });

  test('reserved bits of Push-Flag are listed by number and reported', () => {
    const push = decodePush(pushWith('B4F9'));
    expect(push.headers[1]?.value).toEqual(['authenticated', '0x08', '0x10', '0x20', '0x40']);
    expect(push.diagnostics).toEqual([
      { code: 'wsp/reserved-push-flag', message: 'Push-Flag authenticated, 0x08, 0x10, 0x20, 0x40 has reserved bits', offset: 7 },
    ]);
    expect(encodePush(push)).toEqual(pushWith('B4F9'));
  });

  test('a field that counts once and stands twice is reported at the second, a list may repeat', () => {
    const push = decodePush(pushWith('8D858D868B808B81'));
    expect(push.headers.map(({ value }) => value)).toEqual(['x-wap-application:syncml.dm', 5, 6, 'gzip', 'compress']);
    expect(push.diagnostics).toEqual([
      { code: 'wsp/repeated-header', message: 'Content-Length stands more than once; the first counts', offset: 8 },
    ]);
  });

  test('a repetition is noticed where the first of both is the first header of all', () => {
    const octets = Uint8Array.from([1, 6, 5, 0xc2, 0xaf, 0x87, 0xaf, 0x82]);
    const push = decodePush(octets);
    expect(push.applicationId.code).toBe(7);
    expect(push.applicationIdHeader).toBe(0);
    expect(push.diagnostics.map(({ code, offset }) => [code, offset])).toEqual([['wsp/repeated-header', 6]]);
  });

  test('a field that has a number but was named by text keeps its text, and is written as it came', () => {
    const hex = '636F6E74656E742D6C656E677468003500';
    const push = decodePush(pushWith(hex));
    expect(push.headers[1]).toEqual({
      name: 'Content-Length',
      code: 0x0d,
      page: 1,
      value: '5',
      octets: fromHex(hex),
      offset: 6,
      raw: true,
    });
    expect(push.diagnostics).toEqual([]);
    expect(encodePush(push)).toEqual(pushWith(hex));
  });

  test('an application id named by text is one on any page, also where its value is a number', () => {
    const name = '582D5741502D4170706C69636174696F6E2D494400';
    const push = decodePush(fromHex(`010618C202${name}87`));
    expect(push.applicationId).toEqual({ code: 7, uri: 'x-wap-application:syncml.dm', present: true });
    expect(push.headers[0]).toMatchObject({ name: 'X-Wap-Application-Id', code: 0x2f, page: 1, raw: false });
    expect(push.diagnostics).toEqual([
      { code: 'wsp/header-value', message: 'X-Wap-Application-Id was named by text, so its value should be text', offset: 26 },
    ]);
  });

  test('an application id that is neither a number nor a text is present, but nobody', () => {
    const push = decodePush(fromHex('010604C2AF1F00'));
    expect(push.applicationId).toEqual({ code: null, uri: null, present: true });
    expect(push.applicationIdHeader).toBe(0);
    expect(push.diagnostics.map(({ code, offset }) => [code, offset])).toEqual([['wsp/header-value', 5]]);
  });

  test('an application id without a number has its name alone, one without a name its number', () => {
    expect(decodePush(fromHex('010606C2AF783A7900')).applicationId).toEqual({ code: null, uri: 'x:y', present: true });
    expect(decodePush(fromHex('010605C2AF027777')).applicationId).toEqual({ code: 0x7777, uri: null, present: true });
  });

  test.each([
    ['C200', 'push.headers[0].name', 'wsp/bad-field-name', 4],
    ['C2AF870085', 'push.headers[1].name', 'wsp/bad-field-name', 6],
    ['C27F', 'push.headers[0].name', 'wsp/missing-value', 5],
    ['C2AF', 'push.headers[0].value', 'wsp/missing-value', 5],
    ['C28E61', 'push.headers[0].value', 'wsp/unterminated-text', 5],
    ['C2580061', 'push.headers[0].value', 'wsp/unterminated-text', 6],
    ['C258', 'push.headers[0].name', 'wsp/unterminated-text', 4],
    ['C25800', 'push.headers[0].value', 'wsp/missing-value', 6],
    ['C2AF0207', 'push.headers[0].value', 'wsp/value-length', 5],
    ['C28D1F80', 'push.headers[0].value', 'wsp/uintvar', 6],
    ['C28D1F01', 'push.headers[0].value', 'wsp/value-length', 5],
  ])('%s cannot be passed over: %s %s', (block, field, code, offset) => {
    // A body follows that would do, were it looked at.
    const octets = fromHex(`0106${(block.length / 2).toString(16).padStart(2, '0')}${block}000000000000`);
    expect(() => decodePush(octets)).toThrow(expect.objectContaining({ code, field, offset }));
  });

  test('a block full of the smallest fields is read to its end, and so is one full of texts that repeat', () => {
    const block = new Uint8Array(2 + 32_000).fill(0xff);
    block[0] = 0xc2;
    block[1] = 0x83;
    const push = decodePush(Uint8Array.from([1, 6, 0x81, 0xfa, 0x01, ...block.subarray(0, 1), ...block.subarray(2, 2 + 32_000)]));
    expect(push.headers).toHaveLength(16_000);
    expect(push.diagnostics).toHaveLength(16_001);
    const texts = new Uint8Array(32_000).map((_, index) => (index % 4 === 0 || index % 4 === 2 ? 0x61 : 0));
    expect(decodePush(Uint8Array.from([1, 6, 0x81, 0xfa, 0x01, 0xc2, ...texts])).headers).toHaveLength(8_000);
  });

  test('the same number on another code page repeats nothing and names nobody', () => {
    const push = decodePush(fromHex('010607C202AF8701AF82'));
    expect(push.headers.map(({ name, page, value, raw }) => [name, page, value, raw])).toEqual([
      ['page 2: 0x2F', 2, 7, true],
      ['X-Wap-Application-Id', 1, 'x-wap-application:wml.ua', false],
    ]);
    expect(push.applicationId.code).toBe(2);
    expect(push.diagnostics).toEqual([]);
  });

  test.each([
    ['Content-Length', 'five'],
    ['Content-Length', -1],
    ['Content-Length', 1.5],
    ['Date', 'yesterday'],
    ['Date', '1969-12-31T23:59:59Z'],
    ['Date', 5],
    ['Push-Flag', ['no such flag']],
    ['Push-Flag', 0x80],
    ['Content-Location', 'a\u0000b'],
    ['Content-Location', '\u20ac'],
    ['Content-Location', 5],
    ['Content-MD5', '00'],
    ['Profile-Diff', '0'],
    ['Profile-Diff', 'XX'],
    ['Content-Range', 'bytes 0-99/100'],
    ['Range', 'bytes=-'],
    ['Accept', 'text/plain charset'],
    ['Accept', '"open'],
    ['Accept-Charset', 'utf-8; q=2'],
    ['Accept-Charset', 'utf-8; charset=5'],
    ['Cache-Control', 'max-age=soon'],
    ['Cache-Control', 'a b'],
    ['Warning', '110 agent'],
    ['Warning', '110 agent text more'],
    ['Profile-Warning', 5],
    ['Profile-Warning', '102'],
    ['Profile-Warning', 910],
    ['Authorization', 'Digest user password'],
    ['Authorization', 'Basic user password; a=b'],
    ['WWW-Authenticate', 'Basic'],
    ['Set-Cookie', '1.0 name'],
    ['Cookie', '1.0, name'],
    ['Cookie', '1.0, a b c d e'],
    ['Cookie', 'a b'],
    ['Retry-After', 'soon'],
    ['Expect', 'later'],
    ['Pragma', 'a=b; c=d'],
    ['X-WAP-Security', 'open'],
    ['Content-Disposition', 'inline attachment'],
    ['Encoding-Version', 5],
    ['Accept-Application', ['a']],
    ['Content-ID', 5],
    ['X-Own', 5],
    ['', 'a'],
    ['\u007fa', 'a'],
  ])('%s cannot hold %j', (name, value) => {
    const write = (): unknown =>
      encodePush({ transactionId: 1, contentType: { code: 0x42 }, headers: [{ name, value }], body: new Uint8Array(0) });
    expect(write).toThrow(EncodeError);
    expect(write).toThrow(expect.objectContaining({ code: 'wsp/cannot-encode', field: 'push.headers[0]' }));
  });
});
