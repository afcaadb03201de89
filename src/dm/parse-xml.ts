import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { DecodeError, type Diagnostic } from '../octets/index.js';
import { base64Octets } from './base64.js';
import { isXmlText, latin1Of } from './charset.js';
import { type Attribute, append, type DocumentNode, type ElementNode, type Growing, none } from './document.js';
import { markTarget } from './format-xml.js';
import { type DocumentLimits, receivedLimits } from './limits.js';

/** An XML document, read. */
export interface XmlDocument {
  readonly root: ElementNode;
  /** What the document type declaration said, unread; null where there was none. */
  readonly doctype: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ParseXmlOptions {
  /** Offset of the document's first octet from the start of the outermost input. */
  readonly baseOffset?: number;
  readonly limits?: DocumentLimits;
  /** The character set that the transport names, which counts before the document's own declaration. @see RFC 7303 3.2 */
  readonly charset?: string | null;
}

interface OpenElement extends Growing {
  readonly name: string;
  readonly namespace: string | null;
  readonly attributes: readonly Attribute[];
  readonly offset: number;
  /** Each line feed in its text stands for carriage return and line feed. */
  crlf: boolean;
  /** What the mark before says of the next text. */
  next: 'base64' | 'text' | null;
  /** Blank texts that are no layout. */
  kept: Set<DocumentNode> | null;
}

/**
 * Reads an XML document: well-formed or refused, nothing fetched, no entity but the five of XML itself, a document type declaration
 * passed over. Blank text beside elements is layout and left out.
 * @throws DecodeError `dm/bad-xml` and the limits' own codes, with the offset in octets
 * @see https://www.w3.org/TR/xml/
 */
export function parseXml(octets: Uint8Array, options: ParseXmlOptions = {}): XmlDocument {
  const limits = options.limits ?? receivedLimits;
  const base = options.baseOffset ?? 0;
  if (octets.length > limits.documentOctets) {
    throw new DecodeError(
      'dm/document-too-long',
      `the document has ${octets.length} octets, ${limits.documentOctets} are read`,
      'xml',
      base,
    );
  }
  const { text, octetsPerUnit, mark } = decodeText(octets, base, options.charset ?? null);
  const offsetOf = octetCounter(text, octetsPerUnit, base + mark, mark + text.length === octets.length);
  const parser = new SaxesParser({ xmlns: true, position: false, defaultXMLVersion: '1.0', forceXMLVersion: true });
  const fail = (
    code: 'dm/bad-xml' | 'dm/bad-base64' | 'dm/too-deep' | 'dm/too-many-elements' | 'dm/too-much-text',
    message: string,
  ): never => {
    throw new DecodeError(code, message, 'xml', offsetOf(Math.max(0, parser.position - 1)));
  };
  const open: OpenElement[] = [];
  let root: ElementNode | null = null;
  let doctype: string | null = null;
  let elements = 0;
  let characters = 0;
  const spend = (more: number): void => {
    characters += more;
    if (characters > limits.textCharacters) fail('dm/too-much-text', `the document holds more than ${limits.textCharacters} characters`);
  };
  const addText = (kind: 'text' | 'opaque-text', piece: string): void => {
    const current = open.at(-1);
    if (current === undefined) return; // blanks beside the document element: saxes refuses everything else there
    spend(piece.length);
    if (!isXmlText(piece)) fail('dm/bad-xml', 'the text holds a character that XML 1.0 forbids');
    const { next } = current;
    if (next !== null && kind === 'text') {
      current.next = null;
      if (next === 'base64') {
        const octets = base64Octets(piece);
        if (octets === null) fail('dm/bad-base64', `what stands behind <?${markTarget} base64?> is no base64`);
        else append(current, { kind: 'binary', octets });
        return;
      }
      const text: DocumentNode = { kind, text: piece };
      current.kept ??= new Set();
      current.kept.add(text);
      append(current, text);
      return;
    }
    const { children } = current;
    const last = children?.at(-1);
    if (children !== null && last !== undefined && last.kind === kind && current.kept?.has(last) !== true)
      children[children.length - 1] = { kind, text: last.text + piece };
    else append(current, { kind, text: piece });
  };
  parser.on('error', (error) => fail('dm/bad-xml', error.message.replace(/\.$/, '')));
  parser.on('doctype', (declaration) => {
    doctype = declaration.trim();
  });
  let offset = 0;
  let isEmpty = false;
  parser.on('opentagstart', () => {
    offset = offsetOf(text.lastIndexOf('<', parser.position - 1));
    elements += 1;
    if (elements > limits.elements) fail('dm/too-many-elements', `the document has more than ${limits.elements} elements`);
    if (open.length >= limits.depth) fail('dm/too-deep', `elements are nested more than ${limits.depth} deep`);
  });
  const attributesOf = (given: Readonly<Record<string, SaxesAttributeNS>>): readonly Attribute[] => {
    let attributes: Attribute[] | null = null;
    for (const key in given) {
      const attribute = given[key];
      if (attribute === undefined) continue;
      const { name, prefix, value } = attribute;
      spend(value.length);
      if (name === 'xmlns' || prefix === 'xmlns') continue;
      if (!isXmlText(value)) fail('dm/bad-xml', 'the attribute holds a character that XML 1.0 forbids');
      if (attributes === null) attributes = [{ name, value }];
      else attributes.push({ name, value });
    }
    return attributes ?? none;
  };
  const take = (element: ElementNode): void => {
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else append(parent, element);
  };
  parser.on('opentag', (tag) => {
    const attributes = attributesOf(tag.attributes);
    const namespace = tag.uri === '' ? null : tag.uri;
    isEmpty = tag.isSelfClosing;
    if (isEmpty) take({ kind: 'element', name: tag.local, namespace, attributes, children: none, offset });
    else open.push({ name: tag.local, namespace, attributes, children: null, offset, crlf: false, next: null, kept: null });
  });
  parser.on('closetag', () => {
    const closed = isEmpty ? undefined : open.pop();
    isEmpty = false;
    if (closed !== undefined) take(finish(closed));
  });
  parser.on('text', (piece) => addText('text', piece));
  parser.on('cdata', (piece) => addText('opaque-text', piece));
  parser.on('processinginstruction', ({ target, body }) => {
    const current = open.at(-1);
    if (current === undefined || target !== markTarget) return;
    const mark = body.trim();
    if (mark === 'base64' || mark === 'text') current.next = mark;
    else if (mark === 'crlf') current.crlf = true;
  });
  parser.write(text).close();
  if (root === null) return fail('dm/bad-xml', 'the document has no element');
  return { root, doctype, diagnostics: [] };
}

/** Layout is dropped; where the mark says so, line feeds become line ends of two characters again. */
function finish({ name, namespace, attributes, children: all, offset, crlf, kept }: OpenElement): ElementNode {
  const children = all ?? none;
  const mixed = children.some(({ kind }) => kind === 'element');
  const content = mixed ? children.filter((node) => node.kind !== 'text' || node.text.trim() !== '' || kept?.has(node) === true) : children;
  return { kind: 'element', name, namespace, attributes, children: crlf ? content.map(withCrlf) : content, offset };
}

function withCrlf(node: DocumentNode): DocumentNode {
  return node.kind === 'text' || node.kind === 'opaque-text' ? { kind: node.kind, text: node.text.replaceAll('\n', '\r\n') } : node;
}

/**
 * Gives the octet at which a character stands. Characters of one octet are their own count; else the count goes on from the last
 * one asked for, so that a document is gone through once however often it is asked.
 */
function octetCounter(text: string, octetsPerUnit: number | null, base: number, isAscii: boolean): (position: number) => number {
  if (octetsPerUnit !== null) return (position) => base + position * octetsPerUnit;
  if (isAscii) return (position) => base + position;
  let position = 0;
  let octets = 0;
  return (wanted) => {
    if (wanted < position) {
      position = 0;
      octets = 0;
    }
    octets += encoder.encode(text.slice(position, wanted)).length;
    position = wanted;
    return base + octets;
  };
}

const encoder = new TextEncoder();
const declaration = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;

/** A document as characters. */
interface DecodedText {
  readonly text: string;
  /** Null for UTF-8, where it differs. */
  readonly octetsPerUnit: number | null;
  /** Octets of the byte order mark, which is no part of the text. */
  readonly mark: number;
}

/**
 * The characters of a document by its byte order mark, what the transport says, or its declaration, in this order; UTF-8 where none of them
 * says otherwise. @see RFC 7303 3.2
 */
function decodeText(octets: Uint8Array, base: number, transport: string | null): DecodedText {
  const [first, second, third] = octets;
  if (first === 0xfe && second === 0xff) return { text: decodeAs('utf-16be', octets, base), octetsPerUnit: 2, mark: 2 };
  if (first === 0xff && second === 0xfe) return { text: decodeAs('utf-16le', octets, base), octetsPerUnit: 2, mark: 2 };
  if (first === 0xef && second === 0xbb && third === 0xbf) return { text: decodeAs('utf-8', octets, base), octetsPerUnit: null, mark: 3 };
  const head = String.fromCharCode(...octets.subarray(0, 256));
  const named = (transport ?? declaration.exec(head)?.[1] ?? 'utf-8').toLowerCase();
  if (named === 'us-ascii') {
    const beyond = octets.findIndex((octet) => octet > 0x7f);
    if (beyond >= 0) throw new DecodeError('dm/bad-text', 'the document is no US-ASCII', 'xml', base + beyond);
  }
  if (named === 'utf-8' || named === 'us-ascii') return { text: decodeAs('utf-8', octets, base), octetsPerUnit: null, mark: 0 };
  if (named === 'iso-8859-1') return { text: latin1Of(octets), octetsPerUnit: 1, mark: 0 };
  const why = named.startsWith('utf-16')
    ? 'a document in UTF-16 begins with a byte order mark, this one does not'
    : `the character set ${named} is not read`;
  throw new DecodeError('dm/unsupported-charset', `${why}; UTF-8, UTF-16, US-ASCII and ISO-8859-1 are read`, 'xml', base);
}

function decodeAs(encoding: string, octets: Uint8Array, base: number): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(octets);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new DecodeError('dm/bad-text', `the document is no ${encoding.toUpperCase()}`, 'xml', base);
  }
}
