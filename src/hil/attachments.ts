import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redactTrace, writePcapng } from '../capture/index.js';
import { formatTrace, formatTraceEntry } from '../modem/index.js';
import { fromHex } from '../octets/index.js';
import { makeFolder } from '../runtime/index.js';
import type { Bench } from './bench.js';
import type { JourneyRecord } from './journey.js';
import type { Moment } from './moments.js';

/** Folder of the reports where nothing else is said. */
export const reportsFolder = (): string => process.env['HIL_REPORTS'] ?? join('reports', 'hil');

/**
 * Writes what crossed each modem's port during a journey, redacted, and its parts for Wireshark. `began` is how long each trace was
 * when the journey began.
 */
export async function attach(bench: Bench, name: string, began: readonly number[]): Promise<JourneyRecord['attachments']> {
  const folder = reportsFolder();
  const base = fileNameOf(name);
  makeFolder(join(folder, 'traces'));
  const written: { title: string; file: string }[] = [];
  for (const [at, modem] of bench.modems.entries()) {
    const entries = modem.trace.slice(began[at] ?? 0);
    if (entries.length === 0) continue;
    const { profile = null, firmware = null } = modem.facts ?? {};
    const file = `traces/${base}.${modem.name}.trace`;
    await writeFile(join(folder, file), redactTrace(formatTrace({ profile, firmware, redacted: false, entries })));
    written.push({ title: `trace of ${modem.name}`, file });
  }
  const packets = bench.moments.flatMap(packetOf);
  if (packets.length > 0) {
    const file = `traces/${base}.pcapng`;
    await writeFile(join(folder, file), writePcapng(packets));
    written.push({ title: 'capture of the parts', file });
  }
  return written;
}

/** A name that every file system takes; what is lost of a long or a strange one stands in its digest, so that no two names meet in one file. */
export function fileNameOf(name: string): string {
  const words = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const plain = words.replaceAll('-', '').length > 0 && words.length <= 100 && /^[ -~]*$/.test(name);
  return plain ? words : `${words.slice(0, 90)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

type Packet = Parameters<typeof writePcapng>[0] extends Iterable<infer One> ? One : never;

/** The part that a moment is about, its numbers replaced as in traces. */
function packetOf({ kind, modem, event }: Moment): Packet[] {
  const { pdu } = event;
  if ((kind !== 'part' && kind !== 'submitted') || typeof pdu !== 'string' || !/^(?:[0-9A-F]{2}){9,190}$/.test(pdu)) return [];
  const direction = kind === 'part' ? 'from-modem' : 'to-modem';
  const line = formatTraceEntry({ atMs: 0, direction, text: `\r\n${pdu}\r\n` });
  const redacted = /[0-9A-F]{18,}/.exec(redactTrace(line))?.[0] ?? '';
  if (redacted.length !== pdu.length) return [];
  const octets = fromHex(redacted);
  return [{ dissector: 'gsm_sms', octets: octets.subarray(1 + (octets[0] ?? 0)), direction, at: 0, comment: `${modem}: ${kind}` }];
}
