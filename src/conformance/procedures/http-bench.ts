import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import type { OwnProgram, PeerBench } from '../peers/bench.js';
import { type Authority, makeAuthority } from '../peers/certificates.js';
import type { CertificateFiles, Posted } from '../peers/http-clients.js';
import { expectThat, factsAt, hexOf } from './push-bench.js';

export const user = 'bench';
export const password = 'secret';
export const agreedNonce = 'nonce01';

type Facts = Readonly<Record<string, unknown>>;

/** A listener with a certificate for localhost, and what a client needs to reach it. */
export interface TerminalOnBench {
  readonly listen: OwnProgram;
  readonly port: number;
  readonly target: string;
  readonly authority: Authority;
  readonly client: CertificateFiles;
  /** The next messages that are handed on. @throws BridgeError `conformance/peer-silent` */
  next(count: number): Promise<readonly Facts[]>;
}

/** A configuration of `endpoints.http`, as a file. */
function configuration(folder: string, http: Facts): string {
  const file = join(folder, 'wapbridge.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ endpoints: { http } }));
  return file;
}

/** User, password and nonce, as files. */
export function secrets(bench: PeerBench): { readonly user: string; readonly password: Facts; readonly nonces: Facts } {
  const folder = bench.folder();
  writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'nonces'), `${agreedNonce}\n`, { mode: 0o600 });
  return { user, password: { file: join(folder, 'password') }, nonces: { file: join(folder, 'nonces') } };
}

/** Starts wapbridge as a terminal that demands this of its senders. */
export async function terminal(bench: PeerBench, demanded: { readonly require: readonly string[] }): Promise<TerminalOnBench> {
  const folder = bench.folder();
  const authority = await makeAuthority(bench, 'Bench authority');
  const own = await authority.issue('localhost', 'server');
  const client = await authority.issue('bench-gateway', 'client');
  const senders = demanded.require.length > 1 ? { senders: [secrets(bench)] } : {};
  const http = { ...own, authorities: authority.certificate, ...demanded, ...senders };
  const listen = bench.wapbridge([
    'listen',
    '--http',
    '0',
    '--json',
    '--config',
    configuration(folder, http),
    '--state-dir',
    join(folder, 'state'),
  ]);
  const port = Number((await listen.waitForEvent('listening'))['port']);
  let seen = 0;
  return {
    listen,
    port,
    target: `https://localhost:${port}/wappush`,
    authority,
    client,
    async next(count) {
      for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 25) {
        const messages = listen.eventsNamed('message').slice(seen);
        if (messages.length >= count) {
          seen += messages.length;
          return messages;
        }
        await systemClock.sleep(25);
      }
      throw new BridgeError('conformance/peer-silent', `${count} messages were not handed on: ${listen.program.describe()}`);
    },
  };
}

/** What `send` did. */
export interface SentByWapbridge {
  readonly program: OwnProgram;
  readonly outcome: unknown;
}

/** Sends a push with wapbridge to a target. */
export async function send(
  bench: PeerBench,
  { target, type, body, http }: { readonly target: string; readonly type: string; readonly body: Uint8Array; readonly http: Facts },
): Promise<SentByWapbridge> {
  const folder = bench.folder();
  const file = join(folder, 'body');
  writeFileSync(file, body);
  const program = bench.wapbridge([
    ...['send', '--via', target, '--type', type, '--body', file, '--json'],
    ...['--config', configuration(folder, http), '--state-dir', join(folder, 'state')],
  ]);
  await program.exited;
  return { program, outcome: program.eventsNamed('sent').at(-1)?.['outcome'] };
}

export function expectStatus({ status, said }: Posted, wanted: number, what: string): void {
  expectThat(status === wanted, `${what} was answered with ${status}, not ${wanted}: ${said.slice(0, 1000)}`);
}

/** The push was accepted: 204, and push status 400. */
export function expectTaken(posted: Posted): void {
  expectStatus(posted, 204, 'a good POST');
  expectThat(/^X-Wap-Push-Status: 400/im.test(posted.said), `the answer has no push status 400: ${posted.said}`);
}

export function expectOutcome({ program, outcome }: SentByWapbridge, wanted: string): void {
  expectThat(outcome === wanted, `the receipt says ${String(outcome)}, not ${wanted}: ${program.program.describe()}`);
}

export function expectVerdict(message: Facts | undefined, wanted: string, body: Uint8Array): void {
  const verdict = factsAt(message, 'verdict');
  const rule = wanted === 'dm-application' ? 'OMA-TS-DM_PushBinding-V1_3 5.3' : null;
  expectThat(verdict?.['verdict'] === wanted && verdict['rule'] === rule, `the verdict is ${JSON.stringify(verdict)}`);
  const handedOn = String(factsAt(message, 'push')?.['body']);
  expectThat(handedOn === hexOf(body), `the body handed on is ${handedOn.slice(0, 200)}`);
}
