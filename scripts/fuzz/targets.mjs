// Every decoder with what must hold of it, whatever the octets are. A target makes its input from the random numbers alone; running it
// throws a Violation where something does not hold, and lets through what a decoder threw that is no error of its kind.

import { presentTpdu } from '../../dist/bridge/index.js';
import { readPdu } from '../../dist/bridge/reading.js';
import { writePcapng } from '../../dist/capture/index.js';
import { AtLogReader } from '../../dist/cli/decode/at-log.js';
import { presentDecoded } from '../../dist/cli/decode/present-decoded.js';
import { presentExplained } from '../../dist/cli/decode/present-explained.js';
import { DecodeSession } from '../../dist/cli/decode/session.js';
import { checkConfig } from '../../dist/config/index.js';
import {
  decodeNotification,
  decodeWbxml,
  describeDmMessage,
  encodeTrigger,
  encodeWbxml,
  formatXml,
  parseXml,
} from '../../dist/dm/index.js';
import { parseTrace, TraceError } from '../../dist/modem/index.js';
import { DecodeError, EncodeError, toHex } from '../../dist/octets/index.js';
import { fromWdp } from '../../dist/push/index.js';
import { route } from '../../dist/routing/index.js';
import {
  decodePduMode,
  decodeText,
  decodeTpdu,
  decodeUserData,
  encodePduMode,
  encodeTpdu,
  Reassembler,
  readPart,
} from '../../dist/sms/index.js';
import { decodePush, encodePush } from '../../dist/wsp/index.js';
import { httpTargets } from './http.mjs';
import { mutate } from './mutate.mjs';
import { obexTargets } from './obex.mjs';
import { otherContentTargets } from './other-content.mjs';
import { sipTargets } from './sip.mjs';

export class Violation extends Error {}

const violated = (what) => {
  throw new Violation(what);
};
const same = (a, b) => a.length === b.length && a.every((octet, index) => octet === b[index]);
const allow = ['truncated-user-data', 'padding-after-user-data'];
const shift = 1000;

/** What a decoder said: a value, or a located error of ours within the input. */
function attempt(length, base, decode) {
  try {
    return { value: decode(), error: null };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (!Number.isInteger(error.offset) || error.offset < base || error.offset > base + length) {
      violated(`the error's offset ${error.offset} is outside the input (${base} to ${base + length}): ${error.code}`);
    }
    if (!/^[a-z]+\/[a-z0-9-]+$/.test(error.code) || error.field === '' || error.message === '')
      violated(`the error has no name: ${error.code}`);
    return { value: null, error };
  }
}

/** Decodes plainly, then with the dump and counted from elsewhere: the same must be said, and the dump must lie octet on octet. */
function decodeTwice(octets, decode, { tiles, explained }) {
  const plain = attempt(octets.length, 0, () => decode(octets, {}));
  if (plain.value !== null) checkDiagnostics(plain.value, 0, octets.length);
  if (!explained) return plain;
  const ranges = [];
  const annotate = (annotation) => ranges.push(annotation);
  const shown = attempt(octets.length, shift, () => decode(octets, { annotate, baseOffset: shift }));
  if ((plain.error === null) !== (shown.error === null)) violated('the dump changes what is read');
  if (plain.error !== null) {
    const { code, field, offset } = plain.error;
    if (shown.error.code !== code || shown.error.field !== field || shown.error.offset !== offset + shift) {
      violated(
        `${code} at ${offset} of ${field} becomes ${shown.error.code} at ${shown.error.offset - shift} of ${shown.error.field} in a dump`,
      );
    }
  } else checkDiagnostics(shown.value, shift, octets.length);
  if (tiles) checkTiling(ranges, octets, plain.error === null);
  return plain;
}

function checkDiagnostics({ diagnostics, tpdu }, base, length) {
  for (const { offset, code } of diagnostics ?? tpdu.diagnostics) {
    if (offset !== null && (offset < base || offset > base + length))
      violated(`the diagnostic ${code} is at ${offset}, outside ${base} to ${base + length}`);
  }
}

/** Annotations name octets of the input; those that do not lie inside another follow each other, without a gap where all was read. */
function checkTiling(ranges, octets, whole) {
  let reached = 0;
  const sorted = ranges
    .map(({ offset, octets: range, field, meaning }) => ({ at: offset - shift, range, field, meaning }))
    .sort((a, b) => a.at - b.at || b.range.length - a.range.length);
  for (const { at, range, field, meaning } of sorted) {
    if (at < 0 || range.length === 0 || at + range.length > octets.length)
      violated(`the dump names octets ${at} to ${at + range.length} (${field})`);
    if (typeof meaning !== 'string' || field === '') violated('a line of the dump has no field');
    for (let index = 0; index < range.length; index += 1)
      if (range[index] !== octets[at + index]) violated(`the dump shows other octets at ${at}`);
    if (at > reached) violated(`the dump leaves out octets ${reached} to ${at - 1}, before ${field}`);
    if (at < reached && at + range.length > reached) violated(`lines of the dump overlap at ${at} (${field})`);
    reached = Math.max(reached, at + range.length);
  }
  if (whole && reached !== octets.length) violated(`the dump ends at ${reached} of ${octets.length}`);
}

function checkTpdu(tpdu, octets) {
  const header = tpdu.userDataHeader ?? null;
  if (header !== null && header.elements.length * 2 > octets.length) violated('more elements than octets');
  let again;
  try {
    again = encodeTpdu(tpdu);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    // User data of more than 140 octets is read and said, but not written.
    if (!tpdu.diagnostics.some(({ code }) => code === 'sms/user-data-too-long'))
      violated(`what was read cannot be written: ${error.code} ${error.message}`);
    return;
  }
  if (!same(again, octets)) violated(`reads back as ${toHex(again)}`);
}

function checkPart(tpdu) {
  const text = decodeText(tpdu).text;
  if (text !== null && text.length > 2 * 255) violated(`a text of ${text.length} characters`);
  if (tpdu.type !== 'SMS-DELIVER' && tpdu.type !== 'SMS-SUBMIT') return;
  const part = readPart(tpdu);
  const { concatenation } = part;
  if (concatenation !== null && !(concatenation.sequence >= 1 && concatenation.sequence <= concatenation.total))
    violated('a part outside its message');
}

const sessionTerminal = { colour: false, width: 80 };
const ascii = { holds: '+', fails: 'x', open: '-', rule: '-', unicode: false };
const forms = ['pdu-mode', 'pdu-mode', 'tpdu', 'user-data', 'wsp', 'cell-broadcast'];
const formKinds = { 'pdu-mode': 'pdu', tpdu: 'tpdu', 'user-data': 'user-data', wsp: 'push', 'cell-broadcast': 'notification' };

/** Texts of a dump: nothing that moves a cursor, and no wider than the terminal. */
function checkLines(lines) {
  for (const line of lines) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(line))
      violated(`a line with control characters: ${JSON.stringify(line)}`);
    if ([...line].length > sessionTerminal.width) violated(`a line of ${[...line].length} columns: ${JSON.stringify(line)}`);
  }
}

function meaningOf({ transactionId, pduType, contentType, applicationId, headers, body }) {
  return JSON.stringify([
    transactionId,
    pduType,
    contentType.code,
    contentType.name,
    contentType.parameters.map(({ name, token, value }) => [name, token, value]),
    applicationId,
    headers.map(({ name, code, page, value }) => [name, code, page, value]),
    toHex(body),
  ]);
}

/** Targets by name: how often each is taken, its input, and what is done with it. */
export function makeTargets(seeds) {
  const octetTarget = (name, kind, weight, run) => ({
    name,
    weight,
    make: (random) => ({ octets: mutate(random, seeds[kind], kind), explained: random.oneIn(4) }),
    show: ({ octets }) => toHex(octets),
    run,
  });
  const pdu = (direction, weight) =>
    octetTarget(`pdu-mode ${direction}`, `pdu-${direction}`, weight, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, (input, options) => decodePduMode(input, { ...options, direction }), {
        tiles: true,
        explained,
      });
      if (value !== null) {
        const { tpdu, tpduOctets } = value;
        checkTpdu(tpdu, octets.subarray(octets.length - tpduOctets));
        checkPart(tpdu);
        if (tpdu.diagnostics.length === 0 && !same(encodePduMode(value), octets)) violated('does not read back in PDU mode');
        if (explained) presentTpdu(tpdu, value.serviceCentreAddress);
      } else if (explained) attempt(octets.length, 0, () => decodePduMode(octets, { direction, allow }));
      if (explained && direction === 'from-modem') {
        const reading = readPdu(toHex(octets));
        if (reading.kind === 'unreadable' && reading.error.code === 'bridge/unexpected') throw reading.error.cause;
      }
      return value !== null;
    });
  const tpdu = (direction, weight) =>
    octetTarget(`tpdu ${direction}`, `tpdu-${direction}`, weight, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, (input, options) => decodeTpdu(input, { ...options, direction }), { tiles: true, explained });
      if (value === null) return false;
      checkTpdu(value, octets);
      checkPart(value);
      return true;
    });
  const text = ({ octets }) => Buffer.from(octets).toString('latin1');

  return [
    pdu('from-modem', 22),
    pdu('to-modem', 12),
    tpdu('from-modem', 8),
    tpdu('to-modem', 8),
    octetTarget('user-data', 'user-data', 8, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, decodeUserData, { tiles: true, explained });
      if (value !== null) readPart(value);
      return value !== null;
    }),
    octetTarget('wsp push', 'push', 24, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, decodePush, { tiles: true, explained });
      const arrival = fromWdp({ destinationPort: 2948, sourcePort: 9200, portBits: 16, octets });
      if ((arrival.kind === 'push') !== (value !== null)) violated('the push door says otherwise than the decoder');
      const verdict = route(arrival);
      if ((verdict.verdict === 'not-push') !== (value === null)) violated(`routed as ${verdict.verdict}`);
      if (value === null) return false;
      if (value.headers.length + value.contentType.parameters.length > octets.length) violated('more headers than octets');
      const again = encodePush(value);
      const meaning = meaningOf(value);
      if (meaningOf(decodePush(again)) !== meaning) violated(`reads back as ${meaningOf(decodePush(again))}, was ${meaning}`);
      return true;
    }),
    octetTarget('wbxml', 'wbxml', 5, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, decodeWbxml, { tiles: false, explained });
      if (value === null) return false;
      const xml = formatXml(value);
      if (xml.length > 4 * 1024 * 1024) violated(`${xml.length} characters of XML`);
      describeDmMessage(value.root, { form: 'wbxml', secured: false });
      let again;
      try {
        again = encodeWbxml(value.root, { type: value.type });
      } catch (error) {
        if (!(error instanceof EncodeError)) throw error;
        return true;
      }
      const { value: back } = attempt(again.length, 0, () => decodeWbxml(again, { fallbackType: value.type }));
      if (back === null || formatXml(back) !== xml) violated(`reads back as ${back === null ? 'an error' : formatXml(back)}, was ${xml}`);
      return true;
    }),
    octetTarget('xml', 'xml', 1, ({ octets }) => {
      const { value } = attempt(octets.length, 0, () => parseXml(octets));
      if (value !== null) describeDmMessage(value.root, { form: 'xml', secured: false });
      return value !== null;
    }),
    octetTarget('dm notification', 'notification', 4, ({ octets, explained }) => {
      const { value } = decodeTwice(octets, decodeNotification, { tiles: true, explained });
      if (value === null) return false;
      // A server id that is no UTF-8 is shown as Latin-1 and cannot be told from what is.
      if (Buffer.byteLength(value.serverId) !== value.serverId.length) return true;
      if (!same(encodeTrigger(value), value.trigger)) violated('does not read back');
      return true;
    }),
    {
      name: 'reassembly',
      weight: 3,
      make: (random) => makeParts(random),
      show: ({ pdus }) => pdus.map(toHex).join(' '),
      run: checkReassembly,
    },
    {
      name: 'decode --explain',
      weight: 2,
      make: (random) => {
        const lines = Array.from({ length: 1 + random.below(3) }, () => {
          const form = random.pick(forms);
          const direction = random.oneIn(3) ? 'to-modem' : 'from-modem';
          const kind = formKinds[form];
          const seedKind = kind === 'pdu' || kind === 'tpdu' ? `${kind}-${direction}` : kind;
          let hex = toHex(mutate(random, seeds[seedKind], seedKind));
          if (random.oneIn(10))
            hex = `${hex.slice(0, random.below(hex.length + 1))}${random.pick(['g', ' ', '\u0000', '0', '\u00e9', '\ud800'])}${hex.slice(-4)}`;
          return { form, direction, hex };
        });
        return { lines };
      },
      show: ({ lines }) => lines.map(({ form, direction, hex }) => `${form}/${direction}:${hex}`).join(' '),
      run: ({ lines }) => {
        const session = new DecodeSession({ annotate: true });
        let read = true;
        lines.forEach((input, index) => {
          const decoded = session.decode({ line: index + 1, announced: null, ...input });
          read &&= decoded.ok;
          checkLines(presentDecoded(JSON.parse(JSON.stringify(decoded.object)), sessionTerminal, ascii));
          checkLines(presentExplained(decoded.explanation, index + 1, sessionTerminal));
          writePcapng(decoded.packets);
        });
        return read;
      },
    },
    octetTarget('at-log', 'at-log', 2, (input) => {
      const reader = new AtLogReader();
      const found = text(input)
        .split('\n')
        .flatMap((line, index) => reader.read(index + 1, line));
      found.push(...reader.end());
      let digits = 0;
      for (const { hex, line } of found) {
        if (!/^[0-9A-Fa-f]+$/.test(hex) || hex.length % 2 !== 0 || line < 1) violated(`found ${JSON.stringify(hex)} at line ${line}`);
        digits += hex.length;
      }
      if (digits > 4 * input.octets.length) violated('found more than there is');
      return found.length > 0;
    }),
    octetTarget('trace', 'trace', 1, (input) => {
      try {
        parseTrace(text(input));
        return true;
      } catch (error) {
        if (!(error instanceof TraceError)) throw error;
        return false;
      }
    }),
    octetTarget('config', 'config', 0.05, (input) => checkConfig(text(input)).ok),
    ...httpTargets(octetTarget, violated),
    ...obexTargets(octetTarget, violated),
    ...otherContentTargets(octetTarget, violated, decodeTwice),
    ...sipTargets(octetTarget, violated),
  ];
}

const pushStart = [0x01, 0x06, 0x03, 0xc2, 0xaf, 0x87];

/** Parts of a few messages with few references, so that they meet, repeat and contradict each other. */
function makeParts(random) {
  const pdus = Array.from({ length: 2 + random.below(10) }, () => {
    const wide = random.oneIn(3);
    const [reference, total] = [random.below(3), 1 + random.below(4)];
    const sequence = random.oneIn(12) ? random.below(256) : 1 + random.below(total);
    const concatenation = wide ? [8, 4, 0, reference, total, sequence] : [0, 3, reference, total, sequence];
    const ports = random.oneIn(6) ? [] : [5, 4, 0x0b, 0x84, 0x23, 0xf0];
    const elements = random.oneIn(2) ? [...ports, ...concatenation] : [...concatenation, ...ports];
    const data = [...pushStart.slice(0, random.below(7)), ...Array.from({ length: random.below(4) }, () => random.below(3))];
    const userData = [elements.length, ...elements, ...data];
    const sender = random.oneIn(4) ? [0x0b, 0x91, 0x44, 0x77, 0, 0x98, 0x10, 0xf2] : [4, 0x81, 0x21, 0x43];
    const stamp = [0x62, 0x11, 0x22, 0x91, 0x83, random.oneIn(3) ? 5 : 6, 0];
    return Uint8Array.from([random.oneIn(4) ? 0x40 : 0x44, ...sender, 0, random.oneIn(8) ? 0 : 4, ...stamp, userData.length, ...userData]);
  });
  const bounds = {
    maximumOpenSets: 1 + random.below(4),
    maximumOpenParts: 2 + random.below(6),
    maximumTombstones: random.below(8),
    tombstoneMs: 5,
  };
  return { pdus, bounds, steps: pdus.map(() => random.below(4)) };
}

/** Whatever comes in which order: each part ends in one place, and messages hold the octets of their parts in order. */
function checkReassembly({ pdus, bounds, steps }) {
  const reassembler = new Reassembler(bounds);
  const places = new Map();
  const put = (tag, place) => {
    if (places.has(tag)) violated(`part ${tag} is ${places.get(tag)} and ${place}`);
    places.set(tag, place);
  };
  let now = 0;
  let accepted = 0;
  pdus.forEach((octets, tag) => {
    now += steps[tag];
    const { value } = attempt(octets.length, 0, () => decodeTpdu(octets, { direction: 'from-modem' }));
    if (value === null || value.type !== 'SMS-DELIVER') return;
    accepted += 1;
    const outcome = reassembler.accept(readPart(value), tag, now);
    if (outcome.state === 'duplicate') {
      if (outcome.of >= tag) violated(`part ${tag} repeats a later one`);
      put(tag, 'duplicate');
      return;
    }
    if ('message' in outcome) {
      const { parts, datagram } = outcome.message;
      for (const part of parts) put(part.tag, 'complete');
      if (!parts.some((part) => part.tag === tag)) violated('a message without the part that completed it');
      parts.forEach(({ part }, index) => {
        if (outcome.state === 'complete' && part.concatenation.sequence !== index + 1) violated('parts out of order');
      });
      const joined = Buffer.concat(parts.map(({ part }) => part.octets));
      if (datagram !== null && !same(datagram.octets, joined)) violated('a datagram of other octets than its parts');
      return;
    }
    for (const set of outcome.evicted) for (const part of set.parts) put(part.tag, 'evicted');
    const open = reassembler.openSets();
    const count = open.reduce((sum, set) => sum + set.parts.length, 0);
    if (open.length > bounds.maximumOpenSets || (count > bounds.maximumOpenParts && open.length > 1))
      violated(`${open.length} sets and ${count} parts wait`);
    for (const set of open) if (set.missing.length + set.parts.length !== set.concatenation.total) violated('missing parts are miscounted');
  });
  for (const set of reassembler.expire(now, 0)) for (const part of set.parts) put(part.tag, 'expired');
  if (places.size !== accepted || reassembler.openSets().length > 0) violated(`${places.size} of ${accepted} parts ended somewhere`);
  return [...places.values()].includes('complete');
}

/** A table that a random number below its length picks a target from, by weight; of those whose name holds a word, where one is given. */
export function targetTable(targets, word = '') {
  const chosen = targets.filter(({ name }) => name.includes(word));
  if (chosen.length === 0) throw new Error(`no target is called ${word}; there are ${targets.map(({ name }) => name).join(', ')}`);
  return chosen.flatMap((target) => new Array(Math.max(1, Math.round(target.weight * 20))).fill(target));
}
