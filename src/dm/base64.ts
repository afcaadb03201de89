const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Octets as base64 with padding. @see RFC 4648 4 */
export function base64(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index < octets.length; index += 3) {
    const [first = 0, second, third] = octets.subarray(index, index + 3);
    text += alphabet.charAt(first >> 2) + alphabet.charAt(((first & 3) << 4) | ((second ?? 0) >> 4));
    text += second === undefined ? '=' : alphabet.charAt(((second & 15) << 2) | ((third ?? 0) >> 6));
    text += third === undefined ? '=' : alphabet.charAt(third & 63);
  }
  return text;
}

/** The octets of base64 text, blanks allowed; null where it is none. */
export function base64Octets(text: string): Uint8Array | null {
  const digits = text.replace(/[\s]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits) || digits.length % 4 !== 0) return null;
  const values = digits.replace(/=+$/, '');
  const octets = new Uint8Array(Math.floor((values.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let length = 0;
  for (const digit of values) {
    bits = ((bits << 6) | alphabet.indexOf(digit)) & 0xfff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      octets[length] = (bits >> held) & 0xff;
      length += 1;
    }
  }
  return octets;
}
