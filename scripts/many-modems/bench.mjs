// Virtual modems for the benchmark, on pseudo-terminals. usage: bench.mjs MODEMS BAUD; each line of standard input holds lists of TPDUs, one a modem.
import { createInterface } from 'node:readline';
import { seededRandom, systemClock } from '../../dist/runtime/index.js';
import { openVirtualBench } from '../../dist/virtual-bench/index.js';

const [modems, baud] = process.argv.slice(2).map(Number);
const bench = await openVirtualBench({
  modems,
  transport: 'pty',
  clock: systemClock,
  random: seededRandom(1),
  ...(baud > 0 ? { baud } : {}),
});
const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
say({ ports: bench.modems.map(({ port }) => port) });

createInterface({ input: process.stdin }).on('line', async (line) => {
  const lists = JSON.parse(line);
  const began = performance.now();
  const taken = lists.map(
    (list, place) =>
      new Promise((resolve) => {
        let left = list.length;
        if (left === 0) resolve();
        for (const tpdu of list) {
          bench.network.deliver(bench.modems[place].modem, tpdu, (outcome) => {
            if (outcome === 'acknowledged' || outcome === 'stored') left -= 1;
            if (left === 0) resolve();
          });
        }
      }),
  );
  await Promise.all(taken);
  say({ seconds: (performance.now() - began) / 1000 });
});
process.on('SIGTERM', () => bench.close().then(() => process.exit(0)));
