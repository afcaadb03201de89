import { type Annotate, type Cursor, DecodeError, type Diagnostic } from '../octets/index.js';
import { isXmlText, textOf } from './charset.js';
import { readAttributes } from './decode-attributes.js';
import { type Attribute, append, type DocumentNode, type ElementNode, type Growing, none, type WbxmlDocument } from './document.js';
import { type DocumentType, documentTypeByIdentifier, documentTypeByNumber } from './document-type.js';
import { type DocumentLimits, receivedLimits } from './limits.js';
import { readMultiByte } from './multi-byte.js';
import { mostNotes, WbxmlReader } from './wbxml-reader.js';

export interface DecodeWbxmlOptions {
  readonly annotate?: Annotate | undefined;
  /** Offset of the document's first octet from the start of the outermost input. */
  readonly baseOffset?: number;
  readonly limits?: DocumentLimits;
  /** What to take a document for whose public identifier says "unknown" (1): the type its content type promises. */
  readonly fallbackType?: DocumentType | undefined;
}

/** An element whose end has not come yet. */
interface OpenElement extends Growing {
  readonly begun: ElementNode;
  text: string;
}

const token = {
  switchPage: 0x00,
  end: 0x01,
  entity: 0x02,
  inlineString: 0x03,
  literal: 0x04,
  literalWithContent: 0x44,
  literalWithAttributes: 0x84,
  literalWithBoth: 0xc4,
  tableString: 0x83,
  opaque: 0xc3,
} as const;

/** Tokens that no document type read here gives a meaning: extensions and processing instructions. */
const meaningless = new Set([0x40, 0x41, 0x42, 0x43, 0x80, 0x81, 0x82, 0xc0, 0xc1, 0xc2]);

/**
 * Reads a WBXML document whole, documents inside it included. Nothing is allocated that the octets or the limits do not pay for.
 * @throws DecodeError with the field and the offset from the start of the outermost input
 * @see WAP-192-WBXML 5
 */
export function decodeWbxml(octets: Uint8Array, options: DecodeWbxmlOptions = {}): WbxmlDocument {
  const limits = options.limits ?? receivedLimits;
  const budget = { limits, elements: 0, textCharacters: 0, unreadable: 0, notes: 0 };
  const reader = new WbxmlReader(octets, budget, options.baseOffset ?? 0, options.annotate);
  const document = decodeDocument(reader, octets.length, options.fallbackType, 0);
  return budget.notes <= mostNotes ? document : { ...document, diagnostics: [...document.diagnostics, notesLeftOut(budget.notes)] };
}

function notesLeftOut(notes: number): Diagnostic {
  const message = `${notes} oddities of the document were found and ${mostNotes} are listed; its octets have them all`;
  return { code: 'dm/diagnostics-left-out', message, offset: null };
}

function decodeDocument(reader: WbxmlReader, length: number, fallback: DocumentType | undefined, embeddedDepth: number): WbxmlDocument {
  const { budget } = reader;
  const { diagnostics } = reader;
  const cursor: Cursor = reader.cursor;
  if (length > budget.limits.documentOctets) {
    cursor.fail('dm/document-too-long', '', `the document has ${length} octets, ${budget.limits.documentOctets} are read`);
  }
  const versionOffset = cursor.offset;
  const version = cursor.u8('version', versionMeaning);
  if (version < 0x01 || version > 0x0f) {
    cursor.fail(
      'dm/unsupported-version',
      'version',
      `version octet 0x${version.toString(16).padStart(2, '0')} is not WBXML 1.1 to 1.3`,
      versionOffset,
    );
  }
  const identifierOffset = cursor.offset;
  const number = readMultiByte(cursor, 'publicid', publicIdentifierMeaning);
  const index = number === 0 ? readMultiByte(cursor, 'publicid.index', tableIndexMeaning) : null;
  reader.readCharsetAndTable();
  const type = documentTypeOf(reader, number, index, identifierOffset, fallback);
  const root = readBody(reader, type, embeddedDepth);
  cursor.end('body');
  return { version, type, charset: reader.charset, root, diagnostics };
}

// What octets mean is said by functions that are made once: a document may hold thousands of documents, and each would make its own.
const versionMeaning = (value: number): string => `WBXML ${(value >> 4) + 1}.${value & 15}`;
const tableIndexMeaning = (value: number): string => `string table index ${value}`;
const pageMeaning = (page: number): string => `code page ${page}`;

function publicIdentifierMeaning(value: number): string {
  if (value === 0) return 'given as text';
  if (value === 1) return 'unknown';
  return documentTypeByNumber(value)?.formalPublicIdentifier ?? 'not assigned to a document type read here';
}

function documentTypeOf(
  reader: WbxmlReader,
  number: number,
  index: number | null,
  offset: number,
  fallback: DocumentType | undefined,
): DocumentType {
  if (index !== null) {
    const identifier = reader.tableString(index, 'publicid', offset);
    const type = documentTypeByIdentifier(identifier);
    if (type !== undefined) return type;
    return reader.cursor.fail(
      'dm/unknown-document-type',
      'publicid',
      `no document type is known as ${JSON.stringify(identifier.slice(0, 60))}`,
      offset,
    );
  }
  if (number === 1 && fallback !== undefined) {
    reader.say({
      code: 'dm/public-identifier-unknown',
      message: `the document does not say what it is; it is read as ${fallback.formalPublicIdentifier}`,
      offset,
    });
    return fallback;
  }
  const type = documentTypeByNumber(number);
  if (type !== undefined) return type;
  return reader.cursor.fail(
    'dm/unknown-document-type',
    'publicid',
    `no document type has the public identifier 0x${number.toString(16)}`,
    offset,
  );
}

/** The body: one element, read with a stack of open ones. A code page stays in force across the ends of elements. */
function readBody(reader: WbxmlReader, type: DocumentType, embeddedDepth: number): ElementNode {
  const { budget } = reader;
  const cursor: Cursor = reader.cursor;
  const open: OpenElement[] = [];
  const pages = { tag: 0, attribute: 0 };
  const meaning = cursor.annotate === undefined ? undefined : meaningOfTokens(type, pages);
  for (;;) {
    const offset = cursor.offset;
    const octet = cursor.u8('body', meaning);
    const current = open.at(-1);
    if (octet === token.switchPage) {
      pages.tag = cursor.u8('body.page', pageMeaning);
    } else if (octet === token.end) {
      if (current === undefined) cursor.fail('dm/unexpected-token', 'body', 'the end of an element that was not begun', offset);
      open.pop();
      const element = close(current);
      const parent = open.at(-1);
      if (parent === undefined) return element;
      appendAfterText(parent, element);
    } else if (octet === token.entity || octet === token.inlineString || octet === token.tableString || octet === token.opaque) {
      if (current === undefined) cursor.fail('dm/unexpected-token', 'body', 'text stands outside the document element', offset);
      readContent(reader, octet, current, type, embeddedDepth);
    } else if (meaningless.has(octet)) {
      cursor.fail(
        'dm/unexpected-token',
        'body',
        `token 0x${octet.toString(16).padStart(2, '0')} has no meaning in ${type.formalPublicIdentifier}`,
        offset,
      );
    } else {
      budget.elements += 1;
      if (budget.elements > budget.limits.elements) {
        cursor.fail('dm/too-many-elements', 'body', `the document has more than ${budget.limits.elements} elements`, offset);
      }
      const begun = beginElement(reader, octet, type, pages, offset);
      if ((octet & 0x40) === 0) {
        if (current === undefined) return begun;
        appendAfterText(current, begun);
      } else {
        if (open.length >= budget.limits.depth) {
          cursor.fail('dm/too-deep', 'body', `elements are nested more than ${budget.limits.depth} deep`, offset);
        }
        open.push({ begun, children: null, text: '' });
      }
    }
  }
}

/** An element by its tag and attributes, as it is where it has no content. */
function beginElement(
  reader: WbxmlReader,
  octet: number,
  type: DocumentType,
  pages: { tag: number; attribute: number },
  offset: number,
): ElementNode {
  const cursor: Cursor = reader.cursor;
  const code = octet & 0x3f;
  const space = type.tags.get(pages.tag);
  const name = code === token.literal ? reader.readLiteralName('body.name') : space?.byCode.get(code);
  if (name === undefined) {
    const where =
      space === undefined ? `code page ${pages.tag}, which ${type.formalPublicIdentifier} does not have` : `code page ${pages.tag}`;
    cursor.fail('dm/unknown-tag', 'body', `no element has code 0x${code.toString(16).padStart(2, '0')} in ${where}`, offset);
  }
  let attributes: readonly Attribute[] = none;
  if ((octet & 0x80) !== 0) {
    if (type.syncMl)
      cursor.fail('dm/unexpected-token', 'body', `${name} has attributes, which ${type.formalPublicIdentifier} does not know`, offset);
    attributes = readAttributes(reader, type, pages);
  }
  return { kind: 'element', name, namespace: space?.namespace ?? null, attributes, children: none, offset };
}

function readContent(reader: WbxmlReader, octet: number, current: OpenElement, type: DocumentType, embeddedDepth: number): void {
  if (octet === token.entity) current.text += reader.readEntity('body.entity');
  else if (octet === token.inlineString) current.text += reader.readInlineString('body.text');
  else if (octet === token.tableString) current.text += reader.readTableString('body.text');
  else {
    const octets = reader.readOpaque('body.opaque');
    const offset = reader.cursor.offset - octets.length;
    const embedded = type.syncMl && current.begun.name === 'Data' ? embeddedDocument(reader, octets, offset, embeddedDepth) : null;
    const text = embedded === null ? textOf(octets, reader.charset) : null;
    if (embedded !== null) appendAfterText(current, { kind: 'embedded', document: embedded });
    else if (text === null || !isXmlText(text)) appendAfterText(current, { kind: 'binary', octets });
    else appendAfterText(current, { kind: 'opaque-text', text });
  }
}

/** A document inside opaque data, known by how it begins; what then cannot be read stays octets. */
function embeddedDocument(reader: WbxmlReader, octets: Uint8Array, offset: number, embeddedDepth: number): WbxmlDocument | null {
  const first = octets[0];
  const { budget } = reader;
  if (octets.length < 5 || first === undefined || first < 0x01 || first > 0x03 || budget.unreadable >= mostUnreadable) return null;
  if (embeddedDepth >= budget.limits.embeddedDepth) {
    reader.cursor.fail(
      'dm/embedded-too-deep',
      'body.opaque',
      `documents are embedded more than ${budget.limits.embeddedDepth} deep`,
      offset,
    );
  }
  try {
    const inner = new WbxmlReader(octets, budget, offset, reader.cursor.annotate);
    const document = decodeDocument(inner, octets.length, undefined, embeddedDepth + 1);
    if (document.diagnostics.length > 0) reader.diagnostics.push(...document.diagnostics);
    return document;
  } catch (error) {
    if (!(error instanceof DecodeError) || limitCodes.has(error.code)) throw error;
    budget.unreadable += 1;
    reader.say(unreadable(error, offset, budget.unreadable === mostUnreadable));
    return null;
  }
}

/** Errors that end the whole document and not only the one inside it. */
const limitCodes: ReadonlySet<string> = new Set([
  'dm/document-too-long',
  'dm/too-deep',
  'dm/too-many-elements',
  'dm/too-much-text',
  'dm/embedded-too-deep',
]);

/** As many as no honest message has; each that is tried in vain costs an error. */
const mostUnreadable = 32;

function unreadable(error: DecodeError, offset: number, isLast: boolean): Diagnostic {
  const rest = isLast ? '; what follows of the kind is not looked into' : '';
  return {
    code: 'dm/embedded-unreadable',
    message: `opaque data that begins as a document is kept as octets: ${error.message}${rest}`,
    offset,
  };
}

function appendAfterText(parent: OpenElement, node: DocumentNode): void {
  endText(parent);
  append(parent, node);
}

/** The text that came so far is a node now. */
function endText(element: OpenElement): void {
  if (element.text === '') return;
  append(element, { kind: 'text', text: element.text });
  element.text = '';
}

function close(element: OpenElement): ElementNode {
  endText(element);
  return { ...element.begun, children: element.children ?? none };
}

/** Made by a function of its own, so that a reading without annotations makes nothing for it. */
function meaningOfTokens(type: DocumentType, pages: { readonly tag: number }): (octet: number) => string {
  return (octet) => tokenMeaning(octet, type, pages.tag);
}

function tokenMeaning(octet: number, type: DocumentType, page: number): string {
  if (octet === token.switchPage) return 'code page switch';
  if (octet === token.end) return 'end of element';
  if (octet === token.inlineString) return 'string follows';
  if (octet === token.tableString) return 'string from the table';
  if (octet === token.entity) return 'character';
  if (octet === token.opaque) return 'opaque data';
  const code = octet & 0x3f;
  const name = code === token.literal ? 'element named in the table' : type.tags.get(page)?.byCode.get(code);
  if (name === undefined || meaningless.has(octet)) return `token 0x${octet.toString(16).padStart(2, '0')}`;
  const parts = [(octet & 0x80) === 0 ? '' : ' with attributes', (octet & 0x40) === 0 ? ' (empty)' : ''];
  return `<${name}>${parts.join('')}`;
}
