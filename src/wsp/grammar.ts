import { type CodeTable, type OctetWriter, toHex } from '../octets/index.js';
import { applicationIds } from './application-ids.table.js';
import { charsets } from './charsets.table.js';
import { contentTypes } from './content-types.table.js';
import { headerFields } from './header-fields.table.js';
import type { ApplicationId, WspValue } from './types.js';
import type { ValueReader } from './value-reader.js';
import {
  writeInteger,
  writeLongInteger,
  writeQuotedString,
  writeShortInteger,
  writeText,
  writeTextValue,
  writeUintvar,
} from './value-writer.js';

/** One kind of value, both ways. */
export interface Grammar {
  /** Reads up to the reader's end or less; what does not fit leaves a failure in the reader. */
  read(reader: ValueReader): WspValue;
  /** Writes the value; false where this kind cannot hold it, and what was written by then is void. */
  write(writer: OctetWriter, value: WspValue): boolean;
}

/** A number as the tables write it: two hexadecimal digits, or four. */
export function hexNumber(value: number): string {
  const digits = value.toString(16).toUpperCase();
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

/** The number that {@link hexNumber} wrote; undefined for anything else. */
export function parseHexNumber(text: string): number | undefined {
  const value = /^0x(?:[0-9A-F]{2}){1,6}$/.test(text) ? Number(text) : undefined;
  return value === undefined || hexNumber(value) !== text ? undefined : value;
}

/** The number of a name that is written just as the table writes it, so that reading the number gives the very name. */
export function exactCode(table: CodeTable, name: string): number | undefined {
  const code = table.code(name);
  return code !== undefined && table.name(code) === name ? code : undefined;
}

/** Seconds since 1970-01-01 UTC as ISO 8601, or undefined where the calendar ends. */
export function isoDate(seconds: number): string | undefined {
  if (seconds > 8.64e12) return undefined;
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`;
}

/** Seconds since 1970-01-01 UTC of an ISO 8601 date, or undefined where it is none or not whole seconds of then or later. */
export function secondsOfDate(text: string): number | undefined {
  if (!/^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.000)?Z$/.test(text)) return undefined;
  const seconds = Date.parse(text) / 1000;
  return Number.isInteger(seconds) && seconds >= 0 ? seconds : undefined;
}

/** Text-string. @see WAP-230-WSP 8.4.2.1 */
export const textGrammar: Grammar = {
  read: (reader) => reader.text(),
  write: (writer, value) => typeof value === 'string' && writeText(writer, value),
};

/** No-value, Token-text or Quoted-string. @see WAP-230-WSP 8.4.2.3 */
export const textValueGrammar: Grammar = {
  read: (reader) => reader.textValue(),
  write: (writer, value) => typeof value === 'string' && writeTextValue(writer, value),
};

/** Quoted-string alone. @see WAP-230-WSP 8.4.2.1 */
export const quotedStringGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() !== 0x22) reader.misfit();
    return reader.textValue();
  },
  write: (writer, value) => typeof value === 'string' && writeQuotedString(writer, value),
};

/** Integer-value. @see WAP-230-WSP 8.4.2.3 */
export const integerGrammar: Grammar = {
  read: (reader) => reader.integer(),
  write: (writer, value) => typeof value === 'number' && writeInteger(writer, value),
};

/** Short-integer. @see WAP-230-WSP 8.4.2.1 */
export const shortIntegerGrammar: Grammar = {
  read: (reader) => reader.shortInteger(),
  write: (writer, value) => typeof value === 'number' && writeShortInteger(writer, value),
};

/** No-value. @see WAP-230-WSP 8.4.2.3 */
export const noValueGrammar: Grammar = {
  read: (reader) => {
    if (reader.octet() !== 0) reader.misfit();
    return '';
  },
  write: (writer, value) => {
    writer.u8('no value', 0);
    return value === '';
  },
};

/** Date-value, ISO 8601. @see WAP-230-WSP 8.4.2.3 */
export const dateGrammar: Grammar = {
  read: (reader) => {
    const date = isoDate(reader.longInteger());
    if (date === undefined) reader.misfit();
    return date ?? '';
  },
  write: (writer, value) => {
    const seconds = typeof value === 'string' ? secondsOfDate(value) : undefined;
    return seconds !== undefined && writeLongInteger(writer, seconds);
  },
};

/** Version-value: `1.5`, without a minor version `1`, or any text. @see WAP-230-WSP 8.4.2.3 */
export const versionGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() < 0x80) return reader.text();
    const value = reader.shortInteger();
    return (value & 0x0f) === 0x0f ? String(value >> 4) : `${value >> 4}.${value & 0x0f}`;
  },
  write: (writer, value) => {
    if (typeof value !== 'string') return false;
    const [, major, minor] = /^([0-7])(?:\.(\d|1[0-4]))?$/.exec(value) ?? [];
    if (major === undefined) return writeText(writer, value);
    return writeShortInteger(writer, (Number(major) << 4) | (minor === undefined ? 0x0f : Number(minor)));
  },
};

/** Q-value, 0 to 1 in hundredths or thousandths. @see WAP-230-WSP 8.4.2.3 */
export const qualityGrammar: Grammar = {
  read: (reader) => {
    const value = reader.uintvar();
    if (value >= 1 && value <= 100) return (value - 1) / 100;
    if (value >= 101 && value <= 1099) return (value - 100) / 1000;
    reader.misfit();
    return 0;
  },
  write: (writer, value) => {
    if (typeof value !== 'number') return false;
    const thousandths = Math.round(value * 1000);
    if (thousandths < 0 || thousandths > 999 || thousandths / 1000 !== value) return false;
    return writeUintvar(writer, thousandths % 10 === 0 ? thousandths / 10 + 1 : thousandths + 100);
  },
};

/** IANA name of a character set in lower case, or its number where it has no name. */
export function charsetName(mibEnum: number): string | number {
  return charsets.name(mibEnum)?.toLowerCase() ?? mibEnum;
}

/** Well-known-charset by IANA name. @see WAP-230-WSP 8.4.2.8 */
export const charsetGrammar: Grammar = {
  read: (reader) => charsetName(reader.integer()),
  write: (writer, value) => {
    const mibEnum = typeof value === 'string' ? charsets.code(value) : typeof value === 'number' ? value : undefined;
    return mibEnum !== undefined && charsetName(mibEnum) === value && writeInteger(writer, mibEnum);
  },
};

/** Field-name: a number of code page 1, or a token. @see WAP-230-WSP 8.4.2.6 */
export const fieldNameGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() < 0x80) return reader.text();
    const code = reader.shortInteger();
    return headerFields.name(code) ?? hexNumber(code);
  },
  write: (writer, value) => {
    if (typeof value !== 'string') return false;
    const code = exactCode(headerFields, value) ?? parseHexNumber(value);
    return code !== undefined && code < 0x80 ? writeShortInteger(writer, code) : writeText(writer, value);
  },
};

/** Constrained-encoding of a media type: a number below 0x80, or text. @see WAP-230-WSP 8.4.2.1 */
export const constrainedMediaGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() < 0x80) return reader.text();
    const code = reader.shortInteger();
    return contentTypes.name(code) ?? hexNumber(code);
  },
  write: (writer, value) => {
    if (typeof value !== 'string') return false;
    const code = exactCode(contentTypes, value) ?? parseHexNumber(value);
    return code !== undefined && code < 0x80 ? writeShortInteger(writer, code) : writeText(writer, value);
  },
};

/** Names for the first short integers, or any token in place of one. */
export function namesGrammar(names: readonly (string | undefined)[], tokens: 'or-token' | 'only' = 'or-token'): Grammar {
  return {
    read: (reader) => {
      if (reader.peek() < 0x80 && tokens === 'or-token') return reader.text();
      const name = names[reader.shortInteger()];
      if (name === undefined) reader.misfit();
      return name ?? '';
    },
    write: (writer, value) => {
      if (typeof value !== 'string') return false;
      const number = names.indexOf(value);
      if (number >= 0) return writeShortInteger(writer, number);
      return tokens === 'or-token' && writeText(writer, value);
    },
  };
}

/** Integer-value or Text-value, whichever was sent. @see WAP-230-WSP 8.4.2.4, Untyped-value */
export function integerOrText(reader: ValueReader): string | number {
  const first = reader.peek();
  return first >= 0x80 || (first >= 0x01 && first < 0x20) ? reader.integer() : reader.textValue();
}

/** What an untyped parameter holds, and what is read where no document says the kind. */
export const integerOrTextGrammar: Grammar = {
  read: integerOrText,
  write: (writer, value) =>
    typeof value === 'number' ? writeInteger(writer, value) : typeof value === 'string' && writeTextValue(writer, value),
};

/** Octets in hexadecimal digits, up to the reader's end. */
export function readHex(reader: ValueReader): string {
  return toHex(reader.take(reader.end - reader.position));
}

/** An application id, as a number or as text; both where the registry joins them. @see WAP-235-PushOTA, X-Wap-Application-Id */
export function readApplicationId(reader: ValueReader): ApplicationId {
  const first = reader.peek();
  if (first >= 0x20 && first < 0x80) {
    const text = reader.text();
    // A Quote before nothing says no more than nothing does.
    if (text === '') reader.misfit();
    return applicationIdOfText(text);
  }
  const code = reader.integer();
  return { code, uri: applicationIds.name(code) ?? null, present: true };
}

/** An application id from its name, whatever the case of its letters. */
export function applicationIdOfText(text: string): ApplicationId {
  const code = applicationIds.code(text) ?? null;
  return { code, uri: (code === null ? undefined : applicationIds.name(code)) ?? text, present: true };
}

/** An application id by its name, or by its number where it has none. */
export const applicationIdGrammar: Grammar = {
  read: (reader) => {
    const { code, uri } = readApplicationId(reader);
    return uri ?? code ?? '';
  },
  write: (writer, value) => {
    if (typeof value === 'number') return writeInteger(writer, value);
    if (typeof value !== 'string') return false;
    const code = applicationIds.code(value);
    return code === undefined ? writeText(writer, value) : writeInteger(writer, code);
  },
};
