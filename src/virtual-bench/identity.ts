/** What tells one virtual modem from another. */
export interface ModemIdentity {
  readonly imei: string;
  /** On the test network 001 01. */
  readonly imsi: string;
  readonly iccid: string;
  /** International, with its plus sign. */
  readonly number: string;
}

/** The identity of the n-th modem of a bench, counted from 1; every one differs. */
export function identityOf(ordinal: number): ModemIdentity {
  const serial = String(ordinal);
  return {
    imei: withLuhn(`00440100${serial.padStart(6, '0')}`),
    imsi: `00101${serial.padStart(10, '0')}`,
    iccid: withLuhn(`89001010${serial.padStart(10, '0')}`),
    number: `+1555${serial.padStart(7, '0')}`,
  };
}

/** Adds the check digit. @see ISO/IEC 7812-1 annex B */
function withLuhn(digits: string): string {
  let sum = 0;
  for (const [place, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
