/** Every key rule by its name, with the methods that know it; the first of a method is its default. */
export const keyRules: readonly string[] = [
  'imsi-semi-octets',
  'imsi-digits',
  'pin-digits',
  'imsi-semi-octets-then-pin',
  'pin-colon-imsi-semi-octets',
  'pin-colon-imsi-digits',
];
