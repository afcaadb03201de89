import type { Diagnostic } from '../octets/index.js';
import type { DocumentType } from './document-type.js';

/** An attribute of an element. */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** A piece of text; entities are resolved. */
export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
}

/** Octets that are no text, shown in XML as base64 and marked. */
export interface BinaryNode {
  readonly kind: 'binary';
  readonly octets: Uint8Array;
}

/** A whole document inside another, as SyncML carries device information and trees. */
export interface EmbeddedNode {
  readonly kind: 'embedded';
  readonly document: WbxmlDocument;
}

/** Text that travelled as opaque data; XML shows it as a CDATA section. */
export interface OpaqueTextNode {
  readonly kind: 'opaque-text';
  readonly text: string;
}

export type DocumentNode = ElementNode | TextNode | OpaqueTextNode | BinaryNode | EmbeddedNode;

/** An element. */
export interface ElementNode {
  readonly kind: 'element';
  readonly name: string;
  readonly namespace: string | null;
  readonly attributes: readonly Attribute[];
  readonly children: readonly DocumentNode[];
  /** Octets from the start of the outermost input to its tag. */
  readonly offset: number;
}

/** The attributes and children of all elements that have none. */
export const none: readonly never[] = [];

/** The children of an element that is being read. */
export interface Growing {
  /** Null until there is one: most elements have one, and a list that begins with it takes a tenth of one that grows to it. */
  children: DocumentNode[] | null;
}

export function append(parent: Growing, node: DocumentNode): void {
  if (parent.children === null) parent.children = [node];
  else parent.children.push(node);
}

/** A WBXML document, read. @see WAP-192-WBXML 5.3 */
export interface WbxmlDocument {
  /** Version octet: 0x02 is 1.2. */
  readonly version: number;
  readonly type: DocumentType;
  /** IANA MIBenum; 0 where the document leaves it to the transport. */
  readonly charset: number;
  readonly root: ElementNode;
  readonly diagnostics: readonly Diagnostic[];
}
