import { expect, test } from 'vitest';
import { fromHex, toHex } from '../octets/index.js';
import { pcapngPacket, writePcapng } from './index.js';

test('a capture begins with a big-endian section and one interface for exported PDUs, in milliseconds', () => {
  // Made by hand from draft-ietf-opsawg-pcapng 4.1 and 4.2.
  const section = `0A0D0D0A 00000030 1A2B3C4D 0001 0000 FFFFFFFFFFFFFFFF 0004 0009 ${toHex(new TextEncoder().encode('wapbridge'))} 000000 0000 0000 00000030`;
  const interfaceBlock = '00000001 00000020 00FC 0000 00000000 0009 0001 03000000 0000 0000 00000020';
  expect(toHex(writePcapng([]))).toBe((section + interfaceBlock).replaceAll(' ', ''));
});

test('a packet names its dissector, its direction and its ports before its octets', () => {
  // Made by hand from draft-ietf-opsawg-pcapng 4.3 and the tags of exported PDUs: 12 dissector name, 35 direction, 24 to 26 ports.
  const tags = [
    `000C 0008 ${toHex(new TextEncoder().encode('wsp-cl'))} 0000`,
    '0023 0004 00000000',
    '0018 0004 00000003',
    '0019 0004 000023F0',
    '001A 0004 00000B84',
    '0000 0000',
  ].join('');
  const packet = `00000006 00000054 00000000 0000019C 49F34908 00000033 00000033 ${tags} 010603 00 00000054`;
  expect(
    toHex(
      pcapngPacket({
        dissector: 'wsp-cl',
        octets: fromHex('010603'),
        direction: 'from-modem',
        at: 0x19c_49f3_4908,
        ports: { source: 9200, destination: 2948 },
      }),
    ),
  ).toBe(packet.replaceAll(' ', ''));
});

test('a comment stands beside the packet, and every block is a whole number of 32-bit words', () => {
  for (let length = 0; length < 6; length += 1) {
    const block = pcapngPacket({
      dissector: 'gsm_sms',
      octets: new Uint8Array(length),
      direction: 'to-modem',
      at: -1,
      comment: 'l'.repeat(length + 1),
    });
    expect(block.length % 4).toBe(0);
    expect(toHex(block)).toContain(`0001000${length + 1}`);
    expect(toHex(block)).toContain('0023000400000001');
    expect(new DataView(block.buffer).getUint32(4)).toBe(block.length);
    expect(new DataView(block.buffer).getUint32(block.length - 4)).toBe(block.length);
  }
});
