#!/usr/bin/env node
// Sends again and again, alone and through a `listen`, while the program is killed with SIGKILL at named points and at instants of chance,
// and the modem is unplugged, restarted, silenced or refused by its network; then compares every receipt and every entry of the outbox with
// what the virtual network really took.
// usage: npm run torture:send -- --sends N --seed S [--lanes N] [--keep]
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '../dist/runtime/index.js';
import { Bench } from './torture-send/bench.mjs';
import { Lane } from './torture-send/lane.mjs';

const { values } = parseArgs({
  options: {
    sends: { type: 'string', default: '100' },
    seed: { type: 'string' },
    lanes: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
  },
});
const sends = Number(values.sends);
const seed = Number(values.seed ?? randomInt(2 ** 31));
const lanes = Number(values.lanes);
const usage = (what) => {
  process.stderr.write(`torture: ${what}\n`);
  process.exit(2);
};
if (![sends, lanes].every((value) => Number.isInteger(value) && value >= 1)) usage('--sends and --lanes are whole numbers from 1');
if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) usage('--seed is a whole number below 2147483648');

/** Sends after which a state folder is examined and left. */
const sendsPerFolder = 20;
const random = seededRandom(seed);
const folder = mkdtempSync(join(tmpdir(), 'wapbridge-torture-send-'));
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const began = performance.now();
// Lanes take turns with pseudo-terminals and TCP: the two are lost in different ways.
const links = join(folder, 'links');
mkdirSync(links);
const half = Math.ceil(lanes / 2);
const benches = [new Bench(main, 2 * half, ['--link', links])];
if (lanes > 1) benches.push(new Bench(main, 2 * (lanes - half), ['--tcp', '0']));
await Promise.all(benches.map(({ ready }) => ready));

const running = Array.from({ length: lanes }, (_, number) => {
  const pair = Math.floor(number / 2);
  return new Lane({
    number,
    folder,
    seed: Math.floor(random.fraction() * 2 ** 31),
    bench: benches[number % 2],
    sender: `modem-${2 * pair + 1}`,
    receiver: `modem-${2 * pair + 2}`,
  });
});
const totals = { sends: 0, receipts: 0, taken: 0, sent: 0, 'not-sent': 0, unknown: 0, queued: 0, leaving: 0 };
const failures = [];
let left = sends;
let round = 0;
async function drive(lane) {
  while (left > 0 && failures.length === 0) {
    const share = Math.min(sendsPerFolder, left);
    left -= share;
    round += 1;
    try {
      const { faults, parts, ...counts } = await lane.round(round, share);
      for (const [name, count] of [...Object.entries(counts), ...Object.entries(parts)]) totals[name] += count;
      if (faults.length > 0) failures.push({ lane, what: faults });
      else if (!values.keep) rmSync(lane.place, { recursive: true, force: true });
    } catch (error) {
      failures.push({ lane, what: [error.stack] });
    }
  }
}
const progress = setInterval(
  () => process.stderr.write(`${totals.sends} sends examined, ${Math.round((performance.now() - began) / 1000)} s\n`),
  30_000,
);
await Promise.all(running.map(drive));
clearInterval(progress);
for (const bench of benches) bench.stop();

for (const { lane, what } of failures) {
  process.stderr.write(`torture FAILED, seed ${seed}, lane ${lane.number}, files in ${lane.place}\n`);
  for (const line of what.slice(0, 20)) process.stderr.write(`  ${line}\n`);
}
const struck = new Map();
for (const { counts } of running) for (const [what, count] of counts) struck.set(what, (struck.get(what) ?? 0) + count);
const blows = [...struck].map(([what, count]) => `${what} ${count}`).sort();
process.stdout.write(`blows: ${blows.join(', ')}\n`);
process.stdout.write(
  `${totals.sends} sends, ${totals.receipts} receipts, ${totals.taken} parts taken by the network; in the outbox ${totals.sent} sent, ` +
    `${totals['not-sent']} not sent, ${totals.unknown} unknown, ${totals.queued} cancelled; ` +
    `${failures.length === 0 ? '0 untrue, 0 twice without leave' : 'FAILED'}, ${Math.round((performance.now() - began) / 1000)} s, seed ${seed}\n`,
);
if (failures.length === 0 && !values.keep) rmSync(folder, { recursive: true, force: true });
process.exit(failures.length === 0 ? 0 : 1);
