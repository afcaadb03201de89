#!/usr/bin/env node
// Records the traces under firmware-notes/traces anew, after the driver was meant to change: the driver on virtual modems of every
// profile, in held time and with held chance, redacted. Nothing in them was seen on hardware, and each says so.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { redactTrace } from '../dist/capture/index.js';
import { formatTrace, Modem, TracingPort } from '../dist/modem/index.js';
import { profiles } from '../dist/profiles/index.js';
import { ManualClock, seededRandom } from '../dist/runtime/index.js';
import { openVirtualBench } from '../dist/virtual-bench/index.js';

const folder = fileURLToPath(new URL('../firmware-notes/traces', import.meta.url));
const honest = '# made on the virtual bench of wapbridge, which plays this profile; not seen on hardware\n';

/** A push in two parts to port 2948, made by hand from 3GPP TS 23.040 9.2.2.1 and 9.2.3.24; its body is not read here. */
const parts = [
  '440B915155000090F9000462112291830500110B05040B8423F00003070201010603C2AF',
  '440B915155000090F9000462112291830500110B05040B8423F00003070202870A0B0C0D',
];

/** One recording. `prepare` brings the modem into the state that it is about. */
async function record(profile, { seconds, prepare = () => {}, deliver = [] }) {
  const clock = new ManualClock();
  const bench = await openVirtualBench({ modems: 1, transport: 'memory', clock, random: seededRandom(1), profile });
  const [virtual] = bench.modems;
  prepare(virtual.modem);
  const entries = [];
  const port = new TracingPort(virtual.host(), { clock, record: (entry) => entries.push(entry) });
  let identity = { profile, firmware: null };
  let over = false;
  const run = async () => {
    const modem = await Modem.open(port, { clock, portName: profile });
    identity = modem.identity;
    const reading = (async () => {
      for await (const received of modem.received()) await modem.acknowledge(received);
    })();
    for (const tpdu of deliver) {
      await clock.sleep(2000);
      void virtual.deliver(tpdu);
    }
    await clock.sleep(1000 * seconds);
    await modem.close();
    await reading;
  };
  let failure = null;
  const ran = run()
    .catch((cause) => {
      failure = cause;
    })
    .finally(() => {
      over = true;
    });
  while (!over) await clock.step(10);
  await ran;
  await bench.close();
  const trace = { profile: identity.profile, firmware: identity.firmware, redacted: false, by: 'listen', entries };
  return { text: honest + redactTrace(formatTrace(trace)), failure };
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const keep = async (name, profile, situation) => {
  const { text, failure } = await record(profile, situation);
  writeFileSync(`${folder}/${name}.trace`, text);
  console.log(`${name}: ${text.split('\n').length} lines${failure === null ? '' : `, ends with ${failure.code}`}`);
};
// A u-blox modem may take most of three minutes over an acknowledgement.
for (const { id } of profiles) await keep(`${id}-reception`, id, { seconds: id === 'u-blox' ? 400 : 70, deliver: parts });
await keep('plain-27005-sim-puk', 'plain-27005', {
  seconds: 1,
  prepare: (modem) => {
    modem.sim.state = 'SIM PUK';
  },
});
console.log(`${readdirSync(folder).length} traces`);
