import { applicationIds } from './application-ids.table.js';
import { charsets } from './charsets.table.js';
import { contentTypes } from './content-types.table.js';
import { headerFields } from './header-fields.table.js';
import type { ApplicationId, WspValue } from './types.js';
import type { ValueReader } from './value-reader.js';

/** Reads one value, up to the reader's end; what does not fit leaves a failure behind. */
export type ReadValue = (reader: ValueReader) => WspValue;

/** A number as the tables write it: two hexadecimal digits, or four. */
export function hexNumber(value: number): string {
  const digits = value.toString(16).toUpperCase();
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

/** Seconds of 1970-01-01 UTC as ISO 8601, or undefined where the calendar ends. */
export function isoDate(seconds: number): string | undefined {
  if (seconds > 8.64e12) return undefined;
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`;
}

/** @see WAP-230-WSP 8.4.2.3, Date-value */
export function readDate(reader: ValueReader): string {
  const date = isoDate(reader.longInteger());
  if (date === undefined) reader.misfit();
  return date ?? '';
}

/** Major and minor version, `1.5`; without a minor `1`. @see WAP-230-WSP 8.4.2.3, Version-value */
export function readVersion(reader: ValueReader): string {
  if (reader.peek() < 0x80) return reader.text();
  const value = reader.shortInteger();
  return (value & 0x0f) === 0x0f ? String(value >> 4) : `${value >> 4}.${value & 0x0f}`;
}

/** Quality between 0 and 1, two or three decimals. @see WAP-230-WSP 8.4.2.3, Q-value */
export function readQuality(reader: ValueReader): number {
  const value = reader.uintvar();
  if (value >= 1 && value <= 100) return (value - 1) / 100;
  if (value >= 101 && value <= 1099) return (value - 100) / 1000;
  reader.misfit();
  return 0;
}

/** IANA name in lower case, or the number where it has no name. @see WAP-230-WSP 8.4.2.8 */
export function charsetName(mibEnum: number): string | number {
  return charsets.name(mibEnum)?.toLowerCase() ?? mibEnum;
}

/** Well-known-charset. */
export function readCharset(reader: ValueReader): string | number {
  return charsetName(reader.integer());
}

/** Field-name: a number of code page 1, or a token. */
export function readFieldName(reader: ValueReader): string {
  if (reader.peek() < 0x80) return reader.text();
  const code = reader.shortInteger();
  return headerFields.name(code) ?? hexNumber(code);
}

/** Constrained-encoding of a content type: a number below 0x80, or text. */
export function readConstrainedMedia(reader: ValueReader): string {
  if (reader.peek() < 0x80) return reader.text();
  const code = reader.shortInteger();
  return contentTypes.name(code) ?? hexNumber(code);
}

/** An application id, as a number or as text; both where the registry joins them. @see WAP-235-PushOTA, X-Wap-Application-Id */
export function readApplicationId(reader: ValueReader): ApplicationId {
  const first = reader.peek();
  if (first >= 0x20 && first < 0x80) return applicationIdOfText(reader.text());
  const code = reader.integer();
  return { code, uri: applicationIds.name(code) ?? null, present: true };
}

/** An application id from its name. */
export function applicationIdOfText(text: string): ApplicationId {
  const code = applicationIds.code(text) ?? null;
  return { code, uri: (code === null ? undefined : applicationIds.name(code)) ?? text, present: true };
}

/** An application id for people: its name, or its number where it has none. */
export function readApplicationIdName(reader: ValueReader): string | number {
  const { code, uri } = readApplicationId(reader);
  return uri ?? code ?? '';
}
