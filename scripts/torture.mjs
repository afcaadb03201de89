#!/usr/bin/env node
// Kills `listen` with SIGKILL at named points and at random instants while a virtual bench delivers, senders of the other bindings send and a
// recording consumer takes, and examines at the end that every message the network believes delivered, every push whose sender was told that it is
// accepted and every one that was on disk after a kill (over UDP nobody is told) was handed on, whole, under one id, and that nothing else was.
// usage: npm run torture -- --kills N --seed S [--lanes N] [--bindings sms,udp,http,sip,obex] [--consumer-faults SHARE] [--keep]
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../dist/runtime/index.js';
import { endpointBindings } from './torture/endpoint-traffic.mjs';
import { killsPerFolder, Lane } from './torture/lane.mjs';
import { pointsOf } from './torture/points.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    lanes: { type: 'string', default: '3' },
    bindings: { type: 'string', default: ['sms', ...endpointBindings].join() },
    'consumer-faults': { type: 'string', default: '0.15' },
    keep: { type: 'boolean', default: false },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed ?? randomInt(2 ** 31));
const lanes = Number(values.lanes);
const usage = (what) => {
  process.stderr.write(`torture: ${what}\n`);
  process.exit(2);
};
if (![kills, lanes].every((value) => Number.isInteger(value) && value >= 1)) usage('--kills and --lanes are whole numbers from 1');
if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) usage('--seed is a whole number below 4294967296');
const bindings = values.bindings.split(',');
const known = ['sms', ...endpointBindings];
if (!bindings.every((binding) => known.includes(binding))) usage(`--bindings are ${known.join(', ')}, with commas between them`);
const withModems = bindings.includes('sms');

const random = seededRandom(seed);
const folder = mkdtempSync(join(tmpdir(), 'wapbridge-torture-'));
const began = performance.now();
const hits = new Map();
let done = 0;
let atInstants = 0;
const onKill = (point) => {
  done += 1;
  if (point === null) atInstants += 1;
  else hits.set(point, (hits.get(point) ?? 0) + 1);
};

const running = [];
const bench = withModems ? await startBench() : null;

/** The virtual bench, whose word on every attempt at delivery goes to the lane it is about. */
async function startBench() {
  const script = fileURLToPath(new URL('torture/bench.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, String(2 * lanes), String(Math.floor(random.fraction() * 2 ** 31))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ports = await new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the bench ended with code ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.event === 'ready') return resolve(event.ports);
      const [lane, digest, index] = event.key.split('/');
      running[Number(lane)]?.outcome(digest, Number(index), event.outcome);
    });
  });
  return { ports, send: (command) => child.stdin.write(`${JSON.stringify(command)}\n`), end: () => child.stdin.end() };
}

const totals = {};
const faults = [];
let left = kills;
let round = 0;
async function drive(lane) {
  while (left > 0 && faults.length === 0) {
    const share = Math.min(killsPerFolder, left);
    left -= share;
    round += 1;
    try {
      const result = await lane.round(round, share);
      for (const [key, count] of Object.entries(result.counts)) totals[key] = (totals[key] ?? 0) + count;
      if (result.faults.length > 0) faults.push({ lane, what: result.faults });
      else if (!values.keep) rmSync(lane.place, { recursive: true, force: true });
    } catch (error) {
      faults.push({ lane, what: [error.stack] });
    }
  }
}
const progress = setInterval(() => process.stderr.write(`${done} kills, ${Math.round((performance.now() - began) / 1000)} s\n`), 30_000);
// Each lane has a modem on a pseudo-terminal and one on TCP.
for (let number = 0; number < lanes; number += 1) {
  const consumerFaults = Number(values['consumer-faults']);
  const laneSeed = Math.floor(random.fraction() * 2 ** 31);
  const modems = withModems ? [number, lanes + number] : [];
  running.push(new Lane({ number, folder, seed: laneSeed, bench, modems, bindings, consumerFaults, onKill }));
}
await Promise.all(running.map(drive));
clearInterval(progress);
bench?.end();

const minutes = (performance.now() - began) / 60_000;
const named = [...hits.values()].reduce((sum, count) => sum + count, 0);
const points = Object.keys(pointsOf(bindings));
const missed = points.filter((point) => !hits.has(point));
for (const { lane, what } of faults) {
  process.stderr.write(`torture FAILED, seed ${seed}, lane ${lane.number}, files in ${lane.place}\n`);
  process.stderr.write(`  killed at: ${lane.history.join(', ')}\n`);
  for (const line of what.slice(0, 20)) process.stderr.write(`  ${line}\n`);
}
if (missed.length > 0) process.stderr.write(`points not struck in this run: ${missed.join(', ')}\n`);
const told = bindings.map((binding) => {
  const count = (name) => totals[`${binding} ${name}`] ?? 0;
  if (binding === 'sms') return `${count('sent')} messages by sms in ${totals.parts ?? 0} parts`;
  const accepted = binding === 'udp' ? '' : `${count('told')} told accepted, `;
  return `${count('sent')} by ${binding} (${accepted}${count('handed on')} handed on)`;
});
process.stdout.write(
  `${done} kills (${named} at ${hits.size} of ${points.length} named points, ${atInstants} at random instants), ` +
    `${told.join(', ')}, ${faults.length === 0 ? '0 lost, 0 handed on twice under different ids' : 'FAILED'}, ` +
    `${totals.again ?? 0} handed on again under the same id, ${(done / minutes).toFixed(0)} kills a minute, seed ${seed}\n`,
);
if (faults.length === 0 && !values.keep) rmSync(folder, { recursive: true, force: true });
process.exit(faults.length === 0 ? 0 : 1);
