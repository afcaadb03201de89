import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import type { PeerBench } from './bench.js';

/** What tshark says of one TPDU; what it does not say is absent. Values are as tshark prints them. */
export interface TsharkVerdict {
  readonly destinationPort?: string;
  readonly part?: string;
  readonly parts?: string;
  /** On the packet that completes a message of several parts. */
  readonly reassembledLength?: string;
  readonly pduType?: string;
  readonly contentType?: string;
  readonly applicationId?: string;
  readonly malformed?: string;
}

const fields: Readonly<Record<keyof TsharkVerdict, string>> = {
  destinationPort: 'gsm_sms.destination_port',
  part: 'gsm_sms.udh.mm.msg_part',
  parts: 'gsm_sms.udh.mm.msg_parts',
  reassembledLength: 'gsm_sms.reassembled.length',
  pduType: 'wsp.pdu_type',
  contentType: 'wsp.header.content_type',
  applicationId: 'wsp.header.x_wap_application_id',
  malformed: '_ws.malformed',
};

/** Asks tshark about SMS-DELIVER TPDUs, in order of arrival; it puts them together. */
export function dissectDeliveries(bench: PeerBench, tpdus: readonly string[]): Promise<TsharkVerdict[]> {
  return dissect(bench, tpdus, 'O');
}

/** Asks tshark about SMS-SUBMIT TPDUs; it does not put them together. */
export function dissectSubmissions(bench: PeerBench, tpdus: readonly string[]): Promise<TsharkVerdict[]> {
  return dissect(bench, tpdus, 'I');
}

/**
 * The packets carry link type 147 (for private use), which is told to be GSM SMS; by their direction, outbound or inbound, tshark tells
 * SMS-DELIVER and SMS-SUBMIT apart.
 */
async function dissect(bench: PeerBench, tpdus: readonly string[], direction: 'I' | 'O'): Promise<TsharkVerdict[]> {
  const dump = tpdus.map((tpdu) => `${direction}\n000000 ${tpdu.replace(/../g, '$& ').trim()}\n`).join('');
  return judge(bench, dump, ['-D', '-l', '147'], ['-o', 'uat:user_dlts:"User 0 (DLT=147)","gsm_sms","0","","0",""'], fields);
}

/** Asks tshark about WSP PDUs as they travel over UDP to port 2948. */
export function dissectDatagrams(bench: PeerBench, pdus: readonly string[]): Promise<TsharkVerdict[]> {
  return dissectDatagramsFor(bench, pdus, fields);
}

/** As {@link dissectDatagrams}, with fields of the caller's: a name for each of tshark's. */
export function dissectDatagramsFor<Name extends string>(
  bench: PeerBench,
  pdus: readonly string[],
  wanted: Readonly<Record<Name, string>>,
): Promise<Partial<Record<Name, string>>[]> {
  const dump = pdus.map((pdu) => `000000 ${pdu.replace(/../g, '$& ').trim()}\n`).join('');
  return judge(bench, dump, ['-u', '9200,2948'], [], wanted);
}

/** Makes a capture of a dump and has tshark read it. */
async function judge<Name extends string>(
  bench: PeerBench,
  dump: string,
  making: readonly string[],
  reading: readonly string[],
  wanted: Readonly<Record<Name, string>>,
): Promise<Partial<Record<Name, string>>[]> {
  const folder = bench.folder();
  const [text, capture] = [join(folder, 'dump.txt'), join(folder, 'dump.pcapng')];
  writeFileSync(text, dump);
  const made = bench.program('text2pcap', ['-q', ...making, text, capture], { cwd: folder });
  const madeExit = await made.exited;
  if (madeExit.code !== 0) throw new BridgeError('conformance/peer-disagrees', `text2pcap made no capture: ${made.describe()}`);
  const asked = Object.values<string>(wanted).flatMap((field) => ['-e', field]);
  const read = bench.program('tshark', ['-r', capture, ...reading, '-T', 'json', ...asked], { cwd: folder, environment: { HOME: folder } });
  const exit = await read.exited;
  if (exit.code !== 0) throw new BridgeError('conformance/peer-disagrees', `tshark read nothing: ${read.describe()}`);
  const packets: readonly { readonly _source: { readonly layers: Readonly<Record<string, readonly string[] | undefined>> } }[] = JSON.parse(
    read.stdout.items.join('\n'),
  );
  return packets.map(({ _source: { layers } }) => {
    const said: Partial<Record<Name, string>> = {};
    for (const name in wanted) {
      const values = layers[wanted[name]];
      if (values !== undefined) said[name] = values.join(' ');
    }
    return said;
  });
}

/** The TPDU of a line in PDU mode: what stands after the service centre address and its length octet. @see 3GPP TS 27.005 3.1 */
export function withoutServiceCentre(pdu: string): string {
  return pdu.slice(2 + 2 * Number.parseInt(pdu.slice(0, 2), 16));
}
