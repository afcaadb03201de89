#!/usr/bin/env node
// Prints durable parts a second with 1, 8, 32 and 64 virtual modems beside a reader that stores nothing, and whether 64 modems with 1,000
// senders that use one 8-bit reference, shuffled and 5 % of the parts twice, yield every message exactly.
// usage: node scripts/many-modems.mjs [--modems 1,8,32,64] [--parts N] [--baud N] [--exact N] [--json]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../dist/runtime/index.js';
import { pushParts } from './torture/messages.mjs';

const { values } = parseArgs({
  options: {
    modems: { type: 'string', default: '1,8,32,64' },
    parts: { type: 'string', default: '4000' },
    baud: { type: 'string', default: '0' },
    exact: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const benchScript = fileURLToPath(new URL('many-modems/bench.mjs', import.meta.url));
const minimal = fileURLToPath(new URL('many-modems/minimal-reader.mjs', import.meta.url));
const random = seededRandom(5);
const below = (count) => Math.floor(random.fraction() * count);
const figures = [];

async function startBench(modems, baud) {
  const child = spawn(process.execPath, [benchScript, String(modems), String(baud)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { ports } = JSON.parse((await lines.next()).value);
  return {
    ports,
    /** Delivers lists of TPDUs, one a modem; resolves with the seconds until the last was acknowledged. */
    run: async (lists) => {
      child.stdin.write(`${JSON.stringify(lists)}\n`);
      return JSON.parse((await lines.next()).value);
    },
    stop: () => child.kill('SIGTERM'),
  };
}

function startReader(kind, ports, state) {
  const words =
    kind === 'minimal'
      ? [minimal, ...ports]
      : [main, 'listen', '--json', ...ports.flatMap((port) => ['--modem', port]), '--state-dir', state];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages = [];
  let ready = 0;
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('"state":"ready"')) ready += 1;
    else if (line.startsWith('{"event":"message"')) messages.push({ at: performance.now(), line });
    wake();
  });
  const until = async (what, holds) => {
    const deadline = performance.now() + 120_000;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`waited for ${what} in vain`);
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  };
  return {
    child,
    messages,
    ready: () => until('the modems', () => ready >= ports.length),
    until,
    stop: () => new Promise((resolve) => child.once('close', resolve) && child.kill('SIGTERM')),
  };
}

const residentMiB = (pid) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
let serial = 0;

/** Full parts of two-part DM pushes. */
function load(modems, parts) {
  return Array.from({ length: modems }, () =>
    Array.from({ length: Math.ceil(parts / modems / 2) }, () => {
      serial += 1;
      const body = Buffer.alloc(250, serial & 255);
      body.writeUInt32BE(serial);
      const sender = `1555${String(serial % 1_000_0000).padStart(7, '0')}`;
      const message = {
        verdict: 'dm-application',
        body: body.toString('hex').toUpperCase(),
        total: 2,
        sender,
        wide: false,
        transaction: 1,
        onCard: false,
      };
      return pushParts({ ...message, reference: serial & 255, number: serial });
    }).flat(),
  );
}

async function measure(kind, modems, baud, parts) {
  const bench = await startBench(modems, baud);
  const state = mkdtempSync(join(tmpdir(), 'wapbridge-benchmark-'));
  const reader = startReader(kind, bench.ports, state);
  try {
    await reader.ready();
    await bench.run(load(modems, modems * 4));
    const lists = load(modems, parts);
    const { seconds } = await bench.run(lists);
    return { kind, modems, baud, partsPerSecond: lists.flat().length / seconds, residentMiB: residentMiB(reader.child.pid) };
  } finally {
    await reader.stop();
    bench.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

/** 64 modems, so many senders with the same 8-bit reference, shuffled, 5 % of the parts twice: what arrives, against what was sent. */
async function exactness(modems, senders) {
  const bench = await startBench(modems, 0);
  const state = mkdtempSync(join(tmpdir(), 'wapbridge-benchmark-'));
  const reader = startReader('listen', bench.ports, state);
  try {
    await reader.ready();
    const sent = new Set();
    const lists = Array.from({ length: modems }, () => []);
    for (let sender = 0; sender < senders; sender += 1) {
      const total = 2 + below(5);
      serial += 1;
      const body = Buffer.from(Array.from({ length: total * 100 }, () => below(256)));
      sent.add(createHash('sha256').update(body).digest('hex'));
      const message = {
        verdict: 'dm-application',
        body: body.toString('hex').toUpperCase(),
        total,
        wide: false,
        transaction: 1,
        onCard: false,
      };
      const parts = pushParts({ ...message, sender: `1555${String(sender).padStart(7, '0')}`, reference: 7, number: serial });
      lists[sender % modems].push(...parts, ...parts.filter(() => random.fraction() < 0.05));
    }
    const shuffled = lists.map((list) => {
      const order = [];
      while (list.length > 0) order.push(...list.splice(below(list.length), 1));
      return order;
    });
    const { seconds } = await bench.run(shuffled);
    await reader.until('the messages', () => reader.messages.length >= senders).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const arrived = reader.messages.map(({ line }) =>
      createHash('sha256')
        .update(Buffer.from(JSON.parse(line).push?.body ?? '', 'hex'))
        .digest('hex'),
    );
    const exact = new Set(arrived.filter((digest) => sent.has(digest)));
    return {
      modems,
      senders,
      parts: shuffled.flat().length,
      seconds,
      exact: exact.size,
      again: arrived.length - new Set(arrived).size,
      foreign: arrived.filter((digest) => !sent.has(digest)).length,
    };
  } finally {
    await reader.stop();
    bench.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

const say = (figure, text) => {
  figures.push(figure);
  process.stdout.write(values.json ? `${JSON.stringify(figure)}\n` : `${text}\n`);
};
for (const modems of values.modems.split(',').map(Number)) {
  for (const kind of ['minimal', 'listen']) {
    const figure = await measure(kind, modems, Number(values.baud), Number(values.parts));
    const { partsPerSecond, residentMiB: resident } = figure;
    say(
      figure,
      `${String(modems).padStart(3)} modems, ${values.baud === '0' ? 'unpaced' : `${values.baud} baud`}, ${kind.padEnd(8)} ${partsPerSecond.toFixed(0).padStart(6)} parts/s, ${resident.toFixed(0)} MiB`,
    );
  }
}
if (Number(values.exact) > 0) {
  const result = await exactness(64, Number(values.exact));
  const { exact, senders, again, foreign, parts, seconds } = result;
  say(
    result,
    `64 modems, ${senders} senders with one 8-bit reference, ${parts} parts shuffled, 5 % twice: ${exact} of ${senders} messages exact (${((100 * exact) / senders).toFixed(1)} %), ${again} twice, ${foreign} that nobody sent, ${seconds.toFixed(1)} s`,
  );
  if (exact !== senders || again > 0 || foreign > 0) process.exitCode = 1;
}
