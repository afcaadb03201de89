import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { describePeer } from '../support/peer.js';
import { type Scene, test } from '../support/scene.js';

/** A DM message in two parts; docs/decode.md shows what it says. */
const example = readFileSync(fileURLToPath(new URL('../../docs/examples/two-part-push.txt', import.meta.url)), 'utf8');
const [first = '', second = ''] = example.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

const fields = [
  'frame.protocols',
  'gsm_sms.udh.mm.msg_part',
  'gsm_sms.destination_port',
  'gsm_sms.fragment.count',
  'gsm_sms.reassembled.length',
  'wsp.TID',
  'wsp.header.content_type',
  'wsp.header.x_wap_application_id',
  '_ws.malformed',
] as const;
type Field = (typeof fields)[number];

/** What tshark says of each packet of a capture, without any setting. */
async function dissect(scene: Scene, capture: string): Promise<Record<Field, string>[]> {
  const tshark = scene.program(
    'tshark',
    ['-r', capture, '-T', 'fields', '-E', 'separator=|', ...fields.flatMap((field) => ['-e', field])],
    {
      environment: { HOME: scene.folder() },
    },
  );
  const exit = await tshark.exited;
  expect(exit.code, tshark.describe()).toBe(0);
  return tshark.stdout.items.map((line) => {
    const values = line.split('|');
    return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ''])) as Record<Field, string>;
  });
}

async function capture(scene: Scene, lines: readonly string[], ...options: string[]): Promise<Record<Field, string>[]> {
  const folder = scene.folder();
  writeFileSync(join(folder, 'input'), `${lines.join('\n')}\n`);
  const path = join(folder, 'push.pcapng');
  const decode = scene.wapbridge(['decode', '--json', ...options, '--pcap', path, join(folder, 'input')]);
  expect((await decode.exited).code, decode.program.describe()).toBe(0);
  return dissect(scene, path);
}

describePeer('Wireshark on exported captures', { tshark: 'tshark' }, () => {
  test('every part is found, the parts are joined, and the push is read', async ({ scene }) => {
    const packets = await capture(scene, [first, second]);
    expect(packets.map((packet) => [packet['gsm_sms.udh.mm.msg_part'], packet['gsm_sms.destination_port']])).toEqual([
      ['1', '2948'],
      ['2', '2948'],
    ]);
    expect(packets[0]?.['frame.protocols']).not.toContain('wsp');
    expect(packets[1]).toMatchObject({
      'frame.protocols': expect.stringContaining('gsm_sms:wsp'),
      'gsm_sms.fragment.count': '2',
      'gsm_sms.reassembled.length': '112',
      'wsp.TID': '0x01',
      'wsp.header.content_type': 'application/vnd.syncml.dm+wbxml',
      'wsp.header.x_wap_application_id': 'x-wap-application:syncml.dm',
      '_ws.malformed': '',
    });
  });

  test('parts in the other order, and parts that a host submits, are joined too', async ({ scene }) => {
    expect((await capture(scene, [second, first]))[1]).toMatchObject({ 'gsm_sms.reassembled.length': '112', 'wsp.TID': '0x01' });
    // An SMS-SUBMIT made by hand of the same user data: 3GPP TS 23.040 9.2.2.2, message reference 0, no validity period.
    const submitted = [first, second].map((pdu) => `0041000B915155550500F00004${pdu.slice(pdu.indexOf('440B05'))}`);
    const packets = await capture(scene, submitted, '--direction', 'to-modem');
    expect(packets[1]).toMatchObject({ 'gsm_sms.reassembled.length': '112', 'wsp.header.content_type': 'application/vnd.syncml.dm+wbxml' });
  });

  test('a WSP PDU by itself is read as one', async ({ scene }) => {
    expect(await capture(scene, ['010603C2AF8702A4016A006D01'], '--as', 'wsp')).toMatchObject([
      {
        'frame.protocols': expect.stringContaining('wsp'),
        'wsp.header.content_type': 'application/vnd.syncml.dm+wbxml',
        '_ws.malformed': '',
      },
    ]);
  });
});
