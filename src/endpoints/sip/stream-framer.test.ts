import { describe, expect, test } from 'vitest';
import { sipText, textWith } from './sip.testing.js';
import { type SipFrame, SipStreamFramer } from './stream-framer.js';

const octets = (text: string) => Buffer.from(text, 'latin1');
const cut = (stream: Uint8Array, size: number, framer = new SipStreamFramer()): SipFrame[] => {
  const frames: SipFrame[] = [];
  for (let at = 0; at < stream.length; at += size) frames.push(...framer.push(stream.subarray(at, at + size)));
  return frames;
};
const texts = (frames: readonly SipFrame[]) =>
  frames.map((frame) => (frame.kind === 'ping' ? 'ping' : Buffer.from(frame.octets).toString('latin1')));
const codeOf = (text: string): string => {
  const framer = new SipStreamFramer();
  expect(texts(cut(octets(sipText + text), 7, framer)).slice(0, 1)).toEqual([sipText]);
  expect(framer.push(octets(sipText))).toEqual([]);
  return framer.broken?.code ?? 'read';
};

describe('a stream of SIP (RFC 3261 7.5, 18.3)', () => {
  test.each([1, 2, 3, 7, 64, 100_000])('in pieces of %i octets is cut into the same messages', (size) => {
    const large = textWith({ 'Content-Length': '30000' }).replace(/body$/, '\r\n'.repeat(15_000));
    const framer = new SipStreamFramer();
    const stream = octets(`${sipText}\r\n\r\n${sipText}\r\n${large}\r\n\r\n\r\n\r\n`);
    expect(texts(cut(stream, size, framer))).toEqual([sipText, 'ping', sipText, large, 'ping', 'ping']);
    expect(framer.held).toBe(0);
  });

  test('holds what is not whole, and says how much', () => {
    const framer = new SipStreamFramer();
    expect(framer.push(octets(sipText.slice(0, -1)))).toEqual([]);
    expect([framer.held, framer.unread().length]).toEqual([sipText.length - 1, sipText.length - 1]);
    expect(texts(framer.push(octets('y')))).toEqual([sipText]);
  });

  test.each([
    ['says no length', textWith({ 'Content-Length': null }), 'endpoints/sip-content-length'],
    ['says no number', textWith({ 'Content-Length': '4x' }), 'endpoints/sip-content-length'],
    ['says two lengths', textWith({ 'Content-Length': '4', l: '400' }), 'endpoints/sip-content-length'],
    ['says too much', textWith({ 'Content-Length': '262145' }), 'endpoints/sip-too-large'],
    ['has header fields without end', `MESSAGE sip:a@b SIP/2.0\r\n${'X: y\r\n'.repeat(4000)}`, 'endpoints/sip-too-large'],
    ['is no SIP, and has no end', 'x'.repeat(20_000), 'endpoints/sip-too-large'],
  ])('ends where a message %s, since nobody knows where the next begins', (_, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('finds a length whose header field is folded or in its short form', () => {
    const text = textWith({ 'Content-Length': null }).replace('CSeq', 'l :\r\n 4\r\nCSeq');
    expect(texts(cut(octets(text + text), 5))).toEqual([text, text]);
  });

  test('of line ends alone is cut in time that grows with it, and not with its square', () => {
    expect(cut(octets('\r\n'.repeat(500_000)), 65_536)).toHaveLength(250_000);
  });

  test('that drips keeps its octets in few pieces', () => {
    const framer = new SipStreamFramer();
    const text = textWith({ 'Content-Length': '20000' });
    for (const octet of octets(text)) framer.push(Uint8Array.of(octet));
    expect(framer.held).toBe(text.length);
  });
});
