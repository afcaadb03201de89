import { describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, fromHex, toHex } from '../octets/index.js';
import { badContentTypeVectors, contentTypeVectors } from './content-type.vectors.js';
import { type ContentTypeForm, contentTypeMeaning, contentTypes, decodePush, encodePush, type PushToEncode } from './index.js';

/** A push whose headers are this content type alone. */
const pushOf = (hex: string): Uint8Array => fromHex(`0106${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`);

describe('content types', () => {
  test.each(contentTypeVectors)('$title: $hex', ({ hex, code, name, parameters = [], diagnostics = [], shortest }) => {
    const push = decodePush(pushOf(hex), { baseOffset: 20 });
    const { contentType } = push;
    expect(contentType).toMatchObject({ code, name, octets: fromHex(hex), offset: 23 });
    expect(contentType.parameters.map((parameter) => [parameter.name, parameter.token, parameter.value])).toEqual(parameters);
    expect(push.diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.offset])).toEqual([
      ...diagnostics.map(([text, offset]) => [text, 23 + offset]),
      ['wsp/application-id-absent', null],
    ]);
    const written = encodePush(push);
    expect(decodePush(written).contentType).toMatchObject({ code, name });
    expect(decodePush(written).contentType.parameters.map((parameter) => [parameter.name, parameter.token, parameter.value])).toEqual(
      parameters,
    );
    if (shortest === true) expect(toHex(written)).toBe(toHex(pushOf(hex)));
  });

  test.each(badContentTypeVectors)('$title is refused: $hex', ({ hex, code, field, offset }) => {
    const refused = (): unknown => decodePush(pushOf(hex), { baseOffset: 20 });
    expect(refused).toThrow(DecodeError);
    expect(refused).toThrow(expect.objectContaining({ code, field, offset: 23 + offset }));
  });

  test('the octets of each parameter are its own', () => {
    const { parameters } = decodePush(pushOf('0A8381EA6E008591809685')).contentType;
    expect(parameters.map(({ octets, raw }) => [toHex(octets), raw])).toEqual([
      ['81EA', false],
      ['6E0085', false],
      ['9180', false],
      ['9685', false],
    ]);
  });

  test('the octets of a parameter inside a text are the piece of the text', () => {
    const { parameters } = decodePush(pushOf('612F623B20633D643B653D6600')).contentType;
    expect(parameters.map(({ octets }) => toHex(octets))).toEqual(['20633D64', '653D66']);
  });

  test.each([
    ['short', 'C2'],
    ['long', '020142'],
    ['text', '6170706C69636174696F6E2F766E642E73796E636D6C2E646D2B7762786D6C00'],
    ['general-short', '01C2'],
    ['general-text', '1F206170706C69636174696F6E2F766E642E73796E636D6C2E646D2B7762786D6C00'],
  ] as const)('the form %s of 0x42 is %s', (contentTypeForm, hex) => {
    const written = encodePush({ transactionId: 1, contentType: { code: 0x42 }, body: new Uint8Array(0) }, { contentTypeForm });
    expect(toHex(written.subarray(3))).toBe(hex);
    expect(decodePush(written).contentType).toMatchObject({ code: 0x42, name: 'application/vnd.syncml.dm+wbxml' });
  });

  test.each([
    [undefined, '1F01C2'],
    ['long', '1F020142'],
    ['general-short', '1F01C2'],
  ] as const)('the form %s with a length quote is %s', (contentTypeForm, hex) => {
    const options = contentTypeForm === undefined ? { lengthQuote: true } : { contentTypeForm, lengthQuote: true };
    expect(toHex(encodePush({ transactionId: 1, contentType: { code: 0x42 }, body: new Uint8Array(0) }, options).subarray(3))).toBe(hex);
  });

  const refused: readonly (readonly [string, PushToEncode['contentType'], ContentTypeForm | undefined])[] = [
    ['a number above 0x7F as a short integer', { code: 0x0303 }, 'short'],
    ['a text without a number as a long integer', { name: 'a/b' }, 'long'],
    ['a number without a name as text', { code: 0x59 }, 'text'],
    ['parameters in the short form', { code: 0x42, parameters: [{ name: 'charset', value: 'utf-8' }] }, 'short'],
    ['parameters in the text form', { code: 0x42, parameters: [{ name: 'charset', value: 'utf-8' }] }, 'text'],
    ['nothing', {}, undefined],
    ['an empty name', { name: '' }, undefined],
    ['a name with a NUL', { name: 'a/\u0000' }, undefined],
    ['a parameter without a name', { code: 0x42, parameters: [{ name: '', value: 'a' }] }, undefined],
    ['a parameter with a value no octets hold', { code: 0x42, parameters: [{ name: 'a', value: '\u20ac' }] }, undefined],
    ['a parameter with a list', { code: 0x42, parameters: [{ name: 'a', value: ['b'] }] }, undefined],
  ];
  test.each(refused)('%s cannot be written', (_, contentType, contentTypeForm) => {
    const write = (): unknown =>
      encodePush({ transactionId: 1, contentType, body: new Uint8Array(0) }, contentTypeForm === undefined ? {} : { contentTypeForm });
    expect(write).toThrow(EncodeError);
    expect(write).toThrow(expect.objectContaining({ code: 'wsp/cannot-encode', field: expect.stringMatching(/^push\.contentType/) }));
  });

  test('a type is written by number where only its name is given', () => {
    const written = encodePush({ transactionId: 1, contentType: { name: 'Application/vnd.syncml.dm+xml' }, body: new Uint8Array(0) });
    expect(toHex(written)).toBe('010601C3');
  });

  test('a changed parameter is written as changed, an unchanged odd one as it came', () => {
    const { contentType, ...rest } = decodePush(pushOf('0883815554462D3800'));
    const [charset] = contentType.parameters;
    expect(charset?.raw).toBe(true);
    const changed = { ...contentType, parameters: [{ name: 'charset', token: 1, value: 'us-ascii' }] };
    expect(toHex(encodePush({ ...rest, contentType: changed }).subarray(3))).toBe('03838183');
    expect(toHex(encodePush({ ...rest, contentType }).subarray(3))).toBe('0883815554462D3800');
  });

  test('a number and a name are shown side by side, whichever there is', () => {
    expect(contentTypeMeaning(0x0a, 'text/vnd.wap.wta-event')).toBe('0x0A text/vnd.wap.wta-event');
    expect(contentTypeMeaning(0x0303, null)).toBe('0x0303 (no name assigned)');
    expect(contentTypeMeaning(null, 'a/b')).toBe('a/b');
  });

  test('the table holds the numbers that routing depends on, both ways', () => {
    for (const [code, name] of [
      [0x42, 'application/vnd.syncml.dm+wbxml'],
      [0x43, 'application/vnd.syncml.dm+xml'],
      [0x44, 'application/vnd.syncml.notification'],
      [0x58, 'application/vnd.syncml.dm.notification'],
    ] as const) {
      expect(contentTypes.name(code)).toBe(name);
      expect(contentTypes.code(name.toUpperCase())).toBe(code);
    }
    expect(contentTypes.entries).toHaveLength(133);
  });
});
