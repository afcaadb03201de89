import { OctetWriter } from '../octets/index.js';
import { charsets } from './charsets.table.js';
import {
  charsetGrammar,
  charsetName,
  constrainedMediaGrammar,
  dateGrammar,
  fieldNameGrammar,
  type Grammar,
  hexNumber,
  integerGrammar,
  integerOrText,
  integerOrTextGrammar,
  noValueGrammar,
  qualityGrammar,
  shortIntegerGrammar,
  textGrammar,
  textValueGrammar,
  versionGrammar,
} from './grammar.js';
import { parameterNames } from './parameter-names.table.js';
import type { Parameter, WspValue } from './types.js';
import { anyValue, ValueReader } from './value-reader.js';
import { writeInteger, writeText } from './value-writer.js';

/** How a provisioning message is authenticated, by number. @see OMA-WAP-TS-ProvBoot 5.2; OMA-TS-DM_Security-V1_2_1 */
export const securityMethods: readonly string[] = ['NETWPIN', 'USERPIN', 'USERNETWPIN', 'USERPINMAC'];

const qualityToken = 0x00;
const charsetToken = 0x01;
const securityToken = 0x11;

const securityGrammar: Grammar = {
  read: (reader) => {
    const method = reader.shortInteger();
    return securityMethods[method] ?? method;
  },
  write: (writer, value) => {
    const method = typeof value === 'string' ? securityMethods.indexOf(value) : value;
    return typeof method === 'number' && shortIntegerGrammar.write(writer, method);
  },
};

/** What each token's value is; the index is the token. Nobody says what 0x04 holds. @see WAP-230-WSP 8.4.2.4 and table 38 */
const grammars: readonly Grammar[] = [
  qualityGrammar,
  charsetGrammar,
  versionGrammar,
  integerGrammar,
  integerOrTextGrammar,
  textGrammar,
  textGrammar,
  fieldNameGrammar,
  shortIntegerGrammar,
  constrainedMediaGrammar,
  textGrammar,
  textGrammar,
  textGrammar,
  textGrammar,
  integerGrammar,
  textGrammar,
  noValueGrammar,
  securityGrammar,
  textValueGrammar,
  dateGrammar,
  dateGrammar,
  dateGrammar,
  integerGrammar,
  textValueGrammar,
  textValueGrammar,
  textValueGrammar,
  textValueGrammar,
  textValueGrammar,
  textValueGrammar,
  textValueGrammar,
];

/** Numbers of names; of a name that stands twice the later number, whose Text-value is what an untyped parameter has. */
const tokensOfNames: ReadonlyMap<string, number> = new Map(parameterNames.entries.map(([token, name]) => [name.toLowerCase(), token]));

/** The token of a parameter's name, null where it has none. */
export function parameterToken(name: string): number | null {
  return tokensOfNames.get(name.toLowerCase()) ?? null;
}

/** A value sent under a parameter's name, or written in a text, as the same value sent under its token would read. */
export function meaningOfNamed(token: number | null, value: string | number): WspValue {
  if (token === charsetToken) return typeof value === 'number' ? charsetName(value) : value.toLowerCase();
  if (token === securityToken) {
    const method = typeof value === 'number' ? value : /^[0-3]$/.test(value) ? Number(value) : securityMethods.indexOf(value.toUpperCase());
    return securityMethods[method] ?? value;
  }
  return value;
}

/**
 * One parameter, typed or untyped. A value of the wrong kind is kept; what cannot be passed over leaves a failure in the reader.
 * `field` is wanted where the reader annotates.
 * @see WAP-230-WSP 8.4.2.4
 */
export function readParameter(reader: ValueReader, field: string): Parameter {
  const start = reader.position;
  const first = reader.peek();
  if (first === 0 || first === 0x1f) reader.fail('wsp/bad-parameter', `octet ${hexNumber(first)} begins no parameter`);
  let token: number | null;
  let name: string;
  if (first >= 0x80 || first < 0x20) {
    token = reader.failure === null ? reader.integer() : 0;
    name = parameterNames.name(token) ?? hexNumber(token);
  } else {
    const sent = reader.text();
    token = parameterToken(sent);
    name = (token === null ? undefined : parameterNames.name(token)) ?? sent;
  }
  const valueAt = reader.position;
  if (reader.annotate !== undefined && reader.failure === null) reader.note(`${field}.name`, start, name);
  const typed = first >= 0x80 || first < 0x20;
  if (reader.failure === null && valueAt >= reader.end) reader.fail('wsp/missing-value', `parameter ${name} has no value`);
  const fitting = reader.failure !== null ? undefined : typed ? readTyped(reader, token ?? 0) : readNamed(reader, token);
  const octets = reader.octets.subarray(start, reader.position);
  if (reader.failure !== null) return { name, token, value: '', octets, raw: true };
  const value = fitting ?? keptValue(reader, valueAt, typed, token, name);
  if (reader.annotate !== undefined) reader.note(`${field}.value`, valueAt, String(value));
  return { name, token, value, octets, raw: fitting === undefined };
}

/** The value by the grammar of its token; undefined where it is of another kind and was passed over. */
function readTyped(reader: ValueReader, token: number): WspValue | undefined {
  const start = reader.position;
  if (token === qualityToken) {
    // Q-value is a uintvar and the one value that the rule for passing over values does not cover.
    const value = qualityGrammar.read(reader);
    if (reader.failure === null) return value;
    reader.failure = null;
    reader.position = start;
  }
  const grammar = grammars[token];
  reader.skip();
  if (reader.failure !== null || grammar === undefined) return undefined;
  const end = reader.position;
  reader.position = start;
  return reader.within(end, grammar.read);
}

/** Integer-value or Text-value under a name; undefined where it is neither and was passed over. */
function readNamed(reader: ValueReader, token: number | null): WspValue | undefined {
  const start = reader.position;
  reader.skip();
  if (reader.failure !== null) return undefined;
  const end = reader.position;
  reader.position = start;
  const value = reader.within(end, integerOrText);
  return value === undefined ? undefined : meaningOfNamed(token, value);
}

/** What is shown of a value that is not of its parameter's kind, and why. */
function keptValue(reader: ValueReader, start: number, typed: boolean, token: number | null, name: string): WspValue {
  const end = reader.position;
  reader.position = start;
  const value = reader.within(end, integerOrText) ?? anyValue(reader.octets, start, end);
  if (token === charsetToken && typeof value === 'string' && charsets.code(value) !== undefined) {
    reader.report('wsp/parameter-value', `charset ${value} came as text, not as its number`, start);
    return value.toLowerCase();
  }
  if (typed && token !== null && parameterNames.name(token) === undefined) {
    reader.report('wsp/unknown-parameter', `parameter ${name} has no name; its octets are kept`, start);
  } else reader.report('wsp/parameter-value', `parameter ${name} has a value of another kind; its octets are kept`, start);
  return value;
}

/** A parameter to be written: what decoding gives, or a name and a value. */
export interface ParameterToEncode {
  readonly name: string;
  readonly token?: number | null;
  readonly value: WspValue;
  readonly octets?: Uint8Array;
  readonly raw?: boolean;
}

/**
 * Writes a parameter by its token where it has one and the value is of its kind, else by its name; false where neither can be.
 * @see WAP-230-WSP 8.4.2.4
 */
export function writeParameter(writer: OctetWriter, parameter: ParameterToEncode): boolean {
  const { name, value } = parameter;
  if (parameter.raw === true && parameter.octets !== undefined) {
    writer.bytes(parameter.octets);
    return true;
  }
  const token = parameter.token ?? parameterToken(name);
  const inner = new OctetWriter(64);
  if (token !== null && writeInteger(inner, token) && (grammars[token] ?? integerOrTextGrammar).write(inner, value)) {
    writer.bytes(inner.toOctets());
    return true;
  }
  return name !== '' && writeText(writer, name) && integerOrTextGrammar.write(writer, value);
}

/** The octets of a parameter as they were received, if they say its name and value; undefined otherwise. */
export function parameterFromOctets({ name, value, octets }: ParameterToEncode): Uint8Array | undefined {
  if (octets === undefined) return undefined;
  const reader = new ValueReader(octets, 0, octets.length);
  const read = readParameter(reader, '');
  const same = reader.failure === null && reader.position === octets.length && read.name === name && String(read.value) === String(value);
  return same ? octets : undefined;
}
