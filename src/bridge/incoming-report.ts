import { toHex } from '../octets/index.js';
import type { IncomingReport } from '../sending/index.js';
import { type SmsStatusReport, timeStampMs } from '../sms/index.js';
import type { PartTag } from './sets.js';

/** A status report as the outbox matches it. */
export function incomingReport(report: SmsStatusReport, tag: Pick<PartTag, 'receivedAt'>, receiver: string): IncomingReport {
  return {
    messageReference: report.messageReference,
    recipient: report.recipientAddress.text,
    receiver,
    receivedAt: tag.receivedAt,
    submittedAt: timeStampMs(report.serviceCentreTimeStamp),
    timeStamp: toHex(report.serviceCentreTimeStamp),
    status: report.status,
  };
}
