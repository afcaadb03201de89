// Prints what encoding and decoding a package of 3,000 Replace commands takes, beside libwbxml's tools in the same run: encoding with a string
// table (the tool's own default does not end in a minute, so it is given that long and no longer), and decoding its octets.
// Ours is timed inside a process that has warmed up, and as a whole process with its start; theirs is a whole process.
// usage: npm run benchmark -- --dm [--rounds N] [--commands N] [--patience SECONDS] [--json]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeWbxml, encodeWbxml, parseXml, receivedLimits } from '../dist/dm/index.js';

const option = (name, standard) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const rounds = option('--rounds', 15);
const commands = option('--commands', 3000);
const patience = option('--patience', 60);
const json = process.argv.includes('--json');
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const limits = { ...receivedLimits, documentOctets: 2 ** 24, elements: 1e6, textCharacters: 2 ** 26 };

const replace = (index) =>
  `<Replace><CmdID>${index + 1}</CmdID><Item><Target><LocURI>./DevDetail/Ext/Bench/Node${index % 500}/Flag</LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta><Data>value number ${index}</Data></Item></Replace>`;
const xml = Buffer.from(
  `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "x"><SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>IMEI:004401013243546</LocURI></Target><Source><LocURI>http://dm.bench.invalid/dm</LocURI></Source></SyncHdr><SyncBody>${Array.from({ length: commands }, (_, index) => replace(index)).join('')}<Final/></SyncBody></SyncML>`,
);

/** The least of some rounds after three that warm up, since other work of the machine can only add to it. */
function least(work) {
  const times = [];
  for (let round = -3; round < rounds; round += 1) {
    const began = performance.now();
    work();
    if (round >= 0) times.push(performance.now() - began);
  }
  return Math.min(...times);
}

const folder = mkdtempSync(join(tmpdir(), 'wapbridge-dm-'));
try {
  const file = (name, octets) => {
    writeFileSync(join(folder, name), octets);
    return join(folder, name);
  };
  const { root } = parseXml(xml, { limits });
  const encoded = encodeWbxml(root, { stringTable: true });
  const plain = encodeWbxml(root);
  const [xmlFile, plainFile] = [file('package.xml', xml), file('package.wbxml', plain)];
  const run = (program, words, timeout) => spawnSync(program, words, { stdio: 'ignore', timeout });
  const present = run('wbxml2xml', ['-h']).error === undefined;
  const out = join(folder, 'out');
  const figures = {
    commands,
    xmlOctets: xml.length,
    wbxmlOctets: plain.length,
    wbxmlWithTableOctets: encoded.length,
    encodeWithTableMs: least(() => encodeWbxml(root, { stringTable: true })),
    parseAndEncodeWithTableMs: least(() => encodeWbxml(parseXml(xml, { limits }).root, { stringTable: true })),
    decodeMs: least(() => decodeWbxml(plain, { limits })),
    decodeWithTableMs: least(() => decodeWbxml(encoded, { limits })),
    decodeProcessMs: least(() => run(process.execPath, [main, 'convert', plainFile, '--to', 'xml', '--out', out])),
  };
  if (present) {
    figures.libwbxmlDecodeProcessMs = least(() => run('wbxml2xml', ['-o', out, plainFile]));
    figures.libwbxmlEncodeWithoutTableProcessMs = least(() => run('xml2wbxml', ['-n', '-o', out, xmlFile]));
    const began = performance.now();
    const { error } = run('xml2wbxml', ['-o', out, xmlFile], 1000 * patience);
    figures.libwbxmlEncodeWithTableProcessMs = error === undefined ? performance.now() - began : null;
  }
  if (json) console.log(JSON.stringify(figures));
  else {
    const ms = (value) => `${value.toFixed(1)} ms`;
    console.log(
      `${commands} Replace commands: ${xml.length} octets of XML, ${plain.length} of WBXML, ${encoded.length} with a string table`,
    );
    console.log(
      `  encode with a string table     ${ms(figures.encodeWithTableMs)} (aim 60 ms); from XML ${ms(figures.parseAndEncodeWithTableMs)}`,
    );
    console.log(`  decode                         ${ms(figures.decodeMs)}; with a string table ${ms(figures.decodeWithTableMs)}`);
    console.log(`  convert to XML, whole process  ${ms(figures.decodeProcessMs)}`);
    if (!present) console.log('  libwbxml is not installed (Debian package libwbxml2-utils)');
    else {
      const theirs = figures.libwbxmlDecodeProcessMs;
      const table = figures.libwbxmlEncodeWithTableProcessMs;
      console.log(`  wbxml2xml, whole process       ${ms(theirs)}: decoding takes ${(figures.decodeMs / theirs).toFixed(2)} of that`);
      console.log(
        `  xml2wbxml, whole process       ${ms(figures.libwbxmlEncodeWithoutTableProcessMs)} without a string table; with one ${table === null ? `not done after ${patience} s` : ms(table)}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
