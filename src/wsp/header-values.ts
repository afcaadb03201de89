import type { OctetWriter } from '../octets/index.js';
import {
  applicationIdGrammar,
  charsetGrammar,
  dateGrammar,
  exactCode,
  fieldNameGrammar,
  type Grammar,
  hexNumber,
  integerGrammar,
  integerOrTextGrammar,
  namesGrammar,
  parseHexNumber,
  quotedStringGrammar,
  textGrammar,
} from './grammar.js';
import {
  challengeGrammar,
  cookieGrammar,
  credentialsGrammar,
  profileWarningGrammar,
  setCookieGrammar,
  warningGrammar,
} from './header-credentials.js';
import {
  cacheControlGrammar,
  contentRangeGrammar,
  countedHexGrammar,
  dispositionGrammar,
  encodingVersionGrammar,
  expectGrammar,
  mediaGrammar,
  pragmaGrammar,
  qualifiedGrammar,
  rangeGrammar,
  retryAfterGrammar,
  transferExtensionGrammar,
} from './header-structures.js';
import { languages } from './languages.table.js';
import type { WspValue } from './types.js';
import { writeInteger, writeLongInteger, writeShortInteger, writeText } from './value-writer.js';

/** Names of the bits of Push-Flag, from the lowest. @see WAP-235-PushOTA, Push-Flag */
export const pushFlags: readonly string[] = ['authenticated', 'trusted', 'last'];

const pushFlagGrammar: Grammar = {
  read: (reader) => {
    const mask = reader.shortInteger();
    const names: string[] = [];
    for (let bit = 0; bit < 7; bit += 1) if ((mask & (1 << bit)) !== 0) names.push(pushFlags[bit] ?? hexNumber(1 << bit));
    return names;
  },
  write: (writer, value) => {
    if (typeof value === 'number') return writeShortInteger(writer, value);
    let mask = 0;
    for (const name of typeof value === 'string' ? [value] : value) {
      const bit = pushFlags.indexOf(name);
      mask |= bit >= 0 ? 1 << bit : (parseHexNumber(name) ?? 0x80);
    }
    return writeShortInteger(writer, mask);
  },
};

const methods: readonly (readonly [number, string])[] = [
  [0x40, 'GET'],
  [0x41, 'OPTIONS'],
  [0x42, 'HEAD'],
  [0x43, 'DELETE'],
  [0x44, 'TRACE'],
  [0x60, 'POST'],
  [0x61, 'PUT'],
];

const methodGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() < 0x80) return reader.text();
    const number = reader.shortInteger();
    const row = methods.find(([code]) => code === number);
    if (row === undefined) reader.misfit();
    return row?.[1] ?? '';
  },
  write: (writer, value) => {
    if (typeof value !== 'string') return false;
    const row = methods.find(([, name]) => name === value);
    return row === undefined ? writeText(writer, value) : writeShortInteger(writer, row[0]);
  },
};

/** The names a number may have, any number, or any token. */
function numberedGrammar(
  nameOf: (code: number) => string | undefined,
  codeOf: (name: string) => number | undefined,
  largest: number,
): Grammar {
  return {
    read: (reader) => {
      const first = reader.peek();
      if (first >= 0x20 && first < 0x80) return reader.text();
      const code = largest < 0x80 ? reader.shortInteger() : reader.integer();
      return nameOf(code) ?? code;
    },
    write: (writer, value) => {
      const code = typeof value === 'string' ? codeOf(value) : typeof value === 'number' ? value : undefined;
      if (code !== undefined && code <= largest) return writeInteger(writer, code);
      return typeof value === 'string' && writeText(writer, value);
    },
  };
}

const languageGrammar = numberedGrammar(
  (code) => languages.name(code),
  (name) => exactCode(languages, name),
  Number.MAX_SAFE_INTEGER,
);
const charsetNumberGrammar: Grammar = {
  read: (reader) => (reader.peek() >= 0x20 && reader.peek() < 0x80 ? reader.text() : charsetGrammar.read(reader)),
  write: (writer: OctetWriter, value: WspValue) =>
    charsetGrammar.write(writer, value) || (typeof value === 'string' && writeText(writer, value)),
};
const contentEncodingGrammar = namesGrammar(['gzip', 'compress', 'deflate']);
const acceptEncodingGrammar = namesGrammar(['gzip', 'compress', 'deflate', '*']);

/** Alone on the wire only a number below 0x80 or a text may stand; what is longer goes behind a length. */
function aloneOrCounted(grammar: Grammar): Grammar {
  return qualifiedGrammar(grammar, grammar);
}

const acceptApplicationGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() !== 0x80) return applicationIdGrammar.read(reader);
    reader.position += 1;
    return '*';
  },
  write: (writer, value) => {
    if (value === '*') return writeShortInteger(writer, 0);
    // Short-integer 0 is any application, so the id that is called 0 needs the long form.
    if (value === 0 || value === 'x-wap-application:*') return writeLongInteger(writer, 0);
    return applicationIdGrammar.write(writer, value);
  },
};

const ifRangeGrammar: Grammar = {
  read: (reader) => (reader.peek() > 0 && reader.peek() < 0x20 ? dateGrammar.read(reader) : reader.text()),
  write: (writer, value) => dateGrammar.write(writer, value) || textGrammar.write(writer, value),
};

/** How the value of each field of code page 1 is read and written; the index is the field number. @see WAP-230-WSP 8.4.2.7 to 8.4.2.70 */
const grammars: readonly Grammar[] = [
  mediaGrammar,
  aloneOrCounted(charsetNumberGrammar),
  aloneOrCounted(acceptEncodingGrammar),
  aloneOrCounted(languageGrammar),
  namesGrammar(['none', 'bytes']),
  integerGrammar,
  methodGrammar,
  credentialsGrammar,
  cacheControlGrammar,
  namesGrammar(['close']),
  textGrammar,
  contentEncodingGrammar,
  languageGrammar,
  integerGrammar,
  textGrammar,
  countedHexGrammar(16),
  contentRangeGrammar,
  mediaGrammar,
  dateGrammar,
  textGrammar,
  dateGrammar,
  textGrammar,
  textGrammar,
  dateGrammar,
  textGrammar,
  textGrammar,
  ifRangeGrammar,
  dateGrammar,
  textGrammar,
  dateGrammar,
  integerGrammar,
  pragmaGrammar,
  challengeGrammar,
  credentialsGrammar,
  methodGrammar,
  rangeGrammar,
  textGrammar,
  retryAfterGrammar,
  textGrammar,
  namesGrammar(['chunked']),
  textGrammar,
  textGrammar,
  fieldNameGrammar,
  textGrammar,
  warningGrammar,
  challengeGrammar,
  dispositionGrammar,
  applicationIdGrammar,
  textGrammar,
  textGrammar,
  acceptApplicationGrammar,
  integerGrammar,
  pushFlagGrammar,
  textGrammar,
  countedHexGrammar(),
  profileWarningGrammar,
  expectGrammar,
  transferExtensionGrammar,
  fieldNameGrammar,
  aloneOrCounted(charsetNumberGrammar),
  aloneOrCounted(acceptEncodingGrammar),
  cacheControlGrammar,
  contentRangeGrammar,
  dateGrammar,
  quotedStringGrammar,
  setCookieGrammar,
  cookieGrammar,
  encodingVersionGrammar,
  profileWarningGrammar,
  dispositionGrammar,
  namesGrammar(['close-subordinate'], 'only'),
  cacheControlGrammar,
  expectGrammar,
  integerOrTextGrammar,
  integerOrTextGrammar,
];

/** The grammar of a field of code page 1; undefined where the number is not assigned. */
export function headerGrammar(code: number): Grammar | undefined {
  return grammars[code];
}
