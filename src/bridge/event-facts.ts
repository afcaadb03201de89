import type { EndpointMessage } from '../endpoints/index.js';
import { formatTimeStamp, type IncompleteSet, type SmsStatusReport } from '../sms/index.js';
import type { PartEvent, PartReassembly, ReportEvent, SetEvent } from './events.js';
import { isoTime } from './message.js';
import { presentConcatenation, presentPorts } from './present.js';
import type { Reading } from './reading.js';
import type { PartTag } from './sets.js';

/** What is said of a part that is on disk and acknowledged. */
export function partEvent(reading: Reading, tag: PartTag, reassembly: PartReassembly | null, missing: readonly number[] | null): PartEvent {
  const part = reading.kind === 'part' ? reading.part : null;
  const from = part?.address.text ?? (reading.kind === 'report' ? reading.report.recipientAddress.text : null);
  return {
    event: 'part',
    receivedAt: isoTime(tag.receivedAt),
    binding: 'sms',
    modem: tag.modem,
    from,
    reassembly,
    ...(part?.ports == null ? {} : { ports: presentPorts(part.ports) }),
    ...(part?.concatenation == null ? {} : { concatenation: presentConcatenation(part.concatenation) }),
    ...(missing === null ? {} : { missing }),
    pdu: tag.pdu,
  };
}

/** What is said of a message that came without a modem, and that its protocol sent again. */
export function repetitionEvent({ binding, from }: Pick<EndpointMessage, 'binding' | 'from'>, receivedAt: number): PartEvent {
  return { event: 'part', receivedAt: isoTime(receivedAt), binding, modem: null, from, reassembly: 'duplicate', pdu: null };
}

/** What is said of a status report. */
export function reportEvent(report: SmsStatusReport, tag: PartTag): ReportEvent {
  return {
    event: 'report',
    receivedAt: isoTime(tag.receivedAt),
    modem: tag.modem,
    to: report.recipientAddress.text,
    messageReference: report.messageReference,
    status: report.status,
    serviceCentreTimeStamp: formatTimeStamp(report.serviceCentreTimeStamp),
    dischargeTime: formatTimeStamp(report.dischargeTime),
    pdu: tag.pdu,
  };
}

/** What is said of a set that lacks parts after the soft limit. */
export function incompleteEvent(set: IncompleteSet<PartTag>): SetEvent {
  return setEvent('incomplete', set);
}

/** What is said of a set that is given up. */
export function expiredEvent(set: IncompleteSet<PartTag>, reason: string): SetEvent {
  return { ...setEvent('expired', set), reason };
}

function setEvent(event: SetEvent['event'], set: IncompleteSet<PartTag>): SetEvent {
  const { reference, total, bits } = set.concatenation;
  return {
    event,
    binding: 'sms',
    modem: set.parts[0]?.tag.modem ?? null,
    from: set.address.text,
    concatenation: { reference, total, bits },
    since: isoTime(begunAt(set)),
    missing: set.missing,
    parts: set.parts.map(({ part, tag }) => ({
      sequence: part.concatenation?.sequence ?? 0,
      receivedAt: isoTime(tag.receivedAt),
      pdu: tag.pdu,
    })),
  };
}

/** When the first of its parts came, as the clock stood then. */
function begunAt({ parts, since }: IncompleteSet<PartTag>): number {
  const [first, ...others] = parts.map(({ tag }) => tag);
  return first === undefined
    ? since
    : others.reduce((earliest, tag) => (tag.position < earliest.position ? tag : earliest), first).receivedAt;
}
