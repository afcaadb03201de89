import { describe, expect, test } from 'vitest';
import { Generation } from './generation.js';
import { partOf } from './parts.testing.js';
import { Tombstones } from './tombstones.js';
import type { Concatenation, ShortMessagePart } from './types.js';

/** One hash for all, so that nothing but what is remembered of a part tells it from another. */
const hash = 0x1234;
const concatenation: Concatenation = { reference: 0x0102, total: 1, sequence: 1, bits: 16 };
const remembered = partOf(1, 1, 7, { octets: Uint8Array.from({ length: 40 }, (_, index) => index) });

function add(tombstones: Tombstones<string>, part: ShortMessagePart, tag: string, now: number, receiver = 'a', own = concatenation): void {
  const set = new Generation<string>(hash, part, own, now, receiver);
  set.add({ part: { ...part, concatenation: own }, tag }, 1);
  tombstones.add(set, now);
}

const timeStamp = remembered.timeStamp ?? new Uint8Array();
const changed = (octets: Uint8Array, at: number): Uint8Array => octets.map((octet, index) => (index === at ? octet ^ 0x10 : octet));
const { address } = remembered;
const ports = remembered.ports ?? { destination: 0, source: 0, bits: 16 as const };

describe('a part that is remembered', () => {
  const known = (): Tombstones<string> => {
    const tombstones = new Tombstones<string>(8, 1000);
    add(tombstones, remembered, 'known', 0);
    return tombstones;
  };

  test('is found again, and is not under another receiver', () => {
    expect(known().find(hash, remembered, concatenation, 'a')).toBe('known');
    expect(known().find(hash, remembered, concatenation, 'b')).toBeUndefined();
  });

  test.each<[string, Partial<Concatenation>]>([
    ['the upper half of its reference', { reference: 0x0202 }],
    ['the lower half of its reference', { reference: 0x0103 }],
    ['the width of its reference', { bits: 8 }],
    ['its total', { total: 2 }],
    ['its number', { sequence: 2 }],
  ])('is told from one that differs in %s alone', (_name, change) => {
    expect(known().find(hash, remembered, { ...concatenation, ...change }, 'a')).toBeUndefined();
  });

  test.each<[string, Partial<ShortMessagePart>]>([
    ['its alphabet', { alphabet: 'ucs2' }],
    ['its alphabet, 7-bit', { alphabet: 'gsm-7-bit' }],
    ['the upper half of its destination port', { ports: { ...ports, destination: ports.destination ^ 0x0100 } }],
    ['the lower half of its destination port', { ports: { ...ports, destination: ports.destination ^ 0x0001 } }],
    ['the upper half of its source port', { ports: { ...ports, source: ports.source ^ 0x0100 } }],
    ['the lower half of its source port', { ports: { ...ports, source: ports.source ^ 0x0001 } }],
    ['the width of its ports', { ports: { ...ports, bits: 8 } }],
    ['having ports', { ports: null }],
    ['having a time stamp', { timeStamp: null }],
    ...Array.from({ length: 7 }, (_, at): [string, Partial<ShortMessagePart>] => [
      `octet ${at} of its time stamp`,
      { timeStamp: changed(timeStamp, at) },
    ]),
    ...Array.from({ length: address.octets.length }, (_, at): [string, Partial<ShortMessagePart>] => [
      `octet ${at} of its address`,
      { address: { ...address, octets: changed(address.octets, at) } },
    ]),
    ['the digits of its address', { address: { ...address, lengthSemiOctets: address.lengthSemiOctets - 1 } }],
    ...[0, 1, 2, 17, 38, 39].map((at): [string, Partial<ShortMessagePart>] => [
      `octet ${at} of its data`,
      { octets: changed(remembered.octets, at) },
    ]),
    ['the length of its data', { octets: remembered.octets.subarray(0, 39) }],
  ])('is told from one that differs in %s alone', (_name, change) => {
    const other = { ...remembered, ...change };
    expect(known().find(hash, other, concatenation, 'a')).toBeUndefined();
    const both = known();
    add(both, other, 'other', 0);
    expect([both.find(hash, remembered, concatenation, 'a'), both.find(hash, other, concatenation, 'a')]).toEqual(['known', 'other']);
  });

  test('ports of no number are not the same as none', () => {
    const tombstones = new Tombstones<string>(8, 1000);
    const zero = { ...remembered, ports: { destination: 0, source: 0, bits: 16 as const } };
    add(tombstones, zero, 'zero', 0);
    expect(tombstones.find(hash, { ...zero, ports: null }, concatenation, 'a')).toBeUndefined();
    expect(tombstones.find(hash, { ...zero, ports: { ...zero.ports, bits: 8 } }, concatenation, 'a')).toBeUndefined();
  });
});

describe('what is remembered', () => {
  test('goes at its age, the oldest first, and the store is of use after it was empty', () => {
    const tombstones = new Tombstones<string>(4, 10);
    for (let round = 0; round < 5; round += 1) {
      const now = 100 * round;
      add(tombstones, remembered, `first ${round}`, now);
      add(tombstones, { ...remembered, octets: Uint8Array.of(round) }, `second ${round}`, now + 5);
      tombstones.forget(now + 9);
      expect(tombstones.size).toBe(2);
      tombstones.forget(now + 10);
      expect(tombstones.size).toBe(1);
      expect(tombstones.find(hash, remembered, concatenation, 'a')).toBeUndefined();
      expect(tombstones.find(hash, { ...remembered, octets: Uint8Array.of(round) }, concatenation, 'a')).toBe(`second ${round}`);
      tombstones.forget(now + 15);
      // Nothing is left to forget, and nothing is.
      tombstones.forget(now + 50);
      expect(tombstones.size).toBe(0);
    }
  });

  test('is no part that is too long to be kept, of address or of data', () => {
    const tombstones = new Tombstones<string>(4, 10);
    const longAddress = { ...address, octets: new Uint8Array(13) };
    add(tombstones, { ...remembered, address: longAddress }, 'address', 0);
    add(tombstones, { ...remembered, octets: new Uint8Array(256) }, 'data', 0);
    expect(tombstones.size).toBe(0);
    add(tombstones, { ...remembered, address: { ...address, octets: new Uint8Array(12) }, octets: new Uint8Array(255) }, 'longest', 0);
    expect(tombstones.size).toBe(1);
  });

  test('by receivers of any number is told apart, up to the last that has one', () => {
    const tombstones = new Tombstones<string>(70_000, 10);
    for (let index = 0; index <= 0x10000; index += 1) {
      if (index < 3 || (index & 0xff) < 2) add(tombstones, remembered, `${index}`, 0, `receiver ${index}`);
      else tombstones.find(hash, remembered, concatenation, `receiver ${index}`);
    }
    for (const index of [0, 1, 2, 0x100, 0x101, 0xff00, 0xff01]) {
      expect(tombstones.find(hash, remembered, concatenation, `receiver ${index}`)).toBe(`${index}`);
    }
  });
});
