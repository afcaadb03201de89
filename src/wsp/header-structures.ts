import { fromHex, OctetWriter } from '../octets/index.js';
import { type Media, mediaOfName, readContentType, writeMedia } from './content-type.js';
import {
  dateGrammar,
  fieldNameGrammar,
  type Grammar,
  hexNumber,
  integerGrammar,
  integerOrTextGrammar,
  namesGrammar,
  qualityGrammar,
  readHex,
  versionGrammar,
} from './grammar.js';
import { readParameter } from './parameters.js';
import { formatPiece, parseLine, pieceValue } from './structured-text.js';
import {
  enter,
  formatParameter,
  formatPlain,
  hasMore,
  isCounted,
  parseHead,
  readParameters,
  writeParameters,
} from './structured-values.js';
import type { ValueReader } from './value-reader.js';
import { writeCounted, writeInteger, writeShortInteger, writeText, writeUintvar, writeValueLength } from './value-writer.js';

/** A media type with parameters: Accept, and Content-Type where it is a header. @see WAP-230-WSP 8.4.2.7 and 8.4.2.24 */
export const mediaGrammar: Grammar = {
  read: (reader) => {
    const { code, name, parameters } = readContentType(reader, '');
    const media = formatPlain(name ?? hexNumber(code ?? 0));
    return parameters.reduce((text, parameter) => `${text}; ${formatParameter(parameter)}`, media);
  },
  write: (writer, value) => {
    const line = parseHead(value, ';');
    const name = line?.head[0]?.text;
    if (line === undefined || name === undefined || line.head.length !== 1) return false;
    const media = exactMedia(name);
    if (line.rest.length === 0 && (media.code === null || media.code < 0x80)) return writeMedia(writer, media);
    return writeCounted(writer, (inner) => writeMedia(inner, media) && writeParameters(inner, line.rest));
  },
};

/** Where a name is not written as the table writes it, it stays a text. */
function exactMedia(name: string): Media {
  const media = mediaOfName(name);
  return media.name === null || media.name === name ? media : { code: null, name };
}

/** A name and parameters behind a length: Content-Disposition. @see WAP-230-WSP 8.4.2.53 */
export const dispositionGrammar: Grammar = namedWithParameters(namesGrammar(['form-data', 'attachment', 'inline']));

function namedWithParameters(names: Grammar): Grammar {
  return {
    read: (reader) => {
      enter(reader);
      const name = names.read(reader);
      return formatPlain(String(name)) + readParameters(reader);
    },
    write: (writer, value) => {
      const line = parseHead(value, ';');
      const name = line?.head[0]?.text;
      if (line === undefined || name === undefined || line.head.length !== 1) return false;
      return writeCounted(writer, (inner) => names.write(inner, name) && writeParameters(inner, line.rest));
    },
  };
}

const transferCodings = namesGrammar([undefined, 'trailers', 'chunked', 'identity', 'gzip', 'compress', 'deflate']);

/** TE: `trailers`, or a coding with its quality. @see WAP-230-WSP 8.4.2.50 */
export const transferExtensionGrammar: Grammar = {
  read: (reader) =>
    isCounted(reader) ? namedWithParameters(transferCodings).read(reader) : formatPlain(String(transferCodings.read(reader))),
  write: (writer, value) =>
    value === 'trailers' ? transferCodings.write(writer, value) : namedWithParameters(transferCodings).write(writer, value),
};

/** A text where a number may stand too: in quotation marks where it would be taken for one. */
function formatHead(text: string): string {
  return /^[0-9]/.test(text) ? formatPiece(text) : formatPlain(text);
}

/** What may stand alone, or behind a length with a quality: Accept-Charset, -Encoding, -Language. @see WAP-230-WSP 8.4.2.8 to 8.4.2.10 */
export function qualifiedGrammar(alone: Grammar, counted: Grammar): Grammar {
  return {
    read: (reader) => {
      if (!isCounted(reader)) {
        const value = alone.read(reader);
        // A text that holds a mark of its own must not look like a quotation or a quality.
        return typeof value === 'string' ? formatHead(value) : value;
      }
      enter(reader);
      const head = counted.read(reader);
      const text = typeof head === 'number' ? String(head) : formatHead(String(head));
      if (!hasMore(reader)) return typeof head === 'number' ? head : text;
      return `${text}; q=${qualityGrammar.read(reader)}`;
    },
    write: (writer, value) => {
      if (typeof value === 'number') return writeCounted(writer, (inner) => counted.write(inner, value));
      const line = parseHead(value, ';');
      const head = line?.head[0];
      if (line === undefined || head === undefined || line.head.length !== 1 || line.rest.length > 1) return false;
      const name = pieceValue(head);
      const quality = line.rest[0];
      if (quality === undefined) {
        return writeAlone(writer, alone, name);
      }
      if (quality.name !== 'q' || quality.value === null) return false;
      const q = pieceValue(quality.value);
      return writeCounted(writer, (inner) => counted.write(inner, name) && qualityGrammar.write(inner, q));
    },
  };
}

const cacheDirectives = [
  'no-cache',
  'no-store',
  'max-age',
  'max-stale',
  'min-fresh',
  'only-if-cached',
  'public',
  'private',
  'no-transform',
  'must-revalidate',
  'proxy-revalidate',
  's-maxage',
] as const;
const cacheNames = namesGrammar(cacheDirectives);
const withSeconds: readonly string[] = ['max-age', 'max-stale', 'min-fresh', 's-maxage'];
const withFields: readonly string[] = ['no-cache', 'private'];

/** Cache-Control in its three encoding versions. @see WAP-230-WSP 8.4.2.15 */
export const cacheControlGrammar: Grammar = {
  read: (reader) => {
    if (!isCounted(reader)) return formatIfToken(reader, cacheNames);
    enter(reader);
    if (reader.peek() < 0x80) return formatParameter(readParameter(reader, ''));
    const name = String(cacheNames.read(reader));
    if (withSeconds.includes(name)) return `${name}=${reader.integer()}`;
    if (!withFields.includes(name)) reader.misfit();
    const fields: string[] = [];
    while (hasMore(reader)) fields.push(String(fieldNameGrammar.read(reader)));
    return `${name}="${fields.join(', ')}"`;
  },
  write: (writer, value) => {
    const segment = typeof value === 'string' ? parseLine(value, ';')?.[0] : undefined;
    if (segment === undefined) return false;
    const { name, value: piece } = segment;
    if (piece === null) return segment.pieces.length === 1 && writeAlone(writer, cacheNames, name);
    return writeCounted(writer, (inner) => {
      if (withSeconds.includes(name)) return cacheNames.write(inner, name) && integerGrammar.write(inner, pieceValue(piece));
      if (withFields.includes(name)) {
        return cacheNames.write(inner, name) && piece.text.split(',').every((field) => fieldNameGrammar.write(inner, field.trim()));
      }
      return writeText(inner, name) && integerOrTextGrammar.write(inner, pieceValue(piece));
    });
  },
};

/**
 * A value with no length before it: only one octet or a text may stand so; a longer number needs the length, and a text of nothing the
 * Quote, or it would be a length.
 */
function writeAlone(writer: OctetWriter, grammar: Grammar, value: string | number): boolean {
  const scratch = new OctetWriter(64);
  if (!grammar.write(scratch, value)) return false;
  const octets = scratch.toOctets();
  if (octets[0] === 0) writer.u8('quote', 0x7f);
  else if ((octets[0] ?? 0) < 0x20) writeValueLength(writer, octets.length);
  writer.bytes(octets);
  return true;
}

function formatIfToken(reader: ValueReader, grammar: Grammar): string {
  return formatPlain(String(grammar.read(reader)));
}

/** Pragma: `no-cache`, or a parameter. @see WAP-230-WSP 8.4.2.38 */
export const pragmaGrammar: Grammar = {
  read: (reader) => {
    if (!isCounted(reader)) return String(namesGrammar(['no-cache'], 'only').read(reader));
    enter(reader);
    return formatParameter(readParameter(reader, ''));
  },
  write: (writer, value) => {
    if (value === 'no-cache') return writeShortInteger(writer, 0);
    const segments = typeof value === 'string' ? parseLine(value, ';') : undefined;
    return segments?.length === 1 && writeCounted(writer, (inner) => writeParameters(inner, segments));
  },
};

/** Expect: `100-continue`, or an expression with parameters. @see WAP-230-WSP 8.4.2.49 */
export const expectGrammar: Grammar = {
  read: (reader) => {
    if (!isCounted(reader)) return String(namesGrammar(['100-continue'], 'only').read(reader));
    enter(reader);
    const name = formatPiece(reader.text());
    return `${name}=${formatPiece(integerOrTextGrammar.read(reader))}${readParameters(reader)}`;
  },
  write: (writer, value) => {
    if (value === '100-continue') return writeShortInteger(writer, 0);
    const segments = typeof value === 'string' ? parseLine(value, ';') : undefined;
    const first = segments?.[0];
    if (segments === undefined || first === undefined || first.value === null) return false;
    const expected = pieceValue(first.value);
    return writeCounted(
      writer,
      (inner) => writeText(inner, first.name) && integerOrTextGrammar.write(inner, expected) && writeParameters(inner, segments.slice(1)),
    );
  },
};

/** Content-Range: the first octet and how many there are in all; `*` where the sender does not know. @see WAP-230-WSP 8.4.2.23 */
export const contentRangeGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    const first = reader.uintvar();
    const unknown = reader.peek() === 0x80 && reader.position + 1 === reader.end;
    if (unknown) reader.position += 1;
    return `bytes ${first}-/${unknown ? '*' : reader.uintvar()}`;
  },
  write: (writer, value) => {
    const [, first, length] = (typeof value === 'string' && /^bytes (\d+)-\/(\d+|\*)$/.exec(value)) || [];
    if (first === undefined || length === undefined) return false;
    return writeCounted(
      writer,
      (inner) => writeUintvar(inner, Number(first)) && (length === '*' ? writeShortInteger(inner, 0) : writeUintvar(inner, Number(length))),
    );
  },
};

/** Range: `bytes=0-99`, `bytes=100-` or `bytes=-500`. @see WAP-230-WSP 8.4.2.42 */
export const rangeGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    const kind = reader.shortInteger();
    if (kind > 1) reader.misfit();
    if (kind === 1) return `bytes=-${reader.uintvar()}`;
    const first = reader.uintvar();
    return hasMore(reader) ? `bytes=${first}-${reader.uintvar()}` : `bytes=${first}-`;
  },
  write: (writer, value) => {
    const [, first, last] = (typeof value === 'string' && /^bytes=(\d*)-(\d*)$/.exec(value)) || [];
    if (first === undefined || last === undefined || (first === '' && last === '')) return false;
    return writeCounted(writer, (inner) => {
      if (first === '') return writeShortInteger(inner, 1) && writeUintvar(inner, Number(last));
      return writeShortInteger(inner, 0) && writeUintvar(inner, Number(first)) && (last === '' || writeUintvar(inner, Number(last)));
    });
  },
};

/** Retry-After: a date, or a number of seconds. @see WAP-230-WSP 8.4.2.44 */
export const retryAfterGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    const kind = reader.shortInteger();
    if (kind > 1) reader.misfit();
    return kind === 0 ? dateGrammar.read(reader) : reader.integer();
  },
  write: (writer, value) =>
    writeCounted(writer, (inner) =>
      typeof value === 'number'
        ? writeShortInteger(inner, 1) && writeInteger(inner, value)
        : writeShortInteger(inner, 0) && dateGrammar.write(inner, value),
    ),
};

/** Encoding-Version: the version, or a code page with its version. @see WAP-230-WSP 8.4.2.70 */
export const encodingVersionGrammar: Grammar = {
  read: (reader) => {
    if (!isCounted(reader) || reader.peek() === 0) return versionGrammar.read(reader);
    enter(reader);
    const page = reader.shortInteger();
    return hasMore(reader) ? `page ${page} ${String(versionGrammar.read(reader))}` : `page ${page}`;
  },
  write: (writer, value) => {
    const [, page, version] = (typeof value === 'string' && /^page (\d{1,3})(?: (.*))?$/.exec(value)) || [];
    if (page === undefined) return versionGrammar.write(writer, value);
    return writeCounted(
      writer,
      (inner) => writeShortInteger(inner, Number(page)) && (version === undefined || versionGrammar.write(inner, version)),
    );
  },
};

/** Octets behind a length, in hexadecimal digits; `length` where there must be so many. */
export function countedHexGrammar(length?: number): Grammar {
  return {
    read: (reader) => {
      enter(reader);
      if (length !== undefined && reader.end - reader.position !== length) reader.misfit();
      return readHex(reader);
    },
    write: (writer, value) => {
      if (typeof value !== 'string' || !/^(?:[0-9A-Fa-f]{2})*$/.test(value)) return false;
      if (length !== undefined && value.length !== 2 * length) return false;
      return writeCounted(writer, (inner) => inner.bytes(fromHex(value)).length >= 0);
    },
  };
}
