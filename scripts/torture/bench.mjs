// The virtual bench of the torture, a process of its own. usage: bench.mjs MODEMS; NDJSON commands on standard input.
// It says what came of every attempt at delivery, so that the torture knows what the network believes.
import { createInterface } from 'node:readline';
import { seededRandom, systemClock } from '../../dist/runtime/index.js';
import { openVirtualBench } from '../../dist/virtual-bench/index.js';

const [modems, seed] = process.argv.slice(2).map(Number);
const random = seededRandom(seed);
const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
const half = Math.ceil(modems / 2);
// Half of the modems on pseudo-terminals, half on TCP: ends of lines differ in how they are lost.
const benches = [
  await openVirtualBench({ modems: half, transport: 'pty', clock: systemClock, random }),
  await openVirtualBench({ modems, transport: 'tcp', clock: systemClock, random }),
];
// Modems of two benches with one place have one SIM; only those of the second half are taken from the second.
const places = benches.flatMap((bench, which) => bench.modems.slice(which * half).map((modem) => ({ bench, modem })));
say({ event: 'ready', ports: places.map(({ modem }) => modem.port) });

const work = {
  deliver: ({ to, key, tpdu }) => {
    const { bench, modem } = places[to];
    bench.network.deliver(modem.modem, tpdu, (outcome) => say({ event: 'outcome', key, outcome }));
  },
  'lose-answers': ({ to, count }) => {
    const { bench, modem } = places[to];
    bench.network.faultsOf(modem.modem).lostAnswers = count;
  },
  reboot: ({ to }) => places[to].modem.modem.reboot(),
  disarm: ({ to }) => places[to].modem.modem.disarm(),
  silent: ({ to, ms }) => {
    const { disturbance } = places[to].modem.modem;
    disturbance.silent = true;
    systemClock.after(ms, () => {
      disturbance.silent = false;
    });
  },
  babble: ({ to, text }) => places[to].modem.modem.babble(Buffer.from(text, 'latin1')),
};
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const command = JSON.parse(line);
  work[command.do](command);
});
lines.on('close', async () => {
  await Promise.all(benches.map((bench) => bench.close()));
  process.exit(0);
});
