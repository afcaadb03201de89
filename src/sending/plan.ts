import { toHex } from '../octets/index.js';
import { encodePduMode, relativeValidity, segmentDatagram, submitFor, type ValidityPeriod } from '../sms/index.js';
import { pushPort } from '../wsp/index.js';
import { SendError } from './errors.js';

/** The port that gateways send pushes from; receivers take any. */
const gatewayPort = 9200;

/** A PDU as it is written after the prompt. */
export interface PlannedPart {
  readonly sequence: number;
  /** Upper-case hex, the octet for "no service centre address" included. */
  readonly pdu: string;
  /** What `AT+CMGS=` counts: without the service centre address. */
  readonly tpduOctets: number;
}

/** How a push is cut into parts and these are written. */
export interface PlanOptions {
  readonly to: string;
  readonly reference: number;
  readonly referenceBits?: 8 | 16;
  /** How long the service centre keeps trying, in minutes (24 hours unless given); null leaves it to the service centre. */
  readonly validityMinutes?: number | null;
  /** Asks for a status report of every part. */
  readonly report?: boolean;
  /** TP-RD: the service centre may refuse a copy of what it has already. */
  readonly rejectDuplicates?: boolean;
  readonly arrangement?: PartArrangement;
}

/** What a tester does to the parts to provoke a receiver. */
export interface PartArrangement {
  /** Sequence numbers in the order in which they leave, or all of them backwards. */
  readonly order?: readonly number[] | 'reverse';
  /** Parts that leave twice, one copy after the other. */
  readonly duplicate?: readonly number[];
  /** Parts that do not leave. */
  readonly omit?: readonly number[];
}

const dayMinutes = 24 * 60;

/**
 * The PDUs that carry a push to port 2948, in the order in which they leave.
 * @throws SendError `sending/bad-number`, `sending/bad-arrangement`; EncodeError `sms/datagram-too-long`, `sms/bad-concatenation`, `sms/bad-validity-period`
 * @see OMA-TS-DM_PushBinding-V1_3 5.1.1; 3GPP TS 23.040 9.2.2.2
 */
export function planParts(wsp: Uint8Array, options: PlanOptions): readonly PlannedPart[] {
  checkNumber(options.to);
  const { to: destination, reference, referenceBits = 8, validityMinutes = dayMinutes, arrangement = {} } = options;
  const datagram = { destinationPort: pushPort, sourcePort: gatewayPort, portBits: 16, octets: wsp } as const;
  const parts = segmentDatagram(datagram, { reference, referenceBits });
  const validityPeriod: ValidityPeriod | null = validityMinutes === null ? null : relativeValidity(validityMinutes);
  return arrange(parts.length, arrangement).map((sequence) => {
    const part = parts[sequence - 1];
    if (part === undefined) throw new SendError('sending/bad-arrangement', `there is no part ${sequence}`);
    const tpdu = submitFor(part, {
      destination,
      validityPeriod,
      statusReportRequest: options.report === true,
      rejectDuplicates: options.rejectDuplicates === true,
    });
    const octets = encodePduMode({ serviceCentreAddress: null, tpdu });
    return { sequence, pdu: toHex(octets), tpduOctets: octets.length - 1 };
  });
}

/** @throws SendError `sending/bad-number` for what is no telephone number */
export function checkNumber(text: string): void {
  if (/^\+?[0-9*#]{1,20}$/.test(text) && /[0-9]/.test(text)) return;
  throw new SendError('sending/bad-number', `${JSON.stringify(text.slice(0, 40))} is no telephone number`, {
    advice: 'write at most 20 digits, with + in front where the number is international',
  });
}

function arrange(total: number, { order, duplicate = [], omit = [] }: PartArrangement): readonly number[] {
  const all = Array.from({ length: total }, (_, index) => index + 1);
  const ordered = order === undefined ? all : order === 'reverse' ? all.toReversed() : order;
  for (const sequence of [...ordered, ...duplicate, ...omit]) {
    if (Number.isInteger(sequence) && sequence >= 1 && sequence <= total) continue;
    throw new SendError('sending/bad-arrangement', `there is no part ${sequence}: the push has ${total}`, {
      advice: `name parts from 1 to ${total}`,
    });
  }
  if (order !== undefined && (ordered.length !== total || new Set(ordered).size !== total)) {
    throw new SendError('sending/bad-arrangement', `an order names each of the ${total} parts once`, {
      advice: 'leave parts out with omit, repeat them with duplicate',
    });
  }
  const leaving = ordered
    .filter((sequence) => !omit.includes(sequence))
    .flatMap((sequence) => Array.from({ length: 1 + duplicate.filter((twice) => twice === sequence).length }, () => sequence));
  if (leaving.length === 0) throw new SendError('sending/bad-arrangement', 'no part is left to send', { advice: 'omit fewer parts' });
  return leaving;
}
