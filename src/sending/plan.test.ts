import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../octets/index.js';
import { decodePduMode } from '../sms/index.js';
import { planParts } from './plan.js';

const to = '+15555550123';
const octets = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index & 0xff);

describe('the parts of a push', () => {
  // Made by hand from 3GPP TS 23.040 9.2.2.2 and 9.2.3.24.4: SUBMIT, header, relative validity of 24 hours, ports 2948 and 9200.
  test('are one without a concatenation element where 133 octets hold it', () => {
    expect(planParts(fromHex('010603C2AF8702A4016A00'), { to, reference: 9 })).toEqual([
      { sequence: 1, tpduOctets: 32, pdu: '0051000B915155550521F30004A7120605040B8423F0010603C2AF8702A4016A00' },
    ]);
    expect(planParts(octets(133), { to, reference: 9 })).toHaveLength(1);
    expect(planParts(octets(134), { to, reference: 9 })).toHaveLength(2);
  });

  test('hold 128 octets with 8-bit references and 127 with 16-bit ones, the ports first in each', () => {
    for (const [bits, room, element] of [[8, 128, '0003'], [16, 127, '080412'] as const] as const) {
      const parts = planParts(octets(300), { to, reference: bits === 8 ? 7 : 0x1207, referenceBits: bits });
      expect(parts).toHaveLength(3);
      for (const { pdu } of parts) expect(pdu).toContain(`05040B8423F0${element}`);
      const first = decodePduMode(fromHex(parts[0]?.pdu ?? ''), { direction: 'to-modem' }).tpdu;
      expect('userData' in first && first.userData.length).toBe(room);
    }
  });

  test('are at most 255', () => {
    expect(planParts(octets(32_640), { to, reference: 1 })).toHaveLength(255);
    expect(() => planParts(octets(32_641), { to, reference: 1 })).toThrow('32640');
    expect(planParts(octets(32_385), { to, reference: 1, referenceBits: 16 })).toHaveLength(255);
    expect(() => planParts(octets(32_386), { to, reference: 1, referenceBits: 16 })).toThrow('32385');
  });

  test('ask for a report, a validity and the refusal of copies where that is wished', () => {
    const firstOctet = (options: object): string => planParts(octets(9), { to, reference: 1, ...options })[0]?.pdu.slice(2, 4) ?? '';
    expect(firstOctet({})).toBe('51');
    expect(firstOctet({ report: true })).toBe('71');
    expect(firstOctet({ rejectDuplicates: true })).toBe('55');
    expect(firstOctet({ validityMinutes: null })).toBe('41');
  });

  test('leave as a tester arranges them', () => {
    const sequences = (arrangement: object): number[] =>
      planParts(octets(300), { to, reference: 1, arrangement }).map(({ sequence }) => sequence);
    expect(sequences({ order: 'reverse' })).toEqual([3, 2, 1]);
    expect(sequences({ order: [2, 3, 1], duplicate: [3], omit: [1] })).toEqual([2, 3, 3]);
    for (const wrong of [{ order: [1, 2] }, { order: [1, 1, 2] }, { omit: [4] }, { duplicate: [0] }, { omit: [1, 2, 3] }])
      expect(() => sequences(wrong)).toThrow(/part/);
  });

  test('joined again are the push, whatever its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), fc.constantFrom(8 as const, 16 as const), (push, referenceBits) => {
        const joined = planParts(push, { to, reference: 3, referenceBits }).map(({ pdu, tpduOctets }) => {
          const { tpdu, tpduOctets: found } = decodePduMode(fromHex(pdu), { direction: 'to-modem' });
          expect(found).toBe(tpduOctets);
          return tpdu.type === 'SMS-SUBMIT' ? toHex(tpdu.userData) : '';
        });
        expect(joined.join('')).toBe(toHex(push));
      }),
    );
  });
});

describe('a destination', () => {
  test.each(['', '+', 'abc', '12a', '1'.repeat(21), '+1 555', '12\n', '*#'])('%j is no number', (text) => {
    expect(() => planParts(octets(9), { to: text, reference: 1 })).toThrow('no telephone number');
  });
});
