import { DecodeError, viewOf } from '../octets/index.js';
import { applicationIds } from './application-ids.table.js';
import { hexNumber, readApplicationId } from './grammar.js';
import { headerFields } from './header-fields.table.js';
import { headerGrammar, pushFlags } from './header-values.js';
import type { ApplicationId, HeaderField, WspValue } from './types.js';
import { anyValue, type ValueReader } from './value-reader.js';

/** Field number of X-Wap-Application-Id on code page 1. */
export const applicationIdField = 0x2f;

const pushFlagField = 0x34;

/** Fields that say one thing and so count once, the first time. */
const singleValued: ReadonlySet<number> = new Set([
  0x05, 0x0a, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x1b, 0x1c, 0x1d, 0x1e, 0x24, 0x25, 0x26, 0x29, 0x2e, 0x2f,
  0x30, 0x31, 0x33, 0x34, 0x35, 0x3e, 0x3f, 0x40, 0x45, 0x46,
]);

/** The fields of a push, and whom it is for. */
export interface FoundHeaders {
  readonly headers: HeaderField[];
  applicationId: ApplicationId | null;
  applicationIdHeader: number | null;
}

/**
 * Reads header fields up to the reader's end.
 * @throws DecodeError `wsp/bad-field-name`, `wsp/missing-value`, `wsp/unterminated-text`, `wsp/value-length`, `wsp/uintvar`
 * @see WAP-230-WSP 8.4.2.6
 */
export function readHeaders(reader: ValueReader): FoundHeaders {
  const found: FoundHeaders = { headers: [], applicationId: null, applicationIdHeader: null };
  let page = 1;
  let seen: Uint8Array | null = null;
  while (reader.position < reader.end) {
    const first = reader.peek();
    if (first === 0x7f || first < 0x20) {
      page = readShift(reader, first, found.headers.length);
      continue;
    }
    const at = reader.position;
    const header = readHeader(reader, page, found);
    // Most pushes have one header, which cannot repeat anything.
    if (found.headers.length > 0) {
      seen ??= seenFirst(found.headers);
      if (repeats(header, seen)) reader.report('wsp/repeated-header', `${header.name} stands more than once; the first counts`, at);
    }
    found.headers.push(header);
  }
  return found;
}

/** Marks a field as seen; true where it counts once and was seen before. */
function repeats({ code, page }: HeaderField, seen: Uint8Array): boolean {
  if (page !== 1 || code === null || !singleValued.has(code)) return false;
  const before = seen[code] === 1;
  seen[code] = 1;
  return before;
}

function seenFirst([first]: readonly HeaderField[]): Uint8Array {
  const seen = new Uint8Array(0x80);
  if (first !== undefined) repeats(first, seen);
  return seen;
}

function fail(reader: ValueReader, field: string): never {
  const failure = reader.failure;
  throw new DecodeError(
    failure?.code ?? 'wsp/bad-value',
    `${field}: ${failure?.message ?? ''}`,
    field,
    reader.baseOffset + (failure?.position ?? reader.position),
  );
}

/** Shift-delimiter and page, or the short cut 01 to 1F. */
function readShift(reader: ValueReader, first: number, index: number): number {
  const start = reader.position;
  if (first === 0) reader.fail('wsp/bad-field-name', 'octet 0x00 stands where a field name should begin');
  reader.position += 1;
  const page = first === 0x7f && reader.failure === null ? reader.octet() : first;
  if (reader.failure !== null) fail(reader, `push.headers[${index}].name`);
  if (reader.annotate !== undefined) reader.note('push.codePage', start, `header code page ${page} from here`);
  return page;
}

function readHeader(reader: ValueReader, currentPage: number, found: FoundHeaders): HeaderField {
  const start = reader.position;
  const first = reader.peek();
  const index = found.headers.length;
  const named = first < 0x80;
  const page = named ? 1 : currentPage;
  let code: number | null;
  let name: string;
  if (named) {
    const sent = reader.text();
    if (reader.failure !== null) fail(reader, `push.headers[${index}].name`);
    code = headerFields.code(sent) ?? null;
    name = (code === null ? undefined : headerFields.name(code)) ?? sent;
  } else {
    code = first & 0x7f;
    reader.position += 1;
    name = page === 1 ? (headerFields.name(code) ?? hexNumber(code)) : `page ${page}: ${hexNumber(code)}`;
  }
  const valueAt = reader.position;
  if (reader.annotate !== undefined) reader.note(`push.headers[${index}].name`, start, name);
  reader.skip();
  if (reader.failure !== null) fail(reader, `push.headers[${index}].value`);
  const end = reader.position;
  reader.position = valueAt;
  let value: WspValue | undefined;
  let raw = false;
  if (code === applicationIdField && page === 1) value = readIdValue(reader, end, named, found);
  else if (named) {
    value = readNamedValue(reader, end, name);
    // Under its number the field has another grammar, so what a text says there is kept as it was sent.
    raw = code !== null;
  } else if (page === 1 && code !== null) value = readNumberedValue(reader, end, code, name);
  if (value === undefined) {
    raw = true;
    value = anyValue(reader.octets, valueAt, end);
  }
  reader.position = end;
  if (reader.annotate !== undefined) reader.note(`push.headers[${index}].value`, valueAt, valueMeaning(code, page, value));
  return { name, code, page, value, octets: viewOf(reader.octets, start, end), offset: reader.baseOffset + start, raw };
}

function beginsText(reader: ValueReader): boolean {
  const first = reader.peek();
  return first === 0 || (first >= 0x20 && first < 0x80);
}

/** The value of a field that was named by text: a Text-string. @see WAP-230-WSP 8.4.2.6, Application-header */
function readNamedValue(reader: ValueReader, end: number, name: string): WspValue | undefined {
  if (beginsText(reader)) return reader.within(end, (within) => within.text());
  reader.report('wsp/header-value', `${name} was named by text, so its value should be text; its octets are kept`, reader.position);
  return undefined;
}

/** The value by the grammar of its field, or undefined where it does not fit exactly. */
function readNumberedValue(reader: ValueReader, end: number, code: number, name: string): WspValue | undefined {
  const start = reader.position;
  const grammar = headerGrammar(code);
  if (grammar === undefined) {
    reader.report('wsp/unknown-header', `header ${name} has no name; its octets are kept`, start);
    return undefined;
  }
  const value = reader.within(end, grammar.read);
  if (value === undefined) reader.report('wsp/header-value', `${name} has a value of another kind; its octets are kept`, start);
  else if (code === pushFlagField && typeof value === 'object' && value.some((flag) => !pushFlags.includes(flag))) {
    reader.report('wsp/reserved-push-flag', `Push-Flag ${value.join(', ')} has reserved bits`, start);
  }
  return value;
}

/** The application id; the first one says whom the push is for, even where it cannot be understood. */
function readIdValue(reader: ValueReader, end: number, named: boolean, found: FoundHeaders): WspValue | undefined {
  const start = reader.position;
  const asText = beginsText(reader);
  const id = reader.within(end, readApplicationId);
  if (id === undefined)
    reader.report('wsp/header-value', 'X-Wap-Application-Id holds neither a number nor a text; its octets are kept', start);
  else if (named && !asText)
    reader.report('wsp/header-value', 'X-Wap-Application-Id was named by text, so its value should be text', start);
  if (found.applicationIdHeader === null) {
    found.applicationIdHeader = found.headers.length;
    found.applicationId = id ?? { code: null, uri: null, present: true };
    if (asText && id !== undefined && id.code !== null) {
      reader.report('wsp/text-application-id', `${id.uri ?? ''} came as text although it has the number ${hexNumber(id.code)}`, start);
    }
  }
  return id === undefined ? undefined : (id.uri ?? id.code ?? undefined);
}

function valueMeaning(code: number | null, page: number, value: WspValue): string {
  if (code === applicationIdField && page === 1 && typeof value === 'string') {
    const number = applicationIds.code(value);
    return number === undefined ? value : `${number} ${value}`;
  }
  return typeof value === 'object' ? value.join(', ') : String(value);
}
