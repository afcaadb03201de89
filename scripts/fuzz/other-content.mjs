// What other applications get on the push port: MMS messages, which are read as far as they can be, and SUPL INIT, which is read or refused.
import { decodeMms, decodeSuplInit } from '../../dist/dm/index.js';

const hex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));
const ascii = (text) => Buffer.from(text, 'latin1').toString('hex');

/** Octets that seeds are made of. */
export const otherContentSeeds = {
  mms: [
    `8c8298${ascii('T-1')}008d92891880${ascii('+15550000001/TYPE=PLMN')}009606ea5ac3bc72008a808e03018f0088058103093a8083${ascii('http://mmsc.invalid/t')}00`,
    `8c868d908b${ascii('m@mmsc.invalid')}0097${ascii('+15550000002/TYPE=PLMN')}008504386d43809581`,
    `8c888d938b${ascii('m')}0089018197${ascii('a')}0085046a8f1d009b80`,
    `8c82981f04${ascii('ab')}007f00960903e8004200680000b702abcd${ascii('X-Bench')}00${ascii('yes')}0084a3000102`,
    `8c829605918c8c8c00a0068101807f6100a1078101046a8f1d00fe81b40180`,
  ].map(hex),
  supl: [
    '002C0100004000000050EE31D41ABD9B2D71A81A34C8161382844167656E7403640079600020406080A0C0E0',
    '00100100004000000054C0000202000820',
    '0021020004400000002A3000D82DD140000000000000000000000140004D0280FF0000',
  ].map(hex),
};

/** Pieces that mean something where they are put. */
export const otherContentTokens = [
  '8c82',
  '98',
  '1f',
  '1fffffffff7f',
  '80',
  '81',
  '00',
  'ea',
  '03e8',
  '84',
  '83',
  '88',
  'ffff',
  '4000000000',
].map(hex);

/** Targets for the two, made as the others are. */
export function otherContentTargets(octetTarget, violated, decodeTwice) {
  return [
    octetTarget('mms', 'mms', 4, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, decodeMms, { tiles: true, explained });
      if (value === null) violated('an MMS message was refused, it is to be read as far as it goes');
      const { headers, diagnostics, messageType } = value;
      if (headers.length > 100) violated(`${headers.length} headers`);
      if (2 * headers.length > octets.length) violated('more headers than octets');
      for (const { name, value: shown } of headers) {
        if (name.length > 257 || String(shown).length > 257) violated(`a header of ${name.length} and ${String(shown).length} characters`);
        if (typeof shown === 'number' && !Number.isSafeInteger(shown)) violated(`the number ${shown}`);
      }
      return diagnostics.length === 0 && messageType !== null;
    }),
    octetTarget('supl init', 'supl', 4, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, decodeSuplInit, { tiles: true, explained });
      if (value === null) return false;
      if (JSON.stringify(value).length > 4096) violated('a brief of more than 4,096 characters');
      return true;
    }),
  ];
}
