import { describe, expect, test } from 'vitest';
import { DecodeError, fromHex, toHex } from '../octets/index.js';
import {
  decodePduMode,
  decodeText,
  decodeTpdu,
  describeDataCoding,
  encodePduMode,
  encodeTpdu,
  formatTimeStamp,
  formatValidityPeriod,
} from './index.js';
import { deliverVectors, otherVectors } from './sms.vectors.js';
import type { Direction, PduMode } from './types.js';

/** Everything that vectors speak of, by the names they use. */
function facts({ serviceCentreAddress, tpdu }: PduMode): Record<string, unknown> {
  const all: Record<string, unknown> = { ...tpdu };
  all.serviceCentre = serviceCentreAddress?.text ?? null;
  if ('originatingAddress' in tpdu) all.address = tpdu.originatingAddress.text;
  if ('destinationAddress' in tpdu) all.address = tpdu.destinationAddress.text;
  if ('recipientAddress' in tpdu) all.address = tpdu.recipientAddress.text;
  if ('serviceCentreTimeStamp' in tpdu) all.time = formatTimeStamp(tpdu.serviceCentreTimeStamp);
  if ('dischargeTime' in tpdu) all.discharged = formatTimeStamp(tpdu.dischargeTime);
  if ('validityPeriod' in tpdu && tpdu.validityPeriod !== null) all.validity = formatValidityPeriod(tpdu.validityPeriod);
  if ('dataCodingScheme' in tpdu && tpdu.dataCodingScheme !== null) {
    const { alphabet, messageClass } = describeDataCoding(tpdu.dataCodingScheme);
    Object.assign(all, { alphabet, messageClass });
  }
  if ('userData' in tpdu) all.userData = toHex(tpdu.userData);
  if ('commandData' in tpdu) all.commandData = toHex(tpdu.commandData);
  const header = 'userDataHeader' in tpdu ? tpdu.userDataHeader : null;
  all.ports = header?.ports ?? null;
  all.concatenation = header?.concatenation ?? null;
  all.elements = header?.elements.map(({ identifier, octets }) => `${toHex(Uint8Array.of(identifier))} ${toHex(octets)}`);
  all.text = decodeText(tpdu).text;
  all.diagnostics = tpdu.diagnostics.map(({ code, offset }) => `${code} at ${offset}`);
  return all;
}

function failure(hex: string, direction: Direction = 'from-modem'): DecodeError {
  try {
    decodeTpdu(fromHex(hex), { direction });
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new TypeError(`${hex} was accepted`);
}

describe.each([...deliverVectors, ...otherVectors])('$name', ({ direction, pdu, tpduOctets, expected }) => {
  const decoded = decodePduMode(fromHex(pdu), { direction });

  test('decodes to what its source says', () => {
    expect(decoded.tpduOctets).toBe(tpduOctets);
    expect(facts(decoded)).toMatchObject(expected);
  });

  test('encodes back to the same octets', () => {
    expect(toHex(encodePduMode(decoded))).toBe(pdu);
    expect(toHex(encodeTpdu(decoded.tpdu))).toBe(pdu.slice(-2 * tpduOctets));
  });

  test('is refused when any octet is missing, or one is left over', () => {
    const octets = fromHex(pdu);
    for (let length = 0; length < octets.length; length += 1) {
      expect(() => decodePduMode(octets.subarray(0, length), { direction }), `${length} octets`).toThrow(DecodeError);
    }
    // Behind the status of a report an octet announces parameters.
    const more = decoded.tpdu.type === 'SMS-STATUS-REPORT' ? [4, 1] : [0];
    expect(() => decodePduMode(Uint8Array.of(...octets, ...more), { direction })).toThrow(DecodeError);
  });
});

describe('what is wrong is said with field and offset', () => {
  const before = '440B914477009810F2000462112291830500';
  test.each([
    ['', 'octets/truncated', 'tpdu.fo', 0],
    ['44', 'octets/truncated', 'tpdu.oa', 1],
    ['4415', 'sms/address-too-long', 'tpdu.oa', 1],
    ['440B914477', 'octets/truncated', 'tpdu.oa', 2],
    ['440B914477009810F200', 'octets/truncated', 'tpdu.dcs', 10],
    ['440B914477009810F2000462', 'octets/truncated', 'tpdu.scts', 11],
    ['440B914477009810F2000462112291830500', 'octets/truncated', 'tpdu.udl', 18],
    [`${before}0301`, 'octets/truncated', 'tpdu.ud', 19],
    [`${before}00`, 'sms/user-data-header-overrun', 'tpdu.ud.udh', 19],
    [`${before}0404070100`, 'sms/user-data-header-overrun', 'tpdu.ud.udh', 19],
    [`${before}020100`, 'sms/user-data-header-length', 'tpdu.ud.udh', 19],
    [`${before}03010000`, 'sms/user-data-header-length', 'tpdu.ud.udh', 19],
    [`${before}0403070007`, 'sms/information-element-overrun', 'tpdu.ud.udh.ie[1]', 22],
    [`${before}0606070100050400`, 'sms/user-data-header-overrun', 'tpdu.ud.udh', 19],
    [`${before}0706070100050400`, 'sms/information-element-overrun', 'tpdu.ud.udh.ie[1]', 23],
    [`${before}0403070100FF`, 'octets/trailing', 'tpdu', 23],
  ])('%s: %s in %s at %i', (hex, code, field, offset) => {
    expect(failure(String(hex))).toMatchObject({ code, field, offset });
  });
});
