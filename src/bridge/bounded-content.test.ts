import { describe, expect, test } from 'vitest';
import { decodeWbxml, describeDmMessage, encodeWbxml, parseXml } from '../dm/index.js';
import { boundedSummary, boundedXml } from './bounded-content.js';

/** WBXML of SyncML 1.2, with a string table. */
const wbxml = (body: readonly number[], table: readonly number[] = []): Uint8Array => {
  const length = table.length < 0x80 ? [table.length] : [0x80 | (table.length >> 7), table.length & 0x7f];
  return Uint8Array.from([0x02, 0xa4, 0x01, 0x6a, ...length, ...table, ...body]);
};
const [syncMl, syncBody, verDtd, verDtdInHeader] = [0x6d, 0x6b, 0x6c, 0x71];
const [replace, item, target, locUri, sequence, end] = [0x60, 0x54, 0x6e, 0x57, 0x64, 0x01];
const table = [...Array.from({ length: 1000 }, () => 0x41), 0];
const fromTable = [0x83, 0x00];

const limits = { documentOctets: 1e7, depth: 64, elements: 1e6, textCharacters: 1e7, embeddedDepth: 8 };

function bounded(octets: Uint8Array) {
  const { root } = decodeWbxml(octets);
  const { summary } = describeDmMessage(root, { form: 'wbxml', secured: false });
  return { summary, root, ...boundedSummary(summary, root, octets.length) };
}

describe('a document that stands for far more text than it has octets', () => {
  const deep = [
    ...Array.from({ length: 55 }, () => sequence),
    ...Array.from({ length: 9_900 }, () => 0x14),
    ...Array.from({ length: 55 }, () => end),
  ];
  const command = [replace, item, target, locUri, ...fromTable, end, end, end, end];
  test.each([
    ['deep', wbxml([syncMl, syncBody, ...deep, end, end]), ['items']],
    ['of empty commands', wbxml([syncMl, syncBody, ...Array.from({ length: 9_900 }, () => 0x20), end, end]), ['commands']],
    [
      'of one text again and again',
      wbxml([syncMl, syncBody, ...Array.from({ length: 240 }, () => command).flat(), end, end], table),
      ['commands', 'characters of XML'],
    ],
    [
      'of a version of a megabyte',
      wbxml([syncMl, verDtd, verDtdInHeader, ...Array.from({ length: 1000 }, () => fromTable).flat(), end, end, end], table),
      ['texts', 'characters of XML'],
    ],
  ])('%s is shown as far as is reasonable, and what is left out is said', (_name, octets, said) => {
    const { shown, diagnostics } = bounded(octets);
    expect(JSON.stringify([shown, diagnostics]).length).toBeLessThan(Math.max(3 * 65_536, 80 * octets.length));
    expect(diagnostics.map(({ code, message }) => [code, said.find((word) => message.includes(word))])).toEqual(
      said.map((word) => ['bridge/left-out', word]),
    );
  });

  test('counts what it leaves out', () => {
    const octets = wbxml([syncMl, syncBody, ...Array.from({ length: 240 }, () => command).flat(), end, end], table);
    const { summary, shown } = bounded(octets);
    const { commands, commandsLeftOut, xml, xmlLeftOut } = shown as {
      commands: unknown[];
      commandsLeftOut: number;
      xml: string;
      xmlLeftOut: number;
    };
    expect(commands.length + commandsLeftOut).toBe(summary.commands.length);
    expect(commands).toEqual(summary.commands.slice(0, commands.length));
    expect(xml.length).toBe(32 * octets.length);
    expect(xml.length + xmlLeftOut).toBeGreaterThan(240_000);
  });

  test('that is only deep is shown whole, on one line', () => {
    const octets = wbxml([syncMl, syncBody, ...deep, end, end]);
    const { root } = decodeWbxml(octets);
    const { xml } = boundedXml(root, octets.length).shown as { xml: string };
    expect(xml).not.toContain('\n');
    expect(encodeWbxml(parseXml(Buffer.from(xml), { limits }).root, {})).toEqual(encodeWbxml(root, {}));
  });
});

test('an honest message of three thousand commands is shown whole and indented', () => {
  const commands = Array.from(
    { length: 3000 },
    (_, index) =>
      `<Replace><CmdID>${index + 1}</CmdID><Item><Target><LocURI>./DevDetail/Ext/Bench/${index}</LocURI></Target><Data>1</Data></Item></Replace>`,
  );
  const { root } = parseXml(Buffer.from(`<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody>${commands.join('')}</SyncBody></SyncML>`), {
    limits,
  });
  const octets = encodeWbxml(root, {}).length;
  const { summary } = describeDmMessage(root, { form: 'wbxml', secured: false });
  const { shown, diagnostics } = boundedSummary(summary, root, octets);
  expect(diagnostics).toEqual([]);
  expect(shown).toEqual(summary);
});
