// What the inputs are made from: every run of hexadecimal digits in the vector files of the repo, by what it decodes as, with the
// places of its fields and of the octets that count others.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { decodeMms, decodeNotification, decodeSuplInit, decodeWbxml } from '../../dist/dm/index.js';
import { DecodeError, fromHex } from '../../dist/octets/index.js';
import { decodePduMode, decodeTpdu, decodeUserData } from '../../dist/sms/index.js';
import { decodePush } from '../../dist/wsp/index.js';
import { httpSeeds } from './http.mjs';
import { obexSeeds } from './obex.mjs';
import { otherContentSeeds } from './other-content.mjs';
import { sipSeeds } from './sip.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How each kind of octets is decoded; the first that takes a vector decides what it is. */
export const octetDecoders = {
  'pdu-from-modem': (octets, options) => decodePduMode(octets, { ...options, direction: 'from-modem' }),
  'pdu-to-modem': (octets, options) => decodePduMode(octets, { ...options, direction: 'to-modem' }),
  'tpdu-from-modem': (octets, options) => decodeTpdu(octets, { ...options, direction: 'from-modem' }),
  'tpdu-to-modem': (octets, options) => decodeTpdu(octets, { ...options, direction: 'to-modem' }),
  'user-data': decodeUserData,
  push: decodePush,
  wbxml: decodeWbxml,
  notification: decodeNotification,
  mms: decodeMms,
  supl: decodeSuplInit,
};

/** What the octets of a room's vectors can be. */
const rooms = {
  sms: ['pdu-from-modem', 'pdu-to-modem', 'tpdu-from-modem', 'tpdu-to-modem', 'user-data'],
  wsp: ['push'],
  routing: ['push'],
  dm: ['wbxml', 'notification'],
};

async function vectorTexts() {
  const folder = join(root, 'reports/vectors');
  const found = [];
  for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.vectors.js'))) {
    const room = file.split('/')[0];
    const queue = Object.values(await import(pathToFileURL(join(folder, file)).href));
    for (let value = queue.pop(); value !== undefined || queue.length > 0; value = queue.pop()) {
      if (typeof value === 'string') found.push({ room, file, text: value });
      else if (typeof value === 'object' && value !== null) queue.push(...Object.values(value));
    }
  }
  // Tests hold octets too, written as whole literals.
  for (const room of Object.keys(rooms)) {
    const tests = readdirSync(join(root, 'src', room)).filter((name) => name.endsWith('.test.ts'));
    for (const file of tests) {
      const text = readFileSync(join(root, 'src', room, file), 'utf8');
      for (const [, hex] of text.matchAll(/['"`]((?:[0-9A-F]{2}){8,})['"`]/g)) found.push({ room, file, text: hex });
    }
  }
  return found;
}

/** Field ranges, and octets that count what follows them. */
function structureOf(octets, decode) {
  const fields = [];
  const counts = [];
  try {
    decode(octets, {
      annotate: ({ offset, octets: range, field }) => {
        fields.push({ offset, length: range.length });
        if (/(udl|udh|ength|^sca)$/.test(field) && range.length === 1) counts.push({ at: offset, end: offset + 1 + octets[offset] });
        else if (/\.ie\[\d+\]$/.test(field)) counts.push({ at: offset + 1, end: offset + range.length });
      },
    });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return { fields: fields.filter(({ length }) => length > 0), counts: counts.filter(({ end }) => end <= octets.length) };
}

const makeSeed = (kind, octets) => ({ kind, octets, ...structureOf(octets, octetDecoders[kind] ?? (() => undefined)) });

function reads(kind, octets) {
  try {
    octetDecoders[kind](octets, {});
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** Seeds by kind. */
export async function gatherSeeds() {
  const seeds = Object.fromEntries(
    [
      ...Object.keys(octetDecoders),
      'xml',
      'at-log',
      'trace',
      'config',
      ...Object.keys({ ...httpSeeds, ...obexSeeds, ...otherContentSeeds, ...sipSeeds }),
    ].map((kind) => [kind, []]),
  );
  const add = (kind, octets) => seeds[kind].push(makeSeed(kind, octets));
  const encoder = new TextEncoder();
  for (const { room, file, text } of await vectorTexts()) {
    if (text.startsWith('<?xml') || text.startsWith('<SyncML')) add('xml', encoder.encode(text));
    if (!/^(?:[0-9A-Fa-f]{2})+$/.test(text)) continue;
    const octets = fromHex(text);
    if (room === 'wsp' && file.endsWith('.vectors.js') && !file.includes('push')) {
      // A content type or a header by itself, put into a push.
      const block = file.includes('header') ? [0xc2, 0xaf, 0x87, ...octets] : [...octets, 0xaf, 0x87];
      if (block.length < 0x80) add('push', Uint8Array.from([1, 6, block.length, ...block, 2, 0xa4]));
      continue;
    }
    const kinds = rooms[room] ?? [];
    // What is refused stays as a start for mutations, but for DM's keys and digests, which are no documents.
    const kind = kinds.find((name) => reads(name, octets)) ?? (room === 'dm' ? undefined : kinds[0]);
    if (kind !== undefined) add(kind, octets);
    // Tests of notifications hold the trigger without its digest.
    const digested = Uint8Array.from([...new Uint8Array(16).fill(0xd1), ...octets]);
    if (room === 'dm' && octets.length < 64 && !text.startsWith('02A4') && reads('notification', digested)) {
      add('notification', digested);
      add('push', Uint8Array.from([1, 6, 3, 0xc4, 0xaf, 0x87, ...digested]));
    }
  }
  for (const { octets } of [...seeds['pdu-from-modem']]) add('tpdu-from-modem', octets.subarray(1 + octets[0]));
  for (const { octets } of [...seeds['pdu-to-modem']]) add('tpdu-to-modem', octets.subarray(1 + octets[0]));
  for (const octets of otherContentSeeds.mms) add('push', Uint8Array.from([1, 6, 3, 0xbe, 0xaf, 0x84, ...octets]));
  for (const octets of otherContentSeeds.supl) add('push', Uint8Array.from([1, 6, 6, 3, 2, 3, 0x12, 0xaf, 0x90, ...octets]));
  // Pushes as they travel: in one part, and in user data that stands alone.
  for (const { octets } of [...seeds.push]) {
    if (octets.length > 133) continue;
    add('user-data', Uint8Array.from([6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, ...octets]));
    const head = fromHex('00440B914477009810F200046211229183050000'.slice(0, -2));
    add('pdu-from-modem', Uint8Array.from([...head, 7 + octets.length, 6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, ...octets]));
  }
  for (const { octets } of seeds.wbxml.slice(0, 40)) {
    if (octets.length < 0x4000) add('push', Uint8Array.from([1, 6, 3, 0xc2, 0xaf, 0x87, ...octets]));
  }
  for (const text of logTexts(seeds)) add('at-log', encoder.encode(text));
  for (const text of traceTexts(seeds)) add('trace', encoder.encode(text));
  for (const [kind, list] of Object.entries({ ...httpSeeds, ...obexSeeds, ...otherContentSeeds, ...sipSeeds }))
    for (const octets of list) add(kind, octets);
  for (const text of configTexts) add('config', encoder.encode(text));
  for (const [kind, list] of Object.entries(seeds)) if (list.length === 0) throw new Error(`no vector of the kind ${kind}`);
  return seeds;
}

const hexOf = (octets) => Buffer.from(octets).toString('hex').toUpperCase();

/** The shapes that docs/decode.md names, round PDUs of the vectors. */
function logTexts(seeds) {
  return seeds['pdu-from-modem'].slice(0, 60).map(({ octets }, index) => {
    const hex = hexOf(octets);
    const length = octets.length - 1 - octets[0];
    const dump = Array.from(octets.subarray(0, 16), (octet) => octet.toString(16).padStart(2, '0')).join(' ');
    return [
      `+CMT: ,${length}\r\n${hex}\r\n`,
      `AT+CMGR=1\r\n+CMGR: 0,,${length}\r\n${hex}\r\n\r\nOK\r\n`,
      `+CMGL: 1,1,,${length}\r\n${hex}\r\nOK`,
      `AT+CMGS=${length}\r\n> ${hex}\u001a\r\n+CMGS: 7\r\n`,
      `2026-11-22 19:38:50 [123] DEBUG: AT2[m]: <-- +CMT: ,${length}\nAT2[m]: <-- ${hex}\n`,
      `+0.038 < "\\r\\n+CMT: ,${length}\\r\\n${hex}\\r\\n"\n`,
      `RECEIVED frame type 0x00/length 0x10/16\n${dump.toUpperCase().replace(/(..) /g, '$1x|')}x\n+CDS: ${length}\n${hex}\n`,
      `< 2026/11/22 19:38:50.000000  length=16 from=0 to=15\n ${dump}\n--\n`,
      `00000000  ${dump}  |................|\n00000010  ${dump}  |................|\n`,
    ][index % 9];
  });
}

function traceTexts(seeds) {
  const text = readFileSync(join(root, 'firmware-notes/plain-27005.md'), 'utf8').slice(0, 400);
  const pdus = seeds['pdu-from-modem'].slice(0, 4).map(({ octets }) => hexOf(octets));
  return [
    `# profile: plain-27005   firmware: -   redacted: no\n+0.000 > "AT+CMGF=0\\r"\n+0.010 < "\\r\\nOK\\r\\n"\n${pdus.map((pdu, index) => `+${index}.5 < "\\r\\n+CMT: ,30\\r\\n${pdu}\\r\\n"\n`).join('')}+9.0 ! "closed"\n`,
    text,
  ];
}

const configTexts = [
  'modems:\n  - port: /dev/ttyUSB2\n    pin: {env: SIM_PIN}\nsinks:\n  - type: spool\n    folder: /var/spool/x\nstateDir: state\n',
  'modems: [{port: "tcp:127.0.0.1:7000"}]\nsinks: &s [{type: ndjson, file: out}]\nother: *s\n',
];
