#!/usr/bin/env node
// Kills `listen` with SIGKILL at named points and at random instants while a virtual bench delivers and a recording consumer takes,
// and examines at the end that every message the network believes delivered was handed on, whole, under one id.
// usage: npm run torture -- --kills N --seed S [--lanes N] [--bindings sms] [--consumer-faults SHARE] [--keep]
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../dist/runtime/index.js';
import { killsPerFolder, Lane } from './torture/lane.mjs';
import { points } from './torture/points.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    lanes: { type: 'string', default: '3' },
    bindings: { type: 'string', default: 'sms' },
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
if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) usage('--seed is a whole number below 2147483648');
if (values.bindings !== 'sms') usage('--bindings: this torture knows sms only');

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

const bench = { send: (command) => child.stdin.write(`${JSON.stringify(command)}\n`), ports: [] };
const child = spawn(
  process.execPath,
  [fileURLToPath(new URL('torture/bench.mjs', import.meta.url)), String(2 * lanes), String(Math.floor(random.fraction() * 2 ** 31))],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const running = [];
let ready;
const isReady = new Promise((resolve, reject) => {
  ready = resolve;
  child.once('close', (code) => reject(new Error(`the bench ended with code ${code}`)));
});
createInterface({ input: child.stdout }).on('line', (line) => {
  const event = JSON.parse(line);
  if (event.event === 'ready') ready(event.ports);
  else {
    const [lane, digest, index] = event.key.split('/');
    running[Number(lane)]?.outcome(digest, Number(index), event.outcome);
  }
});
bench.ports = await isReady;

const totals = { messages: 0, parts: 0, again: 0 };
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
      for (const key of Object.keys(totals)) totals[key] += result[key];
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
  running.push(new Lane({ number, folder, seed: laneSeed, bench, modems: [number, lanes + number], consumerFaults, onKill }));
}
await Promise.all(running.map(drive));
clearInterval(progress);
child.stdin.end();

const minutes = (performance.now() - began) / 60_000;
const named = [...hits.values()].reduce((sum, count) => sum + count, 0);
const missed = Object.keys(points).filter((point) => !hits.has(point));
for (const { lane, what } of faults) {
  process.stderr.write(`torture FAILED, seed ${seed}, lane ${lane.number}, files in ${lane.place}\n`);
  process.stderr.write(`  killed at: ${lane.history.join(', ')}\n`);
  for (const line of what.slice(0, 20)) process.stderr.write(`  ${line}\n`);
}
if (missed.length > 0) process.stderr.write(`points not struck in this run: ${missed.join(', ')}\n`);
process.stdout.write(
  `${done} kills (${named} at ${hits.size} of ${Object.keys(points).length} named points, ${atInstants} at random instants), ` +
    `${totals.messages} messages in ${totals.parts} parts, ${faults.length === 0 ? '0 lost, 0 handed on twice under different ids' : 'FAILED'}, ` +
    `${totals.again} handed on again under the same id, ${(done / minutes).toFixed(0)} kills a minute, seed ${seed}\n`,
);
if (faults.length === 0 && !values.keep) rmSync(folder, { recursive: true, force: true });
process.exit(faults.length === 0 ? 0 : 1);
