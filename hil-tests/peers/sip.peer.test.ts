import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { whenBound, whenListening } from '../../src/conformance/peers/ports.js';
import { dmBody } from '../../src/conformance/procedures/push-bench.js';
import { sipProcedures } from '../../src/conformance/procedures/sip.js';
import { Collector } from '../support/lines.js';
import { describePeer } from '../support/peer.js';
import type { RunningProgram } from '../support/program.js';
import { type Scene, test } from '../support/scene.js';
import { type RunningWapbridge, wapbridgeMain } from '../support/wapbridge.js';

describePeer('SIP with Kamailio and SIPp', { kamailio: 'kamailio', sipp: 'sip-tester', openssl: 'openssl' }, () => {
  for (const { item, title, run } of sipProcedures) {
    test(`${item}-O: ${title}`, ({ scene }) => run(scene));
  }
});

const fields = [
  'sip.Request-Line',
  'sip.Status-Line',
  'sip.CSeq.method',
  'sip.Content-Type',
  'sip.Content-Length',
  'sip.contact.uri',
  'sip.msg_hdr',
  '_ws.malformed',
  '_ws.expert.message',
];

type Dissection = Readonly<Record<string, readonly string[]>>;

/** What tshark says of SIP messages, each sent in a datagram or a segment of its own. */
async function dissect(scene: Scene, messages: readonly Uint8Array[], transport: 'udp' | 'tcp'): Promise<Dissection[]> {
  const folder = scene.folder();
  const [text, capture] = [join(folder, 'sip.txt'), join(folder, 'sip.pcapng')];
  const dump = messages.map((octets) => `000000 ${Buffer.from(octets).toString('hex').replace(/../g, '$& ')}\n`);
  writeFileSync(text, dump.join('\n'));
  const made = scene.program('text2pcap', ['-q', transport === 'udp' ? '-u' : '-T', '5060,5060', text, capture], { cwd: folder });
  if ((await made.exited).code !== 0) throw new Error(made.describe());
  const asked = fields.flatMap((field) => ['-e', field]);
  const judge = scene.program('tshark', ['-r', capture, '-T', 'json', '-Y', 'sip', ...asked], {
    cwd: folder,
    environment: { HOME: folder },
  });
  if ((await judge.exited).code !== 0) throw new Error(judge.describe());
  const packets = JSON.parse(judge.stdout.items.join('\n')) as { _source: { layers: Dissection } }[];
  return packets.map(({ _source: { layers } }) => layers);
}

function configured(scene: Scene, sip: object): { readonly parameters: readonly string[]; readonly folder: string } {
  const folder = scene.folder();
  const file = join(folder, 'wapbridge.yaml');
  writeFileSync(file, JSON.stringify({ endpoints: { sip } }));
  writeFileSync(join(folder, 'body'), dmBody(400));
  return { folder, parameters: ['--json', '--config', file, '--state-dir', join(folder, 'state')] };
}

const send = (scene: Scene, target: string): RunningWapbridge => {
  const { folder, parameters } = configured(scene, {});
  return scene.wapbridge(['send', '--via', target, '--type', 'dm+wbxml', '--body', join(folder, 'body'), ...parameters]);
};

/** A user agent that keeps what comes and answers it, as far as a header field says how. */
async function datagramAgent(scene: Scene, status: number) {
  const socket = createSocket('udp4');
  const came = new Collector<Buffer>(() => 'datagrams');
  socket.on('message', (octets, { port, address }) => {
    came.add(octets);
    const kept = octets
      .toString('latin1')
      .split('\r\n')
      .filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
    socket.send([`SIP/2.0 ${status} Said`, ...kept, 'Content-Length: 0', '', ''].join('\r\n'), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  scene.atEnd(() => socket.close());
  return { came, port: socket.address().port, socket };
}

const malformed = (dissections: readonly Dissection[]) =>
  dissections.flatMap((layers) => [
    ...(layers['_ws.malformed'] ?? []),
    ...(layers['_ws.expert.message'] ?? []).filter((text) => /malformed|invalid|error/i.test(text)),
  ]);

describePeer('SIP before tshark', { tshark: 'tshark', text2pcap: 'wireshark-common' }, () => {
  test('what is sent and registered, and what is answered, is SIP without a mark', async ({ scene }) => {
    const agent = await datagramAgent(scene, 200);
    const sent = send(scene, `sip:dev@127.0.0.1:${agent.port}`);
    expect((await sent.exited).code).toBe(0);
    const { parameters } = configured(scene, { registrar: `sip:127.0.0.1:${agent.port}`, aor: 'sip:dev1@bench.invalid' });
    const listen = scene.wapbridge(['listen', '--sip', 'sip:dev1@127.0.0.1:0', ...parameters]);
    const { port } = await listen.waitForEvent('listening');
    await listen.waitForEvent('registration', ({ state }) => state === 'registered');
    const [message, register] = agent.came.items;
    // Its answers to a request with every fault that has an answer of its own.
    const asking = createSocket('udp4');
    scene.atEnd(() => asking.close());
    const answers: Buffer[] = [];
    for (const [index, change] of [
      (text: string) => text,
      (text: string) => text.replace('vnd.syncml.dm+wbxml', 'octet-stream'),
      (text: string) => text.replaceAll('MESSAGE', 'SUBSCRIBE'),
      (text: string) => text.replace('Max-Forwards', 'Require: x\r\nMax-Forwards'),
      (text: string) => text.replace('Call-ID', 'X-Call-ID'),
      (text: string) => text.replaceAll('MESSAGE', 'OPTIONS'),
    ].entries()) {
      const request = change(message!.toString('latin1').replace(/branch=[^;]*/, `branch=z9hG4bK${index}`));
      asking.send(Buffer.from(request, 'latin1'), Number(port), '127.0.0.1');
      const [answer] = (await once(asking, 'message')) as [Buffer];
      answers.push(answer);
    }
    await listen.stop();
    const dissections = await dissect(scene, [message!, register!, ...answers], 'udp');
    expect(dissections).toHaveLength(8);
    expect(malformed(dissections)).toEqual([]);
    expect(dissections[0]).toMatchObject({
      'sip.Request-Line': [`MESSAGE sip:dev@127.0.0.1:${agent.port} SIP/2.0`],
      'sip.Content-Type': ['application/vnd.syncml.dm+wbxml'],
      'sip.Content-Length': ['400'],
    });
    expect(message!.subarray(-400).equals(dmBody(400))).toBe(true);
    expect(dissections[0]?.['sip.msg_hdr']?.join('')).toContain('Accept-Contact: *;+g.oma.eventappid="syncml.dm";require;explicit');
    expect(dissections[1]).toMatchObject({ 'sip.CSeq.method': ['REGISTER'], 'sip.contact.uri': [`sip:dev1@127.0.0.1:${port}`] });
    expect(dissections.slice(2).map((layers) => layers['sip.Status-Line']?.join(''))).toEqual([
      'SIP/2.0 200 OK',
      'SIP/2.0 415 Unsupported Media Type',
      'SIP/2.0 405 Method Not Allowed',
      'SIP/2.0 420 Bad Extension',
      'SIP/2.0 400 Bad Request',
      'SIP/2.0 200 OK',
    ]);
  });

  test('what goes by TCP is cut into messages by tshark as it was meant', async ({ scene }) => {
    const pieces: Buffer[] = [];
    const server = createServer((socket: Socket) => socket.on('data', (chunk: Buffer) => pieces.push(chunk)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    scene.atEnd(() => server.close());
    const address = server.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const [connection] = await Promise.all([once(server, 'connection'), send(scene, `sip:dev@127.0.0.1:${port};transport=tcp`)]);
    const [socket] = connection as [Socket];
    await once(socket, 'data');
    socket.destroy();
    const [dissection] = await dissect(scene, [Buffer.concat(pieces)], 'tcp');
    expect(malformed(dissection === undefined ? [] : [dissection])).toEqual([]);
    expect(dissection).toMatchObject({ 'sip.CSeq.method': ['MESSAGE'], 'sip.Content-Length': ['400'] });
  });
});

const page = readFileSync(fileURLToPath(new URL('../../docs/sip.md', import.meta.url)), 'utf8');
const commands = [...page.matchAll(/^```sh\n([^\n]+)\n```$/gm)].map(([, command = '']) => command);

/** Runs a line of the page as a reader does, in the folder that the page is read from. */
function follow(scene: Scene, command: string, home: string): RunningProgram {
  const own = command.replace(/(^| )wapbridge /, `$1exec ${process.execPath} ${wapbridgeMain} `).replace(/^(sipp|\/usr\/sbin)/, 'exec $1');
  const environment = { HOME: home, XDG_STATE_HOME: join(home, 'state'), PATH: `${process.env.PATH}:/usr/sbin` };
  return scene.program('sh', ['-c', own.replace(/^(\S+=\S+) exec/, 'export $1; exec')], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    environment,
  });
}

describePeer('docs/sip.md', { kamailio: 'kamailio', sipp: 'sip-tester' }, () => {
  test('does what it says, followed word by word', async ({ scene }) => {
    const home = scene.folder();
    const [listen, sippSends, sippTakes, send, kamailio, register, sendOn] = commands.map((command) => () => follow(scene, command, home));
    expect(commands).toHaveLength(7);
    const first = listen!();
    await first.stdout.wait('listening', (line) => line.includes('listening for sip'));
    expect((await sippSends!().exited).code).toBe(0);
    await first.stdout.wait('the verdict', (line) => /verdict +dm-application/.test(line));
    const agent = sippTakes!();
    await whenBound(5072, 'SIPp');
    expect((await send!().exited).code).toBe(0);
    expect((await agent.exited).code).toBe(0);
    await first.stop();
    kamailio!();
    await whenListening(5090, 'Kamailio');
    const second = register!();
    await second.stdout.wait('the registration', (line) => /registered.*gr=urn:uuid:/.test(line));
    expect((await sendOn!().exited).code).toBe(0);
    await second.stdout.wait('the verdict', (line) => /verdict +dm-application/.test(line));
  });
});
