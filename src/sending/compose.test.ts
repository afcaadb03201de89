import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../octets/index.js';
import { decodePush } from '../wsp/index.js';
import { composePush, type PushType } from './compose.js';
import { SendError } from './errors.js';

const body = fromHex('02A4016A00');

describe('a push without any wish', () => {
  test.each<[PushType, string]>([
    ['dm+wbxml', '010603C2AF8702A4016A00'],
    ['dm+xml', '010603C3AF8702A4016A00'],
    ['notification', '010603C4AF8702A4016A00'],
  ])('of type %s is transaction id, 06, length, type, AF 87 and body, and nothing else', (type, hex) => {
    expect(toHex(composePush({ type, body }))).toBe(hex);
  });

  test('has the transaction id that is asked for', () => {
    expect(toHex(composePush({ type: 'dm+wbxml', body, transactionId: 0xfe })).slice(0, 4)).toBe('FE06');
  });

  test('has a body', () => {
    expect(() => composePush({ type: 'dm+wbxml', body: new Uint8Array() })).toThrow(SendError);
  });
});

describe('further headers', () => {
  const headersOf = (headers: readonly { name: string; value: string }[]) =>
    decodePush(composePush({ type: 'dm+wbxml', body, headers })).headers.map(({ name, value }) => [name, value]);

  test('follow the application id in the order given, numbers as numbers', () => {
    expect(
      headersOf([
        { name: 'Push-Flag', value: 'trusted,last' },
        { name: 'Content-Length', value: '5' },
        { name: 'X-Odd', value: '17' },
      ]).map(([name]) => name),
    ).toEqual(['X-Wap-Application-Id', 'Push-Flag', 'Content-Length', 'X-Odd']);
  });

  test('an application id among them takes the place of the usual one', () => {
    expect(
      decodePush(composePush({ type: 'dm+wbxml', body, headers: [{ name: 'x-wap-application-id', value: '2' }] })).applicationId.code,
    ).toBe(2);
    const absent = composePush({ type: 'dm+wbxml', body, headers: [{ name: 'X-Wap-Application-Id', value: 'none' }] });
    expect(toHex(absent)).toBe('010601C202A4016A00');
  });

  test('a content type is none of them', () => {
    expect(() => composePush({ type: 'dm+wbxml', body, headers: [{ name: 'Content-Type', value: 'text/plain' }] })).toThrow(SendError);
  });
});

describe('awkward forms', () => {
  test.each([
    ['type as text', { contentTypeForm: 'text' }],
    ['type as a long integer', { contentTypeForm: 'long' }],
    ['type in general form', { contentTypeForm: 'general-short' }],
    ['type as text in general form', { contentTypeForm: 'general-text' }],
    ['id as a long integer', { applicationIdForm: 'long' }],
    ['id as text', { applicationIdForm: 'text' }],
    ['id as text under a name', { applicationIdForm: 'text-name' }],
    ['length quoted', { lengthQuote: true }],
  ] as const)('%s is other octets with the same meaning', (_name, forms) => {
    const octets = composePush({ type: 'dm+wbxml', body, forms });
    expect(toHex(octets)).not.toBe(toHex(composePush({ type: 'dm+wbxml', body })));
    const push = decodePush(octets);
    expect([push.contentType.code, push.applicationId.code, toHex(push.body)]).toEqual([0x42, 7, toHex(body)]);
  });
});
