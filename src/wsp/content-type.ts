import type { Diagnostic } from '../octets/index.js';
import { contentTypes, doubtfulContentTypes } from './content-types.table.js';
import { parameterNames } from './parameter-names.table.js';
import { meaningOfNamed, parameterToken, readParameter } from './parameters.js';
import type { ContentType, Parameter } from './types.js';
import { latin1, type ValueReader } from './value-reader.js';
import { hexNumber } from './values.js';

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
      const sent = (equals < 0 ? piece : piece.slice(0, equals)).trim();
      const token = parameterToken(sent);
      const value = equals < 0 ? '' : unquoted(piece.slice(equals + 1).trim());
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

interface Media {
  readonly code: number | null;
  readonly name: string | null;
  readonly parameters: Parameter[] | null;
}

/** A media type sent as text; a name of the table has its number, whatever the case of its letters. */
function readTextMedia(reader: ValueReader, field: string, diagnostics: Diagnostic[]): Media {
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
  if (code !== null) {
    diagnostics.push({
      code: 'wsp/text-content-type',
      message: `${name} came as text although it has the number ${hexNumber(code)}`,
      offset: reader.baseOffset + start,
    });
  }
  if (reader.annotate !== undefined) reader.note(field, start, contentTypeMeaning(code, name));
  const textStart = reader.position - 1 - text.length;
  const parameters = cut < 0 ? null : textParameters(reader.octets, textStart + cut + 1, reader.position - 1);
  return { code, name: (code === null ? undefined : contentTypes.name(code)) ?? name, parameters };
}

function readNumberedMedia(reader: ValueReader, field: string, diagnostics: Diagnostic[]): Media {
  const start = reader.position;
  const code = reader.integer();
  if (reader.failure !== null) return { code: null, name: null, parameters: null };
  const name = contentTypes.name(code) ?? null;
  const offset = reader.baseOffset + start;
  if (name === null) {
    diagnostics.push({ code: 'wsp/unassigned-content-type', message: `content type ${hexNumber(code)} has no name`, offset });
  } else if (code === 0x0a || code === 0x16) {
    const others = (doubtfulContentTypes.get(code) ?? []).join(', ');
    diagnostics.push({
      code: 'wsp/doubtful-content-type',
      message: `content type ${hexNumber(code)} is shown as ${name}; other readings of the registry: ${others}`,
      offset,
    });
  }
  if (reader.annotate !== undefined) reader.note(field, start, contentTypeMeaning(code, name));
  return { code, name, parameters: null };
}

/**
 * A Content-type-value in any of its forms. What cannot be read leaves a failure in the reader.
 * @see WAP-230-WSP 8.4.2.24
 */
export function readContentType(reader: ValueReader, field: string, diagnostics: Diagnostic[]): ContentType {
  const start = reader.position;
  const first = reader.peek();
  let media: Media;
  let parameters: readonly Parameter[] = noParameters;
  if (first >= 0x20 || first < 0) {
    media = first < 0x80 ? readTextMedia(reader, `${field}.media`, diagnostics) : readNumberedMedia(reader, `${field}.media`, diagnostics);
    parameters = media.parameters ?? noParameters;
  } else {
    const length = reader.valueLength();
    if (reader.failure === null && length === 0) reader.fail('wsp/no-content-type', 'the content type is empty', start);
    if (reader.annotate !== undefined) reader.note(`${field}.length`, start, `${length} octets`);
    const outerEnd = reader.end;
    reader.end = reader.position + length;
    const mediaFirst = reader.peek();
    if (mediaFirst === 0 || mediaFirst === 0x1f) reader.fail('wsp/bad-content-type', `octet ${hexNumber(mediaFirst)} begins no media type`);
    media =
      mediaFirst >= 0x20 && mediaFirst < 0x80
        ? readTextMedia(reader, `${field}.media`, diagnostics)
        : readNumberedMedia(reader, `${field}.media`, diagnostics);
    const list: Parameter[] = media.parameters ?? [];
    while (reader.failure === null && reader.position < reader.end) {
      list.push(readParameter(reader, reader.annotate === undefined ? '' : `${field}.parameters[${list.length}]`, diagnostics));
    }
    if (list.length > 0) parameters = list;
    reader.end = outerEnd;
  }
  return {
    code: media.code,
    name: media.name,
    parameters,
    octets: reader.octets.subarray(start, reader.position),
    offset: reader.baseOffset + start,
  };
}
