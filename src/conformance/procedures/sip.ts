import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { withoutSecrets } from '../no-secrets.js';
import type { OwnProgram, PeerBench } from '../peers/bench.js';
import { type Kamailio, type KamailioOptions, startKamailio } from '../peers/kamailio.js';
import { freePort, whenBound, whenListening } from '../peers/ports.js';
import { type SippRequest, sendWithSipp, startSippAgent } from '../peers/sipp.js';
import type { Procedure } from '../types.js';
import { dmBody, dmTypeNames as types } from './push-bench.js';

const user = 'dev1';
const password = 'not-for-the-log-7731';
const aor = 'sip:dev1@bench.invalid';
const tag = '+g.oma.eventappid="syncml.dm"';
export type SipTransport = 'udp' | 'tcp' | 'tls';

const xmlBody = Buffer.from('<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD></SyncHdr><SyncBody/></SyncML>');

/** The procedures of the client and of the server. @see OMA-TS-DM_PushBinding-V1_3 5.2, Appendix B */
export const sipProcedures: readonly Procedure[] = withoutSecrets(
  [
    ...(['udp', 'tcp', 'tls'] as const).map(
      (transport): Procedure => ({
        item: 'DM-PUSH-C-004',
        title: `registers at Kamailio by ${transport} with tag, instance and gruu, proves itself, and is reached by its public GRUU with both types`,
        peer: 'Kamailio and SIPp',
        needs: ['kamailio', 'sipp', 'openssl'],
        run: (bench) => registersAndReceives(bench, transport),
      }),
    ),
    ...(['udp', 'tcp'] as const).map(
      (transport): Procedure => ({
        item: 'DM-PUSH-C-004',
        title: `takes both types from SIPp by ${transport}, answers 415 with Accept to another type and 405 with Allow to other methods`,
        peer: 'SIPp',
        needs: ['sipp'],
        run: (bench) => receivesDirectly(bench, transport),
      }),
    ),
    {
      item: 'DM-PUSH-C-004',
      title: 'asks SIPp for credentials, and takes the message when they are right',
      peer: 'SIPp',
      needs: ['sipp'],
      run: asksForCredentials,
    },
    ...(['udp', 'tcp'] as const).map(
      (transport): Procedure => ({
        item: 'DM-PUSH-S-004',
        title: `sends SIPp a MESSAGE by ${transport} with type, tag and body, ${transport === 'udp' ? 'again until it is answered, and not after that' : 'once'}`,
        peer: 'SIPp',
        needs: ['sipp'],
        run: (bench) => sendsToSipp(bench, transport),
      }),
    ),
    ...(['udp', 'tcp', 'tls'] as const).map(
      (transport): Procedure => ({
        item: 'DM-PUSH-S-004',
        title: `sends through Kamailio by ${transport} to an agent that is registered there, proves itself when it is asked, and keeps the size rule`,
        peer: 'Kamailio',
        needs: ['kamailio', 'openssl'],
        run: (bench) => sendsThroughKamailio(bench, transport),
      }),
    ),
  ],
  [password],
);

async function registersAndReceives(bench: PeerBench, transport: SipTransport): Promise<void> {
  const { kamailio, files } = await registrar(bench, {});
  const listen = await registeredListener(bench, { kamailio, files, transport });
  const gruu = String((await registered(listen))['publicGruu']);
  expectThat(/^sip:dev1@bench\.invalid;gr=urn:uuid:[0-9a-f-]{36}$/.test(gruu), `the public GRUU is ${gruu}`);
  const [first = ''] = kamailio.seen('REGISTER-SEEN');
  for (const part of [`REGISTER-SEEN ${transport} `, '+sip.instance="<urn:uuid:', tag, 'supported=gruu']) {
    expectThat(first.includes(part), `Kamailio saw no ${part} in ${first}`);
  }
  const bodies = [
    { contentType: types.wbxml, body: dmBody(157), code: 0x42 },
    { contentType: types.xml, body: xmlBody, code: 0x43 },
  ];
  for (const { contentType, body, code } of bodies) {
    await sendWithSipp(bench, { to: kamailio, transport: 'udp', uri: gruu, contentType, body, status: 200 });
    await expectMessage(listen, body, code);
  }
  expectThat(listen.eventsNamed('message').length === bodies.length, 'more messages were handed on than were sent');
  const refused: SippRequest = { to: kamailio, transport: 'udp', uri: gruu, contentType: 'text/plain', body: xmlBody, status: 415 };
  await sendWithSipp(bench, { ...refused, answerHolds: { header: 'Accept', pattern: 'application/vnd.syncml.dm.wbxml' } });
  // The address that it gives itself now is the one that the registrar gave it.
  const asked = { to: kamailio, transport: 'udp', method: 'OPTIONS', uri: gruu, status: 200 } as const;
  await sendWithSipp(bench, { ...asked, answerHolds: { header: 'Contact', pattern: `<${gruu.replaceAll('.', '[.]')}>` } });
  await listen.stop();
  expectThat(kamailio.seen('REGISTER-SEEN').at(-1)?.includes('expires=0') === true, 'it did not end its registration');
  await kamailio.stop();
}

async function receivesDirectly(bench: PeerBench, transport: 'udp' | 'tcp'): Promise<void> {
  const { listen, port } = await plainListener(bench);
  const uri = `sip:dev1@127.0.0.1:${port}`;
  const large = transport === 'tcp' ? 30_000 : 900;
  for (const [contentType, body, code] of [
    [types.wbxml, dmBody(large), 0x42],
    [types.xml, xmlBody, 0x43],
  ] as const) {
    await sendWithSipp(bench, { to: { port }, transport, uri, contentType, body, status: 200 });
    await expectMessage(listen, body, code);
  }
  for (const contentType of ['text/plain', 'application/vnd.syncml.notification', 'application/vnd.syncml.dm+wbxmlx']) {
    const refused = { to: { port }, transport, uri, contentType, body: xmlBody, status: 415 };
    await sendWithSipp(bench, { ...refused, answerHolds: { header: 'Accept', pattern: 'dm.wbxml, .*dm.xml' } });
  }
  for (const method of ['SUBSCRIBE', 'REGISTER', 'NOTIFY', 'INFO']) {
    await sendWithSipp(bench, { to: { port }, transport, method, uri, status: 405, answerHolds: { header: 'Allow', pattern: 'MESSAGE' } });
  }
  expectThat(listen.eventsNamed('message').length === 2, 'something was handed on that is no DM message');
  await listen.stop();
}

async function asksForCredentials(bench: PeerBench): Promise<void> {
  const folder = bench.folder();
  const secret = join(folder, 'password');
  writeFileSync(secret, password, { mode: 0o600 });
  // SIPp 3.6 answers the first challenge alone, and knows MD5 alone.
  const { listen, port } = await plainListener(bench, { senders: [{ user: 'dms', password: { file: secret } }], algorithms: ['MD5'] });
  const uri = `sip:dev1@127.0.0.1:${port}`;
  // Where it adds credentials it counts a body up to its first NUL.
  const request = { to: { port }, transport: 'udp', uri, contentType: types.xml, body: xmlBody } as const;
  await sendWithSipp(bench, { ...request, status: 401, answerHolds: { header: 'WWW-Authenticate', pattern: 'nonce=' } });
  await sendWithSipp(bench, { ...request, credentials: { user: 'dms', password: 'wrong' }, status: 401 });
  expectThat(listen.eventsNamed('message').length === 0, 'a message was taken without a proof');
  await sendWithSipp(bench, { ...request, credentials: { user: 'dms', password }, status: 200 });
  await expectMessage(listen, request.body, 0x43);
  await listen.stop();
}

async function sendsToSipp(bench: PeerBench, transport: 'udp' | 'tcp'): Promise<void> {
  const port = await freePort();
  const agent = startSippAgent(bench, { port, transport, silentMs: 1800 });
  await (transport === 'udp' ? whenBound(port, 'SIPp') : whenListening(port, 'SIPp'));
  const target = `sip:dev1@127.0.0.1:${port};transport=${transport}`;
  const exit = await send(bench, { target, type: 'dm+xml', body: xmlBody });
  expectThat(exit === 0, `send ended with ${exit}`);
  const { text, before, after } = await agent.received();
  for (const line of [
    `MESSAGE sip:dev1@127.0.0.1:${port} SIP/2.0`,
    `Content-Type: ${types.xml}`,
    `Accept-Contact: *;${tag};require;explicit`,
  ]) {
    expectThat(text.includes(line), `SIPp did not see ${line}`);
  }
  expectThat(text.includes(xmlBody.toString('latin1')), 'SIPp did not see the body');
  expectThat(!/^Contact:/im.test(text), 'a MESSAGE has no Contact');
  expectThat(after === 0, `it came ${after} times after it was answered`);
  expectThat(transport === 'tcp' ? before === 1 : before >= 2, `it came ${before} times before it was answered`);
}

async function sendsThroughKamailio(bench: PeerBench, transport: SipTransport): Promise<void> {
  const { kamailio, files } = await registrar(bench, { challengeMessages: true, ...(transport === 'udp' ? {} : { algorithm: 'SHA-256' }) });
  const listen = await registeredListener(bench, { kamailio, files, transport: 'udp' });
  const gruu = String((await registered(listen))['publicGruu']);
  const proxy = uriOf(kamailio, transport);
  const sip = { proxy, from: aor, user, password: { file: files.password }, authorities: files.certificate };
  const small = dmBody(157);
  for (const target of [gruu, aor]) {
    const exit = await send(bench, { target, type: 'dm+wbxml', body: small, sip });
    expectThat(exit === 0, `send to ${target} ended with ${exit}: ${kamailio.program.describe()}`);
  }
  await expectMessage(listen, small, 0x42);
  const lines = kamailio.seen('MESSAGE-SEEN');
  for (const part of [
    `MESSAGE-SEEN ${transport} `,
    `type=${types.wbxml}`,
    `accept-contact=*;${tag};require;explicit`,
    'length=157',
    ';lr',
  ]) {
    expectThat(lines.at(-1)?.includes(part) === true, `Kamailio saw no ${part} in ${lines.at(-1)}`);
  }
  // RFC 3428 8: what is too large for a datagram goes by TCP, and not at all where UDP is demanded.
  const before = lines.length;
  const large = dmBody(1400);
  if (transport === 'udp') {
    const refused = await send(bench, { target: aor, type: 'dm+wbxml', body: large, sip: { ...sip, proxy: `${proxy};transport=udp` } });
    expectThat(refused === 5 && kamailio.seen('MESSAGE-SEEN').length === before, `a large message by UDP ended with ${refused}`);
  }
  const exit = await send(bench, { target: aor, type: 'dm+wbxml', body: large, sip });
  const used = transport === 'udp' ? 'tcp' : transport;
  const last = kamailio.seen('MESSAGE-SEEN').at(-1) ?? '';
  expectThat(exit === 0 && last.includes(`MESSAGE-SEEN ${used} `), `a large message ended with ${exit}, and Kamailio saw ${last}`);
  await listen.stop();
  await kamailio.stop();
}

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly password: string;
}

/** Kamailio, with a certificate for this machine that openssl makes. */
async function registrar(
  bench: PeerBench,
  options: Partial<Pick<KamailioOptions, 'algorithm' | 'expires' | 'challengeMessages'>>,
): Promise<{ readonly kamailio: Kamailio; readonly files: Files }> {
  const folder = bench.folder();
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem'), password: join(folder, 'password') };
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const made = bench.program(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      files.key,
      '-out',
      files.certificate,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      names,
    ],
    { cwd: folder },
  );
  expectThat((await made.exited).code === 0, `openssl made no certificate: ${made.describe()}`);
  writeFileSync(files.password, password, { mode: 0o600 });
  const ports = { port: await freePort(), tlsPort: await freePort() };
  const { certificate, key } = files;
  return { kamailio: await startKamailio(bench, { ...ports, user, password, certificate, key, ...options }), files };
}

function uriOf({ port, tlsPort }: Kamailio, transport: SipTransport): string {
  return transport === 'tls'
    ? `sip:localhost:${tlsPort};transport=tls`
    : `sip:127.0.0.1:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`;
}

async function registeredListener(
  bench: PeerBench,
  { kamailio, files, transport }: { readonly kamailio: Kamailio; readonly files: Files; readonly transport: SipTransport },
): Promise<OwnProgram> {
  const sip = { registrar: uriOf(kamailio, transport), aor, user, password: { file: files.password }, authorities: files.certificate };
  const own = transport === 'tls' ? { certificate: files.certificate, key: files.key } : {};
  const { listen } = await plainListener(bench, { ...sip, ...own }, transport === 'tls' ? ';transport=tls' : '');
  return listen;
}

async function plainListener(
  bench: PeerBench,
  sip: object = {},
  transport = '',
): Promise<{ readonly listen: OwnProgram; readonly port: number }> {
  const folder = bench.folder();
  const file = join(folder, 'wapbridge.yaml');
  writeFileSync(file, JSON.stringify({ endpoints: { sip } }));
  const listen = bench.wapbridge([
    ...['listen', '--sip', `sip:dev1@127.0.0.1:0${transport}`, '--json', '--config', file, '--state-dir', join(folder, 'state')],
  ]);
  const { port } = await listen.waitForEvent('listening');
  return { listen, port: Number(port) };
}

function registered(listen: OwnProgram): Promise<Readonly<Record<string, unknown>>> {
  return listen.waitForEvent('registration', ({ state }) => state === 'registered', { timeoutMs: 20_000 });
}

/** Sends with `wapbridge send`, and gives its exit code. */
async function send(
  bench: PeerBench,
  { target, type, body, sip = {} }: { readonly target: string; readonly type: string; readonly body: Uint8Array; readonly sip?: object },
): Promise<number | null> {
  const folder = bench.folder();
  const [file, configuration] = [join(folder, 'body'), join(folder, 'wapbridge.yaml')];
  writeFileSync(file, body);
  writeFileSync(configuration, JSON.stringify({ endpoints: { sip }, sending: { allow: ['sip:dev1@bench.invalid*'] } }));
  const words = ['send', '--via', target, '--type', type, '--body', file, '--json', '--config', configuration];
  const program = bench.wapbridge([...words, '--state-dir', join(folder, 'state')]);
  const { code } = await program.exited;
  return code;
}

async function expectMessage(listen: OwnProgram, body: Uint8Array, contentTypeCode: number): Promise<void> {
  const hex = Buffer.from(body).toString('hex').toUpperCase();
  const { verdict } = await listen.waitForEvent('message', ({ push }) => {
    const { body: came, contentTypeCode: code } = Object(push) as { readonly body?: unknown; readonly contentTypeCode?: unknown };
    return came === hex && code === contentTypeCode;
  });
  const { verdict: word } = Object(verdict) as { readonly verdict?: unknown };
  expectThat(word === 'dm-application', `its verdict is ${String(word)}`);
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new BridgeError('conformance/not-passed', otherwise);
}
