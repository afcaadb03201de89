import { type DmPolicy, openDmPolicy } from '../bridge/index.js';
import type { Config } from '../config/index.js';
import { base64Octets } from '../dm/index.js';
import { BridgeError } from '../errors.js';

/**
 * What the configuration says about DM messages, its secrets read.
 * @throws BridgeError `config/secret-missing`, `cli/bad-nonce`, `cli/bad-imsi`
 */
export async function dmPolicyOf(dm: Config['dm'], environment: Readonly<Record<string, string | undefined>>): Promise<DmPolicy> {
  if (dm === undefined) return openDmPolicy;
  const { readSecret } = await import('../config/index.js');
  const imsi = dm.imsi === undefined ? undefined : await readSecret(dm.imsi, environment);
  if (imsi !== undefined && !/^\d{6,15}$/.test(imsi))
    throw new BridgeError('cli/bad-imsi', 'what dm.imsi in the configuration names is no IMSI', { advice: 'an IMSI has 6 to 15 digits' });
  const pins = await Promise.all((dm.pins ?? []).map((reference) => readSecret(reference, environment)));
  const servers = new Map<string, { readonly password: string; readonly nonce: Uint8Array }>();
  for (const { id, password, nonce } of dm.servers ?? []) {
    const octets = nonce === undefined ? new Uint8Array() : base64Octets(await readSecret(nonce, environment));
    if (octets === null) {
      throw new BridgeError('cli/bad-nonce', `the nonce of the DM server ${JSON.stringify(id)} is no base64`, {
        advice: 'write the nonce as the server gives it, in base64',
      });
    }
    servers.set(id, { password: await readSecret(password, environment), nonce: octets });
  }
  return { imsi, pins, servers, requireAuthenticated: new Set(dm['require-authenticated'] ?? []) };
}
