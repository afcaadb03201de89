import type { Cursor } from '../octets/index.js';
import { requireXmlText, textOf } from './charset.js';
import type { Attribute } from './document.js';
import type { DocumentType } from './document-type.js';
import type { WbxmlReader } from './wbxml-reader.js';

interface OpenAttribute {
  readonly name: string;
  value: string;
}

/**
 * The attributes of one element up to and including their END.
 * @throws DecodeError `dm/unknown-attribute`, `dm/duplicate-attribute`, `dm/unexpected-token`
 * @see WAP-192-WBXML 5.8.3
 */
export function readAttributes(reader: WbxmlReader, type: DocumentType, pages: { attribute: number }): readonly Attribute[] {
  const cursor: Cursor = reader.cursor;
  const attributes: OpenAttribute[] = [];
  const names = new Set<string>();
  for (;;) {
    const offset = cursor.offset;
    const octet = cursor.u8('body.attribute', (value) => meaningOf(value, type, pages.attribute));
    const current = attributes.at(-1);
    if (octet === 0x01) return attributes;
    if (octet === 0x00) {
      pages.attribute = cursor.u8('body.attribute.page', (page) => `code page ${page}`);
      continue;
    }
    if (octet === 0x04 || (octet < 0x80 && octet > 0x04 && (octet < 0x40 || octet > 0x44))) {
      const start =
        octet === 0x04
          ? { name: reader.readLiteralName('body.attribute.name'), prefix: '' }
          : type.attributes.get(pages.attribute)?.starts.get(octet);
      if (start === undefined) {
        cursor.fail(
          'dm/unknown-attribute',
          'body.attribute',
          `no attribute starts with 0x${octet.toString(16).padStart(2, '0')} in code page ${pages.attribute}`,
          offset,
        );
      }
      if (stands(start.name, attributes, names)) {
        cursor.fail('dm/duplicate-attribute', 'body.attribute', `the attribute ${start.name} stands twice in one element`, offset);
      }
      attributes.push({ name: start.name, value: start.prefix });
      if (attributes.length === fewAttributes) for (const { name } of attributes) names.add(name);
      else if (attributes.length > fewAttributes) names.add(start.name);
      continue;
    }
    if (current === undefined) cursor.fail('dm/unexpected-token', 'body.attribute', 'a value stands before any attribute', offset);
    if (octet === 0x02) current.value += reader.readEntity('body.attribute.entity');
    else if (octet === 0x03) current.value += reader.readInlineString('body.attribute.value');
    else if (octet === 0x83) current.value += reader.readTableString('body.attribute.value');
    else if (octet === 0xc3) current.value += opaqueValue(reader, type.dateAttributes.includes(current.name));
    else {
      const value = type.attributes.get(pages.attribute)?.values.get(octet);
      if (value === undefined) {
        cursor.fail(
          'dm/unknown-attribute',
          'body.attribute',
          `no attribute value has code 0x${octet.toString(16).padStart(2, '0')} in code page ${pages.attribute}`,
          offset,
        );
      }
      current.value += value;
    }
  }
}

/** So many are looked through one by one; a hostile document may give an element thousands. */
const fewAttributes = 16;

function stands(wanted: string, attributes: readonly OpenAttribute[], names: ReadonlySet<string>): boolean {
  return attributes.length < fewAttributes ? attributes.some(({ name }) => name === wanted) : names.has(wanted);
}

/** Opaque attribute data: a date in binary coded decimal with trailing zero octets cut, or text. */
function opaqueValue(reader: WbxmlReader, isDate: boolean): string {
  const octets = reader.readOpaque('body.attribute.opaque');
  const offset = reader.cursor.offset - octets.length;
  if (isDate) {
    const digits = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
    if (octets.length < 1 || octets.length > 7 || !/^[0-9]+$/.test(digits)) {
      reader.cursor.fail('dm/bad-date', 'body.attribute.opaque', 'a date is one to seven octets of decimal digits', offset);
    }
    const all = digits.padEnd(14, '0');
    return `${all.slice(0, 4)}-${all.slice(4, 6)}-${all.slice(6, 8)}T${all.slice(8, 10)}:${all.slice(10, 12)}:${all.slice(12, 14)}Z`;
  }
  const text = textOf(octets, reader.charset);
  if (text === null) reader.cursor.fail('dm/bad-text', 'body.attribute.opaque', 'opaque data in an attribute is no text', offset);
  return requireXmlText(text, reader.cursor, 'body.attribute.opaque', offset);
}

function meaningOf(octet: number, type: DocumentType, page: number): string {
  if (octet === 0x00) return 'code page switch';
  if (octet === 0x01) return 'end of attributes';
  if (octet === 0x03) return 'string follows';
  if (octet === 0x83) return 'string from the table';
  if (octet === 0xc3) return 'opaque data';
  const space = type.attributes.get(page);
  const start = space?.starts.get(octet);
  if (start !== undefined) return start.prefix === '' ? start.name : `${start.name}="${start.prefix}…"`;
  return space?.values.get(octet) ?? `token 0x${octet.toString(16).padStart(2, '0')}`;
}
