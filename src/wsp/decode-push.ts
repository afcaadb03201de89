import type { ErrorCode } from '../errors.js';
import { type Annotate, DecodeError, toHex, viewOf } from '../octets/index.js';
import { applicationIds } from './application-ids.table.js';
import { readContentType, reportContentType } from './content-type.js';
import { hexNumber } from './grammar.js';
import { readHeaders } from './headers.js';
import type { ApplicationId, DecodePushOptions, WspPush } from './types.js';
import { ValueReader } from './value-reader.js';

/** What a push without an application id is for: the WML user agent. @see WAP-249-PPGService 6.1.2.1 */
export const defaultApplicationId: ApplicationId = Object.freeze({ code: 0x02, uri: applicationIds.name(0x02) ?? null, present: false });

const pushType = 0x06;
const confirmedPushType = 0x07;

/**
 * Decodes a connectionless push PDU. Values that do not fit their field are kept with a diagnostic; what cannot be passed over is an error.
 * @throws DecodeError `octets/truncated`, `wsp/pdu-type`, `wsp/uintvar`, `wsp/headers-length`, and the codes of content type and headers in docs/errors.md
 * @see WAP-230-WSP 8.2.4.1, WAP-235-PushOTA
 */
export function decodePush(octets: Uint8Array, options: DecodePushOptions = {}): WspPush {
  const baseOffset = options.baseOffset ?? 0;
  const annotate = options.annotate;
  const reader = new ValueReader(octets, 0, octets.length, baseOffset, annotate);
  if (octets.length < 3) throwShort(octets, baseOffset, annotate);
  const transactionId = reader.octet();
  const pduType = reader.octet();
  if (annotate !== undefined) notePrefix(octets, baseOffset, annotate);
  if (pduType !== pushType) {
    if (pduType !== confirmedPushType) {
      throw new DecodeError('wsp/pdu-type', `PDU type ${hexNumber(pduType)}${pduName(pduType)} is no push`, 'push.pduType', baseOffset + 1);
    }
    reader.report('wsp/confirmed-push', 'a confirmed push belongs to a session and was taken as a push without one', 1);
  }
  const headersLength = reader.uintvar();
  if (reader.failure !== null) throwFailure(reader, 'push.headersLength');
  const blockAt = reader.position;
  const blockEnd = blockAt + headersLength;
  if (annotate !== undefined) reader.note('push.headersLength', 2, `${headersLength} octets of content type and headers`);
  if (headersLength === 0) {
    throw new DecodeError(
      'wsp/no-content-type',
      'the headers are of length 0 and hold no content type',
      'push.headersLength',
      baseOffset + 2,
    );
  }
  if (blockEnd > octets.length) {
    throw new DecodeError(
      'wsp/headers-length',
      `headers of ${headersLength} octets, ${octets.length - blockAt} octets follow`,
      'push.headersLength',
      baseOffset + 2,
    );
  }
  reader.end = blockEnd;
  const contentType = readContentType(reader, 'push.contentType');
  if (reader.failure !== null) throwFailure(reader, `push.contentType${reader.failedPart}`);
  reportContentType(reader, contentType, blockAt);
  const found = readHeaders(reader);
  if (found.applicationIdHeader === null) {
    reader.diagnostics.push({
      code: 'wsp/application-id-absent',
      message: 'no application id was sent; without one a push is for the WML user agent',
      offset: null,
    });
  }
  const body = viewOf(octets, blockEnd, octets.length);
  if (annotate !== undefined && body.length > 0) {
    annotate({
      offset: baseOffset + blockEnd,
      octets: body,
      field: 'push.body',
      meaning: `body of ${body.length} octet${body.length === 1 ? '' : 's'}`,
    });
  }
  return {
    transactionId,
    pduType,
    headersLength,
    contentType,
    applicationId: found.applicationId ?? defaultApplicationId,
    applicationIdHeader: found.applicationIdHeader,
    headers: found.headers,
    body,
    diagnostics: reader.diagnostics,
  };
}

const pduNames: readonly (readonly [number, string])[] = [
  [0x01, 'Connect'],
  [0x02, 'ConnectReply'],
  [0x03, 'Redirect'],
  [0x04, 'Reply'],
  [0x05, 'Disconnect'],
  [0x06, 'Push'],
  [0x07, 'ConfirmedPush'],
  [0x08, 'Suspend'],
  [0x09, 'Resume'],
  [0x40, 'Get'],
  [0x41, 'Options'],
  [0x42, 'Head'],
  [0x43, 'Delete'],
  [0x44, 'Trace'],
  [0x60, 'Post'],
  [0x61, 'Put'],
];

function pduName(pduType: number): string {
  const row = pduNames.find(([number]) => number === pduType);
  return row === undefined ? '' : ` (${row[1]})`;
}

function notePrefix(octets: Uint8Array, baseOffset: number, annotate: Annotate): void {
  const pduType = octets[1] ?? 0;
  annotate({ offset: baseOffset, octets: octets.subarray(0, 1), field: 'push.transactionId', meaning: String(octets[0]) });
  annotate({
    offset: baseOffset + 1,
    octets: octets.subarray(1, 2),
    field: 'push.pduType',
    meaning: `${hexNumber(pduType)}${pduName(pduType)}`,
  });
}

/** A PDU of fewer than three octets: what is there is looked at as far as it goes. */
function throwShort(octets: Uint8Array, baseOffset: number, annotate: Annotate | undefined): never {
  const pduType = octets[1];
  if (pduType !== undefined && pduType !== pushType && pduType !== confirmedPushType) {
    if (annotate !== undefined) notePrefix(octets, baseOffset, annotate);
    throw new DecodeError('wsp/pdu-type', `PDU type ${hexNumber(pduType)}${pduName(pduType)} is no push`, 'push.pduType', baseOffset + 1);
  }
  const field = ['push.transactionId', 'push.pduType', 'push.headersLength'][octets.length] ?? 'push';
  const sent = octets.length === 0 ? 'nothing' : toHex(octets);
  throw new DecodeError('octets/truncated', `${field} needs 1 octet, 0 left (${sent} was sent)`, field, baseOffset + octets.length);
}

/** Turns what the reader remembers into the error it is where nothing else can be done. */
export function throwFailure(reader: ValueReader, field: string): never {
  const failure = reader.failure;
  const code: ErrorCode = failure?.code ?? 'wsp/bad-value';
  throw new DecodeError(code, `${field}: ${failure?.message ?? ''}`, field, reader.baseOffset + (failure?.position ?? reader.position));
}
