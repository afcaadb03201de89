import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError, fromHex, toHex } from '../octets/index.js';
import { propertyRuns } from '../octets/property-runs.testing.js';
import { bodies } from './dm.vectors.js';
import {
  decodeWbxml,
  documentTypeOfRoot,
  documentTypes,
  type ElementNode,
  encodeWbxml,
  formatXml,
  parseXml,
  receivedLimits,
  syncMl12,
} from './index.js';

const utf8 = new TextEncoder();
const xmlOf = (hex: string): string => formatXml(decodeWbxml(fromHex(hex)));
const codeOf = (hex: string, options: Parameters<typeof decodeWbxml>[1] = {}): string => {
  try {
    decodeWbxml(fromHex(hex), options);
    return 'read';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${error.code} at ${error.offset}`;
  }
};

/** WBXML 1.2, SyncML 1.2, UTF-8, no string table. */
const head = '02A4016A00';

describe('bodies', () => {
  test.each(Object.entries(bodies))('%s reads and writes back octet for octet', (_name, { wbxml, xml }) => {
    const document = decodeWbxml(fromHex(wbxml));
    expect(document.diagnostics).toEqual([]);
    expect(toHex(encodeWbxml(document.root))).toBe(wbxml);
    expect(toHex(encodeWbxml(parseXml(utf8.encode(formatXml(document))).root))).toBe(wbxml);
    if (xml !== null) expect(toHex(encodeWbxml(parseXml(utf8.encode(xml)).root, { opaqueData: true }))).toBe(wbxml);
  });

  test('a tree inside a message is read with its own tables', () => {
    expect(xmlOf(bodies.bootstrap_with_embedded_tnds_wbxml.wbxml)).toContain(
      '<Data><MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD><Node>',
    );
  });

  test('binary data is base64 behind a mark and comes back as octets', () => {
    const document = decodeWbxml(fromHex(`${head}6D6B604B0331000154` + '4FC303FF00FE' + '01010101' + '01'));
    const xml = formatXml(document);
    expect(xml).toContain('<Data><?wapbridge base64?>/wD+</Data>');
    expect(toHex(encodeWbxml(parseXml(utf8.encode(xml)).root))).toBe(toHex(encodeWbxml(document.root)));
  });

  test('a carriage return survives the way through XML', () => {
    const document = decodeWbxml(fromHex(`${head}6D6B604B0331000154` + '4F03610D0A6200' + '01' + '01010101'));
    const back = parseXml(utf8.encode(formatXml(document))).root;
    expect(toHex(encodeWbxml(back))).toBe(toHex(encodeWbxml(document.root)));
  });
});

describe('ways through XML and back', () => {
  const through = (hex: string): { readonly xml: string; readonly hex: string } => {
    const document = decodeWbxml(fromHex(hex));
    const xml = formatXml(document, { indent: 2 });
    return { xml, hex: toHex(encodeWbxml(parseXml(utf8.encode(xml)).root)) };
  };
  const data = (content: string): string => `${head}6D6B604B0331000154${content}01010101`;

  test.each([
    ['lines that all end in CR LF', '4F03610D0A620D0A0001', '<Data><?wapbridge crlf?>a\nb\n</Data>'],
    ['the same as opaque data', '4FC306610D0A620D0A01', '<Data><?wapbridge crlf?><![CDATA[a\nb\n]]></Data>'],
    ['mixed line ends', '4F03610D0A620A630D0001', '<Data>a&#13;\nb\nc&#13;</Data>'],
    ['text before octets and after', '4F036100C303FF00FE03620001', '<Data>a<?wapbridge base64?>/wD+<?wapbridge text?>b</Data>'],
    ['blanks beside an element', '542E03200054', '<Item><Target/><?wapbridge text?> <Item>'],
    ['the end of a CDATA section', '4FC3035D5D3E01', '<Data><![CDATA[]]]]><![CDATA[>]]></Data>'],
    ['opaque data without octets', '4FC30001', '<Data><![CDATA[]]></Data>'],
  ])('%s', (_name, content, shown) => {
    const hex = content.startsWith('54') ? `${head}6D6B60542E0320005412010101010101`.slice(0, -2) : data(content);
    const back = through(hex);
    expect(back.xml.replace(/\n +</g, '<')).toContain(shown.replace(/\n +</g, '<'));
    expect(back.hex).toBe(hex);
  });

  test('base64 that is none is refused', () => {
    expect(() => parseXml(utf8.encode('<a><?wapbridge base64?>%%</a>'))).toThrow(
      expect.objectContaining({ code: 'dm/bad-base64', offset: 25 }),
    );
  });
});

describe('the kind of a document', () => {
  const typeOf = (xml: string): string => {
    const { root, doctype } = parseXml(utf8.encode(xml));
    return documentTypeOfRoot(root, { doctype })?.id ?? 'none';
  };
  test.each([
    ['<SyncML/>', 'syncml-1.2'],
    ['<SyncML xmlns="SYNCML:SYNCML1.1"/>', 'syncml-1.1'],
    ['<SyncML xmlns="SYNCML:SYNCML1.0"/>', 'syncml-1.0'],
    ['<SyncML><SyncHdr><VerDTD>1.1</VerDTD></SyncHdr></SyncML>', 'syncml-1.1'],
    ['<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.1//EN" "x"><SyncML/>', 'syncml-1.1'],
    ['<DevInf xmlns="syncml:devinf"/>', 'devinf-1.2'],
    ['<DevInf xmlns="syncml:devinf"><VerDTD>1.1</VerDTD></DevInf>', 'devinf-1.1'],
    ['<!DOCTYPE DevInf PUBLIC "-//SYNCML//DTD DevInf 1.0//EN" "x"><DevInf/>', 'devinf-1.0'],
    ['<MgmtTree/>', 'dmddf-1.2'],
    ['<wap-provisioningdoc/>', 'provisioning-1.0'],
    ['<other/>', 'none'],
  ])('%s: %s', (xml, id) => {
    expect(typeOf(xml)).toBe(id);
  });

  test('device information in a message of SyncML 1.1 is that of 1.1, with its own names', () => {
    const xml =
      '<SyncML xmlns="SYNCML:SYNCML1.1"><SyncBody><Results><Item><Data><DevInf xmlns="syncml:devinf"><CTCap><Size>8</Size></CTCap></DevInf></Data></Item></Results></SyncBody></SyncML>';
    expect(formatXml(decodeWbxml(encodeWbxml(parseXml(utf8.encode(xml)).root)))).toBe(xml);
  });
});

describe('other document types', () => {
  // Made by hand from WAP-167-ServiceInd and WAP-168-ServiceLoad with the code points of their tables.
  test('a service indication with a date and a host end', () => {
    const hex = '02056A0045C60D0361008507' + '0AC30420261122' + '010373000101';
    const xml = '<si><indication href="http://www.a.com/" action="signal-medium" created="2026-11-22T00:00:00Z">s</indication></si>';
    expect(xmlOf(hex)).toBe(xml);
    expect(toHex(encodeWbxml(parseXml(utf8.encode(xml)).root))).toBe(hex);
  });

  test.each([
    ['a date of eight octets', '02056A0045C60AC3082026112219385000' + '010101', 'dm/bad-date at 9'],
    ['a date that is no number', '02056A0045C60AC3012A' + '010101', 'dm/bad-date at 9'],
    ['an attribute twice', '02056A0045C60A0361000A' + '0101', 'dm/duplicate-attribute at 10'],
    ['an attribute start without a code', '02056A0045C63F', 'dm/unknown-attribute at 6'],
    ['an attribute value without a code', '02056A0045C60BF0', 'dm/unknown-attribute at 7'],
    ['a value before any attribute', '02056A0045C685', 'dm/unexpected-token at 6'],
  ])('%s is refused', (_name, hex, outcome) => {
    expect(codeOf(hex)).toBe(outcome);
  });
});

describe('refusals', () => {
  test.each([
    ['', 'octets/truncated at 0'],
    ['00A4016A006D01', 'dm/unsupported-version at 0'],
    ['7FA4016A006D01', 'dm/unsupported-version at 0'],
    ['02998016A0', 'octets/truncated at 4'],
    ['02FF01' + '6A002D', 'dm/unknown-document-type at 1'],
    ['02016A002D', 'dm/unknown-document-type at 1'],
    ['0200006A03414200' + '2D', 'dm/unknown-document-type at 1'],
    ['0200096A03414200' + '2D', 'dm/string-table-index at 1'],
    ['028FFFFFFF7F6A002D', 'dm/unknown-document-type at 1'],
    ['0290808080006A002D', 'dm/integer-too-long at 1'],
    ['02808080808000', 'dm/integer-too-long at 1'],
    ['02A40187680' + '02D', 'dm/unsupported-charset at 3'],
    ['02A4016A7F' + '2D', 'octets/truncated at 5'],
    [`${head}`, 'octets/truncated at 5'],
    [`${head}01`, 'dm/unexpected-token at 5'],
    [`${head}0361002D`, 'dm/unexpected-token at 5'],
    [`${head}2D01`, 'octets/trailing at 6'],
    [`${head}6D0101`, 'octets/trailing at 7'],
    [`${head}6D`, 'octets/truncated at 6'],
    [`${head}3E`, 'dm/unknown-tag at 5'],
    [`${head}6D000905`, 'dm/unknown-tag at 8'],
    [`${head}AD01`, 'dm/unexpected-token at 5'],
    [`${head}43`, 'dm/unexpected-token at 5'],
    [`${head}6DC001`, 'dm/unexpected-token at 6'],
    [`${head}6D0200`, 'dm/forbidden-character at 7'],
    [`${head}6D021F`, 'dm/forbidden-character at 7'],
    [`${head}6D0283B000`, 'dm/forbidden-character at 7'],
    [`${head}6D02C48000`, 'dm/forbidden-character at 7'],
    [`${head}6D03610001`, 'read'],
    [`${head}6D0361`, 'octets/truncated at 7'],
    [`${head}6D03FF0001`, 'dm/bad-text at 7'],
    [`${head}6D03010001`, 'dm/forbidden-character at 7'],
    [`${head}6D8300`, 'dm/string-table-index at 7'],
    [`${head}6DC37F00`, 'octets/truncated at 8'],
    [`${head}6DC38FFFFFFF7F`, 'octets/truncated at 12'],
    ['02A4016A023120' + '44', 'octets/truncated at 8'],
    ['02A4016A023120' + '4400', 'dm/bad-name at 8'],
  ])('%s: %s', (hex, outcome) => {
    expect(codeOf(hex)).toBe(outcome);
  });

  test('a document that does not say what it is takes the type its sender promised', () => {
    const document = decodeWbxml(fromHex('02016A002D'), { fallbackType: syncMl12 });
    expect(document.type.id).toBe('syncml-1.2');
    expect(document.diagnostics.map(({ code, offset }) => [code, offset])).toEqual([['dm/public-identifier-unknown', 1]]);
  });

  test('offsets count from the start of the outermost input', () => {
    expect(codeOf(`${head}6D8300`, { baseOffset: 100 })).toBe('dm/string-table-index at 107');
  });
});

describe('limits', () => {
  const nested = (depth: number): string => head + '6D'.repeat(depth) + '01'.repeat(depth);
  test('depth: at it and one past it', () => {
    expect(codeOf(nested(64))).toBe('read');
    expect(codeOf(nested(65))).toBe('dm/too-deep at 69');
  });

  test('elements: at it and one past it', () => {
    const wide = (count: number): string => `${head}6D${'12'.repeat(count - 1)}01`;
    expect(codeOf(wide(10_000))).toBe('read');
    expect(codeOf(wide(10_001))).toBe('dm/too-many-elements at 10005');
  });

  test('octets: at it and one past it', () => {
    const long = (octets: number): string => `${head}6D03${'61'.repeat(octets - 9)}0001`;
    expect(codeOf(long(64 * 1024))).toBe('read');
    expect(codeOf(long(64 * 1024 + 1))).toBe('dm/document-too-long at 0');
  });

  test('text: every use of a table string counts, before it is made', () => {
    const bomb = (uses: number, more = ''): string => `02A4016A${'A000'}${'61'.repeat(4095)}006D${'8300'.repeat(uses)}${more}01`;
    // 256 times 4,095 and 256 more are 1 MiB to the character.
    const rest = (characters: number): string => `03${'61'.repeat(characters)}00`;
    expect(codeOf(bomb(256, rest(256)))).toBe('read');
    expect(codeOf(bomb(256, rest(257)))).toMatch(/^dm\/too-much-text/);
    expect(codeOf(bomb(257))).toMatch(/^dm\/too-much-text/);
  });

  test('string table: as long as what is left, and one octet longer', () => {
    expect(codeOf('02A4016A03616200')).toBe('octets/truncated at 8');
    expect(codeOf('02A4016A04616200' + '2D')).toMatch(/^octets\/truncated/);
    expect(codeOf('02A4016A03616200' + '2D')).toBe('read');
    expect(codeOf('02A4016A05616200' + '2D')).toBe('octets/truncated at 5');
  });

  test('documents inside documents: at it and one past it', () => {
    const inside = (hex: string): string => {
      const octets = hex.length / 2;
      const length = octets < 128 ? toHex(Uint8Array.of(octets)) : toHex(Uint8Array.of(0x80 | (octets >> 7), octets & 0x7f));
      return `${head}4FC3${length}${hex}01`;
    };
    expect(codeOf(inside(inside(`${head}2D`)))).toBe('read');
    expect(codeOf(inside(inside(inside(`${head}2D`))))).toMatch(/^dm\/embedded-too-deep/);
  });

  test('what begins as a document and is none stays octets, with a diagnostic', () => {
    const document = decodeWbxml(fromHex(`${head}4FC306${head}3E01`));
    expect(document.root.children).toEqual([{ kind: 'binary', octets: fromHex(`${head}3E`) }]);
    expect(document.diagnostics.map(({ code }) => code)).toEqual(['dm/embedded-unreadable']);
  });

  test('the replacement character is text where a sender wrote it, and octets that are no UTF-8 are none', () => {
    const kindOf = (content: string) => decodeWbxml(fromHex(`${head}4F${content}01`)).root.children[0]?.kind;
    expect([kindOf('C303EFBFBD'), kindOf('C304EFBFBDFF'), kindOf('C301FF'), kindOf('C302C080'), kindOf('C303EDA080')]).toEqual([
      'opaque-text',
      'binary',
      'binary',
      'binary',
      'binary',
    ]);
  });

  test('after 32 of them opaque data that begins as a document is no longer looked into, and stays octets', () => {
    const broken = `4FC306${head}3E01`;
    const document = decodeWbxml(fromHex(`${head}6D${broken.repeat(40)}4FC306${head}2D0101`));
    expect(document.diagnostics).toHaveLength(32);
    expect(document.diagnostics.at(-1)?.message).toContain('not looked into');
    const last = document.root.children.at(-1);
    expect(last).toMatchObject({ kind: 'element', children: [{ kind: 'binary' }] });
  });

  test('a caller may raise them', () => {
    expect(codeOf(nested(65), { limits: { ...receivedLimits, depth: 65 } })).toBe('read');
  });
});

describe('XML', () => {
  const refused = (xml: string): string => {
    try {
      parseXml(utf8.encode(xml));
      return 'read';
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return error.code;
    }
  };
  test.each([
    ['<a>', 'dm/bad-xml'],
    ['', 'dm/bad-xml'],
    ['<a></b>', 'dm/bad-xml'],
    ['<a/>x', 'dm/bad-xml'],
    ['<a>&x;</a>', 'dm/bad-xml'],
    ['<a>\u0001</a>', 'dm/bad-xml'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'dm/bad-xml'],
    ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'read'],
    ['<?xml version="1.0" encoding="koi8-r"?><a/>', 'dm/unsupported-charset'],
    ['<a>&amp;&lt;&gt;&quot;&apos;&#233;&#xe9;</a>', 'read'],
    ['<a>&constructor;</a>', 'dm/bad-xml'],
    ['<a>&__proto__;</a>', 'dm/bad-xml'],
    ['<!DOCTYPE l [<!ENTITY a "l"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><l>&c;</l>', 'dm/bad-xml'],
    ['<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>', 'read'],
    ['<a/><b/>', 'dm/bad-xml'],
    ['<a x="1" x="2"/>', 'dm/bad-xml'],
    ['<a x="<"/>', 'dm/bad-xml'],
    ['<a>]]></a>', 'dm/bad-xml'],
    ['<a><?xml version="1.0"?></a>', 'dm/bad-xml'],
    ['<?xml version="1.1"?><a>&#1;</a>', 'dm/bad-xml'],
    ['<x:a/>', 'dm/bad-xml'],
    ['<a>&#xD800;</a>', 'dm/bad-xml'],
    ['<a', 'dm/bad-xml'],
    ['<a><![CDATA[x</a>', 'dm/bad-xml'],
    ['<?xml version="1.0" encoding="us-ascii"?><a>\u00e9</a>', 'dm/bad-text'],
    ['<?xml version="1.0" encoding="UTF-16"?><a/>', 'dm/unsupported-charset'],
  ])('%s: %s', (xml, outcome) => {
    expect(refused(xml)).toBe(outcome);
  });

  test('depth, elements and text are bounded', () => {
    expect(refused('<a>'.repeat(64) + '</a>'.repeat(64))).toBe('read');
    expect(refused('<a>'.repeat(65) + '</a>'.repeat(65))).toBe('dm/too-deep');
    expect(refused(`<a>${'<b/>'.repeat(9_999)}</a>`)).toBe('read');
    expect(refused(`<a>${'<b/>'.repeat(10_000)}</a>`)).toBe('dm/too-many-elements');
    expect(refused(`<a>${'x'.repeat(65_529)}</a>`)).toBe('read');
    expect(refused(`<a>${'x'.repeat(65_530)}</a>`)).toBe('dm/document-too-long');
    const within = (textCharacters: number): string => {
      try {
        parseXml(utf8.encode('<a b="12">345</a>'), { limits: { ...receivedLimits, textCharacters } });
        return 'read';
      } catch (error) {
        return (error as DecodeError).code;
      }
    };
    expect(within(5)).toBe('read');
    expect(within(4)).toBe('dm/too-much-text');
  });

  test('layout between elements is left out, blanks in text are kept', () => {
    const { root } = parseXml(utf8.encode('<SyncML>\n  <SyncHdr> x </SyncHdr>\n</SyncML>'));
    expect(root.children).toMatchObject([{ name: 'SyncHdr', children: [{ kind: 'text', text: ' x ' }] }]);
  });

  test.each([
    ['UTF-16, big end first', Uint8Array.of(0xfe, 0xff, 0, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e)],
    ['UTF-16, little end first', Uint8Array.of(0xff, 0xfe, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e, 0)],
    ['UTF-8 with a mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x3c, 0x61, 0x2f, 0x3e)],
  ])('%s', (_name, octets) => {
    expect(parseXml(octets).root.name).toBe('a');
  });

  test('the character set of the transport counts before the declaration', () => {
    const octets = Uint8Array.of(0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e);
    expect(parseXml(octets, { charset: 'ISO-8859-1' }).root.children).toEqual([{ kind: 'text', text: 'é' }]);
    expect(() => parseXml(octets)).toThrow(expect.objectContaining({ code: 'dm/bad-text' }));
  });

  test('errors and elements stand at their octets, whatever their characters take', () => {
    const octets = utf8.encode('\ufeff<a>é€😀<b/><c></a>');
    expect(parseXml(utf8.encode('\ufeff<a>é€😀<b/></a>')).root.children[1]).toMatchObject({ name: 'b', offset: 15 });
    expect(() => parseXml(octets, { baseOffset: 100 })).toThrow(expect.objectContaining({ code: 'dm/bad-xml', offset: 125 }));
  });

  test('lines of XML end in a line feed, however they were written', () => {
    expect(parseXml(utf8.encode('<a>x\r\ny\rz</a>')).root.children).toEqual([{ kind: 'text', text: 'x\ny\nz' }]);
  });
});

const text = fc
  .string({ unit: 'binary', maxLength: 20 })
  .filter((value) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(value) && value.trim() !== '');
const leafNames = [...(syncMl12.tags.get(0)?.byName.keys() ?? [])];
const metaNames = [...(syncMl12.tags.get(1)?.byName.keys() ?? [])];
const element: fc.Arbitrary<ElementNode> = fc.letrec<{ node: ElementNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc
      .tuple(fc.constantFrom(...leafNames), fc.option(text, { nil: undefined }))
      .map(([name, value]) => make(name, 'SYNCML:SYNCML1.2', value === undefined ? [] : [{ kind: 'text', text: value }])),
    fc.tuple(fc.constantFrom(...metaNames), text).map(([name, value]) => make(name, 'syncml:metinf', [{ kind: 'text', text: value }])),
    fc
      .tuple(fc.constantFrom(...leafNames), fc.uint8Array({ minLength: 5, maxLength: 9 }))
      .map(([name, octets]) => make(name, 'SYNCML:SYNCML1.2', [{ kind: 'binary', octets: Uint8Array.of(0xff, ...octets) }])),
    fc
      .tuple(fc.constantFrom(...leafNames), fc.array(tie('node'), { maxLength: 4 }))
      .map(([name, children]) => make(name, 'SYNCML:SYNCML1.2', children)),
  ),
})).node;

function make(name: string, namespace: string, children: ElementNode['children']): ElementNode {
  return { kind: 'element', name, namespace, attributes: [], children, offset: 0 };
}

/** A tree without the places where its elements stood. */
function shape(node: ElementNode): unknown {
  return [
    node.name,
    node.namespace,
    node.children.map((item) => (item.kind === 'element' ? shape(item) : item.kind === 'binary' ? toHex(item.octets) : item)),
  ];
}

describe('properties', () => {
  test('what is written reads back the same, with a string table and without, through XML and not', () => {
    fc.assert(
      fc.property(element, fc.boolean(), (root, stringTable) => {
        const octets = encodeWbxml(root, { type: syncMl12, stringTable });
        const document = decodeWbxml(octets);
        expect(shape(document.root)).toEqual(shape(root));
        for (const indent of [0, 2]) expect(shape(parseXml(utf8.encode(formatXml(document, { indent }))).root)).toEqual(shape(root));
      }),
      { numRuns: propertyRuns(300) },
    );
  });

  test('changed octets give a document or a located error, never anything else', () => {
    const seeds = Object.values(bodies).map(({ wbxml }) => fromHex(wbxml));
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 }),
        fc.nat(300),
        (seed, changes, cut) => {
          const octets = seed.slice(0, seed.length - Math.min(cut, seed.length));
          for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
          try {
            formatXml(decodeWbxml(octets));
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
            expect((error as DecodeError).offset).toBeLessThanOrEqual(octets.length);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every table has each code and each name once', () => {
    for (const type of documentTypes) for (const { byCode, byName } of type.tags.values()) expect(byCode.size).toBe(byName.size);
  });
});
