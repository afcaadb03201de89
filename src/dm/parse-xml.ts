import sax from 'sax';
import { DecodeError, type Diagnostic } from '../octets/index.js';
import { base64Octets } from './base64.js';
import { isXmlText } from './charset.js';
import type { Attribute, DocumentNode, ElementNode } from './document.js';
import { base64Mark } from './format-xml.js';
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
}

interface OpenElement {
  readonly name: string;
  readonly namespace: string | null;
  readonly attributes: readonly Attribute[];
  readonly children: DocumentNode[];
  readonly offset: number;
  /** The next text is base64 for octets. */
  base64: boolean;
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
  const { text, octetsPerUnit } = decodeText(octets, base);
  const isAscii = octetsPerUnit === null && text.length === octets.length;
  /** Only an error needs the octet of a character that stands behind characters of several octets. */
  const offsetOf = (position: number): number =>
    base + (isAscii ? position : octetsPerUnit === null ? encoder.encode(text.slice(0, position)).length : position * octetsPerUnit);
  const fail = (code: 'dm/bad-xml' | 'dm/too-deep' | 'dm/too-many-elements' | 'dm/too-much-text', message: string): never => {
    throw new DecodeError(code, message, 'xml', offsetOf(Math.max(0, parser.position)));
  };
  const open: OpenElement[] = [];
  let root: ElementNode | null = null;
  let doctype: string | null = null;
  let elements = 0;
  let characters = 0;

  const parser = sax.parser(true, { xmlns: true, position: true, trim: false, normalize: false });
  const addText = (kind: 'text' | 'opaque-text', piece: string): void => {
    const current = open.at(-1);
    if (current === undefined) {
      if (piece.trim() !== '') fail('dm/bad-xml', 'text stands outside the document element');
      return;
    }
    characters += piece.length;
    if (characters > limits.textCharacters) fail('dm/too-much-text', `the document holds more than ${limits.textCharacters} characters`);
    if (!isXmlText(piece)) fail('dm/bad-xml', 'the text holds a character that XML 1.0 forbids');
    const last = current.children.at(-1);
    if (last !== undefined && last.kind === kind) current.children[current.children.length - 1] = { kind, text: last.text + piece };
    else current.children.push({ kind, text: piece });
  };
  parser.onerror = (error) => fail('dm/bad-xml', error.message.split('\n')[0] ?? 'not well formed');
  parser.ondoctype = (declaration) => {
    doctype = declaration.trim();
  };
  parser.onopentag = (tag) => {
    elements += 1;
    if (elements > limits.elements) fail('dm/too-many-elements', `the document has more than ${limits.elements} elements`);
    if (open.length >= limits.depth) fail('dm/too-deep', `elements are nested more than ${limits.depth} deep`);
    const attributes: Attribute[] = [];
    for (const attribute of Object.values(tag.attributes)) {
      if (typeof attribute === 'string' || attribute.name === 'xmlns' || attribute.prefix === 'xmlns') continue;
      characters += attribute.value.length;
      attributes.push({ name: attribute.name, value: attribute.value });
    }
    if (characters > limits.textCharacters) fail('dm/too-much-text', `the document holds more than ${limits.textCharacters} characters`);
    const { local, uri } = 'local' in tag ? tag : { local: tag.name, uri: '' };
    open.push({
      name: local,
      namespace: uri === '' ? null : uri,
      attributes,
      children: [],
      offset: base + parser.startTagPosition - 1,
      base64: false,
    });
  };
  parser.onclosetag = () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const element = finish(closed);
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  };
  parser.ontext = (piece) => addText('text', piece);
  parser.oncdata = (piece) => addText('opaque-text', piece);
  parser.onprocessinginstruction = ({ name, body }) => {
    const current = open.at(-1);
    if (current !== undefined && `<?${name} ${body.trim()}?>` === base64Mark) current.base64 = true;
  };
  parser.write(text).close();
  if (root === null) return fail('dm/bad-xml', 'the document has no element');
  return { root, doctype, diagnostics: [] };
}

/** Layout is dropped; text behind a base64 mark becomes octets again. */
function finish({ name, namespace, attributes, children, offset, base64 }: OpenElement): ElementNode {
  const hasElements = children.some(({ kind }) => kind === 'element');
  const kept = hasElements ? children.filter((node) => node.kind !== 'text' || node.text.trim() !== '') : children;
  const [only] = kept;
  if (base64 && kept.length === 1 && only?.kind === 'text') {
    const octets = base64Octets(only.text);
    if (octets !== null) return { kind: 'element', name, namespace, attributes, children: [{ kind: 'binary', octets }], offset };
  }
  return { kind: 'element', name, namespace, attributes, children: kept, offset };
}

const encoder = new TextEncoder();
const declaration = /^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;

/** The characters of a document by its byte order mark or declaration; UTF-8 where neither says otherwise. */
function decodeText(octets: Uint8Array, base: number): { readonly text: string; readonly octetsPerUnit: number | null } {
  const [first, second] = octets;
  if (first === 0xfe && second === 0xff) return { text: decodeAs('utf-16be', octets, base), octetsPerUnit: 2 };
  if (first === 0xff && second === 0xfe) return { text: decodeAs('utf-16le', octets, base), octetsPerUnit: 2 };
  const head = String.fromCharCode(...octets.subarray(0, 256));
  const named = declaration.exec(head.startsWith('\xef\xbb\xbf') ? head.slice(3) : head)?.[1]?.toLowerCase() ?? 'utf-8';
  if (named === 'utf-8' || named === 'us-ascii') return { text: decodeAs('utf-8', octets, base), octetsPerUnit: null };
  if (named === 'iso-8859-1') {
    let text = '';
    for (const octet of octets) text += String.fromCharCode(octet);
    return { text, octetsPerUnit: 1 };
  }
  throw new DecodeError(
    'dm/unsupported-charset',
    `the character set ${named} is not read; UTF-8, UTF-16, US-ASCII and ISO-8859-1 are`,
    'xml',
    base,
  );
}

function decodeAs(encoding: string, octets: Uint8Array, base: number): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(octets);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new DecodeError('dm/bad-text', `the document is no ${encoding.toUpperCase()}`, 'xml', base);
  }
}
