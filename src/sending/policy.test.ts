import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../octets/index.js';
import { encodePduMode, segmentDatagram, submitFor, userDataHeader } from '../sms/index.js';
import { encodePush } from '../wsp/index.js';
import { checkContent, checkDestination, nextStart } from './policy.js';

describe('the allow-list', () => {
  test.each([
    ['+15550000001', []],
    ['+15550009999', []],
    ['+491701', ['+491701']],
    ['+4917012345', ['+49170*']],
  ] as const)('lets %s pass where it holds %j', (to, allow) => {
    expect(() => checkDestination(to, { allow })).not.toThrow();
  });

  test.each([
    ['+491701', []],
    ['+4917012', ['+491701']],
    ['491701', ['+491701']],
    ['+15551230001', []],
    ['+155500000011', []],
    ['+491701', ['*']],
  ] as const)('refuses %s where it holds %j, and names the rule', (to, allow) => {
    expect(() => checkDestination(to, { allow })).toThrow(/allow-list/);
  });
});

describe('the content', () => {
  const push = (code: number): Uint8Array =>
    encodePush({ transactionId: 1, contentType: { code }, applicationId: { code: 7 }, body: Uint8Array.of(1) });
  const codeOf = (work: () => void): string => {
    try {
      work();
      return 'passed';
    } catch (cause) {
      return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    }
  };

  test.each([0x42, 0x43, 0x44, 0x58])('of type 0x%s may be sent', (code) => {
    expect(codeOf(() => checkContent(push(code), []))).toBe('passed');
  });

  test.each([0x2e, 0x30, 0x36, 0x3e, 0x0316, 0x4e])('of type 0x%s is refused', (code) => {
    expect(codeOf(() => checkContent(push(code), []))).toBe('sending/content-not-allowed');
  });

  test('that is no push is refused', () => {
    for (const hex of ['', '01', '0102C2AF87', '010640C2']) {
      expect(codeOf(() => checkContent(fromHex(hex), []))).toBe('sending/content-not-allowed');
    }
  });

  test('for a SIM is refused, by its protocol identifier or by its header', () => {
    const datagram = { destinationPort: 2948, sourcePort: 9200, portBits: 16, octets: push(0x42) } as const;
    const [part] = segmentDatagram(datagram, { reference: 1, referenceBits: 8 });
    if (part === undefined) throw new TypeError('no part');
    const pduOf = (fields: typeof part, protocolIdentifier = 0): { pdu: string } => ({
      pdu: toHex(encodePduMode({ serviceCentreAddress: null, tpdu: submitFor(fields, { destination: '123', protocolIdentifier }) })),
    });
    expect(codeOf(() => checkContent(push(0x42), [pduOf(part)]))).toBe('passed');
    expect(codeOf(() => checkContent(push(0x42), [pduOf(part, 0x7f)]))).toBe('sending/content-not-allowed');
    const userHeader = userDataHeader([{ identifier: 0x70, octets: new Uint8Array() }]);
    const toSim = { ...part, userDataHeader: userHeader, userDataLength: 3 + part.userData.length };
    expect(codeOf(() => checkContent(push(0x42), [pduOf(toSim)]))).toBe('sending/content-not-allowed');
  });
});

test('the rate limit lets the next push begin when the oldest of the last minute is a minute old', () => {
  const now = 1_000_000;
  expect(nextStart([], 2, now)).toBe(now);
  expect(nextStart([now - 50_000], 2, now)).toBe(now);
  expect(nextStart([now - 50_000, now - 10_000], 2, now)).toBe(now + 10_000);
  expect(nextStart([now - 70_000, now - 10_000], 2, now)).toBe(now);
  expect(nextStart([now - 50_000, now - 40_000, now - 10_000], 2, now)).toBe(now + 20_000);
  // Begun two hours from now, before the clock was set back.
  expect(nextStart([now + 7_200_000, now - 10_000], 2, now)).toBe(now + 50_000);
});
