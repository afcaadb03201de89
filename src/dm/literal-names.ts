import { EncodeError } from '../octets/index.js';
import type { DocumentType } from './document-type.js';
import type { EncodeWbxmlOptions } from './encode-wbxml.js';
import type { StringTable } from './string-table.js';

/** Names that have no code in a kind of document, and stand in the string table instead. @see WAP-192-WBXML 5.8.4.5 */
export interface LiteralNames {
  /** Where the name of an element stands in the table. @throws EncodeError `dm/unknown-element`, `dm/not-encodable` */
  elementIndex(name: string, namespace: string | null): number;
  /** As {@link elementIndex}, for an attribute. */
  attributeIndex(name: string, element: string): number;
  /** The code page that gives an element its namespace; the current one where that does, or where it has none. */
  pageOf(namespace: string | null, current: number): number;
}

/** LITERAL: the name of an element or attribute stands in the string table. @see WAP-192-WBXML 5.8.4.5 */
export const literalToken = 0x04;

/** What a reader takes for a name. */
export const literalNamePattern = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** The literal names of a document that is being written. */
export function literalNames(type: DocumentType, table: StringTable, { unknownNames, onLiteral }: EncodeWbxmlOptions): LiteralNames {
  const told = new Set<string>();
  const indexOf = (name: string, what: string): number => {
    if (unknownNames === 'refuse')
      throw new EncodeError('dm/unknown-element', `${what} has no code in ${type.formalPublicIdentifier}`, name);
    if (!literalNamePattern.test(name))
      throw new EncodeError('dm/not-encodable', `${what} has no code, and its name cannot be written as a literal`, name);
    if (!told.has(what)) onLiteral?.(what);
    told.add(what);
    return table.add(name);
  };
  const pageWith = (namespace: string): number | undefined => [...type.tags].find(([, space]) => space.namespace === namespace)?.[0];
  return {
    elementIndex(name, namespace) {
      const index = indexOf(name, `<${name}>`);
      if (namespace !== null && pageWith(namespace) === undefined) {
        const message = `<${name}> is of the namespace ${namespace}, which has no code page in ${type.formalPublicIdentifier}`;
        throw new EncodeError('dm/not-encodable', message, name);
      }
      return index;
    },
    attributeIndex: (name, element) => indexOf(name, `the attribute ${name} of <${element}>`),
    pageOf(namespace, current) {
      if (namespace === null || type.tags.get(current)?.namespace === namespace) return current;
      return pageWith(namespace) ?? current;
    },
  };
}
