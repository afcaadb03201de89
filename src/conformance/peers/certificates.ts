import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import type { PeerBench } from './bench.js';

/** An authority of openssl's making, and what it vouches for; all are PEM files. */
export interface Authority {
  /** Its own certificate. */
  readonly certificate: string;
  /** Makes a certificate and its key, for a server of this name (an address or a host name) or for a client. */
  issue(name: string, use: 'server' | 'client'): Promise<{ readonly certificate: string; readonly key: string }>;
}

/** @throws BridgeError `conformance/peer-disagrees` where openssl makes none */
export async function makeAuthority(bench: PeerBench, title: string): Promise<Authority> {
  const folder = bench.folder();
  const run = async (parameters: readonly string[]): Promise<void> => {
    const made = bench.program('openssl', parameters, { cwd: folder });
    if ((await made.exited).code !== 0) throw new BridgeError('conformance/peer-disagrees', `openssl made nothing: ${made.describe()}`);
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = { certificate: join(folder, 'ca.pem'), key: join(folder, 'ca.key') };
  const subject = ['-subj', `/CN=${title}`, '-days', '30'];
  await run(['req', '-x509', ...newKey, '-keyout', authority.key, '-out', authority.certificate, ...subject]);
  let serial = 0;
  return {
    certificate: authority.certificate,
    async issue(name, use) {
      serial += 1;
      const [certificate, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((ending) => join(folder, `${serial}.${ending}`));
      if (certificate === undefined || key === undefined || request === undefined || extensions === undefined)
        throw new RangeError('four names');
      const kind = /^[0-9.]+$|:/.test(name) ? 'IP' : 'DNS';
      writeFileSync(extensions, `subjectAltName=${kind}:${name}\nextendedKeyUsage=${use}Auth\n`);
      await run(['req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`]);
      const by = ['-CA', authority.certificate, '-CAkey', authority.key, '-set_serial', String(serial), '-days', '30'];
      await run(['x509', '-req', '-in', request, ...by, '-extfile', extensions, '-out', certificate]);
      return { certificate, key };
    },
  };
}
