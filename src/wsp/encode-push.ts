import { EncodeError, OctetWriter } from '../octets/index.js';
import { applicationIds } from './application-ids.table.js';
import { type MediaForm, mediaOfName, writeMedia } from './content-type.js';
import { encodeHeaders, type HeaderToEncode, writeApplicationId } from './encode-headers.js';
import { hexNumber } from './grammar.js';
import { type ParameterToEncode, parameterFromOctets, writeParameter } from './parameters.js';
import { writeUintvar, writeValueLength } from './value-writer.js';

/** How the content type is put on the wire; without a word the shortest form that holds it. */
export type ContentTypeForm = 'short' | 'long' | 'text' | 'general-short' | 'general-text';

/** How the application id is put on the wire; without a word the shortest form that holds it. */
export type ApplicationIdForm = 'short' | 'long' | 'text' | 'text-name';

/** A push to be written: what {@link decodePush} gives, or less. */
export interface PushToEncode {
  /** 0 to 255. */
  readonly transactionId: number;
  /** 0x06 unless given. */
  readonly pduType?: number;
  readonly contentType: {
    readonly code?: number | null;
    readonly name?: string | null;
    readonly parameters?: readonly ParameterToEncode[];
  };
  /** Left out where null or not present; by number, by name, or both. */
  readonly applicationId?: { readonly code?: number | null; readonly uri?: string | null; readonly present?: boolean } | null;
  /** Where an application id stands among them, it is written there; else before or behind them. */
  readonly headers?: readonly HeaderToEncode[];
  readonly body: Uint8Array;
}

/** Awkward but legal ways to say the same. */
export interface EncodePushOptions {
  readonly contentTypeForm?: ContentTypeForm;
  readonly applicationIdForm?: ApplicationIdForm;
  /** Writes the length of the content type as Length-quote and uintvar even where one octet holds it. */
  readonly lengthQuote?: boolean;
  /** Where the application id goes that is not among the headers; by default first. */
  readonly applicationIdPosition?: 'first' | 'last';
}

/**
 * Encodes a push, by default as `TID 06 length type AF id body` in the fewest octets.
 * @throws EncodeError `wsp/cannot-encode` where a value has no octets in the form wished; `octets/out-of-range` for the transaction id
 * @see WAP-230-WSP 8.2.4.1
 */
export function encodePush(push: PushToEncode, options: EncodePushOptions = {}): Uint8Array {
  const block = new OctetWriter(64);
  writeContentType(block, push.contentType, options);
  const id = push.applicationId;
  const wanted = id === undefined || id === null || id.present === false ? null : id;
  const headers = push.headers ?? [];
  const writeId = wanted === null ? null : (writer: OctetWriter): void => writeIdHeader(writer, wanted, options.applicationIdForm);
  encodeHeaders(block, headers, writeId, options.applicationIdPosition ?? 'first');
  const pdu = new OctetWriter(block.length + push.body.length + 7);
  pdu.u8('push.transactionId', push.transactionId).u8('push.pduType', push.pduType ?? 0x06);
  writeUintvar(pdu, block.length);
  return pdu.bytes(block.toOctets()).bytes(push.body).toOctets();
}

function refuse(field: string, message: string): never {
  throw new EncodeError('wsp/cannot-encode', `${field}: ${message}`, field);
}

function writeContentType(writer: OctetWriter, type: PushToEncode['contentType'], options: EncodePushOptions): void {
  const field = 'push.contentType';
  const parameters = type.parameters ?? [];
  const { code: sentCode = null, name: sentName = null } = type;
  const media = sentCode === null && sentName !== null ? mediaOfName(sentName) : { code: sentCode, name: sentName };
  const code = media.code;
  const name = media.name ?? (code === null ? null : mediaOfName(hexNumber(code)).name);
  const form = options.contentTypeForm;
  const mediaForm: MediaForm | undefined = form === 'general-short' ? 'short' : form === 'general-text' ? 'text' : form;
  const constrained =
    parameters.length === 0 &&
    options.lengthQuote !== true &&
    (form === undefined ? code === null || code < 0x80 : form === 'short' || form === 'text');
  if ((form === 'short' || form === 'text') && parameters.length > 0) refuse(field, `the form ${form} has no room for parameters`);
  const inner = constrained ? writer : new OctetWriter(64);
  if (!writeMedia(inner, { code, name }, mediaForm)) {
    refuse(
      field,
      `${name ?? (code === null ? 'nothing' : hexNumber(code))} cannot be written${form === undefined ? '' : ` in the form ${form}`}`,
    );
  }
  if (constrained) return;
  for (const parameter of parameters) {
    if (!writeParameter(inner, parameter)) {
      const octets = parameterFromOctets(parameter);
      if (octets === undefined) refuse(`${field}.parameters`, `${parameter.name} cannot hold ${String(parameter.value)}`);
      inner.bytes(octets);
    }
  }
  writeValueLength(writer, inner.length, options.lengthQuote === true);
  writer.bytes(inner.toOctets());
}

function writeIdHeader(writer: OctetWriter, id: NonNullable<PushToEncode['applicationId']>, form: ApplicationIdForm | undefined): void {
  const uri = id.uri ?? null;
  const code = id.code ?? (uri === null ? undefined : applicationIds.code(uri)) ?? null;
  const name = uri ?? (code === null ? undefined : applicationIds.name(code)) ?? null;
  if (!writeApplicationId(writer, code, name, form)) {
    refuse('push.applicationId', `${name ?? code ?? 'nothing'} cannot be written${form === undefined ? '' : ` in the form ${form}`}`);
  }
}
