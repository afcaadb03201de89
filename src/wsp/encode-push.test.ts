import { describe, expect, test } from 'vitest';
import { EncodeError, fromHex, toHex } from '../octets/index.js';
import {
  type ApplicationIdForm,
  conditionOctets,
  decodePush,
  defaultApplicationId,
  type EncodePushOptions,
  encodePush,
  type PushToEncode,
} from './index.js';
import { meaningOf } from './push.testing.js';
import { pushVectors } from './push.vectors.js';

/** Vectors that are in the fewest octets already, so that encoding gives them back. */
const shortest = new Set(['W01', 'W02', 'W04', 'W05', 'W06', 'W07', 'W09', 'W11', 'W12', 'W14', 'W16']);

const dm: PushToEncode = { transactionId: 1, contentType: { code: 0x42 }, applicationId: { code: 7 }, body: fromHex('02A401') };

describe('encodePush', () => {
  test.each(pushVectors)('writes $id again with the same meaning', ({ id, hex }) => {
    const push = decodePush(fromHex(hex));
    const written = encodePush(push);
    expect(meaningOf(decodePush(written))).toEqual(meaningOf(push));
    if (shortest.has(id)) expect(toHex(written)).toBe(hex);
    else expect(written.length).toBeLessThanOrEqual(hex.length / 2);
  });

  test('by itself writes transaction id, type, length, content type, application id, body and nothing else', () => {
    expect(toHex(encodePush(dm))).toBe('010603C2AF8702A401');
    expect(toHex(encodePush({ ...dm, contentType: { code: 0x43 }, transactionId: 255 }))).toBe('FF0603C3AF8702A401');
  });

  test('writes the length of long headers as a uintvar', () => {
    const written = encodePush({ ...dm, headers: [{ name: 'Content-Location', value: 'a'.repeat(130) }] });
    expect(toHex(written.subarray(0, 8))).toBe('01068107C2AF878E');
  });

  test.each([
    [undefined, 'AF87'],
    ['short', 'AF87'],
    ['long', 'AF0107'],
    ['text', 'AF782D7761702D6170706C69636174696F6E3A73796E636D6C2E646D00'],
    ['text-name', '582D5761702D4170706C69636174696F6E2D496400782D7761702D6170706C69636174696F6E3A73796E636D6C2E646D00'],
  ] as const)('the application id in the form %s is %s', (form, hex) => {
    const options: EncodePushOptions = form === undefined ? {} : { applicationIdForm: form };
    const written = encodePush(dm, options);
    expect(toHex(written.subarray(4, written.length - 3))).toBe(hex);
    expect(decodePush(written).applicationId).toEqual({ code: 7, uri: 'x-wap-application:syncml.dm', present: true });
  });

  test.each([
    [{ uri: 'X-WAP-Application:syncml.dm' }, 'AF87'],
    [{ code: 0x9000 }, 'AF029000'],
    [{ uri: 'x:y' }, 'AF783A7900'],
    [{ code: 7, present: true }, 'AF87'],
    [{ code: 7, present: false }, ''],
    [null, ''],
    [defaultApplicationId, ''],
  ])('the application id %j is written %s', (applicationId, hex) => {
    const written = encodePush({ ...dm, applicationId });
    expect(toHex(written.subarray(4, written.length - 3))).toBe(hex);
  });

  const impossible: readonly (readonly [NonNullable<PushToEncode['applicationId']>, ApplicationIdForm | undefined])[] = [
    [{ code: 0x9000 }, 'short'],
    [{ uri: 'x:y' }, 'short'],
    [{ uri: 'x:y' }, 'long'],
    [{ code: 0x7777 }, 'text'],
    [{ code: 0x7777 }, 'text-name'],
    [{}, undefined],
    [{ code: -1 }, undefined],
  ];
  test.each(impossible)('the application id %j has no form %s', (applicationId, form) => {
    const write = (): unknown => encodePush({ ...dm, applicationId }, form === undefined ? {} : { applicationIdForm: form });
    expect(write).toThrow(EncodeError);
    expect(write).toThrow(expect.objectContaining({ code: 'wsp/cannot-encode', field: 'push.applicationId' }));
  });

  test('the application id goes first, last, or where it stands among the headers', () => {
    const headers = [
      { name: 'Push-Flag', value: ['last'] },
      { name: 'Content-Length', value: 3 },
    ];
    const block = (push: PushToEncode, options?: EncodePushOptions): string =>
      toHex(encodePush({ ...push, body: new Uint8Array(0) }, options).subarray(4));
    expect(block({ ...dm, headers })).toBe('AF87B4848D83');
    expect(block({ ...dm, headers }, { applicationIdPosition: 'last' })).toBe('B4848D83AF87');
    const [flag, length] = headers;
    if (flag === undefined || length === undefined) throw new TypeError('two headers');
    const among = [flag, { name: 'X-Wap-Application-Id', value: 'anything: the field applicationId counts' }, length];
    expect(block({ ...dm, headers: among }, { applicationIdPosition: 'last' })).toBe('B484AF878D83');
    expect(block({ ...dm, headers: [flag, { name: 'X-Wap-Application-Id', value: 4 }], applicationId: null })).toBe('B484AF84');
  });

  test('a second application id among the headers is written as it is', () => {
    const push = decodePush(fromHex('010608C2AF87AF0102B484'));
    expect(push.headers.map(({ value }) => value)).toEqual(['x-wap-application:syncml.dm', 'x-wap-application:wml.ua', ['last']]);
    expect(toHex(encodePush(push))).toBe('010607C2AF87AF82B484');
  });

  test('shifts code pages there and back, by the short cut where it reaches', () => {
    const other = (page: number) => ({ name: `page ${page}: 0x05`, code: 5, page, value: 1, octets: fromHex('8581'), raw: true });
    const block = (...headers: NonNullable<PushToEncode['headers']>): string =>
      toHex(encodePush({ ...dm, headers, body: new Uint8Array(0) }).subarray(6));
    expect(block(other(2), other(2), { name: 'Age', value: 5 })).toBe('0285818581018585');
    expect(block(other(31), other(32), other(0))).toBe('1F85817F2085817F008581');
    const last = encodePush({ ...dm, headers: [other(2)], body: new Uint8Array(0) }, { applicationIdPosition: 'last' });
    expect(toHex(last.subarray(4))).toBe('02858101AF87');
    expect(decodePush(last).applicationId.code).toBe(7);
  });

  test('a field of another code page without its octets cannot be written', () => {
    const write = (): unknown => encodePush({ ...dm, headers: [{ name: 'page 2: 0x05', page: 2, code: 5, value: 1 }] });
    expect(write).toThrow(expect.objectContaining({ code: 'wsp/cannot-encode', field: 'push.headers[0]' }));
  });

  test('a value that no longer fits its octets is refused, not written as it was', () => {
    const push = decodePush(fromHex('010606C2AF878D0112'));
    const [id, length] = push.headers;
    if (id === undefined || length === undefined) throw new TypeError('two headers');
    expect(toHex(encodePush({ ...push, headers: [id, { ...length, value: 300 }] }))).toBe('010607C2AF878D02012C');
    expect(() => encodePush({ ...push, headers: [id, { ...length, value: 'three hundred' }] })).toThrow(EncodeError);
  });

  test.each([-1, 256, 1.5])('%d is no transaction id', (transactionId) => {
    expect(() => encodePush({ ...dm, transactionId })).toThrow(
      expect.objectContaining({ code: 'octets/out-of-range', field: 'push.transactionId' }),
    );
  });

  test('keeps a confirmed push a confirmed push', () => {
    expect(toHex(encodePush({ ...dm, pduType: 7 }))).toBe('010703C2AF8702A401');
  });
});

test('the octets that decide a route are the content type and the first application id', () => {
  const push = decodePush(fromHex('01060A03C281EAB484AF87AF82'), { baseOffset: 50 });
  expect(conditionOctets(push)).toEqual({
    contentType: { offset: 53, octets: fromHex('03C281EA') },
    applicationId: { offset: 59, octets: fromHex('AF87') },
  });
  expect(conditionOctets(decodePush(fromHex('010601C2'))).applicationId).toBeNull();
});
