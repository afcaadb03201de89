// What the benchmarks of many modems share: the bench, the reader under test with its output read as a consumer would, loads, and figures.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pushParts } from '../torture/messages.mjs';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const benchScript = fileURLToPath(new URL('bench.mjs', import.meta.url));
const minimal = fileURLToPath(new URL('minimal-reader.mjs', import.meta.url));

/** Milliseconds of the machine's monotonic clock, the same in every process. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Waits for a condition that is looked at whenever something happened, and now and then. */
function watcher() {
  let wake = () => {};
  return {
    happened: () => wake(),
    until: async (what, holds, withinMs = 120_000) => {
      const deadline = now() + withinMs;
      while (!holds()) {
        if (now() > deadline) throw new Error(`waited for ${what} in vain`);
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, 100);
        });
      }
    },
  };
}

/** Starts the virtual modems. `onSettled` gets [key, outcome, wroteAt, settledAt] of each part. */
export async function startBench(modems, baud, onSettled) {
  const child = spawn(process.execPath, [benchScript, String(modems), String(baud)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { happened, until } = watcher();
  let ports;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line);
    if (ports === undefined) ports = told.ports;
    else for (const part of told) onSettled(...part);
    happened();
  });
  await until('the bench', () => ports !== undefined);
  return {
    pid: child.pid,
    ports,
    deliver: (lists) => child.stdin.write(`${JSON.stringify(lists)}\n`),
    until,
    stop: () => new Promise((resolve) => child.once('close', resolve) && child.kill('SIGTERM')),
  };
}

/** Starts `listen` (or the reader that stores nothing); `onMessage` gets each message's line and when it was here. */
export function startReader(kind, ports, { state, config = null, onMessage = () => undefined }) {
  const words =
    kind === 'minimal'
      ? [minimal, ...ports]
      : [main, 'listen', '--json', ...ports.flatMap((port) => ['--modem', port]), '--state-dir', state].concat(
          config === null ? [] : ['--config', config],
        );
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { happened, until } = watcher();
  let ready = 0;
  let at = 0;
  // Before the lines are cut, so that the time is that of arrival.
  child.stdout.on('data', () => {
    at = now();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('"state":"ready"')) ready += 1;
    else if (line.startsWith('{"event":"message"')) onMessage(line, at);
    happened();
  });
  return {
    pid: child.pid,
    ready: () => until('the modems', () => ready >= ports.length),
    until,
    stop: () => new Promise((resolve) => child.once('close', resolve) && child.kill('SIGTERM')),
  };
}

/** Runs work with a folder that is removed after it. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'wapbridge-benchmark-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The body of a two-part push, 250 octets, told from every other by its number. */
export function bodyOf(number) {
  const body = Buffer.alloc(250, number & 255);
  body.writeUInt32BE(number);
  return body.toString('hex').toUpperCase();
}

/** The number of the message in a line of `listen --json`, and whether the whole body is that of its number. */
export function numberOf(line) {
  const body = /"body":"([0-9A-F]+)"/i.exec(line)?.[1]?.toUpperCase() ?? '';
  const number = Number.parseInt(body.slice(0, 8), 16);
  return { number, whole: body === bodyOf(number) };
}

/** The two full parts of message `number`, as [key, TPDU]; the key is the number and the place of the part. */
export function partsOf(number) {
  const message = { verdict: 'dm-application', body: bodyOf(number), total: 2, wide: false, transaction: 1, onCard: false };
  const sender = `1555${String(number % 1_000_0000).padStart(7, '0')}`;
  return pushParts({ ...message, sender, reference: number & 255, number }).map((tpdu, index) => [`${number}/${index}`, tpdu]);
}

export const residentMiB = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
export const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;
/** Seconds of processor time so far; the clock of /proc ticks a hundred times a second. */
export function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Times in milliseconds, kept as counts so that an hour of them takes no more room than a minute: steps of 2 %. */
export class Times {
  #counts = new Map();
  count = 0;
  most = 0;

  add(ms) {
    const step = Math.ceil(Math.log(Math.max(ms, 0.01)) / Math.log(1.02));
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + 1);
    this.count += 1;
    this.most = Math.max(this.most, ms);
  }

  /** The time that this share of them does not exceed. */
  at(share) {
    let seen = 0;
    for (const [step, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen >= share * this.count) return Math.min(1.02 ** step, this.most);
    }
    return null;
  }

  figures() {
    const rounded = (ms) => (ms === null ? null : Number(ms.toPrecision(3)));
    return {
      count: this.count,
      p50: rounded(this.at(0.5)),
      p99: rounded(this.at(0.99)),
      p999: rounded(this.at(0.999)),
      most: rounded(this.most),
    };
  }
}

/** Times as people read them. */
export const timesText = ({ p50, p99, p999, most }) => `p50 ${p50} p99 ${p99} p99.9 ${p999} most ${most} ms`;
