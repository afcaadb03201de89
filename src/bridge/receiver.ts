import { createHash } from 'node:crypto';
import type { ModemIdentity } from '../modem/index.js';

/**
 * Stands for who receives: the SIM, else the modem, else its name. A modem that is lost and comes back, or a SIM that moves to
 * another modem, keeps its sets of parts. The IMSI is a secret and stands here only as a digest.
 */
export function receiverOf(identity: Pick<ModemIdentity, 'imsi' | 'imei'>, name: string): string {
  if (identity.imsi !== null) return `imsi:${digest(identity.imsi)}`;
  if (identity.imei !== null) return `imei:${digest(identity.imei)}`;
  return `name:${name}`;
}

/** Whether it stands for a SIM whose IMSI was known. */
export function isSim(receiver: string): boolean {
  return receiver.startsWith('imsi:');
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
}

/** The receiver noted beside a stored part. Facts that an older or a foreign hand wrote count as far as they can be read: no part is lost for them. */
export function receiverIn(factsJson: string): string {
  const facts: unknown = JSON.parse(factsJson);
  return typeof facts === 'object' && facts !== null && 'receiver' in facts && typeof facts.receiver === 'string' ? facts.receiver : '';
}
