import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError, fromHex } from '../octets/index.js';
import { propertyRuns } from '../octets/property-runs.testing.js';
import { decodePush, encodePush, type WspPush } from './index.js';
import { meaningOf } from './push.testing.js';
import { pushVectors } from './push.vectors.js';

const latin1Text = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 20 });

/** Octets of a vector with some changed, taken out or put in. */
const mutated = fc
  .record({
    octets: fc.constantFrom(...pushVectors.map(({ hex }) => fromHex(hex))),
    changes: fc.array(
      fc.record({
        at: fc.nat(120),
        kind: fc.constantFrom('set', 'insert', 'remove'),
        octet: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 0x1e, 0x1f, 0x20, 0x22, 0x7f, 0x80, 0xff)),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ octets, changes }) => {
    const list = [...octets];
    for (const { at, kind, octet } of changes) {
      const index = at % (list.length + 1);
      if (kind === 'set' && index < list.length) list[index] = octet;
      else if (kind === 'insert') list.splice(index, 0, octet);
      else if (kind === 'remove') list.splice(index, 1);
    }
    return Uint8Array.from(list);
  });

/** A push whose header block is random but of the right length. */
const randomBlock = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((block) => Uint8Array.from([1, 6, block.length, ...block]));

function decodeOrRefuse(octets: Uint8Array): WspPush | DecodeError {
  try {
    return decodePush(octets);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

test('any octets give a push or a located DecodeError, and what was read encodes back to the same meaning', () => {
  fc.assert(
    fc.property(fc.oneof(mutated, randomBlock), (octets) => {
      const result = decodeOrRefuse(octets);
      if (result instanceof DecodeError) {
        expect(result.offset).toBeGreaterThanOrEqual(0);
        expect(result.offset).toBeLessThanOrEqual(octets.length);
        expect(result.field).toMatch(/^push\./);
      } else expect(meaningOf(decodePush(encodePush(result)))).toEqual(meaningOf(result));
    }),
    { numRuns: 3000 },
  );
});

test('annotations of any octets lie one behind the other, and cover a push that could be read', () => {
  fc.assert(
    fc.property(fc.oneof(mutated, randomBlock), fc.nat(1000), (octets, baseOffset) => {
      const spans: { offset: number; length: number }[] = [];
      let read = true;
      try {
        decodePush(octets, { baseOffset, annotate: ({ offset, octets: range }) => spans.push({ offset, length: range.length }) });
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        read = false;
      }
      let at = baseOffset;
      for (const { offset, length } of spans) {
        expect(offset).toBe(at);
        expect(length).toBeGreaterThan(0);
        at += length;
      }
      if (read) expect(at).toBe(baseOffset + octets.length);
    }),
    { numRuns: 1500 },
  );
});

test('annotating changes nothing of what is read', () => {
  fc.assert(
    fc.property(mutated, (octets) => {
      const plain = decodeOrRefuse(octets);
      let annotated: WspPush | DecodeError;
      try {
        annotated = decodePush(octets, { annotate: () => {} });
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        annotated = error;
      }
      if (plain instanceof DecodeError) expect(annotated).toMatchObject({ code: plain.code, field: plain.field, offset: plain.offset });
      else expect(annotated).toEqual(plain);
    }),
    { numRuns: 500 },
  );
});

const date = fc.integer({ min: 0, max: 0xffffffff }).map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`);
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
const uint = fc.oneof(fc.nat(127), fc.nat(70_000), fc.integer({ min: 0, max: 2 ** 48 }));

/** Headers by number with values of their kind. */
const header = fc.oneof(
  fc.record({ code: fc.constantFrom(0x0a, 0x0e, 0x13, 0x15, 0x16, 0x1c, 0x24, 0x26, 0x29, 0x2b, 0x30, 0x31, 0x35), value: latin1Text }),
  fc.record({ code: fc.constantFrom(0x05, 0x0d, 0x1e, 0x33), value: uint }),
  fc.record({ code: fc.constantFrom(0x12, 0x14, 0x17, 0x1b, 0x1d, 0x3f), value: date }),
  fc.record({ code: fc.constant(0x34), value: fc.subarray(['authenticated', 'trusted', 'last', '0x08', '0x10', '0x20', '0x40']) }),
  fc.record({ code: fc.constant(0x0b), value: fc.constantFrom('gzip', 'compress', 'deflate', 'br') }),
  fc.record({ code: fc.constant(0x0c), value: fc.constantFrom('en', 'fo', 'x-klingon', 'zh', '*') }),
  fc.record({ code: fc.constantFrom(0x43), value: fc.constantFrom('1.5', '1', '7.14', '1.50', 'page 3 1.2', 'page 9') }),
  fc.record({
    code: fc.constantFrom(0x01, 0x3b),
    value: fc.constantFrom('utf-8', 'utf-16', '*', 'x-own', 'utf-8; q=0.5', 'x-own; q=0.333'),
  }),
  fc.record({ code: fc.constantFrom(0x02, 0x3c), value: fc.constantFrom('gzip', '*', 'br', 'deflate; q=0.99', 'br; q=0') }),
  fc.record({ code: fc.constant(0x03), value: fc.constantFrom('en', '*', 'x-own', 'fo; q=0.1', 'en; q=0.999') }),
  fc.record({
    code: fc.constantFrom(0x00, 0x11),
    value: fc.constantFrom('text/plain', 'application/vnd.syncml+wbxml', 'a/b', 'text/plain; charset=utf-8; foo=bar', 'a/b; n=5; m="5"'),
  }),
  fc.record({
    code: fc.constantFrom(0x08, 0x3d, 0x47),
    value: fc.constantFrom('no-cache', 'max-age=60', 's-maxage=70000', 'private="Date, x-own"', 'own', 'own=5', 'max-stale'),
  }),
  fc.record({ code: fc.constantFrom(0x10, 0x3e), value: fc.constantFrom('bytes 0-/100', 'bytes 300-/*', 'bytes 4294967295-/4294967295') }),
  fc.record({ code: fc.constant(0x23), value: fc.constantFrom('bytes=0-99', 'bytes=100-', 'bytes=-500') }),
  fc.record({ code: fc.constant(0x25), value: fc.oneof(date, uint) }),
  fc.record({
    code: fc.constantFrom(0x2e, 0x45),
    value: fc.constantFrom('attachment', 'inline; filename=a.txt', 'form-data; name="a b"; size=5', 'own; secure'),
  }),
  fc.record({ code: fc.constant(0x2c), value: fc.constantFrom(110, 214, 199, '110 agent "Response is stale"') }),
  fc.record({ code: fc.constantFrom(0x37, 0x44), value: fc.constantFrom(100, 203, '102 "http://a/" "2000-03-24T07:55:44Z"') }),
  fc.record({ code: fc.constantFrom(0x07, 0x21), value: fc.constantFrom('Basic user "pass word"', 'Digest; username=a; nonce="5"') }),
  fc.record({ code: fc.constantFrom(0x20, 0x2d), value: fc.constantFrom('Basic "the realm"', 'Digest realm; nonce=abc') }),
  fc.record({ code: fc.constant(0x41), value: fc.constantFrom('1.0 NAME value; path="/"; max-age=60') }),
  fc.record({ code: fc.constant(0x42), value: fc.constantFrom('1.0, NAME value', '1.0, A b "/p" d.e, C d', '1.0') }),
  fc.record({ code: fc.constantFrom(0x0f), value: fc.constant('00112233445566778899AABBCCDDEEFF') }),
  fc.record({ code: fc.constant(0x36), value: fc.constantFrom('', '0102', 'FF'.repeat(200)) }),
  fc.record({ code: fc.constantFrom(0x38, 0x48), value: fc.constantFrom('100-continue', 'own=5; a=b') }),
  fc.record({ code: fc.constant(0x39), value: fc.constantFrom('trailers', 'gzip; q=0.5', 'own') }),
  fc.record({ code: fc.constantFrom(0x2a, 0x3a), value: fc.constantFrom('Accept', 'x-own', '0x7F') }),
  fc.record({ code: fc.constantFrom(0x06, 0x22), value: fc.constantFrom('GET', 'PUT', 'OWN') }),
  fc.record({ code: fc.constant(0x1f), value: fc.constantFrom('no-cache', 'a=b') }),
  fc.record({ code: fc.constant(0x32), value: fc.constantFrom('*', 'x-wap-application:*', 'x-wap-application:mms.ua', 'x-own:a', 0x7777) }),
  fc.record({ code: fc.constant(0x1a), value: fc.oneof(date, token) }),
  fc.record({ code: fc.constant(0x40), value: latin1Text }),
  fc.record({ code: fc.constant(0x46), value: fc.constant('close-subordinate') }),
  fc.record({ code: fc.constantFrom(0x04), value: fc.constantFrom('none', 'bytes', 'own') }),
  fc.record({ code: fc.constantFrom(0x09), value: fc.constantFrom('close', 'own') }),
  fc.record({ code: fc.constantFrom(0x27), value: fc.constantFrom('chunked', 'own') }),
);

const parameter = fc.oneof(
  fc.record({ name: fc.constant('charset'), value: fc.constantFrom('utf-8', 'us-ascii', 'utf-16', 1_000_000) }),
  fc.record({ name: fc.constant('SEC'), value: fc.constantFrom('NETWPIN', 'USERPIN', 'USERNETWPIN', 'USERPINMAC', 99) }),
  fc.record({ name: fc.constantFrom('MAC', 'name', 'filename', 'start', 'domain', 'path'), value: latin1Text }),
  fc.record({ name: fc.constant('q'), value: fc.nat(999).map((thousandths) => thousandths / 1000) }),
  fc.record({ name: fc.constantFrom('creation-date', 'modification-date', 'read-date'), value: date }),
  fc.record({ name: fc.constantFrom('size', 'max-age'), value: uint }),
  fc.record({ name: fc.constant('level'), value: fc.constantFrom('1.2', '4', 'x') }),
  fc.record({ name: fc.constant('padding'), value: fc.nat(127) }),
  fc.record({ name: fc.constant('differences'), value: fc.constantFrom('Date', 'x-own') }),
  fc.record({ name: fc.constant('type'), value: fc.constantFrom('text/html', 'a/b') }),
  fc.record({ name: fc.constant('secure'), value: fc.constant('') }),
  fc.record({ name: fc.stringMatching(/^x[a-z]{1,8}$/), value: fc.oneof(latin1Text, uint) }),
);

const push = fc.record({
  transactionId: fc.nat(255),
  contentType: fc.record({
    code: fc.constantFrom(0x00, 0x03, 0x42, 0x43, 0x44, 0x58, 0x59, 0x0303, 0x7fff),
    parameters: fc.array(parameter, { maxLength: 4 }),
  }),
  applicationId: fc.oneof(
    fc.record({ code: fc.oneof(fc.nat(127), fc.nat(0xffff)) }),
    fc.constant(null),
    fc.record({ uri: fc.constant('x-own:application') }),
  ),
  headers: fc.array(header, { maxLength: 6 }),
  body: fc.uint8Array({ maxLength: 300 }),
});

test('what was encoded decodes to the same values', () => {
  fc.assert(
    fc.property(push, (value) => {
      const octets = encodePush({ ...value, headers: value.headers.map((field) => ({ name: '', ...field })) });
      const decoded = decodePush(octets);
      expect(decoded.transactionId).toBe(value.transactionId);
      expect(decoded.contentType.code).toBe(value.contentType.code);
      expect(decoded.contentType.parameters.map(({ name, value: sent }) => ({ name, value: sent }))).toEqual(value.contentType.parameters);
      expect(decoded.contentType.parameters.filter(({ raw }) => raw)).toEqual([]);
      const id = value.applicationId;
      expect(decoded.applicationId.present).toBe(id !== null);
      if (id !== null && 'code' in id) expect(decoded.applicationId.code).toBe(id.code);
      if (id !== null && 'uri' in id) expect(decoded.applicationId).toEqual({ code: null, uri: id.uri, present: true });
      const headers = decoded.headers.filter((_, index) => index !== decoded.applicationIdHeader);
      expect(headers.map(({ code, value: sent }) => ({ code, value: sent }))).toEqual(value.headers);
      expect(headers.filter(({ raw }) => raw)).toEqual([]);
      expect([...decoded.body]).toEqual([...value.body]);
      expect(encodePush(decoded)).toEqual(octets);
    }),
    { numRuns: propertyRuns(1500) },
  );
});
