import { type Annotate, Cursor, type Diagnostic } from '../octets/index.js';
import { charsetUtf8, isReadableCharset, plainText, requireXmlText, textOf } from './charset.js';
import type { DocumentLimits } from './limits.js';
import { literalNamePattern } from './literal-names.js';
import { readMultiByte } from './multi-byte.js';

/** What one document and those inside it have used up of their limits. */
export interface Budget {
  readonly limits: DocumentLimits;
  elements: number;
  textCharacters: number;
  /** Opaque data that began as a document and was none: after some of them nobody looks any more. */
  unreadable: number;
  /** Diagnostics said. */
  notes: number;
}

/** Octets of a string that are shown beside its index. */
const shownOctets = 60;

/** Diagnostics of one document and those inside it; a hostile one could ask for thousands. */
export const mostNotes = 100;

const endOfString = (): string => 'end of string';
const charsetMeaning = (value: number): string => (value === charsetUtf8 ? '106 UTF-8' : `MIBenum ${value}`);
const tableMeaning = (value: number): string => `string table of ${value} octets`;
const stringsMeaning = (value: Uint8Array): string => `${value.length} octets of strings`;
const characterMeaning = (value: number): string => `character ${value}`;
const opaqueMeaning = (value: number): string => `${value} octets of opaque data`;

/** The strings of one WBXML document: inline, from its table, as entities and as opaque data. All text is counted before it is made. */
export class WbxmlReader {
  readonly cursor: Cursor;
  readonly diagnostics: Diagnostic[] = [];
  readonly budget: Budget;
  readonly #base: number;
  #charset = charsetUtf8;
  /** Where the string table begins and ends in the octets of the cursor; a view of it would cost more than a short document. */
  #tableStart = 0;
  #tableEnd = 0;
  #strings: Map<number, string> | undefined;

  constructor(octets: Uint8Array, budget: Budget, baseOffset: number, annotate: Annotate | undefined) {
    this.cursor = new Cursor(octets, { field: 'wbxml', baseOffset, annotate });
    this.budget = budget;
    this.#base = baseOffset;
  }

  get charset(): number {
    return this.#charset;
  }

  /** Says that something is odd, unless very much has been said already. */
  say(diagnostic: Diagnostic): void {
    this.budget.notes += 1;
    if (this.budget.notes <= mostNotes) this.diagnostics.push(diagnostic);
  }

  /** Reads the charset and the string table, which stand between the public identifier and the body. */
  readCharsetAndTable(): void {
    const offset = this.cursor.offset;
    this.#charset = readMultiByte(this.cursor, 'charset', charsetMeaning);
    if (!isReadableCharset(this.#charset)) {
      this.cursor.fail(
        'dm/unsupported-charset',
        'charset',
        `character set ${this.#charset} is not read; UTF-8 (106), US-ASCII (3) and ISO-8859-1 (4) are`,
        offset,
      );
    }
    const length = readMultiByte(this.cursor, 'strtbl.length', tableMeaning);
    if (length === 0) return;
    this.#tableStart = this.cursor.offset - this.#base;
    if (this.cursor.annotate === undefined) this.cursor.pass('strtbl', length);
    else this.cursor.bytes('strtbl', length, stringsMeaning);
    this.#tableEnd = this.#tableStart + length;
    if (this.cursor.octets[this.#tableEnd - 1] !== 0) {
      this.say({
        code: 'dm/string-table-unterminated',
        message: 'the last string of the table has no NUL; the end of the table ends it',
        offset: this.cursor.offset - 1,
      });
    }
  }

  /** The string that begins at `index` of the table. @throws DecodeError `dm/string-table-index`, `dm/too-much-text` */
  tableString(index: number, field: string, offset: number): string {
    const known = this.#strings?.get(index);
    if (known !== undefined) {
      this.#spend(known.length, field, offset);
      return known;
    }
    const length = this.#tableEnd - this.#tableStart;
    if (index >= length) {
      this.cursor.fail('dm/string-table-index', field, `index ${index} is outside the string table of ${length} octets`, offset);
    }
    const start = this.#tableStart + index;
    const nul = this.cursor.octets.indexOf(0, start);
    const end = nul < 0 || nul > this.#tableEnd ? this.#tableEnd : nul;
    this.#spend(end - start, field, offset);
    const text = this.#text(this.cursor.octets, field, this.#base + start, start, end);
    this.#strings ??= new Map();
    this.#strings.set(index, text);
    return text;
  }

  /** A string reference: the index, then its string. */
  readTableString(field: string): string {
    const offset = this.cursor.offset;
    const meaning = this.cursor.annotate === undefined ? undefined : this.#meaningOfIndex();
    return this.tableString(readMultiByte(this.cursor, field, meaning), field, offset);
  }

  /** The string beside its index; of a long one the begin, and none where the index or the octets are wrong. */
  #meaningOfIndex(): (index: number) => string {
    return (index) => {
      const start = this.#tableStart + index;
      const octets = this.cursor.octets.subarray(start, Math.min(this.#tableEnd, start + shownOctets));
      const nul = octets.indexOf(0);
      const text = textOf(nul < 0 ? octets : octets.subarray(0, nul), this.#charset);
      return `string table index ${index}${octets.length === 0 || text === null ? '' : `: ${JSON.stringify(text)}${nul < 0 && start + shownOctets < this.#tableEnd ? '…' : ''}`}`;
    };
  }

  /** A string in the body up to and including its NUL. */
  readInlineString(field: string): string {
    const offset = this.cursor.offset;
    const at = offset - this.#base;
    const length = this.cursor.octets.indexOf(0, at) - at;
    if (length < 0) this.cursor.fail('octets/truncated', field, `${this.cursor.path(field)} has no NUL at its end`, offset);
    this.#spend(length, field, offset);
    if (this.cursor.annotate === undefined) this.cursor.pass(field, length);
    else this.#annotateString(field, length, offset);
    const text = this.#text(this.cursor.octets, field, offset, at, at + length);
    this.cursor.u8(`${field}.end`, endOfString);
    return text;
  }

  /** A function of its own, so that reading without annotations makes no closure for each string. */
  #annotateString(field: string, length: number, offset: number): void {
    this.cursor.bytes(field, length, (value) => JSON.stringify(this.#text(value, field, offset)));
  }

  /** One character by its number. */
  readEntity(field: string): string {
    const offset = this.cursor.offset;
    const code = readMultiByte(this.cursor, field, characterMeaning);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      this.cursor.fail('dm/forbidden-character', field, `${code} is no character`, offset);
    }
    this.#spend(1, field, offset);
    return requireXmlText(String.fromCodePoint(code), this.cursor, field, offset);
  }

  /** The octets of opaque data, counted as text. */
  readOpaque(field: string): Uint8Array {
    const offset = this.cursor.offset;
    const length = readMultiByte(this.cursor, `${field}.length`, opaqueMeaning);
    if (length <= this.cursor.remaining) this.#spend(length, field, offset);
    return this.cursor.bytes(field, length);
  }

  /** The name of a literal element or attribute, from the table. */
  readLiteralName(field: string): string {
    const offset = this.cursor.offset;
    const name = this.readTableString(field);
    if (!literalNamePattern.test(name))
      this.cursor.fail('dm/bad-name', field, `${JSON.stringify(name.slice(0, 40))} is no XML name`, offset);
    return name;
  }

  /** Text from `start` to `end` of some octets; what is ASCII alone is made without a decoder, of which there is one call a string. */
  #text(octets: Uint8Array, field: string, offset: number, start = 0, end = octets.length): string {
    const plain = end - start <= 64 ? plainText(octets, start, end) : null;
    if (plain !== null) return plain;
    const text = textOf(octets.subarray(start, end), this.#charset);
    if (text === null)
      this.cursor.fail('dm/bad-text', field, `${this.cursor.path(field)} is no text in the document's character set`, offset);
    return requireXmlText(text, this.cursor, field, offset);
  }

  #spend(characters: number, field: string, offset: number): void {
    this.budget.textCharacters += characters;
    if (this.budget.textCharacters > this.budget.limits.textCharacters) {
      this.cursor.fail(
        'dm/too-much-text',
        field,
        `the document expands to more than ${this.budget.limits.textCharacters} characters`,
        offset,
      );
    }
  }
}
