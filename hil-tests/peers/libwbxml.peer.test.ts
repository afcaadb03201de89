import { expect } from 'vitest';
import { bodies } from '../../src/dm/dm.vectors.js';
import { decodeWbxml, encodeWbxml, formatXml, parseXml } from '../../src/dm/index.js';
import { fromHex, toHex } from '../../src/octets/index.js';
import { seededRandom } from '../../src/runtime/index.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';
import { meant, saying, wbxml2xml, xml2wbxml } from './libwbxml.js';
import { cdataEnd, makeDocument, type TestDocument } from './syncml-documents.js';

const utf8 = new TextEncoder();
const seed = Number(process.env.SEED ?? 2948);
const documents = (without: readonly string[] = []): readonly TestDocument[] => {
  const random = seededRandom(seed);
  return Array.from({ length: 1000 }, () => makeDocument(random, without));
};

describePeer('libwbxml', { wbxml2xml: 'libwbxml2-utils', xml2wbxml: 'libwbxml2-utils' }, () => {
  test.each(Object.entries(bodies))(
    '%s: wbxml2xml reads what wapbridge encodes, wapbridge reads what xml2wbxml encodes',
    (_name, { wbxml, xml }) => {
      const expected = saying(decodeWbxml(fromHex(wbxml)).root);
      const ours = encodeWbxml(decodeWbxml(fromHex(wbxml)).root);
      expect(saying(parseXml(wbxml2xml(ours)).root)).toEqual(expected);
      expect(saying(decodeWbxml(xml2wbxml(wbxml2xml(ours))).root)).toEqual(expected);
      if (xml !== null) expect(saying(decodeWbxml(xml2wbxml(utf8.encode(xml))).root)).toEqual(expected);
    },
  );

  test(`wbxml2xml reads what wapbridge encodes: 1000 documents, half of them with a string table (seed ${seed})`, () => {
    const pages = new Set<string>();
    documents([cdataEnd]).forEach(({ root, xml }, index) => {
      const parsed = parseXml(utf8.encode(xml)).root;
      expect(saying(parsed), `document ${index}`).toEqual(meant(root));
      const wbxml = encodeWbxml(parsed, { stringTable: index % 2 === 1, opaqueData: index % 4 > 1 });
      expect(saying(parseXml(wbxml2xml(wbxml)).root), `document ${index}: ${toHex(wbxml)}`).toEqual(meant(root));
      for (const line of meant(root)) pages.add(line.replace(/^.*\/(\S+) \{(.*?)\}.*$/, '$2 $1'));
    });
    // The documents are worth something only where they go through many elements of each code page.
    expect(pages.size).toBeGreaterThan(60);
  });

  test('names without a code: wbxml2xml reads those that wapbridge writes, wapbridge those that xml2wbxml writes', () => {
    const xml =
      '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><Own>a</Own></SyncHdr><SyncBody><X-y><Own/></X-y></SyncBody></SyncML>';
    const { root } = parseXml(utf8.encode(xml));
    expect(saying(parseXml(wbxml2xml(encodeWbxml(root))).root)).toEqual(saying(root));
    expect(saying(decodeWbxml(xml2wbxml(utf8.encode(xml))).root)).toEqual(saying(root));
    const service = '<si><indication href="http://a.com/" own="http://x.com/y">t</indication><other z="1"/></si>';
    const indication = parseXml(utf8.encode(service)).root;
    expect(formatXml(parseXml(wbxml2xml(encodeWbxml(indication))).root)).toBe(service);
    expect(formatXml(decodeWbxml(xml2wbxml(utf8.encode(service))).root)).toBe(service);
  });

  test('named fault: opaque text with the end of a CDATA section is written by wbxml2xml as XML that is not well-formed', () => {
    const xml = `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody><Add><CmdID>1</CmdID><Item><Data>a]]&gt;b</Data></Item></Add></SyncBody></SyncML>`;
    const wbxml = encodeWbxml(parseXml(utf8.encode(xml)).root, { opaqueData: true });
    expect(() => parseXml(wbxml2xml(wbxml))).toThrow(expect.objectContaining({ code: 'dm/bad-xml' }));
    expect(saying(decodeWbxml(wbxml).root)).toEqual(saying(parseXml(utf8.encode(xml)).root));
  });

  test(`wapbridge reads what xml2wbxml encodes: 1000 documents (seed ${seed})`, () => {
    documents().forEach(({ root, xml }, index) => {
      const wbxml = xml2wbxml(utf8.encode(xml));
      expect(saying(decodeWbxml(wbxml).root), `document ${index}: ${toHex(wbxml)}`).toEqual(meant(root));
    });
  });
});
