import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import type { PeerBench } from './bench.js';
import { freePort, whenListening } from './ports.js';

/** A request as nginx logged it, with the entity that it saved. */
export interface NginxRequest {
  readonly method: string;
  readonly target: string;
  readonly contentType: string;
  readonly contentLength: string;
  readonly applicationId: string;
  readonly hmac: string;
  readonly authorization: string;
  /** `SUCCESS`, `NONE` or `FAILED:…`, where it asks for certificates. */
  readonly clientCertificate: string;
  readonly status: string;
  readonly entity: Uint8Array;
}

export interface Nginx {
  readonly port: number;
  /** What has come so far; waits until there are so many. @throws BridgeError `conformance/peer-silent` */
  requests(count: number): Promise<readonly NginxRequest[]>;
  stop(): Promise<unknown>;
}

export interface NginxOptions {
  readonly certificate: string;
  readonly key: string;
  /** Clients must show a certificate that this authority vouches for. */
  readonly clientAuthority?: string;
}

const fields = ['request_method', 'request_uri', 'content_type', 'content_length'] as const;
const logged = [
  'http_x_wap_application_id',
  'http_x_syncml_hmac',
  'http_authorization',
  'ssl_client_verify',
  'status',
  'request_body_file',
];

/** nginx as the terminal: takes every POST by HTTPS on loopback, logs it and keeps its entity. */
export async function startNginx(bench: PeerBench, { certificate, key, clientAuthority }: NginxOptions): Promise<Nginx> {
  const folder = bench.folder();
  const [port, inner] = [await freePort(), await freePort()];
  mkdirSync(join(folder, 'bodies'));
  const log = join(folder, 'access.log');
  const format = [...fields, ...logged].map((name) => `"${name}":"$${name}"`).join(',');
  const clients = clientAuthority === undefined ? '' : `ssl_verify_client on; ssl_client_certificate ${clientAuthority};`;
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join(' ');
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${join(folder, 'pid')}; error_log stderr;
events {}
http {
  ${temporary}
  log_format push escape=json '{${format}}';
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3; ${clients}
    client_body_temp_path ${join(folder, 'bodies')};
    location = /wappush {
      access_log ${log} push;
      client_body_in_file_only on;
      proxy_pass http://127.0.0.1:${inner}/;
    }
  }
  server { listen 127.0.0.1:${inner}; access_log off; location / { return 204; } }
}
`,
  );
  const program = bench.program('nginx', ['-e', 'stderr', '-p', folder, '-c', file], { cwd: folder });
  await whenListening(port, 'nginx');
  const read = (): readonly NginxRequest[] => {
    const lines = readdirSync(folder).includes('access.log') ? readFileSync(log, 'utf8').split('\n') : [];
    return lines.flatMap((line) => (line.endsWith('}') ? [requestOf(line)] : []));
  };
  return {
    port,
    async requests(count) {
      for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
        const found = read();
        if (found.length >= count) return found;
        await systemClock.sleep(50);
      }
      throw new BridgeError('conformance/peer-silent', `nginx logged ${read().length} requests, not ${count}: ${program.describe()}`);
    },
    stop: () => program.stop(),
  };
}

function requestOf(line: string): NginxRequest {
  const parsed: unknown = JSON.parse(line);
  const values = new Map<string, unknown>(Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {}));
  const text = (name: string): string => String(values.get(name) ?? '');
  const body = text('request_body_file');
  return {
    method: text('request_method'),
    target: text('request_uri'),
    contentType: text('content_type'),
    contentLength: text('content_length'),
    applicationId: text('http_x_wap_application_id'),
    hmac: text('http_x_syncml_hmac'),
    authorization: text('http_authorization'),
    clientCertificate: text('ssl_client_verify'),
    status: text('status'),
    entity: body === '' ? new Uint8Array() : readFileSync(body),
  };
}
