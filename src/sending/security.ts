import { type BootstrapSecrets, bootstrapMac, candidateKeys } from '../dm/index.js';
import { SendError } from './errors.js';

/** Ways to vouch for a bootstrap that a sender can use. */
export type SecurityMethod = 'NETWPIN' | 'USERPIN' | 'USERNETWPIN';

/** What vouches for a bootstrap on the wire: the MAC, never the secret it was made with. */
export interface BootstrapSecurity {
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** The key rule that was used. */
  readonly rule: string;
}

/**
 * Makes SEC and MAC for a bootstrap. Without a rule the one of client provisioning is taken.
 * @param body the octets after the WSP headers, exactly as they are sent
 * @throws SendError `sending/secret-missing`, `sending/bad-imsi`, `sending/bad-pin`, `sending/bad-key-rule`; none of them holds a secret
 * @see OMA-WAP-TS-ProvBoot-V1_1 5.2; OMA-TS-DM_Security-V1_2_1
 */
export function secureBootstrap(method: SecurityMethod, body: Uint8Array, secrets: BootstrapSecrets, rule?: string): BootstrapSecurity {
  const { imsi, pins = [] } = secrets;
  if (method !== 'USERPIN' && imsi === undefined) missing(method, 'an IMSI');
  if (method !== 'NETWPIN' && pins.length === 0) missing(method, 'a PIN');
  if (imsi !== undefined && !/^\d{6,15}$/.test(imsi)) {
    throw new SendError('sending/bad-imsi', 'the IMSI given is no IMSI', {
      advice: 'write 6 to 15 digits and nothing else on the first line',
    });
  }
  if (pins.some((pin) => !/^\d{1,32}$/.test(pin))) {
    throw new SendError('sending/bad-pin', 'the PIN given is no PIN', {
      advice: 'write 1 to 32 digits and nothing else on the first line',
    });
  }
  const candidates = candidateKeys(method, secrets);
  const chosen = rule === undefined ? candidates[0] : candidates.find((candidate) => candidate.rule === rule);
  if (chosen === undefined) {
    const known = candidates.map((candidate) => candidate.rule).join(', ');
    throw new SendError('sending/bad-key-rule', `${method} has no key rule ${rule ?? ''}`, { advice: `it has ${known}` });
  }
  return {
    parameters: [
      { name: 'SEC', value: method },
      { name: 'MAC', value: bootstrapMac(chosen.key, body) },
    ],
    rule: chosen.rule,
  };
}

function missing(method: SecurityMethod, what: string): never {
  throw new SendError('sending/secret-missing', `${method} needs ${what}`, { advice: 'name the file whose first line holds it' });
}
