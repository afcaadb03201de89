/** Digits that took the place of others: the same digits get the same stand-in all through one trace. */
export class StandIns {
  readonly #given = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** A stand-in of the same length; `kind` only chooses digits that nobody has been assigned. */
  for(digits: string, kind: 'number' | 'identity' | 'secret'): string {
    const known = this.#given.get(digits);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const head = kind === 'secret' ? '' : kind === 'identity' ? identityHead(digits) : '1555';
    const room = Math.max(0, digits.length - head.length);
    const standIn = `${head.slice(0, digits.length)}${String(count % 10 ** Math.min(room, 9)).padStart(room, '0')}`.slice(0, digits.length);
    this.#given.set(digits, standIn);
    return standIn;
  }
}

/** Test values that keep what kind of identity it was: an ICCID begins with 89, an IMSI of the test network with 00101, an IMEI with 35. */
function identityHead(digits: string): string {
  if (digits.startsWith('89') && digits.length >= 18) return '8901';
  return digits.length === 15 && !digits.startsWith('35') && !digits.startsWith('86') && !digits.startsWith('01') ? '00101' : '35';
}
