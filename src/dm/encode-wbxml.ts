import { EncodeError, OctetWriter } from '../octets/index.js';
import type { DocumentNode, ElementNode } from './document.js';
import { type DocumentType, documentTypes } from './document-type.js';
import { encodeAttributes } from './encode-attributes.js';
import { type LiteralNames, literalNames, literalToken } from './literal-names.js';
import { writeMultiByte, writeOpaque } from './multi-byte.js';
import { StringTable } from './string-table.js';

export interface EncodeWbxmlOptions {
  /** What kind of document it is; by default what its document element and namespace say. */
  readonly type?: DocumentType;
  /** Puts strings that stand twice or more into the string table. */
  readonly stringTable?: boolean;
  /** Writes the text of `<Data>` under Add and Replace as opaque data, as most senders do. */
  readonly opaqueData?: boolean;
  /** Elements and attributes whose names have no code: written as literal names unless they are to be refused. */
  readonly unknownNames?: 'literal' | 'refuse';
  /** Told of each name that is written as a literal, once: its receiver may not know it. */
  readonly onLiteral?: (name: string) => void;
}

/** WBXML 1.2, the commonest on the wire; and UTF-8. */
const version = 0x02;
const charset = 106;

/** What else says of which kind a document is. */
export interface DocumentTypeHints {
  /** What its document type declaration says, see `XmlDocument.doctype`. */
  readonly doctype?: string | null;
  /** The document that it stands in. */
  readonly within?: DocumentType;
}

/**
 * The document type of an element by its name and namespace, or undefined. Where the namespace is that of several versions, as for device
 * information, the declaration decides, then VerDTD, then the version of the document around it, then the newest.
 */
export function documentTypeOfRoot(root: ElementNode, hints: DocumentTypeHints = {}): DocumentType | undefined {
  const named = documentTypes.filter((type) => type.root === root.name);
  const { namespace } = root;
  const fits = (type: DocumentType): boolean => [...type.tags.values()].some((space) => space.namespace === namespace);
  const candidates = namespace === null || !named.some(fits) ? named : named.filter(fits);
  const { doctype, within } = hints;
  const declared = candidates.find(({ formalPublicIdentifier }) => doctype?.includes(`"${formalPublicIdentifier}"`) === true);
  if (declared !== undefined) return declared;
  // MetInf and DevInf have a VerDTD of their own; that of SyncML stands in its header.
  const versions = [root.name === 'SyncML' ? childText(childNamed(root, 'SyncHdr'), 'VerDTD') : childText(root, 'VerDTD'), within?.version];
  for (const version of versions) {
    const found = version === undefined ? undefined : candidates.find((type) => type.version === version);
    if (found !== undefined) return found;
  }
  return candidates[0];
}

function childNamed(parent: ElementNode, name: string): ElementNode | undefined {
  return parent.children.find((node): node is ElementNode => node.kind === 'element' && node.name === name);
}

function childText(parent: ElementNode | undefined, name: string): string | undefined {
  const [text] = parent === undefined ? [] : (childNamed(parent, name)?.children ?? []);
  return text?.kind === 'text' ? text.text : undefined;
}

/**
 * Writes a document as WBXML 1.2 in UTF-8. Documents inside it are written whole as opaque data.
 * @throws EncodeError `dm/unknown-document-type`, `dm/unknown-element`, `dm/not-encodable`
 * @see WAP-192-WBXML 5
 */
export function encodeWbxml(root: ElementNode, options: EncodeWbxmlOptions = {}): Uint8Array {
  const type = options.type ?? documentTypeOfRoot(root);
  if (type === undefined) {
    throw new EncodeError('dm/unknown-document-type', `<${root.name}> begins no kind of document that has a WBXML form here`, root.name);
  }
  const table = new StringTable();
  const literals = literalNames(type, table, options);
  const fpiIndex = type.publicIdentifier === null ? table.add(type.formalPublicIdentifier) : null;
  if (options.stringTable === true) table.collect(root);
  const body = new OctetWriter(1024);
  writeBody(body, root, type, { table, literals }, options);
  const header = new OctetWriter(64);
  header.u8('version', version);
  if (fpiIndex === null) writeMultiByte(header, type.publicIdentifier ?? 1);
  else writeMultiByte(header.u8('publicid', 0), fpiIndex);
  writeMultiByte(header, charset);
  const strings = table.octets();
  writeMultiByte(header, strings.length);
  return header.bytes(strings).bytes(body.toOctets()).toOctets();
}

/** One step still to be written: a node, or the end of an element. */
type Step =
  | { readonly node: DocumentNode; readonly parent: ElementNode | null; readonly namespace: string | null; readonly inCommand: boolean }
  | 'end';

/** The names and strings of the document that is being written. */
interface Strings {
  readonly table: StringTable;
  readonly literals: LiteralNames;
}

function writeBody(out: OctetWriter, root: ElementNode, type: DocumentType, strings: Strings, options: EncodeWbxmlOptions): void {
  const pages = { tag: 0, attribute: 0 };
  const { stringTable = false, unknownNames = 'literal', onLiteral = () => {} } = options;
  const embedded: EncodeWbxmlOptions = { stringTable, unknownNames, onLiteral };
  const steps: Step[] = [{ node: root, parent: null, namespace: null, inCommand: false }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (step === 'end') {
      out.u8('end', 0x01);
      continue;
    }
    const { node, parent } = step;
    const opaque = options.opaqueData === true && step.inCommand && parent?.name === 'Data';
    if (node.kind === 'text' && !opaque) writeText(out, node.text, strings.table);
    else if (node.kind === 'text' || node.kind === 'opaque-text') writeOpaque(out, utf8.encode(node.text));
    else if (node.kind === 'binary') writeOpaque(out, node.octets);
    else if (node.kind === 'embedded') writeOpaque(out, encodeWbxml(node.document.root, { ...embedded, type: node.document.type }));
    else if (parent !== null && isEmbedded(node, parent, type)) {
      const inner = documentTypeOfRoot(node, { within: type });
      writeOpaque(out, encodeWbxml(node, inner === undefined ? embedded : { ...embedded, type: inner }));
    } else {
      const namespace = node.namespace ?? step.namespace;
      writeTag(out, node, namespace, { type, pages, literals: strings.literals });
      if (node.children.length > 0) {
        steps.push('end');
        const inCommand = step.inCommand || node.name === 'Add' || node.name === 'Replace';
        for (const child of node.children.toReversed()) steps.push({ node: child, parent: node, namespace, inCommand });
      }
    }
  }
}

/** An element that begins another kind of document, where SyncML carries data. */
function isEmbedded(node: ElementNode, parent: ElementNode, type: DocumentType): boolean {
  return type.syncMl && parent.name === 'Data' && (node.name === 'MgmtTree' || node.name === 'DevInf');
}

interface TagContext {
  readonly type: DocumentType;
  readonly pages: { tag: number; attribute: number };
  readonly literals: LiteralNames;
}

/** @param namespace its own, or that of the element it stands in */
function writeTag(out: OctetWriter, element: ElementNode, namespace: string | null, { type, pages, literals }: TagContext): void {
  const found = findTag(element, type, pages.tag);
  const index = found === undefined ? literals.elementIndex(element.name, namespace) : null;
  const page = found?.page ?? literals.pageOf(namespace, pages.tag);
  if (page !== pages.tag) {
    out.u8('switch', 0x00).u8('page', page);
    pages.tag = page;
  }
  const hasAttributes = element.attributes.length > 0;
  if (hasAttributes && type.syncMl)
    throw new EncodeError('dm/not-encodable', `<${element.name}> has attributes, which SyncML does not know`, element.name);
  out.u8('tag', (found?.code ?? literalToken) | (hasAttributes ? 0x80 : 0) | (element.children.length > 0 ? 0x40 : 0));
  if (index !== null) writeMultiByte(out, index);
  if (hasAttributes) encodeAttributes(out, element, { type, pages, literals });
}

function findTag(element: ElementNode, type: DocumentType, current: number): { readonly page: number; readonly code: number } | undefined {
  const here = type.tags.get(current);
  if (here !== undefined && here.namespace === element.namespace) {
    const code = here.byName.get(element.name);
    if (code !== undefined) return { page: current, code };
  }
  const order = [...type.tags].toSorted(([left], [right]) => Number(right === current) - Number(left === current));
  const fits = order.filter(([, { namespace }]) => element.namespace === null || namespace === null || namespace === element.namespace);
  for (const [page, { byName }] of fits.length > 0 ? fits : order) {
    const code = byName.get(element.name);
    if (code !== undefined) return { page, code };
  }
  return undefined;
}

const utf8 = new TextEncoder();

function writeText(out: OctetWriter, text: string, table: StringTable): void {
  const index = table.indexOf(text);
  if (index !== undefined) writeMultiByte(out.u8('tableString', 0x83), index);
  else out.u8('inlineString', 0x03).bytes(utf8.encode(text)).u8('nul', 0);
}
