// Gives the same octets to node-pdu and to tshark and compares what they say. A difference is explained where a rule of
// rules.mjs names the place in docs/disagreements.md that says who is right.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'node-pdu';
import { writePcapng } from '../../dist/capture/index.js';
import { DecodeError, toHex } from '../../dist/octets/index.js';
import { decodePduMode, decodeTpdu, formatTimeStamp, Reassembler, readPart, timeStampMs } from '../../dist/sms/index.js';
import { decodePush } from '../../dist/wsp/index.js';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { nodePduRules, tsharkRules } from './rules.mjs';

/** Counts what agrees, what is explained and by which place of the document, and keeps what is not. */
export class Comparison {
  constructor(peer, rules) {
    this.peer = peer;
    this.rules = rules;
    this.compared = 0;
    this.agreed = 0;
    this.explained = {};
    this.unexplained = [];
  }

  /** Takes what both sides say of an input; members that either side does not state are not compared. */
  take(input, ours, theirs) {
    this.compared += 1;
    const members = Object.keys(theirs).filter((member) => member in ours && ours[member] !== theirs[member]);
    if (ours.result === 'read' && theirs.result === 'refused') members.splice(0, members.length, 'result');
    let known = true;
    for (const member of members) {
      const rule = this.rules.find(({ members: named, applies }) => named.includes(member) && applies({ ours, theirs, input, member }));
      if (rule === undefined) {
        known = false;
        this.unexplained.push({
          peer: this.peer,
          member,
          ours: ours[member],
          theirs: theirs[member],
          message: theirs.message,
          code: ours.code,
          type: ours.type,
          input: toHex(input),
        });
      } else this.explained[rule.anchor] = (this.explained[rule.anchor] ?? 0) + 1;
    }
    if (known && members.length === 0) this.agreed += 1;
  }

  summary() {
    const { peer, compared, agreed, explained, unexplained } = this;
    return { peer, compared, agreed, explained, unexplained: unexplained.length };
  }
}

/** What a decoder of ours says, or its error's code. */
function attempt(decode) {
  try {
    return { value: decode(), error: null };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { value: null, error };
  }
}

const elementsText = (elements) => elements.map(({ type, hex }) => `${type}:${hex.toUpperCase()}`).join(' ');

function oursForNodePdu(octets, direction) {
  const { value, error } = attempt(() => decodePduMode(octets, { direction }));
  if (error !== null) return { result: 'refused', code: error.code };
  const { tpdu } = value;
  const address = tpdu.originatingAddress ?? tpdu.destinationAddress ?? tpdu.recipientAddress;
  const header = tpdu.userDataHeader ?? null;
  return {
    result: 'read',
    type: tpdu.type,
    address: address?.text.replace('+', ''),
    typeOfAddress: address?.typeOfAddress,
    typeOfNumber: address?.typeOfNumber,
    addressLength: address?.lengthSemiOctets,
    protocolIdentifier: tpdu.protocolIdentifier,
    dataCodingScheme: tpdu.dataCodingScheme,
    userDataLength: tpdu.userDataLength,
    elements:
      header === null
        ? ''
        : elementsText(header.elements.map(({ identifier, octets: value }) => ({ type: identifier, hex: toHex(value) }))),
    userData: tpdu.userData === undefined ? undefined : toHex(tpdu.userData),
    time: tpdu.serviceCentreTimeStamp === undefined ? undefined : timeStampMs(tpdu.serviceCentreTimeStamp),
    alphabet: tpdu.type === 'SMS-DELIVER' || tpdu.type === 'SMS-SUBMIT' ? readPart(tpdu).alphabet : undefined,
    serviceCentre: value.serviceCentreAddress,
    diagnostics: tpdu.diagnostics.map(({ code }) => code),
  };
}

const types = { Deliver: 'SMS-DELIVER', Submit: 'SMS-SUBMIT', Report: 'SMS-STATUS-REPORT' };

function theirsOfNodePdu(hex) {
  let pdu;
  try {
    pdu = parse(hex);
  } catch (error) {
    return { result: 'refused', message: error.message };
  }
  const kind = 'messageReference' in pdu && 'data' in pdu ? 'Submit' : 'data' in pdu ? 'Deliver' : 'Report';
  const said = {
    result: 'read',
    type: types[kind],
    address: pdu.address.phone ?? '',
    typeOfAddress: 0x80 | (pdu.address.type.type << 4) | pdu.address.type.plan,
    addressLength: pdu.address.size,
  };
  if (kind === 'Report') return said;
  const part = pdu.data.parts[0];
  said.protocolIdentifier = pdu.protocolIdentifier.getValue();
  said.dataCodingScheme = pdu.dataCodingScheme.getValue();
  said.userDataLength = pdu.data.size;
  said.elements = elementsText((part?.header?.toJSON().IE ?? part?.header?.ies ?? []).map(({ type, dataHex }) => ({ type, hex: dataHex })));
  if (part !== undefined) said.userData = part.data.toUpperCase();
  if (kind === 'Deliver') {
    const { time } = JSON.parse(JSON.stringify(pdu.serviceCenterTimeStamp));
    said.time = Number.isFinite(time) ? 1000 * time : null;
  }
  return said;
}

/** PDUs of all types in both directions, in PDU mode. */
export function compareWithNodePdu(seeds, seed, count) {
  const comparison = new Comparison('node-pdu', nodePduRules);
  const random = new Random(seed);
  for (let index = 0; index < count; index += 1) {
    random.restart(index);
    const direction = random.oneIn(3) ? 'to-modem' : 'from-modem';
    const octets = mutate(random, seeds[`pdu-${direction}`], `pdu-${direction}`);
    comparison.take(octets, { ...oursForNodePdu(octets, direction), direction }, theirsOfNodePdu(toHex(octets)));
  }
  return comparison;
}

const smsFields = {
  messageType: 'gsm_sms.tp-mti',
  reference: 'gsm_sms.tp-mr',
  protocolIdentifier: 'gsm_sms.tp-pid',
  dataCodingScheme: 'gsm_sms.tp-dcs',
  userDataLength: 'gsm_sms.tp.user_data_length',
  elements: 'gsm_sms.ie_identifier',
  destinationPort: 'gsm_sms.destination_port',
  originatorPort: 'gsm_sms.originator_port',
  concatenationReference: 'gsm_sms.udh.mm.msg_id',
  parts: 'gsm_sms.udh.mm.msg_parts',
  part: 'gsm_sms.udh.mm.msg_part',
  time: 'gsm_sms.scts.year',
  month: 'gsm_sms.scts.month',
  minutes: 'gsm_sms.scts.minutes',
  reassembledLength: 'gsm_sms.reassembled.length',
  malformed: '_ws.malformed',
};
const pushFields = {
  transactionId: 'wsp.TID',
  pduType: 'wsp.pdu_type',
  headersLength: 'wsp.headers_length',
  contentType: 'wsp.header.content_type',
  applicationId: 'wsp.header.x_wap_application_id',
  malformed: '_ws.malformed',
};

/** What tshark says of each packet of a capture, in its order; the members it is silent on are left out. */
function dissect(packets, fields, options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  try {
    const file = join(folder, 'batch.pcapng');
    writeFileSync(file, writePcapng(packets));
    const asked = Object.values(fields).flatMap((field) => ['-e', field]);
    const { status, stdout, stderr } = spawnSync(
      'tshark',
      ['-r', file, ...options, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', 'aggregator=;', ...asked],
      { encoding: 'latin1', maxBuffer: 1 << 28, env: { ...process.env, HOME: folder } },
    );
    if (status !== 0) throw new Error(`tshark ended with ${status}: ${stderr}`);
    const lines = stdout.split('\n').slice(0, -1);
    if (lines.length !== packets.length) throw new Error(`tshark said ${lines.length} lines of ${packets.length} packets`);
    return lines.map((line) => {
      const values = line.split('\t');
      const said = Object.fromEntries(Object.keys(fields).flatMap((member, index) => (values[index] ? [[member, values[index]]] : [])));
      // What is inside a body is no matter of the layers compared.
      if (said.malformed !== undefined && !/Packet: (?:GSM SMS|WSP)/.test(said.malformed)) delete said.malformed;
      return said;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function oursForTshark(octets, direction) {
  const { value: tpdu, error } = attempt(() => decodeTpdu(octets, { direction }));
  if (error !== null) return { result: 'refused', code: error.code };
  const header = tpdu.userDataHeader ?? null;
  const stamps = [
    tpdu.serviceCentreTimeStamp,
    tpdu.dischargeTime,
    tpdu.validityPeriod?.format === 'absolute' ? tpdu.validityPeriod.octets : undefined,
  ]
    .filter((stamp) => stamp !== undefined)
    .map(formatTimeStamp);
  const known = stamps.length > 0 && !stamps.includes(null);
  return {
    result: 'read',
    type: tpdu.type,
    failureCause: tpdu.failureCause,
    validityFormat: tpdu.validityPeriod?.format,
    messageType: String(tpdu.firstOctet & 3),
    ...(tpdu.messageReference === undefined ? {} : { reference: String(tpdu.messageReference) }),
    ...(tpdu.protocolIdentifier == null ? {} : { protocolIdentifier: String(tpdu.protocolIdentifier) }),
    ...(tpdu.dataCodingScheme == null ? {} : { dataCodingScheme: String(tpdu.dataCodingScheme) }),
    ...(tpdu.userDataLength == null ? {} : { userDataLength: String(tpdu.userDataLength) }),
    elements:
      header === null ? undefined : header.elements.map(({ identifier }) => `0x${identifier.toString(16).padStart(2, '0')}`).join(';'),
    ...(header?.ports ? { destinationPort: String(header.ports.destination), originatorPort: String(header.ports.source) } : {}),
    ...(header?.concatenation
      ? {
          concatenationReference: String(header.concatenation.reference),
          parts: String(header.concatenation.total),
          part: String(header.concatenation.sequence),
        }
      : {}),
    ...(known
      ? {
          time: stamps.map((stamp) => String(Number(stamp.slice(2, 4)))).join(';'),
          month: stamps.map((stamp) => String(Number(stamp.slice(5, 7)))).join(';'),
          minutes: stamps.map((stamp) => String(Number(stamp.slice(14, 16)))).join(';'),
        }
      : {}),
    malformed: undefined,
    header,
    diagnostics: tpdu.diagnostics.map(({ code }) => code),
  };
}

function oursOfPush(octets) {
  const { value: push, error } = attempt(() => decodePush(octets));
  if (error !== null) return { result: 'refused', code: error.code };
  const { contentType, applicationId } = push;
  return {
    result: 'read',
    transactionId: `0x${push.transactionId.toString(16).padStart(2, '0')}`,
    pduType: `0x${push.pduType.toString(16).padStart(2, '0')}`,
    headersLength: String(push.headersLength),
    contentType: contentType.name ?? undefined,
    applicationId: applicationId.present ? (applicationId.uri ?? undefined) : undefined,
    malformed: undefined,
    push,
    diagnostics: push.diagnostics.map(({ code }) => code),
  };
}

/** Only what both may state: of what wapbridge refuses, nothing but that it does. */
function forComparison(ours, theirs) {
  if (ours.result === 'read') return theirs;
  return { result: 'read as far as it goes' };
}

/** TPDUs and pushes that were mutated, and messages in parts, in batches. */
export function compareWithTshark(seeds, seed, count) {
  const comparison = new Comparison('tshark', tsharkRules);
  const random = new Random(seed ^ 0x7575);
  const batch = 1000;
  for (let done = 0; done < count; done += batch) {
    const size = Math.min(batch, count - done);
    const packets = Array.from({ length: size }, (_, index) => {
      random.restart(done + index);
      const direction = random.oneIn(3) ? 'to-modem' : 'from-modem';
      const octets = mutate(random, seeds[`tpdu-${direction}`], `tpdu-${direction}`).slice(0, 400);
      return { dissector: 'gsm_sms', octets, direction, at: 0 };
    });
    // Packets are looked at one by one: reassembly is compared with messages of its own.
    const said = dissect(packets, smsFields, ['-o', 'gsm_sms.reassemble:FALSE']);
    packets.forEach(({ octets, direction }, index) => {
      const ours = { ...oursForTshark(octets, direction), direction };
      comparison.take(octets, ours, forComparison(ours, said[index]));
    });
    const pushes = Array.from({ length: size }, (_, index) => {
      random.restart(done + index);
      return {
        dissector: 'wsp-cl',
        octets: mutate(random, seeds.push, 'push').slice(0, 2000),
        direction: 'from-modem',
        at: 0,
        ports: { source: 9200, destination: 2948 },
      };
    });
    const read = dissect(pushes, pushFields);
    pushes.forEach(({ octets }, index) => {
      const ours = oursOfPush(octets);
      comparison.take(octets, ours, forComparison(ours, read[index]));
    });
    compareMessages(comparison, random, seeds, done, Math.floor(size / 5));
  }
  return comparison;
}

/** Messages in several parts that come in any order, each with a reference and a sender of its own. */
function compareMessages(comparison, random, seeds, from, count) {
  const packets = [];
  for (let index = 0; index < count; index += 1) {
    random.restart(from + index);
    const push = random.pick(seeds.push.filter(({ octets }) => octets.length > 8 && octets.length < 1200)).octets;
    const total = Math.max(2, Math.ceil(push.length / 120));
    const size = Math.ceil(push.length / total);
    const reference = index & 0xff;
    const parts = Array.from({ length: Math.ceil(push.length / size) }, (_, sequence) => {
      const data = push.slice(sequence * size, (sequence + 1) * size);
      const elements = [0, 3, reference, Math.ceil(push.length / size), sequence + 1, 5, 4, 0x0b, 0x84, 0x23, 0xf0];
      const userData = [elements.length, ...elements, ...data];
      const sender = [0x0b, 0x91, 0x44, 0x77, 0, 0x98 ^ (index >> 8), 0x10, 0xf2];
      return Uint8Array.from([0x44, ...sender, 0, 4, 0x62, 0x11, 0x22, 0x91, 0x83, 5, 0, userData.length, ...userData]);
    });
    for (let last = parts.length - 1; last > 0; last -= 1) {
      const other = random.below(last + 1);
      [parts[last], parts[other]] = [parts[other], parts[last]];
    }
    for (const octets of parts) packets.push({ dissector: 'gsm_sms', octets, direction: 'from-modem', at: 0 });
  }
  const reassembler = new Reassembler();
  const said = dissect(packets, { ...smsFields, ...pushFields });
  packets.forEach(({ octets }, tag) => {
    const outcome = reassembler.accept(readPart(decodeTpdu(octets, { direction: 'from-modem' })), tag, 0);
    const theirs = said[tag];
    if (outcome.state !== 'complete') {
      comparison.take(
        octets,
        { reassembledLength: undefined, contentType: undefined },
        { reassembledLength: theirs.reassembledLength, contentType: theirs.contentType },
      );
      return;
    }
    const { datagram } = outcome.message;
    const ours = oursOfPush(datagram.octets);
    const whole = { ...ours, reassembledLength: String(datagram.octets.length) };
    const read = ours.result === 'read' ? theirs : { result: 'read as far as it goes' };
    comparison.take(datagram.octets, whole, { ...read, reassembledLength: theirs.reassembledLength });
  });
}

/** Whether tshark can be run. */
export function tsharkVersion() {
  const { status, stdout } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n', 1)[0] : null;
}
