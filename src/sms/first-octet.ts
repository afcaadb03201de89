import type { SmsSubmit } from './types.js';

/** Bits of the first octet; some stand for different things in different TPDUs. @see 3GPP TS 23.040 9.2.3.1 to 9.2.3.7, 9.2.3.17, 9.2.3.23 to 9.2.3.28 */
export const bit = {
  messageType: 0x03,
  /** SMS-DELIVER, SMS-STATUS-REPORT: set where no more messages wait. */
  noMoreMessages: 0x04,
  /** SMS-SUBMIT. */
  rejectDuplicates: 0x04,
  /** SMS-DELIVER, SMS-STATUS-REPORT. */
  loopPrevention: 0x08,
  /** SMS-SUBMIT. */
  validityPeriodFormat: 0x18,
  /** Report asked for (SUBMIT, COMMAND), to be returned (DELIVER), or the qualifier (STATUS-REPORT). */
  statusReport: 0x20,
  userDataHeader: 0x40,
  replyPath: 0x80,
} as const;

function words(octet: number, type: string, flags: readonly (readonly [mask: number, set: string, clear?: string])[]): string {
  const said = [type];
  for (const [mask, set, clear] of flags) {
    if ((octet & mask) !== 0) said.push(set);
    else if (clear !== undefined) said.push(clear);
  }
  return said.join(', ');
}

const header = [bit.userDataHeader, 'user data header'] as const;
const replyPath = [bit.replyPath, 'reply path'] as const;
const moreMessages = [bit.noMoreMessages, 'no more messages', 'more messages wait'] as const;
const loopPrevention = [bit.loopPrevention, 'loop prevention'] as const;
const validityFormats = ['no validity period', 'enhanced validity period', 'relative validity period', 'absolute validity period'];

/** What the first octet from a modem says. */
export function describeFirstOctetFromModem(octet: number): string {
  switch (octet & bit.messageType) {
    case 1:
      return words(octet, 'SMS-SUBMIT-REPORT', [header]);
    case 2:
      return words(octet, 'SMS-STATUS-REPORT', [
        moreMessages,
        loopPrevention,
        [bit.statusReport, 'of an SMS-COMMAND', 'of an SMS-SUBMIT'],
        header,
      ]);
    default:
      return words(octet, (octet & bit.messageType) === 0 ? 'SMS-DELIVER' : 'reserved type, read as SMS-DELIVER', [
        moreMessages,
        loopPrevention,
        [bit.statusReport, 'status report to be returned'],
        header,
        replyPath,
      ]);
  }
}

/** What the first octet to a modem says. */
export function describeFirstOctetToModem(octet: number): string {
  switch (octet & bit.messageType) {
    case 0:
      return words(octet, 'SMS-DELIVER-REPORT', [header]);
    case 1: {
      const said = words(octet, 'SMS-SUBMIT', [
        [bit.rejectDuplicates, 'reject duplicates'],
        [bit.statusReport, 'status report requested'],
        header,
        replyPath,
      ]);
      return `${said}, ${validityFormats[(octet & bit.validityPeriodFormat) >> 3] ?? ''}`;
    }
    case 2:
      return words(octet, 'SMS-COMMAND', [[bit.statusReport, 'status report requested'], header]);
    default:
      return 'reserved type';
  }
}

const validityBits = { enhanced: 0x08, relative: 0x10, absolute: 0x18 } as const;

/** The first octet that an SMS-SUBMIT's fields make; it has no reserved bits. @see 3GPP TS 23.040 9.2.2.2 */
export function submitFirstOctet(
  fields: Pick<SmsSubmit, 'rejectDuplicates' | 'validityPeriod' | 'statusReportRequest' | 'userDataHeader' | 'replyPath'>,
): number {
  return (
    1 |
    (fields.rejectDuplicates ? bit.rejectDuplicates : 0) |
    (fields.validityPeriod === null ? 0 : validityBits[fields.validityPeriod.format]) |
    (fields.statusReportRequest ? bit.statusReport : 0) |
    (fields.userDataHeader === null ? 0 : bit.userDataHeader) |
    (fields.replyPath ? bit.replyPath : 0)
  );
}
