import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import type { PeerBench } from './bench.js';
import { whenListening } from './ports.js';

/** A certificate and its key, as PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What came of a POST. */
export interface Posted {
  /** Null where no answer came. */
  readonly status: number | null;
  /** The answer with its header fields, or why there is none. */
  readonly said: string;
}

export interface PostOptions {
  /** Whom the client trusts. */
  readonly authority: string;
  readonly client?: CertificateFiles;
  readonly body: Uint8Array;
  /** Further words of the command line. */
  readonly parameters?: readonly string[];
}

/** Posts with curl. */
export async function curl(
  bench: PeerBench,
  target: string,
  { authority, client, body, parameters = [], headers = [] }: PostOptions & { readonly headers?: readonly string[] },
): Promise<Posted> {
  const folder = bench.folder();
  writeFileSync(join(folder, 'body'), body);
  const shown = client === undefined ? [] : ['--cert', client.certificate, '--key', client.key];
  const program = bench.program(
    'curl',
    [
      ...[
        '-sS',
        '--max-time',
        '20',
        '--noproxy',
        '*',
        '-o',
        join(folder, 'content'),
        '-D',
        join(folder, 'answer'),
        '--cacert',
        authority,
        ...shown,
      ],
      ...headers.flatMap((header) => ['-H', header]),
      ...parameters,
      ...['--data-binary', `@${join(folder, 'body')}`, target],
    ],
    { cwd: folder },
  );
  const { code } = await program.exited;
  return code === 0 ? postedOf(textOf(join(folder, 'answer'))) : { status: null, said: program.describe() };
}

/** Posts with openssl s_client, as the octets of a request on a TLS connection that it verifies. */
export async function sClientPost(
  bench: PeerBench,
  port: number,
  { authority, client, body, type, parameters = [] }: PostOptions & { readonly type: string },
): Promise<Posted> {
  const folder = bench.folder();
  const head = `POST /wappush HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  writeFileSync(join(folder, 'request'), Buffer.concat([Buffer.from(head), body]));
  const shown = client === undefined ? '' : `-cert ${client.certificate} -key ${client.key}`;
  const verified = `-CAfile ${authority} -verify_return_error -verify_hostname localhost -servername localhost`;
  const command = `openssl s_client -connect 127.0.0.1:${port} -quiet ${verified} ${shown} ${parameters.join(' ')} <request >answer`;
  const program = bench.program('timeout', ['20', 'sh', '-c', command], { cwd: folder });
  await program.exited;
  const said = textOf(join(folder, 'answer'));
  return said === '' ? { status: null, said: program.describe() } : postedOf(said);
}

/** The MD5 of octets as base64, by a pipeline of openssl. @throws BridgeError `conformance/peer-disagrees` */
export async function openSslMd5(bench: PeerBench, octets: Uint8Array): Promise<string> {
  const folder = bench.folder();
  writeFileSync(join(folder, 'octets'), octets);
  const program = bench.program('sh', ['-c', 'openssl md5 -binary <octets | openssl base64'], { cwd: folder });
  const { code } = await program.exited;
  const [made = ''] = program.stdout.items;
  if (code === 0 && made.length === 24) return made;
  throw new BridgeError('conformance/peer-disagrees', `openssl made no digest: ${program.describe()}`);
}

/** openssl s_server as a terminal for one connection: demands a client certificate, keeps what comes, answers 204 when a POST has come. */
export async function startSServer(
  bench: PeerBench,
  port: number,
  { certificate, key, authority }: CertificateFiles & { readonly authority: string },
): Promise<{ stop(): Promise<string> }> {
  const folder = bench.folder();
  const [input, seen, log] = [join(folder, 'input'), join(folder, 'seen'), join(folder, 'log')];
  await bench.program('mkfifo', [input], { cwd: folder }).exited;
  // Opened both ways, so that opening it waits for nobody.
  const writing = await open(input, 'r+');
  const served = `exec openssl s_server -accept 127.0.0.1:${port} -cert ${certificate} -key ${key}`;
  const demanded = `-Verify 2 -verify_return_error -CAfile ${authority}`;
  const program = bench.program('sh', ['-c', `${served} ${demanded} <input >seen 2>log`], { cwd: folder });
  await whenListening(port, 'openssl s_server');
  const stopping = new AbortController();
  const answering = (async () => {
    while (!textOf(seen).includes('POST ') && !stopping.signal.aborted) {
      await systemClock.sleep(50, { signal: stopping.signal }).catch(() => undefined);
    }
    if (!stopping.signal.aborted) await writing.write('HTTP/1.1 204 No Content\r\n\r\n');
  })();
  return {
    async stop() {
      stopping.abort();
      await answering;
      await program.stop();
      await writing.close();
      return `${textOf(log)}${textOf(seen)}`;
    },
  };
}

function postedOf(answer: string): Posted {
  const statuses = [...answer.matchAll(/^HTTP\/\d\.\d (\d{3})/gm)].map(([, digits]) => Number(digits));
  return { status: statuses.at(-1) ?? null, said: answer };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // Nothing was written.
    return '';
  }
}
