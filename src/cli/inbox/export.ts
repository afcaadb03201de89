import { constants } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CapturedPacket, pcapngPacket, pcapngPrologue } from '../../capture/index.js';
import { BridgeError } from '../../errors.js';
import type { StoredMessage, StoredPart } from '../../journal/index.js';
import { fromHex } from '../../octets/index.js';
import { makeFolder } from '../../runtime/index.js';
import { numberAt, objectAt, textAt } from '../json-view.js';
import { factsOf } from './present-entry.js';

/** The packets of stored parts: what came over the air, without the service centre address. What was no hex, or no short message, has none. */
export function partPackets(parts: readonly StoredPart[], comment: string): readonly CapturedPacket[] {
  return parts.flatMap(({ binding, octets, receivedAt }) => {
    if (binding !== 'sms' || !/^(?:[0-9A-F]{2})+$/.test(octets)) return [];
    const pdu = fromHex(octets, 'pdu');
    const tpdu = pdu.subarray(1 + (pdu[0] ?? 0));
    return tpdu.length === 0 ? [] : [{ dissector: 'gsm_sms', octets: tpdu, direction: 'from-modem', at: receivedAt, comment } as const];
  });
}

/** The packets of a message: its parts, and the datagram they make where it is one for the WAP push port. */
export function messagePackets(message: StoredMessage, parts: readonly StoredPart[]): readonly CapturedPacket[] {
  const comment = `${message.id} ${message.verdict}`;
  const facts = factsOf(message);
  const datagram = objectAt(facts, 'datagram');
  const octets = textAt(datagram, 'octets');
  const destination = numberAt(datagram, 'destinationPort');
  const source = numberAt(datagram, 'sourcePort');
  // Of what came without a modem only the datagram, where it has one, can be shown.
  const packets = partPackets(parts, comment);
  if (objectAt(facts, 'push') === null || octets === null || destination === null || source === null) return packets;
  const whole: CapturedPacket = {
    dissector: 'wsp-cl',
    octets: fromHex(octets, 'datagram'),
    direction: 'from-modem',
    at: message.completedAt,
    ports: { source, destination },
    comment,
  };
  return [...packets, whole];
}

/** A capture file that is written as it goes. */
export interface CaptureFile {
  write(packets: readonly CapturedPacket[]): Promise<void>;
  close(): Promise<void>;
}

/** @throws BridgeError `cli/not-permitted`, `cli/unwritable` */
export async function openCaptureFile(file: string): Promise<CaptureFile> {
  const handle = await guarded(file, () => open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600));
  await guarded(file, () => handle.writeFile(pcapngPrologue()));
  return {
    async write(packets) {
      for (const packet of packets) await guarded(file, () => handle.writeFile(pcapngPacket(packet)));
    },
    close: () => handle.close(),
  };
}

/** Writes a body to a file named by the message's id, never by text from outside; false where it has none. @throws BridgeError as {@link openCaptureFile} */
export async function writeBody(folder: string, { id, body }: Pick<StoredMessage, 'id' | 'body'>): Promise<boolean> {
  if (body === null) return false;
  await guarded(folder, async () => {
    makeFolder(folder, 0o700);
    await writeFile(join(folder, `${id}.body`), body, { mode: 0o600 });
  });
  return true;
}

async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === '') throw cause;
    const permitted = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw permitted
      ? new BridgeError('cli/not-permitted', `${path} may not be written`, { cause, advice: 'name another place' })
      : new BridgeError('cli/unwritable', `${path} cannot be written (${code})`, { cause, advice: 'name another place' });
  }
}
