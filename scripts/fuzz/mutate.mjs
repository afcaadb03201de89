// Changes a seed where formats are sensitive: at its fields, its lengths and its tokens.
import { httpTokens } from './http.mjs';
import { obexTokens } from './obex.mjs';
import { otherContentTokens } from './other-content.mjs';
import { sipTokens } from './sip.mjs';

const edges = [0, 1, 2, 0x0c, 0x1e, 0x1f, 0x20, 0x22, 0x7e, 0x7f, 0x80, 0x81, 0x8c, 0x8d, 0xa0, 0xc2, 0xfe, 0xff];

const octetsOf = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
/** Tokens and elements that mean something where they are put. */
const tokens = {
  sms: [
    '000301020102',
    '0003010201',
    '080400010201',
    '05040B8423F0',
    '0402B4F0',
    '240101',
    '250103',
    '7000',
    '0B00',
    '0003FF0000',
    '22010F',
  ]
    .map(octetsOf)
    .concat([octetsOf('0B914477009810F2'), octetsOf('D0'), octetsOf('62112291830500'), octetsOf('FFFFFFFF'), octetsOf('1B1B1B')]),
  push: [
    'AF87',
    'AF0107',
    'AF029000',
    'C2',
    'C3',
    '1F80',
    '7F03',
    '0182',
    '7F01',
    '818481',
    '918092616200',
    'B487',
    '8581A0',
    '220061',
    '00',
  ]
    .map(octetsOf)
    .concat([
      Uint8Array.from(Buffer.from('x-wap-application:syncml.dm\0')),
      Uint8Array.from(Buffer.from('X-Wap-Application-Id\0')),
      Uint8Array.from(Buffer.from('application/vnd.syncml.dm+wbxml\0')),
      octetsOf('8FFFFFFF7F'),
      octetsOf('1E' + 'FF'.repeat(30)),
      octetsOf('8080808000'),
      octetsOf('03838033'),
    ]),
  wbxml: [
    'C3',
    'C38FFFFFFF7F',
    'C302',
    '00',
    '0001',
    '01',
    '0101',
    '4D',
    '6D',
    '03',
    '8300',
    '83FF7F',
    '02A4016A00',
    '04',
    '44',
    '84',
    'C4',
    '0284',
    '43',
    '02FFFFFF7F',
    'C30402A4016A',
    '40',
  ].map(octetsOf),
  notification: ['00', '0C', '03', 'FFFF', '6578', 'C3A9'].map(octetsOf),
  text: [
    '\r\n',
    '\n',
    '"',
    '\\',
    '+CMT: ,',
    '+CMGL: 1,1,,',
    'AT+CMGS=',
    '> ',
    '\u001a',
    '+CDS: ',
    '+CBM: 88',
    '0791',
    '00',
    ' ',
    '\t',
    '\0',
    '<',
    '>',
    '&#0;',
    '&#x10FFFF;',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '&b;',
    '<?wapbridge base64?>',
    '<SyncML xmlns="SYNCML:SYNCML1.2">',
    '</Data>',
    '<Final/>',
    '-->',
    '<!--',
    '- ',
    ': ',
    '&a ',
    '*a',
    '{',
    '[',
    '? ',
    '\\u0000',
    '\\x0D',
    '<CR>',
    '^M',
    '99999999999999999999',
  ].map((text) => Uint8Array.from(Buffer.from(text, 'latin1'))),
};
const tokensOf = {
  push: tokens.push,
  wbxml: tokens.wbxml,
  notification: tokens.notification,
  xml: tokens.text,
  'at-log': tokens.text,
  trace: tokens.text,
  config: tokens.text,
  http: httpTokens,
  'http-credentials': httpTokens,
  obex: obexTokens,
  'obex-proof': obexTokens,
  mms: otherContentTokens,
  supl: otherContentTokens,
  sip: sipTokens,
  'sip-digest': sipTokens,
};

/** Longest input that is made; a part has at most 176 octets, a push some hundreds. */
const longest = 4096;

/** Octets with the places that count others, kept right while pieces are put in and taken out. */
class Draft {
  constructor(seed, repair) {
    this.octets = seed.octets;
    this.counts = repair ? seed.counts.map(({ at, end }) => ({ at, end })) : [];
  }

  replace(from, until, piece) {
    const { octets } = this;
    const next = new Uint8Array(Math.min(longest, octets.length - (until - from) + piece.length));
    next.set(octets.subarray(0, from));
    next.set(piece.subarray(0, next.length - from), from);
    const rest = octets.subarray(until);
    const room = next.length - from - piece.length;
    if (room > 0) next.set(rest.subarray(0, room), from + piece.length);
    const growth = piece.length - (until - from);
    for (const count of this.counts) {
      if (from > count.at && until <= count.end && count.at < next.length) {
        next[count.at] = (next[count.at] + growth) & 0xff;
        count.end += growth;
      } else if (from <= count.at) {
        count.at += growth;
        count.end += growth;
      }
    }
    this.octets = next;
  }

  set(at, value) {
    const next = this.octets.slice();
    next[at] = value;
    this.octets = next;
  }
}

function rangeOf(random, seed, length) {
  if (seed.fields.length > 0 && !random.oneIn(3)) {
    const { offset, length: size } = random.pick(seed.fields);
    if (offset + size <= length) return [offset, offset + size];
  }
  const from = random.below(length + 1);
  return [from, Math.min(length, from + 1 + random.below(12))];
}

/** One input made of seeds of a kind. */
export function mutate(random, seeds, kind) {
  const seed = random.pick(seeds);
  if (random.oneIn(200)) return randomOctets(random, random.below(300));
  const draft = new Draft(seed, !random.oneIn(3));
  const tokensHere = tokensOf[kind] ?? tokens.sms;
  const count = random.oneIn(20) ? 0 : 1 + random.below(random.oneIn(8) ? 12 : 4);
  for (let step = 0; step < count; step += 1) mutateOnce(random, draft, seed, seeds, tokensHere);
  return draft.octets;
}

function mutateOnce(random, draft, seed, seeds, tokensHere) {
  const { length } = draft.octets;
  switch (random.below(12)) {
    case 0:
    case 1:
      if (length > 0) {
        const at = random.below(length);
        draft.set(at, draft.octets[at] ^ (1 << random.below(8)));
      }
      return;
    case 2:
      if (length > 0) draft.set(random.below(length), random.pick(edges));
      return;
    case 3:
      if (length > 0) draft.set(random.below(length), random.below(256));
      return;
    case 4:
      draft.octets = draft.octets.slice(0, random.below(length + 1));
      return;
    case 5: {
      const tail = random.oneIn(2)
        ? new Uint8Array(1 + random.below(20)).fill(random.oneIn(2) ? 0xff : 0)
        : randomOctets(random, 1 + random.below(20));
      draft.replace(length, length, tail);
      return;
    }
    case 6: {
      const counts = seed.counts;
      const at = counts.length === 0 ? random.below(length || 1) : random.pick(counts).at;
      if (at < length) draft.set(at, (draft.octets[at] + random.pick([-2, -1, 1, 2, 127, 128, 255])) & 0xff);
      return;
    }
    case 7: {
      const [from, until] = rangeOf(random, seed, length);
      draft.replace(until, until, draft.octets.slice(from, until));
      return;
    }
    case 8: {
      const [from, until] = rangeOf(random, seed, length);
      draft.replace(from, until, new Uint8Array(0));
      return;
    }
    case 9:
    case 10: {
      const [from] = rangeOf(random, seed, length);
      draft.replace(from, from, random.pick(tokensHere));
      return;
    }
    default: {
      const other = random.pick(seeds);
      const [from, until] = rangeOf(random, other, other.octets.length);
      const [at, end] = rangeOf(random, seed, length);
      draft.replace(at, random.oneIn(2) ? end : at, other.octets.slice(from, random.oneIn(3) ? other.octets.length : until));
    }
  }
}

function randomOctets(random, length) {
  const octets = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) octets[index] = random.next() & 0xff;
  return octets;
}
