import { describe, expect, test } from 'vitest';
import type { SipRequest } from './message.js';
import { parseSipMessage } from './parse-message.js';
import { textWith } from './sip.testing.js';
import { answerPlace, parseCSeq, parseVia, stampVia, topVia, transactionKey } from './via.js';

const seen = { address: '192.0.2.9', port: 4711 };

function requestOf(text: string): SipRequest {
  const message = parseSipMessage(Buffer.from(text, 'latin1'));
  if (message.kind !== 'request') throw new TypeError('this is no request');
  return message;
}

function keyOf(changes: Parameters<typeof textWith>[0], body = 'body'): string {
  const request = requestOf(textWith(changes).replace(/body$/, body));
  const via = topVia(request);
  return via === null ? '' : transactionKey(request, via);
}

describe('Via (RFC 3261 20.42)', () => {
  test.each([
    ['SIP/2.0/UDP b.invalid:4000;branch=1', { transport: 'UDP', host: 'b.invalid', port: 4000 }],
    ['sip / 2.0 / tls [2001:db8::9:1]', { transport: 'TLS', host: '2001:db8::9:1', port: null }],
  ])('%s is read', (value, expected) => expect(parseVia(value)).toMatchObject(expected));

  test.each([
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/3.0/UDP h',
    'SIP/2.0/U P h',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP/x h',
    'HTTP/2.0/UDP h',
    `SIP/2.0/UDP ${' '.repeat(50_000)}:`,
  ])('%.40j is none', (value) => expect(parseVia(value)).toBeNull());

  test('is stamped with where its request came from: always where rport asks, else where the name differs (18.2.1; RFC 3581 4)', () => {
    expect(stampVia('SIP/2.0/UDP h;rport;branch=a, SIP/2.0/UDP g', seen)).toBe(
      'SIP/2.0/UDP h;rport=4711;branch=a;received=192.0.2.9, SIP/2.0/UDP g',
    );
    expect(stampVia('SIP/2.0/UDP h;received=1.2.3.4', seen)).toBe('SIP/2.0/UDP h;received=192.0.2.9');
    expect(stampVia('SIP/2.0/UDP 192.0.2.9:7', seen)).toBe('SIP/2.0/UDP 192.0.2.9:7');
    expect(stampVia('SIP/2.0/UDP 192.0.2.9:7;rport', seen)).toBe('SIP/2.0/UDP 192.0.2.9:7;rport=4711;received=192.0.2.9');
    expect(stampVia('nonsense', seen)).toBe('nonsense');
  });

  test.each([
    ['SIP/2.0/UDP h:7;rport', 4711],
    ['SIP/2.0/UDP h:7', 7],
    ['SIP/2.0/UDP h;maddr=203.0.113.1', 5060],
  ])('the answer to %s goes to the port %i of whoever asked, wherever maddr points (18.2.2)', (value, port) => {
    const via = parseVia(value);
    expect(via === null ? null : answerPlace(via, seen)).toEqual({ address: '192.0.2.9', port });
  });
});

describe('what tells requests apart (RFC 3261 17.2.3)', () => {
  test('is the same for one that comes again', () => expect(keyOf({})).toBe(keyOf({})));

  test.each([
    ['another branch', { Via: 'SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKy;rport' }],
    ['another hop', { Via: 'SIP/2.0/UDP 192.0.2.1:5071;branch=z9hG4bKx;rport' }],
    ['another Call-ID', { 'Call-ID': 'two@b.invalid' }],
    ['another CSeq', { CSeq: '2 MESSAGE' }],
    ['another tag in From', { From: '<sip:a@b.invalid>;tag=2' }],
    ['credentials', { Authorization: 'Digest response="1"' }],
  ])('differs by %s', (_, changes) => expect(keyOf(changes)).not.toBe(keyOf({})));

  test('differs by the body, since a sender that gives every request one branch must lose none', () => {
    expect(keyOf({}, 'BODY')).not.toBe(keyOf({}));
  });

  test('a cookie with nothing behind it is no branch (RFC 4475 3.2.1)', () => {
    const via = 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK';
    expect(keyOf({ Via: via, 'Call-ID': '1' })).not.toBe(keyOf({ Via: via, 'Call-ID': '2' }));
  });
});

test('CSeq is a number below 2^31 and a method (RFC 3261 8.1.1.5)', () => {
  expect(parseCSeq('0009  INVITE')).toEqual({ number: 9, method: 'INVITE' });
  for (const value of [undefined, '', '1', 'MESSAGE', '-1 MESSAGE', '2147483648 MESSAGE', '1 ME/SSAGE'])
    expect(parseCSeq(value)).toBeNull();
});
