// Virtual modems for the benchmarks, on pseudo-terminals. usage: bench.mjs MODEMS BAUD
// Each line of standard input holds lists of [key, TPDU], one list a modem, to be delivered behind what waits. Each line of standard output
// holds what was settled since the last one: [key, outcome, when the last octet before it was written to the port, when it was settled], in
// milliseconds of the machine's monotonic clock, which other processes read as well.
import { createInterface } from 'node:readline';
import { seededRandom, systemClock } from '../../dist/runtime/index.js';
import { openVirtualBench } from '../../dist/virtual-bench/index.js';
import { PseudoTerminal } from '../../dist/virtual-bench/pseudo-terminal.js';

const tellIntervalMs = 25;
const now = () => Number(process.hrtime.bigint()) / 1e6;
const [modems, baud] = process.argv.slice(2).map(Number);

// The clock is stopped where octets really leave, behind the pacing.
const lastWrite = new Map();
const { write } = PseudoTerminal.prototype;
PseudoTerminal.prototype.write = function (octets) {
  write.call(this, octets);
  lastWrite.set(this.port, now());
};

const bench = await openVirtualBench({
  modems,
  transport: 'pty',
  clock: systemClock,
  random: seededRandom(1),
  ...(baud > 0 ? { baud } : {}),
});
const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
say({ ports: bench.modems.map(({ port }) => port) });

let settled = [];
setInterval(() => {
  if (settled.length === 0) return;
  say(settled);
  settled = [];
}, tellIntervalMs);

createInterface({ input: process.stdin }).on('line', (line) => {
  JSON.parse(line).forEach((list, place) => {
    const { modem, port } = bench.modems[place];
    for (const [key, tpdu] of list) {
      bench.network.deliver(modem, tpdu, (outcome) => settled.push([key, outcome, lastWrite.get(port), now()]));
    }
  });
});
process.on('SIGTERM', () => bench.close().then(() => process.exit(0)));
