import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, fromHex, toHex } from '../octets/index.js';
import { propertyRuns } from '../octets/property-runs.testing.js';
import { decodeWbxml, type EncodeWbxmlOptions, encodeWbxml, formatXml, parseXml, provisioning10 } from './index.js';

const utf8 = new TextEncoder();
const write = (xml: string, options: EncodeWbxmlOptions = {}): string => toHex(encodeWbxml(parseXml(utf8.encode(xml)).root, options));
const read = (hex: string): string => formatXml(decodeWbxml(fromHex(hex)));
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'done';
  } catch (error) {
    if (!(error instanceof EncodeError) && !(error instanceof DecodeError)) throw error;
    return error.code;
  }
};

describe('names without a code', () => {
  // Each literal put together by hand from WAP-192-WBXML 5.8.4.5: token, then where its name stands in the table.
  test.each([
    ['an element without content', '<SyncML xmlns="SYNCML:SYNCML1.2"><Own/></SyncML>', '02A4016A04' + '4F776E00' + '6D' + '0400' + '01'],
    [
      'an element with content',
      '<SyncML xmlns="SYNCML:SYNCML1.2"><Own>a</Own></SyncML>',
      '02A4016A04' + '4F776E00' + '6D' + '4400036100' + '0101',
    ],
    ['an element with attributes', '<si><o a="1"/></si>', '02056A04' + '6F006100' + '45' + '8400' + '0402033100' + '01' + '01'],
    ['an element with both', '<si><o a="1">x</o></si>', '02056A04' + '6F006100' + '45' + 'C400' + '0402033100' + '01' + '037800' + '0101'],
    ['a name that stands twice', '<si><o/><o/></si>', '02056A02' + '6F00' + '45' + '0400' + '0400' + '01'],
  ])('%s', (_name, xml, hex) => {
    expect(write(xml)).toBe(hex);
    expect(read(hex)).toBe(xml);
  });

  test('the value of an attribute without a code uses the codes that values have', () => {
    const xml = '<si><indication own="http://x.com/y">t</indication></si>';
    expect(write(xml)).toBe('02056A046F776E0045C604000' + '3687474703A2F2F78008503790001037400' + '0101');
    expect(read(write(xml))).toBe(xml);
  });

  test('an element keeps its namespace by the code page on which it stands', () => {
    const xml = '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><Meta><Own xmlns="syncml:metinf">x</Own></Meta><Own>y</Own></SyncHdr></SyncML>';
    expect(write(xml)).toBe(
      '02A4016A044F776E00' + '6D6C5A' + '0001' + '4400037800' + '01' + '01' + '0000' + '4400037900' + '01' + '01' + '01',
    );
    expect(read(write(xml))).toBe(xml);
  });

  test('a literal on a code page that the document type does not have has the namespace of what it stands in', () => {
    const once = read('02A4016A044F776E00' + '6D' + '0007' + '0400' + '01');
    expect(once).toBe('<SyncML xmlns="SYNCML:SYNCML1.2"><Own/></SyncML>');
    expect(read(write(once))).toBe(once);
  });

  test('names are told once, inside documents in a document too, or refused where that is asked for', () => {
    const xml =
      '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody><Add><Own/><Own/><Item><Data><MgmtTree xmlns="syncml:dmddf1.2"><In/></MgmtTree></Data></Item></Add></SyncBody></SyncML>';
    const told: string[] = [];
    const hex = write(xml, { onLiteral: (name) => told.push(name) });
    expect(told).toEqual(['<Own>', '<In>']);
    expect(read(hex)).toBe(xml);
    expect(codeOf(() => write(xml, { unknownNames: 'refuse' }))).toBe('dm/unknown-element');
    expect(codeOf(() => write('<si><indication own="1"/></si>', { unknownNames: 'refuse' }))).toBe('dm/unknown-element');
  });

  test('what no literal can say is refused', () => {
    expect(codeOf(() => write('<SyncML xmlns="SYNCML:SYNCML1.2"><Own xmlns="other"/></SyncML>'))).toBe('dm/not-encodable');
    expect(codeOf(() => write('<SyncML xmlns="SYNCML:SYNCML1.2"><\u00d6wn/></SyncML>'))).toBe('dm/not-encodable');
    expect(codeOf(() => write('<SyncML xmlns="SYNCML:SYNCML1.2"><Own a="1"/></SyncML>'))).toBe('dm/not-encodable');
  });

  test('XML becomes WBXML and the same XML again, whatever its names', () => {
    const name = fc.constantFrom('Own', 'X-y.z', '_a', 'SyncHdr', 'Format', 'Data', 'Item', 'characteristic', 'parm', 'indication');
    const text = fc.constantFrom('', 'a', 'Own', 'longer text', 'x.com/');
    const attributes = fc.dictionary(
      fc.constantFrom('own', 'name', 'value', 'type', 'href', 'a-b'),
      fc.constantFrom('', '1', 'http://www.a.com/', 'APPLICATION'),
      { maxKeys: 3 },
    );
    const tree = (withAttributes: boolean): fc.Arbitrary<string> =>
      fc.letrec<{ element: string; content: string }>((tie) => ({
        element: fc.tuple(name, withAttributes ? attributes : fc.constant({}), tie('content')).map(([tag, given, content]) => {
          const written = Object.entries(given).map(([attribute, value]) => ` ${attribute}="${value}"`);
          return content === '' ? `<${tag}${written.join('')}/>` : `<${tag}${written.join('')}>${content}</${tag}>`;
        }),
        content: fc.oneof(
          { maxDepth: 4 },
          text,
          fc.array(tie('element'), { maxLength: 3 }).map((all) => all.join('')),
        ),
      })).content;
    fc.assert(
      fc.property(tree(true), fc.boolean(), (content, stringTable) => {
        const xml = `<wap-provisioningdoc>${content}</wap-provisioningdoc>`;
        const once = formatXml(parseXml(utf8.encode(xml)).root);
        expect(read(write(once, { stringTable, type: provisioning10 }))).toBe(once);
      }),
      { numRuns: propertyRuns(300) },
    );
    fc.assert(
      fc.property(tree(false), fc.boolean(), (content, stringTable) => {
        const once = read(write(`<SyncML xmlns="SYNCML:SYNCML1.2">${content}</SyncML>`, { stringTable }));
        const twice = read(write(once, { stringTable }));
        expect(twice).toBe(once);
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
