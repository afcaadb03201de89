import { type OctetWriter, viewOf } from '../octets/index.js';
import { contentTypes, doubtfulContentTypes } from './content-types.table.js';
import { hexNumber, parseHexNumber } from './grammar.js';
import { parameterNames } from './parameter-names.table.js';
import { meaningOfNamed, parameterToken, readParameter } from './parameters.js';
import type { ContentType, Parameter } from './types.js';
import { latin1, type ValueReader } from './value-reader.js';
import { writeLongInteger, writeShortInteger, writeText } from './value-writer.js';

const noParameters: readonly Parameter[] = Object.freeze([]);

/** A content type for people: number and name, whichever it has. */
export function contentTypeMeaning(code: number | null, name: string | null): string {
  return code === null ? (name ?? '') : name === null ? `${hexNumber(code)} (no name assigned)` : `${hexNumber(code)} ${name}`;
}

/** The parameters that stand behind a `;` inside the text of a media type, as HTTP writes them. */
function textParameters(octets: Uint8Array, start: number, end: number): Parameter[] {
  const parameters: Parameter[] = [];
  let from = start;
  while (from < end) {
    let to = from;
    let quoted = false;
    while (to < end && (quoted || octets[to] !== 0x3b)) {
      if (octets[to] === 0x22) quoted = !quoted;
      else if (octets[to] === 0x5c && quoted) to += 1;
      to += 1;
    }
    to = Math.min(to, end);
    const piece = latin1(octets, from, to).trim();
    if (piece !== '') {
      const equals = piece.indexOf('=');
      const sent = (equals < 1 ? piece : piece.slice(0, equals)).trim();
      const token = parameterToken(sent);
      const value = equals < 1 ? '' : unquoted(piece.slice(equals + 1).trim());
      const name = (token === null ? undefined : parameterNames.name(token)) ?? sent;
      parameters.push({ name, token, value: meaningOfNamed(token, value), octets: octets.subarray(from, to), raw: false });
    }
    from = to + 1;
  }
  return parameters;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  let value = '';
  for (let at = 1; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) at += 1;
    value += text[at] ?? '';
  }
  return value;
}

interface MediaRead {
  readonly code: number | null;
  readonly name: string | null;
  readonly parameters: Parameter[] | null;
}

/** A media type sent as text; a name of the table has its number, whatever the case of its letters. */
function readTextMedia(reader: ValueReader, field: string): MediaRead {
  const start = reader.position;
  const text = reader.text();
  if (reader.failure !== null) return { code: null, name: null, parameters: null };
  const cut = text.indexOf(';');
  const name = cut < 0 ? text : text.slice(0, cut).trimEnd();
  if (name === '') {
    reader.fail('wsp/no-content-type', 'the content type is an empty text', start);
    return { code: null, name: null, parameters: null };
  }
  const code = contentTypes.code(name) ?? null;
  if (reader.annotate !== undefined) reader.note(field, start, contentTypeMeaning(code, name));
  const textStart = reader.position - 1 - text.length;
  const parameters = cut < 0 ? null : textParameters(reader.octets, textStart + cut + 1, reader.position - 1);
  return { code, name: (code === null ? undefined : contentTypes.name(code)) ?? name, parameters };
}

function readNumberedMedia(reader: ValueReader, field: string): MediaRead {
  const start = reader.position;
  const code = reader.integer();
  if (reader.failure !== null) return { code: null, name: null, parameters: null };
  const name = contentTypes.name(code) ?? null;
  if (reader.annotate !== undefined) reader.note(field, start, contentTypeMeaning(code, name));
  return { code, name, parameters: null };
}

/**
 * A Content-type-value in any of its forms. What cannot be read leaves a failure in the reader.
 * @see WAP-230-WSP 8.4.2.24
 */
export function readContentType(reader: ValueReader, field: string): ContentType {
  const start = reader.position;
  const first = reader.peek();
  let media: MediaRead;
  let parameters: readonly Parameter[] = noParameters;
  if (first >= 0x20 || first < 0) {
    media = first < 0x80 ? readTextMedia(reader, `${field}.media`) : readNumberedMedia(reader, `${field}.media`);
    parameters = media.parameters ?? noParameters;
    if (reader.failure !== null) reader.failedPart = '.media';
  } else {
    const length = reader.valueLength();
    if (reader.failure === null && length === 0) reader.fail('wsp/no-content-type', 'the content type is empty', start);
    if (reader.failure !== null) reader.failedPart = '.length';
    else if (reader.annotate !== undefined) reader.note(`${field}.length`, start, `${length} octets`);
    const outerEnd = reader.end;
    reader.end = reader.position + length;
    const mediaFirst = reader.peek();
    if (mediaFirst === 0 || mediaFirst === 0x1f) reader.fail('wsp/bad-content-type', `octet ${hexNumber(mediaFirst)} begins no media type`);
    media = mediaFirst >= 0x20 && mediaFirst < 0x80 ? readTextMedia(reader, `${field}.media`) : readNumberedMedia(reader, `${field}.media`);
    if (reader.failure !== null && reader.failedPart === '') reader.failedPart = '.media';
    const list: Parameter[] = media.parameters ?? [];
    while (reader.failure === null && reader.position < reader.end) {
      list.push(readParameter(reader, reader.annotate === undefined ? '' : `${field}.parameters[${list.length}]`));
    }
    if (reader.failure !== null && reader.failedPart === '') reader.failedPart = `.parameters[${list.length - 1}]`;
    if (list.length > 0) parameters = list;
    reader.end = outerEnd;
  }
  return {
    code: media.code,
    name: media.name,
    parameters,
    octets: viewOf(reader.octets, start, reader.position),
    offset: reader.baseOffset + start,
  };
}

/** Says what is unusual about the content type of a push: sent as text although it has a number, no name, or a doubtful one. */
export function reportContentType(reader: ValueReader, { code, name, octets }: ContentType, start: number): void {
  if (code === null) return;
  let at = 0;
  if ((octets[0] ?? 0) < 0x20) {
    at = 1;
    if (octets[0] === 0x1f) {
      while ((octets[at] ?? 0) >= 0x80) at += 1;
      at += 1;
    }
  }
  const first = octets[at] ?? 0;
  if (first >= 0x20 && first < 0x80) {
    reader.report('wsp/text-content-type', `${name ?? ''} came as text although it has the number ${hexNumber(code)}`, start + at);
  } else if (name === null) reader.report('wsp/unassigned-content-type', `content type ${hexNumber(code)} has no name`, start + at);
  else if (doubtfulContentTypes.has(code)) {
    const others = (doubtfulContentTypes.get(code) ?? []).join(', ');
    reader.report(
      'wsp/doubtful-content-type',
      `content type ${hexNumber(code)} is shown as ${name}; other readings of the registry: ${others}`,
      start + at,
    );
  }
}

/**
 * A content type as bindings without numbers write it; a name of the table has its number, whatever the case of its letters. What has no
 * name has neither. @see RFC 9110 8.3.1
 */
export function parseContentType(text: string): ContentType {
  const octets = Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
  const cut = octets.indexOf(0x3b);
  const sent = (cut < 0 ? text : text.slice(0, cut)).trim();
  const code = sent === '' ? null : (contentTypes.code(sent) ?? null);
  const name = sent === '' ? null : ((code === null ? undefined : contentTypes.name(code)) ?? sent);
  return { code, name, parameters: cut < 0 ? noParameters : textParameters(octets, cut + 1, octets.length), octets };
}

/** A media type by number, by name, or both. */
export interface Media {
  readonly code: number | null;
  readonly name: string | null;
}

/** A media type from its name, or from a number without one as {@link hexNumber} writes it. */
export function mediaOfName(name: string): Media {
  const code = contentTypes.code(name) ?? parseHexNumber(name) ?? null;
  return { code, name: code === null ? name : (contentTypes.name(code) ?? null) };
}

/** How a media type is put on the wire. */
export type MediaForm = 'short' | 'long' | 'text';

/**
 * Writes a media type, by default in its shortest form; false where it has none of the form wished.
 * @see WAP-230-WSP 8.4.2.24, Media-type
 */
export function writeMedia(writer: OctetWriter, { code, name }: Media, form?: MediaForm): boolean {
  if (form === 'text' || (code === null && form === undefined)) return name !== null && name !== '' && writeText(writer, name);
  if (code === null) return false;
  if (form === 'short' || (form === undefined && code < 0x80)) return writeShortInteger(writer, code);
  return writeLongInteger(writer, code);
}
