import type { Diagnostic } from '../octets/index.js';
import { charsets } from './charsets.table.js';
import { parameterNames } from './parameter-names.table.js';
import type { Parameter, WspValue } from './types.js';
import { anyValue, type ValueReader } from './value-reader.js';
import {
  charsetName,
  hexNumber,
  type ReadValue,
  readCharset,
  readConstrainedMedia,
  readDate,
  readFieldName,
  readQuality,
  readVersion,
} from './values.js';

/** How a provisioning message is authenticated, by number. @see OMA-WAP-TS-ProvBoot 5.2; OMA-TS-DM_Security-V1_2_1 */
export const securityMethods: readonly string[] = ['NETWPIN', 'USERPIN', 'USERNETWPIN', 'USERPINMAC'];

const charsetToken = 0x01;
const qualityToken = 0x00;
const securityToken = 0x11;

function readInteger(reader: ValueReader): number {
  return reader.integer();
}

function readText(reader: ValueReader): string {
  return reader.text();
}

function readTextValue(reader: ValueReader): string {
  return reader.textValue();
}

function readNoValue(reader: ValueReader): string {
  if (reader.octet() !== 0) reader.misfit();
  return '';
}

function readSecurity(reader: ValueReader): WspValue {
  const method = reader.shortInteger();
  return securityMethods[method] ?? method;
}

/** What each token's value is; the index is the token. @see WAP-230-WSP 8.4.2.4 and table 38 */
const readByToken: readonly (ReadValue | undefined)[] = [
  readQuality,
  readCharset,
  readVersion,
  readInteger,
  undefined,
  readText,
  readText,
  readFieldName,
  (reader) => reader.shortInteger(),
  readConstrainedMedia,
  readText,
  readText,
  readText,
  readText,
  readInteger,
  readText,
  readNoValue,
  readSecurity,
  readTextValue,
  readDate,
  readDate,
  readDate,
  readInteger,
  readTextValue,
  readTextValue,
  readTextValue,
  readTextValue,
  readTextValue,
  readTextValue,
  readTextValue,
];

/** Numbers of names; of a name that stands twice the later number, whose Text-value is what an untyped parameter has. */
const tokensOfNames: ReadonlyMap<string, number> = new Map(parameterNames.entries.map(([token, name]) => [name.toLowerCase(), token]));

/** The token of a parameter's name, null where it has none. */
export function parameterToken(name: string): number | null {
  return tokensOfNames.get(name.toLowerCase()) ?? null;
}

/** A value sent under a parameter's name as the same value sent under its token would read. */
export function meaningOfNamed(token: number | null, value: string | number): WspValue {
  if (token === charsetToken) return typeof value === 'number' ? charsetName(value) : value.toLowerCase();
  if (token === securityToken) {
    const method = typeof value === 'number' ? value : /^[0-3]$/.test(value) ? Number(value) : -1;
    return securityMethods[method] ?? value;
  }
  return value;
}

/** The untyped value: Integer-value or Text-value. @see WAP-230-WSP 8.4.2.4 */
function readUntyped(reader: ValueReader): string | number {
  const first = reader.peek();
  return first >= 0x80 || (first >= 0x01 && first <= 0x1e) ? reader.integer() : reader.textValue();
}

function readTyped(reader: ValueReader, token: number, diagnostics: Diagnostic[]): { value: WspValue; raw: boolean } {
  const start = reader.position;
  if (token === qualityToken) {
    const value = readQuality(reader);
    if (reader.failure === null) return { value, raw: false };
    reader.failure = null;
    reader.position = start;
  }
  reader.skip();
  if (reader.failure !== null) return { value: '', raw: true };
  const end = reader.position;
  const read = token === qualityToken ? undefined : readByToken[token];
  if (read !== undefined) {
    const outerEnd = reader.end;
    reader.position = start;
    reader.end = end;
    const value = read(reader);
    const fits = reader.failure === null && reader.position === end;
    reader.failure = null;
    reader.position = end;
    reader.end = outerEnd;
    if (fits) return { value, raw: false };
  }
  reader.position = start;
  const first = reader.peek();
  const fallback = first === 0x1f ? anyValue(reader.octets, start, end) : readUntyped(reader);
  const value = reader.failure === null ? fallback : anyValue(reader.octets, start, end);
  reader.failure = null;
  reader.position = end;
  const name = parameterNames.name(token);
  if (token === charsetToken && typeof value === 'string' && first >= 0x20 && charsets.code(value) !== undefined) {
    diagnostics.push({
      code: 'wsp/parameter-value',
      message: `charset ${value} came as text, not as its number`,
      offset: reader.baseOffset + start,
    });
    return { value: value.toLowerCase(), raw: true };
  }
  diagnostics.push(
    name === undefined
      ? {
          code: 'wsp/unknown-parameter',
          message: `parameter ${hexNumber(token)} has no name; its octets are kept`,
          offset: reader.baseOffset + start,
        }
      : {
          code: 'wsp/parameter-value',
          message: `parameter ${name} has a value of another kind; its octets are kept`,
          offset: reader.baseOffset + start,
        },
  );
  return { value, raw: true };
}

/**
 * One parameter, typed or untyped. A value of the wrong kind is kept; what cannot be passed over leaves a failure in the reader.
 * @see WAP-230-WSP 8.4.2.4
 */
export function readParameter(reader: ValueReader, field: string, diagnostics: Diagnostic[]): Parameter {
  const start = reader.position;
  const first = reader.peek();
  let token: number | null;
  let name: string;
  let value: WspValue = '';
  let raw = false;
  let valueAt: number;
  if (first === 0 || first === 0x1f) {
    reader.fail('wsp/bad-parameter', `octet ${hexNumber(first)} begins no parameter`);
    return { name: '', token: null, value, octets: reader.octets.subarray(start, start), raw: true };
  }
  if (first >= 0x80 || first < 0x20) {
    token = reader.integer();
    valueAt = reader.position;
    name = parameterNames.name(token) ?? hexNumber(token);
    if (reader.failure === null) ({ value, raw } = readTyped(reader, token, diagnostics));
  } else {
    const sent = reader.text();
    valueAt = reader.position;
    token = parameterToken(sent);
    name = (token === null ? undefined : parameterNames.name(token)) ?? sent;
    if (reader.failure === null && reader.peek() < 0) reader.fail('wsp/missing-value', `parameter ${name} has no value`);
    if (reader.failure === null) ({ value, raw } = readNamedValue(reader, token));
  }
  const end = reader.position;
  if (reader.annotate !== undefined && reader.failure === null) {
    reader.position = valueAt;
    reader.note(`${field}.name`, start, name);
    reader.position = end;
    reader.note(`${field}.value`, valueAt, String(value));
  }
  return { name, token, value, octets: reader.octets.subarray(start, end), raw };
}

function readNamedValue(reader: ValueReader, token: number | null): { value: WspValue; raw: boolean } {
  const start = reader.position;
  const value = readUntyped(reader);
  if (reader.failure === null) return { value: meaningOfNamed(token, value), raw: false };
  if (reader.failure.code === 'wsp/unterminated-text') return { value: '', raw: true };
  reader.failure = null;
  reader.position = start;
  reader.skip();
  if (reader.failure !== null) return { value: '', raw: true };
  return { value: anyValue(reader.octets, start, reader.position), raw: true };
}
