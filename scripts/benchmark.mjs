// Prints how many parts a second go through a real pseudo-terminal, from the unsolicited line to the acknowledgement after the part is on
// disk, beside what the same bench reaches with a reader that stores nothing; the shares of the line limits at 115200 baud, direct and
// stored; and how long a modem takes from being plugged in to being armed. --paced is the last two alone.
// Before that, how fast lines are read without any port (benchmark-reading.mjs), and after it how fast parts leave
// (benchmark-sending.mjs), and pushes through the bindings that need no modem (benchmark-bindings.mjs); --reading, --sending and
// --bindings are one of these alone.
// usage: npm run benchmark -- [--reading|--sending|--bindings|--dm|--paced] [--parts N] [--rounds N] [--json]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const main = join(here, 'dist/cli/main.js');
const option = (name, standard) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const parts = option('--parts', 3000);
const rounds = option('--rounds', 3);
const pacedParts = option('--paced-parts', 320);
const json = process.argv.includes('--json');
function measureApart(script, parameters = []) {
  const run = spawnSync(process.execPath, [join(here, 'scripts', script), ...parameters, ...(json ? ['--json'] : [])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) process.exit(2);
  return run.stdout;
}
if (process.argv.includes('--sending')) {
  process.stdout.write(measureApart('benchmark-sending.mjs', ['--rounds', String(rounds)]));
  process.exit(0);
}
if (process.argv.includes('--dm')) {
  process.stdout.write(measureApart('benchmark-dm.mjs'));
  process.exit(0);
}
if (process.argv.includes('--bindings')) {
  process.stdout.write(measureApart('benchmark-bindings.mjs'));
  process.exit(0);
}
const pacedAlone = process.argv.includes('--paced');
const measured = { stdout: pacedAlone ? '' : measureApart('benchmark-reading.mjs') };
if (!json || process.argv.includes('--reading')) process.stdout.write(measured.stdout);
if (process.argv.includes('--reading')) process.exit(0);
/** Full parts a second that 115200 baud carry with their acknowledgements, as docs/virtual-bench.md reckons them. */
const lineLimit = 32.4;
/** The same with +CMTI, +CMGR and +CMGD. */
const storedLimit = 28.4;
const storedOutstanding = 4;
const outstanding = 32;

const hex = (value) => value.toString(16).toUpperCase().padStart(2, '0');
const swapped = (value) =>
  String(value)
    .padStart(2, '0')
    .replace(/(.)(.)/, '$2$1');
let serial = 0;

/** A full part, 128 octets of a DM push in two parts; no two are alike. */
function fullPart(index) {
  const reference = (index >> 1) & 255;
  const sequence = 1 + (index & 1);
  const pair = index >> 1;
  const stamp = `62${swapped(1 + ((pair >> 16) % 12))}${swapped(1 + ((pair >> 12) % 28))}${swapped((pair >> 8) % 24)}${swapped((pair >> 4) % 60)}${swapped(pair % 60)}00`;
  const payload =
    sequence === 1
      ? `010603C2AF87${'A5'.repeat(122)}`
      : `${hex((index >> 16) & 255)}${hex((index >> 8) & 255)}${hex(index & 255)}${'5A'.repeat(125)}`;
  return `440B915155550000F90004${stamp}8C0B05040B8423F00003${hex(reference)}02${hex(sequence)}${payload}`;
}

class Program {
  constructor(parameters, { keepOutput = true } = {}) {
    this.child = spawn(process.execPath, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiters = new Set();
    this.child.stdin.on('error', () => undefined);
    this.keepOutput = keepOutput;
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      for (const waiter of [...this.waiters]) waiter(line);
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** The first line from now on for which `match` gives something. */
  wait(what, match, timeoutMs = 60_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(reject, new Error(`waited for ${what}`)), timeoutMs);
      const finish = (how, value) => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        how(value);
      };
      const waiter = (line) => {
        const found = match(line);
        if (found !== undefined && found !== false) finish(resolve, found);
      };
      this.waiters.add(waiter);
      this.ended.then(() => finish(reject, new Error(`ended while ${what} was waited for`)));
    });
  }

  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

const parse = (line) => {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
};

async function startBench(parameters) {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  const bench = new Program([main, 'bench', '--json', '--modems', '1', '--link', folder, ...parameters]);
  const { port, name } = await bench.wait('the virtual modem', (line) => (line.includes('"virtual-modem"') ? parse(line) : undefined));
  return { bench, port, name, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Delivers so many parts, keeping a few in the network's queue, and gives the seconds until the last was taken: directly, when the bench says
 * that it was acknowledged; by way of the modem's memory, when the reader says that it has read it.
 */
function deliver({ bench, reader, name, count, reception }) {
  const stored = reception === 'stored';
  const teller = stored ? reader : bench;
  const most = stored ? storedOutstanding : outstanding;
  return new Promise((resolve, reject) => {
    let sent = 0;
    let taken = 0;
    const began = performance.now();
    const send = () => {
      bench.child.stdin.write(`{"ref":${sent},"do":"deliver","to":"${name}","tpdu":"${fullPart(serial)}"}\n`);
      sent += 1;
      serial += 1;
    };
    const waiter = (line) => {
      const tells = stored ? line === 'part' || line.startsWith('{"event":"part"') : line.includes('"outcome"');
      if (!tells) return;
      if (!stored && parse(line).outcome !== 'acknowledged') {
        teller.waiters.delete(waiter);
        reject(new Error(`a part was not acknowledged: ${line}`));
        return;
      }
      taken += 1;
      if (sent < count) send();
      if (taken < count) return;
      teller.waiters.delete(waiter);
      resolve((performance.now() - began) / 1000);
    };
    teller.waiters.add(waiter);
    while (sent < Math.min(count, most)) send();
  });
}

function residentMiB(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Parts a second with this reader on this bench. */
async function measure(kind, count, benchParameters = [], warmUp = 200, reception = 'direct') {
  const { bench, port, name, remove } = await startBench(benchParameters);
  const stateDir = mkdtempSync(join(tmpdir(), 'wb-'));
  const reader =
    kind === 'minimal'
      ? new Program([join(here, 'scripts/minimal-reader.mjs'), port, reception])
      : new Program([main, 'listen', '--json', '--reception', reception, '--modem', port, '--state-dir', stateDir]);
  const pass = (count) => deliver({ bench, reader, name, count, reception });
  try {
    await reader.wait('the reader', (line) => line === 'ready' || line.includes('"state":"ready"'));
    const idleMiB = residentMiB(reader.child.pid);
    if (warmUp > 0) await pass(warmUp);
    const seconds = await pass(count);
    return { partsPerSecond: count / seconds, idleMiB, busyMiB: residentMiB(reader.child.pid) };
  } finally {
    await reader.stop();
    await bench.stop();
    remove();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const results = { minimal: [], listen: [] };
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const rate = (value) => value.toFixed(1).padStart(8);
for (let round = 0; round < (pacedAlone ? 0 : rounds); round += 1) {
  for (const kind of ['minimal', 'listen']) results[kind].push(await measure(kind, parts));
}
const paced = ['--baud', '115200'];
const pacedMinimal = await measure('minimal', pacedParts, paced, 8);
const pacedListen = await measure('listen', pacedParts, paced, 8);
const storedMinimal = await measure('minimal', pacedParts, paced, 8, 'stored');
const storedListen = await measure('listen', pacedParts, paced, 8, 'stored');
const unplugs = 20;
const { armedMedianMs } = JSON.parse(measureApart('hotplug.mjs', ['--unplugs', String(unplugs), ...(json ? [] : ['--json'])]));
const pacedFigures = {
  paced: {
    listenPartsPerSecond: pacedListen.partsPerSecond,
    minimalPartsPerSecond: pacedMinimal.partsPerSecond,
    lineLimit,
    share: pacedListen.partsPerSecond / lineLimit,
  },
  pacedStored: {
    listenPartsPerSecond: storedListen.partsPerSecond,
    minimalPartsPerSecond: storedMinimal.partsPerSecond,
    lineLimit: storedLimit,
    share: storedListen.partsPerSecond / storedLimit,
  },
  armedMedianMs,
};
function tellPaced() {
  const rows = [
    ['115200 baud, reader', pacedMinimal, lineLimit, ''],
    ['115200 baud, listen', pacedListen, lineLimit, ' (aim 98 %)'],
    ['115200 baud, stored first, reader', storedMinimal, storedLimit, ''],
    ['115200 baud, stored first, listen', storedListen, storedLimit, ' (aim 95 %)'],
  ];
  for (const [what, { partsPerSecond }, limit, aim] of rows)
    console.log(`  ${what.padEnd(36)} ${rate(partsPerSecond)}   ${percent(partsPerSecond / limit)} of the line limit of ${limit}${aim}`);
  console.log(`  from plugged in to armed: median ${armedMedianMs} ms of ${unplugs} (aim under 1500)`);
}
if (pacedAlone) {
  if (json) console.log(JSON.stringify(pacedFigures));
  else tellPaced();
  process.exit(0);
}
const sending = measureApart('benchmark-sending.mjs', ['--rounds', String(rounds)]);
const bindings = measureApart('benchmark-bindings.mjs');

const ceiling = median(results.minimal.map(({ partsPerSecond }) => partsPerSecond));
const durable = median(results.listen.map(({ partsPerSecond }) => partsPerSecond));
const figures = {
  ...(json ? { reading: JSON.parse(measured.stdout), sending: JSON.parse(sending), bindings: JSON.parse(bindings) } : {}),
  unpaced: { listenPartsPerSecond: durable, minimalPartsPerSecond: ceiling, share: durable / ceiling, parts, rounds },
  ...pacedFigures,
  residentMiB: { idle: results.listen[0].idleMiB, afterLoad: results.listen[0].busyMiB },
};
if (json) {
  console.log(JSON.stringify(figures));
} else {
  console.log(
    `parts a second, one modem, full parts (128 octets), each acknowledged before the next; median of ${rounds} rounds of ${parts}`,
  );
  console.log(`  unpaced, reader that stores nothing  ${rate(ceiling)}`);
  console.log(`  unpaced, listen, every part on disk  ${rate(durable)}   ${percent(durable / ceiling)} of the reader's (aim 60 %)`);
  tellPaced();
  console.log(
    `  resident, listen: ${figures.residentMiB.idle.toFixed(1)} MiB idle, ${figures.residentMiB.afterLoad.toFixed(1)} MiB after ${parts} parts (aim: under 90 idle)`,
  );
  process.stdout.write(sending);
  process.stdout.write(bindings);
}
