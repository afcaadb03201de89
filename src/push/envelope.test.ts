import { describe, expect, test } from 'vitest';
import { fromEndpoint } from './envelope.js';

const octets = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const enveloped = (text: string) => fromEndpoint('http', { headers: [['Content-Type', 'application/http']] }, octets(text));
const response =
  'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.syncml.dm+wbxml\r\nContent-Length: 3\r\nX-Wap-Application-Id: x-wap-application:syncml.dm\r\n\r\nabc';

describe('a push in an HTTP envelope', () => {
  test('has the type, the id and the content of the message inside', () => {
    expect(enveloped(response)).toMatchObject({
      kind: 'push',
      destinationPort: null,
      contentType: { code: 0x42 },
      applicationId: { code: 7 },
      body: octets('abc'),
      diagnostics: [],
    });
  });

  test('is taken with bare line feeds, and content past the stated length is told of', () => {
    expect(enveloped(response.replaceAll('\r', '')).kind).toBe('push');
    expect(enveloped(`${response}de`)).toMatchObject({ body: octets('abcde'), diagnostics: [{ code: 'push/http-length' }] });
  });

  test.each([
    ['no status line', 'POST / HTTP/1.1\r\n\r\n', 'push/http-envelope', 0],
    ['an end inside its header lines', 'HTTP/1.1 200 OK\r\nContent-Type: a/b', 'push/http-envelope', 17],
    ['a header line without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n', 'push/http-header', 17],
    ['a hundred and one header lines', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(101)}\r\n`, 'push/http-too-many-headers', 17 + 600],
    ['more header octets than any push has', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(16_384)}\r\n\r\n`, 'push/http-envelope', 17],
    ['less content than is stated', response.slice(0, -1), 'push/http-length', response.length - 3],
  ])('with %s is malformed, and located', (_name, text, code, offset) => {
    expect(enveloped(text)).toMatchObject({ kind: 'not-push', reason: 'malformed', error: { code, offset } });
  });
});

describe('a message whose headers are text', () => {
  test.each([
    ['application/vnd.syncml.dm+xml', 0x43],
    ['Application/VND.syncml.DM+wbxml ; charset=utf-8', 0x42],
    ['text/plain', 0x03],
    ['application/x-own', null],
  ])('of type %s has the number %s', (type, code) => {
    expect(fromEndpoint('sip', { headers: [['content-type', type]] }, octets('x'))).toMatchObject({
      kind: 'push',
      binding: 'sip',
      contentType: { code },
      applicationId: null,
    });
  });
});
