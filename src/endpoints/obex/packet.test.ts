import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError, fromHex, toHex } from '../../octets/index.js';
import { decodeChallenge, decodeResponse, encodeChallenge, encodeResponse, obexDigest } from './authentication.js';
import { dmTarget, headerId, opcode } from './codes.js';
import { ObexFramer } from './framer.js';
import { encodeHeader, type ObexHeader } from './header.js';
import { decodePacket, encodePacket, type ObexPacket, type PacketKind, plainPacket } from './packet.js';

const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const byKind = (low: number) => fc.integer({ min: low, max: low + 0x3f });
const header: fc.Arbitrary<ObexHeader> = fc.oneof(
  fc.record({ id: byKind(0x00), kind: fc.constant('text' as const), value: fc.string({ unit: 'binary', maxLength: 20 }) }),
  fc.record({ id: byKind(0x40), kind: fc.constant('octets' as const), value: octets(200) }),
  fc.record({ id: byKind(0x80), kind: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 0xff }) }),
  fc.record({ id: byKind(0xc0), kind: fc.constant('u32' as const), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
);
const headers = fc.array(header, { maxLength: 8 });
const u8 = fc.integer({ min: 0, max: 0xff });
const packet: fc.Arbitrary<readonly [ObexPacket, PacketKind]> = fc.oneof(
  fc
    .record({
      code: u8.filter((code) => code !== opcode.connect && code !== opcode.setPath),
      connect: fc.constant(null),
      path: fc.constant(null),
      headers,
    })
    .map((value) => [value, 'request'] as const),
  fc
    .record({
      code: fc.constant(opcode.connect),
      connect: fc.record({ version: u8, flags: u8, maximumPacket: fc.integer({ min: 0, max: 0xffff }) }),
      path: fc.constant(null),
      headers,
    })
    .chain((value) => fc.constantFrom([value, 'request'] as const, [value, 'answer-to-connect'] as const)),
  fc
    .record({
      code: fc.constant(opcode.setPath),
      connect: fc.constant(null),
      path: fc.record({ flags: u8, constants: u8 }),
      headers,
    })
    .map((value) => [value, 'request'] as const),
);

describe('OBEX packets', () => {
  test('what is written is read again as what it was', () => {
    fc.assert(
      fc.property(packet, ([value, kind]) => {
        expect(decodePacket(encodePacket(value), kind)).toEqual(value);
      }),
    );
  });

  test('what can be read says the same when it is written and read again, and what cannot is a located error', () => {
    const input = fc
      .tuple(fc.constantFrom(0x80, 0x02, 0x82, 0x85, 0xff, 0xa0, 0x00), octets(60), fc.boolean())
      .map(([code, rest, right]) => {
        const length = right ? rest.length + 3 : rest.length * 3;
        return Uint8Array.of(code, length >> 8, length & 0xff, ...rest);
      });
    fc.assert(
      fc.property(input, fc.constantFrom<PacketKind>('request', 'answer', 'answer-to-connect'), (bytes, kind) => {
        try {
          const value = decodePacket(bytes, kind);
          expect(decodePacket(encodePacket(value), kind)).toEqual(value);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          expect(error.offset).toBeLessThanOrEqual(bytes.length);
          expect(error.field).not.toBe('');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    // Made by hand from IrOBEX 1.3, 3.3.1 and 2.1.
    ['80001310000400 46000C 53594E434D4C2D444D'.replaceAll(' ', ''), opcode.connect],
  ])('CONNECT to SYNCML-DM is read and written as it stands', (hex, code) => {
    const value = decodePacket(fromHex(hex), 'request');
    expect(value).toEqual({
      code,
      connect: { version: 0x10, flags: 0, maximumPacket: 1024 },
      path: null,
      headers: [{ id: headerId.target, kind: 'octets', value: dmTarget }],
    });
    expect(toHex(encodePacket(value))).toBe(hex);
  });

  test.each([
    ['a length below its own three octets', '820002', 'endpoints/obex-malformed'],
    ['a length that overruns', '820009', 'octets/truncated'],
    ['octets left over', '82000300', 'octets/trailing'],
    ['a header whose length is below its own three octets', '820006480002', 'endpoints/obex-malformed'],
    ['a header that overruns', '8200064800FF', 'octets/truncated'],
    ['a number that is cut off', '820006CB0001', 'octets/truncated'],
    ['a text of an odd number of octets', '8200070100044A', 'endpoints/obex-malformed'],
    ['CONNECT without its fields', '80000510', 'octets/truncated'],
  ])('%s is refused', (_, hex, code) => {
    expect(() => decodePacket(fromHex(hex), 'request')).toThrow(expect.objectContaining({ code }));
  });

  test('a value of another kind than its identifier says is not written', () => {
    expect(() => encodeHeader({ id: headerId.length, kind: 'u8', value: 1 })).toThrow(
      expect.objectContaining({ code: 'endpoints/obex-unwritable' }),
    );
    expect(() => encodePacket(plainPacket(0x82, [{ id: 0x48, kind: 'octets', value: new Uint8Array(65_530) }]))).toThrow(
      expect.objectContaining({ code: 'endpoints/obex-unwritable' }),
    );
  });
});

describe('a stream of OBEX packets', () => {
  test('however it is cut, the same packets come out', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), (values, size) => {
        const packets = values.map(([value]) => encodePacket(value));
        const stream = Buffer.concat(packets);
        const framer = new ObexFramer(65_535);
        const out: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += size) out.push(...framer.push(stream.subarray(at, at + size)));
        expect(out.map(toHex)).toEqual(packets.map(toHex));
        expect(framer.held).toBe(0);
      }),
    );
  });

  test('behind a wrong length nothing comes out any more', () => {
    const framer = new ObexFramer(255);
    expect(framer.push(fromHex('81000382')).map(toHex)).toEqual(['810003']);
    expect(framer.push(fromHex('0100'))).toEqual([]);
    expect(framer.broken?.code).toBe('endpoints/obex-too-large');
    expect(framer.push(fromHex('810003'))).toEqual([]);
    expect(framer.held).toBe(0);
  });
});

describe('OBEX authentication', () => {
  const nonce = fromHex('000102030405060708090A0B0C0D0E0F');

  test('the digest is MD5 of nonce, colon and password', () => {
    // `printf '\0\1…\17:secret' | openssl md5`
    expect(toHex(obexDigest(nonce, 'secret'))).toBe('F75600CDBD52064BEA92ECA36D553B00');
  });

  test('challenge and response are written as they were written elsewhere, and read back', () => {
    const challenge = { nonce, options: 1, realm: null };
    expect(toHex(encodeChallenge(challenge))).toBe('0010000102030405060708090A0B0C0D0E0F010101');
    expect(decodeChallenge(encodeChallenge(challenge))).toEqual(challenge);
    expect(decodeChallenge(encodeChallenge({ ...challenge, realm: 'bench' }))?.realm).toBe('bench');
    const response = { digest: Uint8Array.from(obexDigest(nonce, 'secret')), userId: Uint8Array.from(Buffer.from('bench')), nonce };
    expect(toHex(encodeResponse(response))).toBe('0010F75600CDBD52064BEA92ECA36D553B00010562656E63680210000102030405060708090A0B0C0D0E0F');
    expect(decodeResponse(encodeResponse(response))).toEqual(response);
  });

  test('a realm in UTF-16 is read', () => {
    expect(decodeChallenge(Uint8Array.of(0, 16, ...nonce, 2, 5, 255, 0, 0x61, 0x20, 0xac))?.realm).toBe('a\u20ac');
  });

  test('a nonce, a digest or a user id of another length counts for none', () => {
    expect(decodeChallenge(fromHex('000100'))).toBeNull();
    expect(decodeResponse(fromHex('000100'))).toBeNull();
    expect(decodeResponse(Uint8Array.of(0, 16, ...nonce, 1, 21, ...new Uint8Array(21)))).toBeNull();
    expect(() => decodeResponse(fromHex('0010'))).toThrow(DecodeError);
  });

  test('whatever octets there are, they are read or refused', () => {
    fc.assert(
      fc.property(octets(80), (bytes) => {
        for (const read of [decodeChallenge, decodeResponse]) {
          try {
            read(bytes);
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
          }
        }
      }),
    );
  });
});
