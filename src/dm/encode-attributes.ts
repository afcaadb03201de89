import { EncodeError, type OctetWriter } from '../octets/index.js';
import type { ElementNode } from './document.js';
import type { AttributeStart, DocumentType } from './document-type.js';
import { type LiteralNames, literalToken } from './literal-names.js';
import { writeMultiByte, writeOpaque } from './multi-byte.js';

const utf8 = new TextEncoder();

/** What the attributes of an element are written with. */
export interface AttributeContext {
  readonly type: DocumentType;
  readonly pages: { attribute: number };
  readonly literals: LiteralNames;
}

/**
 * Writes the attributes of an element and their END.
 * @throws EncodeError `dm/unknown-element`, `dm/not-encodable`
 * @see WAP-192-WBXML 5.8.3
 */
export function encodeAttributes(out: OctetWriter, element: ElementNode, { type, pages, literals }: AttributeContext): void {
  for (const { name, value } of element.attributes) {
    const found = findStart(type, name, value, pages.attribute);
    if (found === undefined) {
      writeMultiByte(out.u8('attribute', literalToken), literals.attributeIndex(name, element.name));
      writeValue(out, value, type.attributes.get(pages.attribute)?.values ?? new Map());
      continue;
    }
    const { page, start } = found;
    if (page !== pages.attribute) {
      out.u8('switch', 0x00).u8('page', page);
      pages.attribute = page;
    }
    out.u8('attribute', start.code);
    const rest = value.slice(start.prefix.length);
    if (type.dateAttributes.includes(name)) writeOpaque(out, dateOctets(name, rest));
    else writeValue(out, rest, type.attributes.get(page)?.values ?? new Map());
  }
  out.u8('end', 0x01);
}

/** The start that says most of the value, on the current code page if one there fits. */
function findStart(
  type: DocumentType,
  name: string,
  value: string,
  current: number,
): { readonly page: number; readonly start: AttributeStart } | undefined {
  let best: { readonly page: number; readonly start: AttributeStart } | undefined;
  for (const [page, { starts }] of type.attributes) {
    for (const start of starts.values()) {
      if (start.name !== name || !value.startsWith(start.prefix)) continue;
      const gain = start.prefix.length - (best?.start.prefix.length ?? -1);
      if (gain > 0 || (gain === 0 && page === current)) best = { page, start };
    }
  }
  return best;
}

/** The rest of a value: a code where all of it has one, the ends of host names as codes, else strings. */
function writeValue(out: OctetWriter, rest: string, values: ReadonlyMap<number, string>): void {
  const codes = [...values].toSorted(([, left], [, right]) => right.length - left.length);
  const whole = codes.find(([, text]) => text === rest);
  if (whole !== undefined) {
    out.u8('value', whole[0]);
    return;
  }
  const ends = codes.filter(([, text]) => text.startsWith('.'));
  let literal = '';
  const flush = (): void => {
    if (literal !== '') out.u8('inlineString', 0x03).bytes(utf8.encode(literal)).u8('nul', 0);
    literal = '';
  };
  for (let at = 0; at < rest.length; ) {
    const end = rest.charAt(at) === '.' ? ends.find(([, text]) => rest.startsWith(text, at)) : undefined;
    if (end === undefined) {
      literal += rest.charAt(at);
      at += 1;
    } else {
      flush();
      out.u8('value', end[0]);
      at += end[1].length;
    }
  }
  flush();
}

/** `2026-11-22T19:38:50Z` as binary coded decimal with trailing zero octets cut. @see WAP-167-ServiceInd 8.2.2 */
function dateOctets(name: string, text: string): Uint8Array {
  const digits = text.replace(/[-:TZ]/g, '');
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text))
    throw new EncodeError('dm/not-encodable', `${name} is no date such as 2026-11-22T19:38:50Z`, name);
  const octets = Array.from({ length: 7 }, (_, index) => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16));
  while (octets.length > 1 && octets.at(-1) === 0) octets.pop();
  return Uint8Array.from(octets);
}
