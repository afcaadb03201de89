import { codeTable } from '../octets/index.js';

/**
 * How the value of a field is written: `text` and `encoded-text` (with a character set), `integer`, `date`, `time` (a date, or seconds
 * from sending), `from` (an address, or the request to put one in), `version`, names for the octets from 0x80 on, or `any`.
 */
export type MmsValueKind = 'text' | 'encoded-text' | 'integer' | 'date' | 'time' | 'from' | 'version' | 'any' | readonly string[];

/** A header field of an MMS message. */
export interface MmsField {
  readonly name: string;
  readonly kind: MmsValueKind;
}

/** Message types, the values of X-Mms-Message-Type. @see OMA-TS-MMS_ENC; numbers as in Wireshark's packet-mmse.c and Android's PduHeaders */
export const mmsMessageTypes = codeTable('OMA MMS encapsulation, message types', [
  [0x80, 'm-send-req'],
  [0x81, 'm-send-conf'],
  [0x82, 'm-notification-ind'],
  [0x83, 'm-notifyresp-ind'],
  [0x84, 'm-retrieve-conf'],
  [0x85, 'm-acknowledge-ind'],
  [0x86, 'm-delivery-ind'],
  [0x87, 'm-read-rec-ind'],
  [0x88, 'm-read-orig-ind'],
  [0x89, 'm-forward-req'],
  [0x8a, 'm-forward-conf'],
  [0x8b, 'm-mbox-store-req'],
  [0x8c, 'm-mbox-store-conf'],
  [0x8d, 'm-mbox-view-req'],
  [0x8e, 'm-mbox-view-conf'],
  [0x8f, 'm-mbox-upload-req'],
  [0x90, 'm-mbox-upload-conf'],
  [0x91, 'm-mbox-delete-req'],
  [0x92, 'm-mbox-delete-conf'],
  [0x93, 'm-mbox-descr'],
  [0x94, 'm-delete-req'],
  [0x95, 'm-delete-conf'],
  [0x96, 'm-cancel-req'],
  [0x97, 'm-cancel-conf'],
]);

const messageTypes = mmsMessageTypes.entries.map(([, name]) => name);
const yesOrNo = ['yes', 'no'];

/**
 * Fields by their number, without the bit that marks it on the wire. 0x01 to 0x33 are equal in Wireshark's packet-mmse.c and in Android's
 * PduHeaders, those from 0x34 on stand in the latter alone.
 * @see OMA-TS-MMS_ENC (assigned numbers)
 */
export const mmsFields: ReadonlyMap<number, MmsField> = new Map<number, MmsField>([
  [0x01, { name: 'Bcc', kind: 'encoded-text' }],
  [0x02, { name: 'Cc', kind: 'encoded-text' }],
  [0x03, { name: 'X-Mms-Content-Location', kind: 'text' }],
  [0x04, { name: 'Content-Type', kind: 'any' }],
  [0x05, { name: 'Date', kind: 'date' }],
  [0x06, { name: 'X-Mms-Delivery-Report', kind: yesOrNo }],
  [0x07, { name: 'X-Mms-Delivery-Time', kind: 'time' }],
  [0x08, { name: 'X-Mms-Expiry', kind: 'time' }],
  [0x09, { name: 'From', kind: 'from' }],
  [0x0a, { name: 'X-Mms-Message-Class', kind: ['personal', 'advertisement', 'informational', 'auto'] }],
  [0x0b, { name: 'Message-ID', kind: 'text' }],
  [0x0c, { name: 'X-Mms-Message-Type', kind: messageTypes }],
  [0x0d, { name: 'X-Mms-MMS-Version', kind: 'version' }],
  [0x0e, { name: 'X-Mms-Message-Size', kind: 'integer' }],
  [0x0f, { name: 'X-Mms-Priority', kind: ['low', 'normal', 'high'] }],
  [0x10, { name: 'X-Mms-Read-Report', kind: yesOrNo }],
  [0x11, { name: 'X-Mms-Report-Allowed', kind: yesOrNo }],
  [0x12, { name: 'X-Mms-Response-Status', kind: 'any' }],
  [0x13, { name: 'X-Mms-Response-Text', kind: 'encoded-text' }],
  [0x14, { name: 'X-Mms-Sender-Visibility', kind: ['hide', 'show'] }],
  [
    0x15,
    {
      name: 'X-Mms-Status',
      kind: ['expired', 'retrieved', 'rejected', 'deferred', 'unrecognised', 'indeterminate', 'forwarded', 'unreachable'],
    },
  ],
  [0x16, { name: 'Subject', kind: 'encoded-text' }],
  [0x17, { name: 'To', kind: 'encoded-text' }],
  [0x18, { name: 'X-Mms-Transaction-Id', kind: 'text' }],
  [0x19, { name: 'X-Mms-Retrieve-Status', kind: 'any' }],
  [0x1a, { name: 'X-Mms-Retrieve-Text', kind: 'encoded-text' }],
  [0x1b, { name: 'X-Mms-Read-Status', kind: ['read', 'deleted-without-being-read'] }],
  [0x1c, { name: 'X-Mms-Reply-Charging', kind: ['requested', 'requested-text-only', 'accepted', 'accepted-text-only'] }],
  [0x1d, { name: 'X-Mms-Reply-Charging-Deadline', kind: 'time' }],
  [0x1e, { name: 'X-Mms-Reply-Charging-ID', kind: 'text' }],
  [0x1f, { name: 'X-Mms-Reply-Charging-Size', kind: 'integer' }],
  [0x20, { name: 'X-Mms-Previously-Sent-By', kind: 'any' }],
  [0x21, { name: 'X-Mms-Previously-Sent-Date', kind: 'any' }],
  [0x22, { name: 'X-Mms-Store', kind: yesOrNo }],
  [0x23, { name: 'X-Mms-MM-State', kind: ['draft', 'sent', 'new', 'retrieved', 'forwarded'] }],
  [0x24, { name: 'X-Mms-MM-Flags', kind: 'any' }],
  [0x25, { name: 'X-Mms-Store-Status', kind: 'any' }],
  [0x26, { name: 'X-Mms-Store-Status-Text', kind: 'encoded-text' }],
  [0x27, { name: 'X-Mms-Stored', kind: yesOrNo }],
  [0x28, { name: 'X-Mms-Attributes', kind: 'any' }],
  [0x29, { name: 'X-Mms-Totals', kind: yesOrNo }],
  [0x2a, { name: 'X-Mms-Mbox-Totals', kind: 'any' }],
  [0x2b, { name: 'X-Mms-Quotas', kind: yesOrNo }],
  [0x2c, { name: 'X-Mms-Mbox-Quotas', kind: 'any' }],
  [0x2d, { name: 'X-Mms-Message-Count', kind: 'integer' }],
  [0x2e, { name: 'Content', kind: 'any' }],
  [0x2f, { name: 'X-Mms-Start', kind: 'integer' }],
  [0x30, { name: 'Additional-headers', kind: 'any' }],
  [0x31, { name: 'X-Mms-Distribution-Indicator', kind: yesOrNo }],
  [0x32, { name: 'X-Mms-Element-Descriptor', kind: 'any' }],
  [0x33, { name: 'X-Mms-Limit', kind: 'integer' }],
  [0x34, { name: 'X-Mms-Recommended-Retrieval-Mode', kind: ['manual'] }],
  [0x35, { name: 'X-Mms-Recommended-Retrieval-Mode-Text', kind: 'encoded-text' }],
  [0x36, { name: 'X-Mms-Status-Text', kind: 'encoded-text' }],
  [0x37, { name: 'X-Mms-Applic-ID', kind: 'text' }],
  [0x38, { name: 'X-Mms-Reply-Applic-ID', kind: 'text' }],
  [0x39, { name: 'X-Mms-Aux-Applic-Info', kind: 'text' }],
  [
    0x3a,
    {
      name: 'X-Mms-Content-Class',
      kind: ['text', 'image-basic', 'image-rich', 'video-basic', 'video-rich', 'megapixel', 'content-basic', 'content-rich'],
    },
  ],
  [0x3b, { name: 'X-Mms-DRM-Content', kind: yesOrNo }],
  [0x3c, { name: 'X-Mms-Adaptation-Allowed', kind: yesOrNo }],
  [0x3d, { name: 'X-Mms-Replace-ID', kind: 'text' }],
  [0x3e, { name: 'X-Mms-Cancel-ID', kind: 'text' }],
  [0x3f, { name: 'X-Mms-Cancel-Status', kind: ['request-successfully-received', 'request-corrupted'] }],
]);

/** Content-Type, which stands last: what follows it is the content. */
export const mmsContentType = 0x04;
/** X-Mms-Message-Type, with which every message begins. */
export const mmsMessageType = 0x0c;
