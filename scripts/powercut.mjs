#!/usr/bin/env node
// Simulates power cuts: records with strace what the journal writes and syncs in a real run, builds at instants of that run the files a cut
// could leave (what was not synced dropped, torn, reordered), opens each with the journal, and checks that all it had acknowledged is there.
// usage: npm run powercut -- --cuts N --seed S [--turns N] [--ignore-syncs]; the last takes every sync for none, and must fail.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openJournal } from '../dist/journal/index.js';
import { seededRandom, systemClock, systemRandom } from '../dist/runtime/index.js';
import { ModelDisk } from './powercut/disk.mjs';
import { readTrace } from './powercut/trace.mjs';

// A closed database keeps its descriptors until its statements are collected; thousands of them would reach the limit.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '300' },
    seed: { type: 'string' },
    turns: { type: 'string', default: '120' },
    'ignore-syncs': { type: 'boolean', default: false },
  },
});
const cuts = Number(values.cuts);
const seed = Number(values.seed ?? randomInt(2 ** 31));
const turns = Number(values.turns);
if (![cuts, turns].every((value) => Number.isInteger(value) && value >= 1) || !Number.isInteger(seed)) {
  process.stderr.write('powercut: --cuts, --turns and --seed are whole numbers\n');
  process.exit(2);
}
if (spawnSync('strace', ['--version'], { stdio: 'ignore' }).status !== 0) {
  process.stderr.write('powercut: strace is not installed (apt-get install strace)\n');
  process.exit(3);
}
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wapbridge-powercut-')));
// What a cut leaves is opened in memory where there is such a place: its own syncs prove nothing.
const images = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'wapbridge-powercut-'));
process.on('exit', () => rmSync(images, { recursive: true, force: true }));
const directory = join(folder, 'state');
mkdirSync(directory);
const trace = join(folder, 'trace');
const writer = fileURLToPath(new URL('powercut/writer.mjs', import.meta.url));
const calls = 'trace=openat,write,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat';
const ran = spawnSync(
  'strace',
  [
    '-f',
    '-y',
    '-xx',
    '-s',
    '1048576',
    '-e',
    calls,
    '-e',
    'signal=none',
    '-o',
    trace,
    process.execPath,
    writer,
    directory,
    String(seed),
    String(turns),
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
if (ran.status !== 0) {
  process.stderr.write(`powercut: the writer ended with ${ran.signal ?? `code ${ran.status}`}\n`);
  process.exit(1);
}
const began = performance.now();
const steps = readTrace(trace, directory).filter(({ file }) => file === undefined || file.startsWith('journal.db'));
const steadyFiles = steps.filter((step) => step.do !== 'write' || !step.file.endsWith('-shm'));
const random = seededRandom(seed);
/** How many cuts fall right after each step: spread evenly by chance, but a tenth of them while the files are being made. */
const perStep = new Map();
for (let cut = 0; cut < cuts; cut += 1) {
  const at = Math.floor(random.fraction() * (cut % 10 === 0 ? Math.min(40, steadyFiles.length) : steadyFiles.length));
  perStep.set(at, (perStep.get(at) ?? 0) + 1);
}

const disk = new ModelDisk();
const parts = new Map();
const messages = new Map();
const taken = [];
/** From here on retention may have taken what is settled. */
let retained = false;
const failures = [];
let done = 0;
let refusedUnborn = 0;

function heard(line) {
  const [word, id, ...rest] = line.split(' ');
  if (word === 'part') parts.set(id, rest[0]);
  else if (word === 'message') messages.set(id, { body: rest[0], partIds: rest.slice(1) });
  else if (word === 'taken') taken.push([id, rest[0]]);
  else if (word === 'retaining') retained = true;
}

/** What is missing or altered in an opened journal. */
function complaints(journal) {
  const found = [];
  const settled = (id) => taken.filter(([of]) => of === id).length === 2;
  const gone = (id) => retained && settled(id);
  const messageOf = new Map([...messages].flatMap(([id, { partIds }]) => partIds.map((part) => [part, id])));
  for (const [id, octets] of parts) {
    const stored = journal.part(id);
    const message = messageOf.get(id);
    if (
      stored === null
        ? message === undefined || !gone(message)
        : stored.octets !== octets && !(stored.octets === '' && message !== undefined && gone(message))
    )
      found.push(`part ${id} is ${stored === null ? 'missing' : 'another'}`);
  }
  for (const [id, { body, partIds }] of messages) {
    const stored = journal.message(id);
    if (stored === null) {
      if (!gone(id)) found.push(`message ${id} is missing`);
    } else if (Buffer.from(stored.body ?? []).toString('hex') !== body || stored.partIds.join() !== partIds.join())
      found.push(`message ${id} is another`);
  }
  for (const [id, sink] of taken) {
    const delivery = journal.details(id)?.deliveries.find((of) => of.sink === sink);
    if (delivery === undefined ? !gone(id) : delivery.state !== 'taken') found.push(`the answer of ${sink} to ${id} is forgotten`);
  }
  return found;
}

async function examine(number) {
  const place = join(images, 'cut');
  mkdirSync(place);
  for (const [name, image] of disk.cut(random)) if (!name.endsWith('-shm')) writeFileSync(join(place, name), image);
  try {
    const holder = { pid: process.pid, command: 'powercut' };
    const journal = openJournal({ directory: place, clock: systemClock, random: systemRandom, holder, retention: null });
    const found = complaints(journal);
    journal.close();
    if (found.length > 0) failures.push({ number, found });
  } catch (error) {
    // Before anything was acknowledged there may be no journal yet; it is refused with a line that says so, and nothing is lost.
    if (parts.size === 0 && error.code === 'journal/corrupt') refusedUnborn += 1;
    else failures.push({ number, found: [error.message] });
  }
  done += 1;
  if (done % 50 === 0) {
    collect();
    // What was collected is let go of in the next turns.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
  rmSync(place, { recursive: true, force: true });
}

for (const [index, step] of steadyFiles.entries()) {
  if (step.do === 'say') for (const line of step.text.split('\n')) heard(line);
  else if (!values['ignore-syncs'] || !step.do.startsWith('sync')) disk.step(step);
  for (let cut = perStep.get(index) ?? 0; cut > 0 && failures.length < 5; cut -= 1) await examine(index);
}
for (const { number, found } of failures) {
  process.stderr.write(`powercut FAILED, seed ${seed}, cut after step ${number} of ${steadyFiles.length} (trace ${trace})\n`);
  for (const line of found.slice(0, 10)) process.stderr.write(`  ${line}\n`);
}
const syncs = steadyFiles.filter((step) => step.do === 'sync').length;
process.stdout.write(
  `${done} power cuts in a run of ${steadyFiles.length} steps (${syncs} syncs), ${parts.size} parts, ${messages.size} messages, ${taken.length} answers acknowledged: ` +
    `${failures.length === 0 ? '0 lost' : 'FAILED'}, ${refusedUnborn} before there was a journal, ${Math.round((performance.now() - began) / 1000)} s, seed ${seed}\n`,
);
if (failures.length === 0) rmSync(folder, { recursive: true, force: true });
process.exit(failures.length === 0 ? 0 : 1);
