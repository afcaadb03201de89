import { fromHex } from '../octets/index.js';
import { fromWdp } from '../push/index.js';
import { decodePduMode } from '../sms/index.js';
import { pushPort } from '../wsp/index.js';
import { SendError } from './errors.js';
import type { PlannedPart } from './plan.js';

/** What may be sent, where to and how much. */
export interface SendPolicy {
  /** Destinations; one that ends in `*` stands for all that begin so. Numbers of the virtual bench are always among them. */
  readonly allow: readonly string[];
  /** Pushes a minute for each SIM; virtual modems are exempt. 10 unless given. */
  readonly pushesPerMinute?: number;
  /** Short messages that may leave while the program runs; without bounds unless given. */
  readonly budget?: number | null;
}

/** Pushes a minute where the configuration says nothing. */
export const defaultPushesPerMinute = 10;

/** Numbers that the virtual bench gives its modems; none of them exists in a public network. */
const benchNumber = /^\+1555000\d{4}$/;
/** Content types of device management and nothing else. @see OMNA WSP Content Type Numbers */
const deviceManagementTypes: readonly number[] = [0x42, 0x43, 0x44, 0x58];
const simDataDownload = 0x7f;

/** @throws SendError `sending/destination-not-allowed` */
export function checkDestination(to: string, { allow }: Pick<SendPolicy, 'allow'>): void {
  const listed = allow.some((entry) => (entry.endsWith('*') ? entry.length > 1 && to.startsWith(entry.slice(0, -1)) : entry === to));
  if (listed || benchNumber.test(to)) return;
  throw new SendError('sending/destination-not-allowed', `${to} is not on the allow-list of destinations`, {
    advice: 'add it to sending.allow in the configuration',
  });
}

/**
 * Device management alone is sent: any other content type, and whatever is meant for a SIM, is refused without an exception.
 * @throws SendError `sending/content-not-allowed`
 */
export function checkContent(wsp: Uint8Array, parts: readonly Pick<PlannedPart, 'pdu'>[]): void {
  const arrival = fromWdp({ destinationPort: pushPort, sourcePort: pushPort, portBits: 16, octets: wsp });
  if (arrival.kind !== 'push') refuse('this is no push');
  const { code, name } = arrival.contentType;
  if (code === null || !deviceManagementTypes.includes(code)) refuse(`the content type is ${name ?? code ?? 'unknown'}`);
  for (const { pdu } of parts) {
    const { tpdu } = decodePduMode(fromHex(pdu), { direction: 'to-modem' });
    if (tpdu.type !== 'SMS-SUBMIT') refuse(`a TPDU of type ${tpdu.type} is no message`);
    if (tpdu.protocolIdentifier === simDataDownload) refuse('protocol identifier 0x7F is for the SIM');
    const elements = tpdu.userDataHeader?.elements ?? [];
    if (elements.some(({ identifier }) => identifier >= 0x70 && identifier <= 0x7f)) refuse('the user data header is for the SIM');
  }
}

function refuse(what: string): never {
  throw new SendError('sending/content-not-allowed', `${what}: only device management content is sent`, {
    advice: 'use a type of dm+wbxml, dm+xml or notification',
  });
}

const minuteMs = 60_000;

/**
 * When the next push may begin: now, or when the oldest of the last minute is a minute old. One that began at a time that has not come (the
 * clock was set back) counts as begun now.
 */
export function nextStart(starts: readonly number[], pushesPerMinute: number, now: number): number {
  const recent = starts
    .filter((at) => at > now - minuteMs)
    .map((at) => Math.min(at, now))
    .sort((a, b) => a - b);
  const blocking = recent[recent.length - pushesPerMinute];
  return blocking === undefined ? now : blocking + minuteMs;
}
