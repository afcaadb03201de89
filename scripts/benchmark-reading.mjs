// Speed of reading on one core: from the text of an unsolicited pair of lines to the verdict, beside node-pdu (which reads the TPDU
// only) and tshark (`-T fields`) on the same parts in the same run. Seconds are of processor time, so that other work of the machine
// does not count; tshark's own start is measured with one packet and taken off.
// usage: node scripts/benchmark-reading.mjs [--parts N] [--rounds N] [--json]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'node-pdu';
import { readPdu } from '../dist/bridge/reading.js';
import { writePcapng } from '../dist/capture/index.js';
import { announcedOctets, initialLineState, stepLine } from '../dist/modem/line-protocol.js';
import { fromHex } from '../dist/octets/index.js';
import { fromWdp } from '../dist/push/index.js';
import { route } from '../dist/routing/index.js';
import { Reassembler } from '../dist/sms/index.js';

const option = (name, standard) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const parts = 2 * Math.ceil(option('--parts', 60_000) / 2);
const rounds = option('--rounds', 5);

const hex = (value) => value.toString(16).toUpperCase().padStart(2, '0');

/** A full part of a DM push in two parts; the reference and the sender make each message another. */
function fullPart(index) {
  const message = index >> 1;
  const sequence = 1 + (index & 1);
  const sender = `0B9151${hex(0x55)}${hex(swapped(Math.floor(message / 25_600) % 100))}${hex(swapped(Math.floor(message / 256) % 100))}00F9`;
  const payload =
    sequence === 1 ? `010603C2AF8702A4016A00${'4D'.repeat(117)}` : `${'5A'.repeat(120)}${hex(message & 255)}${'01'.repeat(7)}`;
  return `44${sender}0004621122918305008C0B05040B8423F00003${hex(message & 255)}02${hex(sequence)}${payload}`;
}
const swapped = (value) => (value % 10) * 16 + Math.floor(value / 10);

const tpdus = Array.from({ length: parts }, (_, index) => fullPart(index));
const texts = tpdus.map((tpdu) => ({ head: `+CMT: ,${tpdu.length / 2}`, pdu: `00${tpdu}` }));
// Flat strings, as they come from a port.
for (const text of texts) Buffer.from(text.pdu);

/** Everything between the lines of text and the verdict, as `listen` does it; the count of messages for the DM application. */
function readAll() {
  const reassembler = new Reassembler();
  let state = initialLineState;
  let verdicts = 0;
  let serial = 0;
  for (const { head, pdu: line } of texts) {
    state = stepLine(state, { type: 'line', line: head }).state;
    const step = stepLine(state, { type: 'line', line });
    state = step.state;
    const output = step.outputs.find(({ type }) => type === 'unsolicited');
    if (output === undefined || output.pdu === null || announcedOctets(output.line) === null) throw new Error('no PDU was seen');
    const reading = readPdu(output.pdu);
    if (reading.kind !== 'part') throw new Error('no part was read');
    const outcome = reassembler.accept(reading.part, serial, serial);
    serial += 1;
    if ('message' in outcome && outcome.message.datagram !== null) {
      if (route(fromWdp(outcome.message.datagram)).verdict === 'dm-application') verdicts += 1;
    }
  }
  return verdicts;
}

function nodePduAll() {
  let read = 0;
  for (const { pdu } of texts) if (parse(pdu).data.parts.length > 0) read += 1;
  return read;
}

/** Processor seconds of this process that `work` takes, after one unmeasured turn; the least of the rounds. */
function secondsOf(work, expected) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round += 1) {
    const before = process.cpuUsage();
    const said = work();
    const { user, system } = process.cpuUsage(before);
    if (said !== expected) throw new Error(`${said} results instead of ${expected}`);
    if (round > 0) least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

/** Processor seconds of tshark over a capture; null where tshark is not installed. */
function tsharkSeconds(count) {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  try {
    const file = join(folder, 'parts.pcapng');
    writeFileSync(
      file,
      writePcapng(tpdus.slice(0, count).map((tpdu) => ({ dissector: 'gsm_sms', octets: fromHex(tpdu), direction: 'from-modem', at: 0 }))),
    );
    const fields = ['gsm_sms.destination_port', 'gsm_sms.reassembled.length', 'wsp.header.content_type', 'wsp.header.x_wap_application_id'];
    const command = `TIMEFORMAT='%U %S'; time tshark -r '${file}' -T fields ${fields.map((field) => `-e ${field}`).join(' ')} >'${folder}/said' 2>/dev/null; tail -n 1 '${folder}/said'`;
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      const { stdout, stderr, status } = spawnSync('bash', ['-c', command], {
        encoding: 'utf8',
        env: { ...process.env, HOME: folder, LC_ALL: 'C' },
      });
      if (status !== 0 || stdout.trim() === '') return null;
      if (count > 1 && !stdout.includes('application/vnd.syncml.dm+wbxml')) throw new Error(`tshark did not read the push: ${stdout}`);
      const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
      least = Math.min(least, user + system);
    }
    return least;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ours = parts / secondsOf(readAll, parts / 2);
const nodePdu = parts / secondsOf(nodePduAll, parts);
const start = tsharkSeconds(2);
const tshark = start === null ? null : parts / Math.max(0.001, tsharkSeconds(parts) - start);
if (tshark === null && process.env.REQUIRE_PEERS === '1') {
  console.error('benchmark: tshark is required and cannot be run; it is in the Debian package tshark');
  process.exit(2);
}
const figures = {
  parts,
  partsPerSecond: Math.round(ours),
  nodePduPartsPerSecond: Math.round(nodePdu),
  tsharkPartsPerSecond: tshark === null ? null : Math.round(tshark),
  timesNodePdu: ours / nodePdu,
  timesTshark: tshark === null ? null : ours / tshark,
};
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else {
  const rate = (value) => String(Math.round(value)).padStart(8);
  console.log(`parts a second of processor time on one core, ${parts} full parts of two-part DM pushes, best of ${rounds} rounds`);
  console.log(`  wapbridge, unsolicited lines to verdict  ${rate(ours)}   (aim 400000)`);
  console.log(
    `  node-pdu, TPDU only                      ${rate(nodePdu)}   wapbridge is ${figures.timesNodePdu.toFixed(1)} times as fast (aim 8)`,
  );
  if (tshark === null) console.log('  tshark is not installed: skipped');
  else
    console.log(
      `  tshark -T fields, its start taken off    ${rate(tshark)}   wapbridge is ${figures.timesTshark.toFixed(1)} times as fast (aim 4)`,
    );
}
