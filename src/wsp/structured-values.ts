import type { OctetWriter } from '../octets/index.js';
import { readParameter, writeParameter } from './parameters.js';
import { formatPiece, type Piece, parseLine, pieceValue, type Segment } from './structured-text.js';
import type { Parameter, WspValue } from './types.js';
import type { ValueReader } from './value-reader.js';

/** Whether the value is one with a length before it. */
export function isCounted(reader: ValueReader): boolean {
  const first = reader.peek();
  return first >= 0 && first < 0x20;
}

/** Goes behind the length of a value with one. The reader's end is the value's own, so the length must lead there. */
export function enter(reader: ValueReader): void {
  const length = reader.valueLength();
  if (reader.position + length !== reader.end) reader.misfit();
}

/** Whether octets are left to be read. */
export function hasMore(reader: ValueReader): boolean {
  return reader.failure === null && reader.position < reader.end;
}

/** `; name=value` for every parameter up to the reader's end. */
export function readParameters(reader: ValueReader): string {
  let text = '';
  while (hasMore(reader)) text += `; ${formatParameter(readParameter(reader, ''))}`;
  return text;
}

/** `name=value`, or the name alone where there is no value. */
export function formatParameter({ name, value }: Parameter): string {
  return value === '' ? formatPiece(name) : `${formatPiece(name)}=${formatPiece(value)}`;
}

/** Writes what {@link readParameters} reads. */
export function writeParameters(writer: OctetWriter, segments: readonly Segment[]): boolean {
  return segments.every(({ name, value }) => writeParameter(writer, { name, value: value === null ? '' : pieceValue(value) }));
}

/** A line taken apart: the pieces before the first separator, and the segments behind it. */
export interface ParsedLine {
  readonly head: readonly Piece[];
  readonly rest: readonly Segment[];
}

/** Takes a value apart whose head is no `name=value` pair; undefined where it is none. */
export function parseHead(value: WspValue, separator: ';' | ','): ParsedLine | undefined {
  const segments = typeof value === 'string' ? parseLine(value, separator) : undefined;
  const first = segments?.[0];
  return segments === undefined || first === undefined || first.value !== null
    ? undefined
    : { head: first.pieces, rest: segments.slice(1) };
}

/** A text that stands at the head of a line: in quotation marks only where it would come apart there. */
export function formatPlain(text: string): string {
  return /[;,="\s]/.test(text) || text === '' ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : text;
}
