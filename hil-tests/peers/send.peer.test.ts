import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { filesIn } from '../support/files.js';
import { describePeer } from '../support/peer.js';
import { type RunningBench, type Scene, test } from '../support/scene.js';
import { gammuDaemon } from './gammu.js';
import { kannel, querySink } from './kannel.js';
import { dissectDeliveries, dissectSubmissions, withoutServiceCentre } from './tshark.js';

/** Octets of chance that begin as WBXML does, so that nothing takes them for XML. */
function chanceBody(length: number): Buffer {
  const octets = randomBytes(length);
  octets[0] = 0x02;
  return octets;
}

const deviceManagement = 'x-wap-application:syncml.dm';
const types = [
  ['dm+wbxml', 'C2', 'application/vnd.syncml.dm+wbxml'],
  ['dm+xml', 'C3', 'application/vnd.syncml.dm+xml'],
  ['notification', 'C4', 'application/vnd.syncml.notification'],
] as const;

/** Sends a body through the first modem, and gives the TPDUs that came to the network by its AT port. */
async function send(scene: Scene, bench: RunningBench, words: readonly string[], body: Uint8Array): Promise<readonly string[]> {
  const file = join(scene.folder(), 'body');
  writeFileSync(file, body);
  const program = scene.wapbridge([
    ...['send', '--json', '--quiet', '--to', bench.modem(2).number, '--body', file, '--modem', bench.modem(1).port, ...words],
  ]);
  expect((await program.exited).code, program.program.describe()).toBe(0);
  const { events } = (await bench.command({ do: 'log' })) as unknown as { readonly events: readonly { kind: string; tpdu: string }[] };
  return events.filter(({ kind }) => kind === 'submitted').map(({ tpdu }) => tpdu);
}

const bodyOf = (octets: number, seed: string): Buffer => {
  const blocks = Array.from({ length: Math.ceil(octets / 32) }, (_, at) => createHash('sha256').update(`${seed} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, octets);
};
const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString('hex').toUpperCase();

describePeer('what send writes to the AT port, as tshark reads it', { tshark: 'tshark', text2pcap: 'wireshark-common' }, () => {
  test.for(types)(
    '%s: port 2948, application id 7 and the type in short form, type first, in one part',
    async ([type, octet, name], { scene }) => {
      const body = bodyOf(100, type);
      const [tpdu = '', ...others] = await send(scene, await scene.bench({ modems: 2 }), ['--type', type], body);
      expect(others).toEqual([]);
      expect(tpdu.slice(tpdu.indexOf('0605040B84'))).toBe(`0605040B8423F0010603${octet}AF87${hexOf(body)}`);
      expect(await dissectSubmissions(scene, [tpdu])).toMatchObject([
        { destinationPort: '2948', pduType: '0x06', contentType: name, applicationId: deviceManagement },
      ]);
    },
  );

  test.for(types)('%s of five parts: the port in every part as written, and the whole as it arrives', async ([type, , name], { scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const listen = await scene.listen(bench.modem(2).port);
    const body = bodyOf(600, type);
    const written = await send(scene, bench, ['--type', type], body);
    expect(await dissectSubmissions(scene, written)).toMatchObject(
      [1, 2, 3, 4, 5].map((part) => ({ destinationPort: '2948', part: String(part), parts: '5' })),
    );
    const { pdus } = (await listen.waitForEvent('message')) as unknown as { readonly pdus: readonly string[] };
    const arrived = await dissectDeliveries(scene, pdus.map(withoutServiceCentre));
    expect(arrived.find(({ reassembledLength }) => reassembledLength !== undefined)).toMatchObject({
      reassembledLength: '606',
      contentType: name,
      applicationId: deviceManagement,
    });
  });

  /** What tshark says of the application id, and why where that is not syncml.dm. */
  const variants: readonly (readonly [wish: string, head: string, said: string | undefined])[] = [
    ['content-type=long', '05020142AF87', deviceManagement],
    ['content-type=text', '226170706C69636174696F6E2F766E642E73796E636D6C2E646D2B7762786D6C00AF87', deviceManagement],
    ['content-type=general', '0401C2AF87', deviceManagement],
    ['content-type=general-text', '241F206170706C69636174696F6E2F766E642E73796E636D6C2E646D2B7762786D6C00AF87', deviceManagement],
    ['application-id=text', '1EC2AF782D7761702D6170706C69636174696F6E3A73796E636D6C2E646D00', deviceManagement],
    ['length-quote', '051F01C2AF87', deviceManagement],
    ['id-last', '03C2AF87', deviceManagement],
    // tshark looks up the length octet of a long-integer and not the integer: 01 07 means 7. @see WAP-230-WSP 8.4.2.1
    ['application-id=long', '04C2AF0107', 'x-wap-application:push.sia'],
    // tshark does not look names in text up, and any header may be written so. @see WAP-230-WSP 8.4.2.6
    [
      'application-id=text-name',
      '32C2582D5761702D4170706C69636174696F6E2D496400782D7761702D6170706C69636174696F6E3A73796E636D6C2E646D00',
      undefined,
    ],
  ];
  test.for(variants)('--encode %s means the same', async ([wish, head, said], { scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const listen = await scene.listen(bench.modem(2).port);
    const body = bodyOf(40, wish);
    const [tpdu = ''] = await send(scene, bench, ['--type', 'dm+wbxml', '--encode', wish], body);
    expect(tpdu.slice(tpdu.indexOf('0605040B84'))).toBe(`0605040B8423F00106${head}${hexOf(body)}`);
    const [packet = {}] = await dissectSubmissions(scene, [tpdu]);
    expect(packet).toMatchObject({ destinationPort: '2948', pduType: '0x06', contentType: 'application/vnd.syncml.dm+wbxml' });
    expect(packet.applicationId).toBe(said);
    expect(await listen.waitForEvent('message')).toMatchObject({
      push: { contentTypeCode: 0x42, applicationId: 7, body: hexOf(body) },
      verdict: { verdict: 'dm-application' },
    });
  });
});

describePeer('gammu-smsd has what send sent', { 'gammu-smsd': 'gammu-smsd' }, () => {
  describe.each([1, 2, 17])('%i parts', (parts) => {
    test('octet for octet, a file a part', async ({ scene }) => {
      const bench = await scene.bench({ modems: 2 });
      const daemon = await gammuDaemon(scene, bench.modem(2).port);
      const body = chanceBody(parts === 1 ? 127 : 128 * parts - 70);
      await send(scene, bench, ['--type', 'dm+wbxml'], body);
      const names = await filesIn(daemon.inbox, /\.bin$/, parts, {
        describe: () => `${daemon.program.describe()}\n${readFileSync(join(daemon.inbox, '..', 'log'), 'latin1').slice(-3000)}`,
      });
      expect(names).toHaveLength(parts);
      const octets = Buffer.concat(names.map((name) => readFileSync(join(daemon.inbox, name))));
      expect(hexOf(octets)).toBe(`010603C2AF87${hexOf(body)}`);
    });
  });
});

describePeer('Kannel has what send sent', { bearerbox: 'kannel', smsbox: 'kannel' }, () => {
  test.for([1, 5])('put together of %i parts, octet for octet', async (parts, { scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const sink = await querySink(scene);
    await kannel(scene, { port: bench.modem(2).port, mobileOriginatedUrl: sink.url });
    const body = chanceBody(parts === 1 ? 100 : 128 * parts - 70);
    await send(scene, bench, ['--type', 'dm+xml'], body);
    const received = await sink.queries.waitForCount('message handed on by Kannel', 1, (query) => query.has('octets'));
    expect(received).toHaveLength(1);
    expect(hexOf(received[0]?.get('octets') ?? Buffer.alloc(0))).toBe(`010603C3AF87${hexOf(body)}`);
    expect(received[0]?.get('from')?.toString('latin1')).toContain(bench.modem(1).number.slice(1));
  });
});
