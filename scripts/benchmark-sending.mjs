// Prints the time a part takes to leave through a real pseudo-terminal with +CMMS=1, unpaced: for `send`, with every part on disk before it
// leaves; for a sender that stores nothing, which is the bench's own time; and for gammu-smsd with the same user data on the same modem.
// Times are the virtual network's: from the first part that it took of a run to the last.
// usage: benchmark-sending.mjs [--rounds N] [--json]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const main = join(here, 'dist/cli/main.js');
const at = process.argv.indexOf('--rounds');
const rounds = at < 0 ? 3 : Number(process.argv[at + 1]);
const json = process.argv.includes('--json');
const parts = 250;
/** gammu takes up to ten parts as one message. */
const gammuParts = 10;
const to = '+15550000002';

const folder = mkdtempSync(join(tmpdir(), 'wb-sending-'));
const bench = spawn(process.execPath, [main, 'bench', '--json', '--modems', '2', '--link', folder], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = [];
let ready;
const isReady = new Promise((resolve) => {
  ready = resolve;
});
createInterface({ input: bench.stdout }).on('line', (line) => {
  const object = JSON.parse(line);
  if ('ref' in object) answers.shift()(object);
  else if (object.name === 'modem-2') ready();
});
const port = join(folder, 'modem-1');
let seen = 0;

/** What the network took since it was last asked. */
async function taken() {
  const { events } = await new Promise((resolve) => {
    answers.push(resolve);
    bench.stdin.write(`${JSON.stringify({ ref: 1, do: 'log', after: seen })}\n`);
  });
  seen = Math.max(seen, ...events.map(({ sequence }) => sequence));
  return events.filter(({ kind }) => kind === 'submitted');
}

function msAPart(events, expected, who) {
  if (events.length !== expected) throw new Error(`${who}: ${events.length} of ${expected} parts were sent`);
  return (events.at(-1).at - events[0].at) / (expected - 1);
}

function encoded(body) {
  const words = ['encode', '--json', '--quiet', '--to', to, '--type', 'dm+wbxml', '--body', '-'];
  const { stdout } = spawnSync(process.execPath, [main, ...words], { input: body, encoding: 'utf8', maxBuffer: 1 << 24 });
  return JSON.parse(stdout).pdus;
}

function run(program, parameters, input = '') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(input);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
  });
}

const body = Buffer.alloc(128 * parts - 64, 0x41);
const bodyFile = join(folder, 'body');
writeFileSync(bodyFile, body);

async function minimal(pdus) {
  const lines = pdus.map(({ tpduOctets, pdu }) => `${tpduOctets} ${pdu}`).join('\n');
  await run(process.execPath, [join(here, 'scripts/minimal-sender.mjs'), port], lines);
  return msAPart(await taken(), pdus.length, 'the minimal sender');
}

async function send() {
  const words = ['send', '--json', '--quiet', '--to', to, '--type', 'dm+wbxml', '--body', bodyFile, '--modem', port];
  await run(process.execPath, [main, ...words, '--state-dir', join(folder, 'state')]);
  return msAPart(await taken(), parts, 'send');
}

/** One file of ten parts in gammu's own form, as `gammu-smsd-inject` writes it. */
function gammuFile(pdus) {
  return pdus
    .map(({ pdu }, index) => {
      // Service centre, first octet, reference; address; PID, DCS, validity, length.
      const userData = pdu.slice(2 * (3 + 2 + 6 + 4));
      const headerOctets = 1 + Number.parseInt(userData.slice(0, 2), 16);
      const [header, text] = [userData.slice(0, 2 * headerOctets), userData.slice(2 * headerOctets)];
      const texts = (text.match(/.{1,200}/g) ?? []).map((piece, at) => `Text${String(at).padStart(2, '0')} = ${piece}\n`).join('');
      return `[SMSBackup${String(index).padStart(3, '0')}]
PDU = Submit
State = UnSent
Number = "${to}"
UDH = ${header}
${texts}Coding = 8bit
Folder = 1
Length = ${text.length / 2}
Class = -1
ReplySMSC = False
RejectDuplicates = False
ReplaceMessage = 0
MessageReference = 0
`;
    })
    .join('\n');
}

async function gammu(pdus) {
  const place = mkdtempSync(join(folder, 'gammu-'));
  const boxes = ['inbox', 'outbox', 'sent', 'failed'].map((name) => join(place, name));
  for (const box of boxes) mkdirSync(box);
  const [inbox, outbox, sent, failed] = boxes;
  const off = ['checksecurity', 'checkbattery', 'checksignal', 'checknetwork', 'hangupcalls', 'receivefrequency', 'statusfrequency'];
  writeFileSync(
    join(place, 'smsdrc'),
    `[gammu]\ndevice = ${port}\nconnection = at115200\n\n[smsd]\nservice = files\nlogfile = ${place}/log\n${off.map((name) => `${name} = 0\n`).join('')}loopsleep = 1\ninboxpath = ${inbox}/\noutboxpath = ${outbox}/\nsentsmspath = ${sent}/\nerrorsmspath = ${failed}/\n`,
  );
  writeFileSync(join(outbox, `OUTC20260101_000000_00_${to}_sms0.smsbackup`), gammuFile(pdus));
  const child = spawn('gammu-smsd', ['-c', join(place, 'smsdrc')], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const events = [];
  const until = performance.now() + 60_000;
  while (events.length < pdus.length && performance.now() < until && readdirSync(failed).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    events.push(...(await taken()));
  }
  child.kill('SIGTERM');
  await ended;
  const userDataOf = (tpdu) => tpdu.slice(tpdu.indexOf('0B05040B84'));
  const differs = events.findIndex(({ tpdu }, index) => userDataOf(tpdu) !== userDataOf(pdus[index].pdu));
  if (differs >= 0) throw new Error(`gammu sent other octets: ${events[differs].tpdu}`);
  return msAPart(events, pdus.length, 'gammu-smsd');
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const hasGammu = (process.env.PATH ?? '').split(':').some((place) => existsSync(join(place, 'gammu-smsd')));
try {
  await isReady;
  const pdus = encoded(body);
  const few = encoded(body.subarray(0, 128 * gammuParts - 64));
  const times = { minimal: [], send: [], gammu: [] };
  await minimal(few);
  for (let round = 0; round < rounds; round += 1) {
    times.minimal.push(await minimal(pdus));
    times.send.push(await send());
    if (hasGammu) times.gammu.push(await gammu(few));
  }
  const [bare, ours, theirs] = [median(times.minimal), median(times.send), hasGammu ? median(times.gammu) : null];
  const figures = { benchMs: bare, sendMs: ours, overBenchMs: ours - bare, gammuMs: theirs, rounds, parts };
  if (json) console.log(JSON.stringify(figures));
  else {
    const ms = (value) => value.toFixed(2).padStart(8);
    console.log(`milliseconds a part to leave, +CMMS=1, unpaced, full parts; median of ${rounds} rounds of ${parts}`);
    console.log(`  sender that stores nothing           ${ms(bare)}   the bench's own time`);
    console.log(`  send, every part on disk before      ${ms(ours)}   ${(ours - bare).toFixed(2)} over the bench's own (aim under 2)`);
    if (theirs === null) console.log('  gammu-smsd                           is not installed');
    else {
      const times = (ratio) => `${ratio.toFixed(0)} times`;
      console.log(
        `  gammu-smsd, the same user data       ${ms(theirs)}   ${times(theirs / ours)} that of send, ${times((theirs - bare) / (ours - bare))} over the bench's own (aim 20)`,
      );
    }
  }
} finally {
  bench.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
