import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import { expectNoSecret, withoutSecrets } from '../no-secrets.js';
import type { OwnProgram, PeerBench, PeerProgram } from '../peers/bench.js';
import { obexProbeSource } from '../peers/obex-probe-source.js';
import type { Procedure } from '../types.js';
import { dmBody, dmTypeNames as types } from './push-bench.js';

const password = 'not-for-the-log-1618';
const codes = { wbxml: 0x42, xml: 0x43 } as const;
const xmlBody = Buffer.from('<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD></SyncHdr><SyncBody/></SyncML>');
/** The only port that obex_test and obexftpd listen at, whatever they are told. */
const obexPort = 650;
const obexTest = "printf 's\\nq\\n' | obex_test -i";
const obexFtpServer = `exec obexftpd -n ${obexPort}`;
const probeNeeds = ['gcc', 'openssl'] as const;

/** The procedures of the client and of the server. @see OMA-TS-DM_PushBinding-V1_3 5.4, Appendix B */
export const obexProcedures: readonly Procedure[] = withoutSecrets(
  [
    {
      item: 'DM-PUSH-S-006',
      title: 'puts an object of one packet to obexftpd, which stores what was sent',
      peer: 'obexftpd',
      needs: ['obexftpd'],
      peerPort: obexPort,
      run: (bench) => putsToServer(bench, obexFtpServer, 500),
    },
    {
      item: 'DM-PUSH-C-006',
      title: 'takes both types from libopenobex with Type and Target, in packets of 255 octets too, and refuses another type',
      peer: 'libopenobex',
      needs: probeNeeds,
      run: receivesFromProbe,
    },
    {
      item: 'DM-PUSH-C-006',
      title: 'takes what obexput sends in packets of 255 octets, which can name no Type and is therefore for another application',
      peer: 'obexput',
      needs: ['obexput'],
      run: receivesFromObexput,
    },
    {
      item: 'DM-PUSH-C-008',
      title: 'challenges, takes a digest that openssl made, refuses a wrong one and a nonce that was used, and answers a challenge',
      peer: 'libopenobex and openssl',
      needs: probeNeeds,
      run: demandsProof,
    },
    {
      item: 'DM-PUSH-S-006',
      title: 'puts an object of many packets to obex_test, which stores what was sent',
      peer: 'obex_test',
      needs: ['obex_test'],
      peerPort: obexPort,
      run: (bench) => putsToServer(bench, obexTest, 30_000),
    },
    {
      item: 'DM-PUSH-S-006',
      title: 'puts both types to libopenobex with Type and the Connection-Id that it was given',
      peer: 'libopenobex',
      needs: probeNeeds,
      run: putsToProbe,
    },
    {
      item: 'DM-PUSH-S-008',
      title:
        'answers a challenge of libopenobex, verifies the counter-challenge, and gives nothing to a peer that proves nothing or something false',
      peer: 'libopenobex and openssl',
      needs: probeNeeds,
      run: provesAndDemands,
    },
    {
      item: 'DM-PUSH-S-006',
      title: 'puts an object of one packet to obex_test, which stores what was sent',
      peer: 'obex_test',
      needs: ['obex_test'],
      peerPort: obexPort,
      run: (bench) => putsToServer(bench, obexTest, 500),
    },
  ],
  [password],
);

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new BridgeError('conformance/peer-disagrees', otherwise);
}

function configuration(folder: string, obex: object): readonly string[] {
  const file = join(folder, 'wapbridge.yaml');
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ endpoints: { obex } }));
  return ['--json', '--verbose', '--config', file, '--state-dir', join(folder, 'state')];
}

const secretIn = (folder: string) => ({ file: join(folder, 'password') });

async function listener(bench: PeerBench, obexOf: (folder: string) => object) {
  const folder = bench.folder();
  const listen = bench.wapbridge(['listen', '--obex', '0', ...configuration(folder, obexOf(folder))]);
  const port = Number((await listen.waitForEvent('listening'))['port']);
  return { listen, port };
}

async function send(
  bench: PeerBench,
  via: string,
  body: Uint8Array,
  type: 'dm+wbxml' | 'dm+xml',
  obexOf: (folder: string) => object = () => ({}),
) {
  const folder = bench.folder();
  writeFileSync(join(folder, 'body'), body);
  const file = join(folder, 'body');
  const sender = bench.wapbridge(['send', '--via', via, '--type', type, '--body', file, ...configuration(folder, obexOf(folder))]);
  await sender.exited;
  return { sender, receipt: Object(sender.eventsNamed('sent').at(-1)) as { readonly outcome?: unknown } };
}

async function expectMessage(listen: OwnProgram, body: Uint8Array, code: number | null, word: string): Promise<void> {
  const hex = Buffer.from(body).toString('hex').toUpperCase();
  const { verdict } = await listen.waitForEvent('message', ({ push }) => {
    const came = Object(push) as { readonly body?: unknown; readonly contentTypeCode?: unknown };
    return came.body === hex && came.contentTypeCode === code;
  });
  const said = (Object(verdict) as { readonly verdict?: unknown }).verdict;
  expectThat(said === word, `its verdict is ${String(said)}`);
}

/** Compiles the probe. @throws BridgeError `conformance/peer-disagrees` where gcc or libopenobex is missing */
async function probeOn(bench: PeerBench) {
  const folder = bench.folder();
  writeFileSync(join(folder, 'probe.c'), obexProbeSource);
  const made = bench.program('gcc', ['-O1', '-o', join(folder, 'probe'), join(folder, 'probe.c'), '-lopenobex'], { cwd: folder });
  expectThat((await made.exited).code === 0, `gcc made no probe (is libopenobex2-dev installed?): ${made.describe()}`);
  const at = ['-c', 'exec "$0" "$@"', join(folder, 'probe')];
  const runs: PeerProgram[] = [];
  return {
    /** Nonces and digests that it has seen or made, as they could be written. */
    secrets(): readonly string[] {
      const hex = runs.flatMap(({ stderr }) => stderr.items.flatMap((line) => /^secret ([0-9A-F]{32})$/.exec(line)?.[1] ?? []));
      expectThat(hex.length > 0, 'libopenobex saw no nonce and no digest');
      return hex.flatMap((word) => [word, word.toLowerCase(), Buffer.from(word, 'hex').toString('base64')]);
    },
    async client(port: number, type: string, body: Uint8Array, mode: string): Promise<string> {
      writeFileSync(join(folder, 'body'), body);
      const run = bench.program('bash', [...at, 'client', String(port), type, join(folder, 'body'), mode, password], { cwd: folder });
      runs.push(run);
      await run.exited;
      return run.stdout.items.join(', ');
    },
    async server(mode: string): Promise<{ readonly target: string; readonly run: PeerProgram; stored(): Uint8Array }> {
      const stored = join(folder, 'stored');
      const run = bench.program('bash', [...at, 'server', stored, mode, password], { cwd: folder });
      runs.push(run);
      const line = await run.stdout.wait('its port', (text) => text.startsWith('port '));
      return { target: `obex://127.0.0.1:${line.slice(5)}`, run, stored: () => readFileSync(stored) };
    },
  };
}

async function receivesFromProbe(bench: PeerBench): Promise<void> {
  const probe = await probeOn(bench);
  for (const most of [255, 65_535]) {
    const { listen, port } = await listener(bench, () => ({ 'maximum-packet': most }));
    for (const [kind, body] of [
      ['wbxml', dmBody(100)],
      ['wbxml', dmBody(30_000)],
      ['xml', xmlBody],
    ] as const) {
      const said = await probe.client(port, types[kind], body, 'none');
      expectThat(said === 'connect 20, put 20, disconnect 20', `libopenobex was answered: ${said}`);
      await expectMessage(listen, body, codes[kind], 'dm-application');
    }
    const foreign = await probe.client(port, 'text/plain', xmlBody, 'none');
    expectThat(foreign.includes('put 4f'), `another type was answered: ${foreign}`);
    await listen.stop();
    expectThat(listen.eventsNamed('message').length === 3, 'another number of messages was handed on');
  }
}

async function receivesFromObexput(bench: PeerBench): Promise<void> {
  const { listen, port } = await listener(bench, () => ({ 'maximum-packet': 255, inbox: true }));
  for (const words of [[], ['-U', 'none', '-H', '-S']]) {
    for (const body of [dmBody(90 + words.length), dmBody(20_000 + words.length)]) {
      const folder = bench.folder();
      writeFileSync(join(folder, 'object'), body);
      // Its exit code says nothing: it is 255 also where all went well.
      await bench.program('obexput', [...words, '-n', '127.0.0.1', '-B', String(port), 'object'], { cwd: folder }).exited;
      await expectMessage(listen, body, null, 'other-application');
    }
  }
  await listen.stop();
}

async function demandsProof(bench: PeerBench): Promise<void> {
  const probe = await probeOn(bench);
  const { listen, port } = await listener(bench, (folder) => ({ senders: [{ password: secretIn(folder) }] }));
  const body = dmBody(300);
  const expected = {
    none: 'connect 41',
    wrong: 'connect 41, connect 41',
    replay: 'connect 41, connect 20, connect 41',
    right: 'connect 41, connect 20, put 20, disconnect 20',
    mutual: 'connect 41, connect 20, peer proved, put 20, disconnect 20',
  };
  for (const [mode, wanted] of Object.entries(expected)) {
    const said = await probe.client(port, types.wbxml, body, mode);
    expectThat(said === wanted, `with ${mode} libopenobex was answered: ${said}`);
  }
  await expectMessage(listen, body, codes.wbxml, 'dm-application');
  await listen.stop();
  expectThat(listen.eventsNamed('message').length === 2, 'a message was taken without a proof');
  expectNoSecret(listen.program, probe.secrets());
}

/** Resolves when somebody listens at the port; a connection would be taken for the session. */
async function whenServing(run: PeerProgram): Promise<void> {
  const until = systemClock.monotonic() + 15_000;
  while (!/:028A [0-9A-F]+:0000 0A /.test(readFileSync('/proc/net/tcp', 'latin1') + readFileSync('/proc/net/tcp6', 'latin1'))) {
    if (systemClock.monotonic() > until) {
      throw new BridgeError('conformance/peer-silent', `nobody listens at port ${obexPort}, for which only root may: ${run.describe()}`);
    }
    await systemClock.sleep(50);
  }
}

/** A server that has closed a connection leaves its port taken for a minute. */
async function whenFree(): Promise<void> {
  const until = systemClock.monotonic() + 90_000;
  while (/^ *\d+: [0-9A-F]+:028A /m.test(readFileSync('/proc/net/tcp', 'latin1') + readFileSync('/proc/net/tcp6', 'latin1'))) {
    if (systemClock.monotonic() > until) throw new BridgeError('conformance/no-port', `port ${obexPort} is not free`);
    await systemClock.sleep(100);
  }
}

async function putsToServer(bench: PeerBench, command: string, octets: number): Promise<void> {
  await whenFree();
  const folder = bench.folder();
  const run = bench.program('bash', ['-c', command], { cwd: folder });
  await whenServing(run);
  const body = dmBody(octets);
  const { receipt } = await send(bench, `obex://127.0.0.1:${obexPort}`, body, 'dm+wbxml');
  expectThat(receipt.outcome === 'sent', `it is ${String(receipt.outcome)}: ${run.describe()}`);
  // Success alone proves nothing: a server may say it where nothing stays.
  const stored = readFileSync(join(folder, 'dm.wbxml'));
  expectThat(Buffer.compare(stored, body) === 0, `${stored.length} other octets were stored`);
  await run.stop();
}

async function putsToProbe(bench: PeerBench): Promise<void> {
  const probe = await probeOn(bench);
  for (const [kind, body] of [
    ['wbxml', dmBody(30_000)],
    ['xml', xmlBody],
  ] as const) {
    const { target, run, stored } = await probe.server('open');
    const { receipt } = await send(bench, target, body, `dm+${kind}`);
    expectThat(receipt.outcome === 'sent', `it is ${String(receipt.outcome)}`);
    await run.stdout.wait('the object', (line) => line === `stored ${body.length} ${types[kind]} connection 77`);
    expectThat(Buffer.compare(stored(), body) === 0, 'libopenobex stored other octets');
  }
}

async function provesAndDemands(bench: PeerBench): Promise<void> {
  const probe = await probeOn(bench);
  const body = dmBody(300);
  for (const [mode, outcome] of [
    ['honest', 'sent'],
    ['silent', 'not-sent'],
    ['liar', 'not-sent'],
    ['open', 'not-sent'],
  ] as const) {
    const { target, run } = await probe.server(mode);
    const { sender, receipt } = await send(bench, target, body, 'dm+wbxml', (folder) => ({ password: secretIn(folder) }));
    expectThat(receipt.outcome === outcome, `towards a server that is ${mode} it is ${String(receipt.outcome)}`);
    await run.exited;
    const said = run.stdout.items.slice(1).join(', ');
    const stored = said.includes('stored');
    expectThat(stored === (mode === 'honest'), `a server that is ${mode} said: ${said}`);
    if (mode !== 'open') expectThat(said.startsWith('challenged, proved'), `a server that is ${mode} said: ${said}`);
    expectNoSecret(sender.program, probe.secrets());
  }
}
