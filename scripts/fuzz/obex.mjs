// What OBEX brings: packets, streams of them, a whole conversation with the receiving side, and the octets by which peers prove who they are.
import { decodeChallenge, decodeResponse, encodeChallenge, encodeResponse } from '../../dist/endpoints/obex/authentication.js';
import { ObexFramer } from '../../dist/endpoints/obex/framer.js';
import { ObjectInTransit } from '../../dist/endpoints/obex/object.js';
import { decodePacket, encodePacket } from '../../dist/endpoints/obex/packet.js';
import { DecodeError, toHex } from '../../dist/octets/index.js';
import { fromEndpoint } from '../../dist/push/index.js';
import { route } from '../../dist/routing/index.js';

const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text) => Buffer.from(text, 'latin1').toString('hex');
const octetsHeader = (id, value) => `${id}${(value.length / 2 + 3).toString(16).padStart(4, '0')}${value}`;
const packet = (code, rest) => `${code}${(rest.length / 2 + 3).toString(16).padStart(4, '0')}${rest}`;

const type = octetsHeader('42', `${ascii('application/vnd.syncml.dm+wbxml')}00`);
const xml = octetsHeader('42', `${ascii('Application/vnd.syncml.dm+xml; charset=utf-8')}00`);
const name = octetsHeader('01', '0064006d000000'.slice(0, 12));
const http = octetsHeader('47', ascii('X-Wapbridge-Hops: 1\r\nX-Wap-Application-Id: 7\r\n'));
const nonce = '000102030405060708090A0B0C0D0E0F';
const connect = packet('80', `10000400${octetsHeader('46', ascii('SYNCML-DM'))}`);
const connectProving = packet(
  '80',
  `100000ff${octetsHeader('46', ascii('SYNCML-DM'))}4d001800 10${nonce}0101014e002e0010F75600CDBD52064BEA92ECA36D553B00010562656E63680210${nonce}`.replaceAll(
    ' ',
    '',
  ),
);
const first = packet('02', `cb00000001${name}${type}c300000008${octetsHeader('48', '02a4016a')}`);
const last = packet('82', octetsHeader('49', '006d0101'));
const whole = packet('82', `${xml}${http}${octetsHeader('49', ascii('<SyncML/>'))}`);
const granted = packet('a0', `10000400cb000000014a000c${ascii('SYNCML-DM')}`);

/** Octets that seeds are made of. */
export const obexSeeds = {
  obex: [
    connect,
    connectProving,
    `${connect}${first}${last}810003`,
    whole,
    `${connect}${whole}ff0003${first}`,
    granted,
    '8500050200',
    '8300034200',
  ].map(hex),
  'obex-proof': [
    `0010${nonce}010101`,
    `0010${nonce}0101010206ff0061006200`.slice(0, -2),
    `0010F75600CDBD52064BEA92ECA36D553B00010562656E63680210${nonce}`,
  ].map(hex),
};

/** Pieces that mean something where they are put. */
export const obexTokens = [
  '80',
  '0003',
  'ffff',
  '48',
  '49',
  '480003',
  '490003',
  '4200',
  'cb',
  'c3ffffffff',
  '01',
  '0000',
  '10000400',
  '02',
  '82',
  'ff0003',
  '810003',
  '0010',
  '0210',
]
  .map(hex)
  .concat([hex(type), hex(first), hex(last)]);

/** The targets; `octetTarget` makes one of a kind of seeds, `violated` says that something does not hold. */
export function obexTargets(octetTarget, violated) {
  return [
    octetTarget('obex packet', 'obex', 4, ({ octets }) => readPacket(octets, violated)),
    octetTarget('obex stream', 'obex', 2, ({ octets }) => readStream(octets, violated)),
    octetTarget('obex proof', 'obex-proof', 1, ({ octets }) => readProof(octets, violated)),
  ];
}

function located(octets, read, violated) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (error.offset < 0 || error.offset > octets.length || error.field === '')
      violated(`the error's offset ${error.offset} is outside the input`);
    return null;
  }
}

function readPacket(octets, violated) {
  let any = false;
  for (const kind of ['request', 'answer', 'answer-to-connect']) {
    const value = located(octets, () => decodePacket(octets, kind), violated);
    if (value === null) continue;
    any = true;
    const again = encodePacket(value);
    const meaning = (one) => JSON.stringify(one, (_, part) => (part instanceof Uint8Array ? toHex(part) : part));
    if (meaning(decodePacket(again, kind)) !== meaning(value)) violated(`reads back as ${toHex(again)}`);
  }
  return any;
}

/** Cut in pieces of any size, a stream holds the same packets; what is put by them is a message whose body is no longer than what came. */
function readStream(octets, violated) {
  const cut = (size) => {
    const framer = new ObexFramer(65_535);
    const packets = [];
    for (let at = 0; at < octets.length; at += size) packets.push(...framer.push(octets.subarray(at, at + size)));
    return { packets, broken: framer.broken?.code ?? null, held: framer.held };
  };
  const [all, pieces] = [cut(octets.length || 1), cut(5)];
  const told = ({ packets, broken, held }) => JSON.stringify([packets.map(toHex), broken, held]);
  if (told(all) !== told(pieces)) violated('pieces are cut into other packets');
  const object = new ObjectInTransit();
  for (const one of all.packets) {
    const value = located(one, () => decodePacket(one, 'request'), violated);
    if (value !== null && (value.code & 0x7f) === 2) object.add(value.headers);
  }
  const body = object.body();
  if (body.length !== object.octets || body.length > octets.length) violated('the body is longer than what came');
  const lines = object.lines();
  for (const [, value] of lines) if (/[\r\n\0]/.test(value)) violated('a line ends in its middle');
  const arrival = fromEndpoint('obex', { headers: JSON.parse(JSON.stringify(lines)) }, body);
  if (arrival.kind !== 'push') violated('what is put is no push');
  const verdict = route(arrival).verdict;
  const forDm = object.isDmMessage && (arrival.applicationId === null || arrival.applicationId.code === 7);
  if ((verdict === 'dm-application') !== forDm) violated(`${object.type} is routed as ${verdict}`);
  return all.packets.length > 0;
}

function readProof(octets, violated) {
  const challenge = located(octets, () => decodeChallenge(octets), violated);
  const response = located(octets, () => decodeResponse(octets), violated);
  if (challenge !== null) {
    const again = decodeChallenge(encodeChallenge({ ...challenge, realm: null }));
    if (toHex(again.nonce) !== toHex(challenge.nonce) || again.options !== challenge.options) violated('a challenge reads back as another');
  }
  if (response !== null && JSON.stringify(decodeResponse(encodeResponse(response))) !== JSON.stringify(response))
    violated('a response reads back as another');
  return challenge !== null || response !== null;
}
