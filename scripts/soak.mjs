#!/usr/bin/env node
// Runs `listen` for a long time with saturated virtual modems at a line rate, and prints what a leak would show in: resident memory, open
// descriptors, the size of the journal, processor time, and how long a part waits for its acknowledgement and a message for its consumer.
// Ends with code 1 where a message that the network believes delivered was not handed on exactly once, octet for octet.
// usage: npm run soak -- [--seconds N] [--modems N] [--baud N] [--every SECONDS] [--warm-up SECONDS] [--config FILE] [--state-dir DIR] [--json]
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as rig from './many-modems/rig.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3600' },
    modems: { type: 'string', default: '8' },
    baud: { type: 'string', default: '115200' },
    every: { type: 'string', default: '60' },
    'warm-up': { type: 'string', default: '300' },
    config: { type: 'string' },
    'state-dir': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const numbers = ['seconds', 'modems', 'baud', 'every', 'warm-up'].map((name) => Number(values[name]));
if (!numbers.every((number) => Number.isFinite(number) && number >= 0)) {
  process.stderr.write('soak: --seconds, --modems, --baud, --every and --warm-up are numbers\n');
  process.exit(2);
}
const [seconds, modems, baud, every, warmUp] = numbers;
/** Parts that wait in the network for each modem, so that its line never rests. */
const waitingLeast = 8;

const sizeMiB = (folder) =>
  readdirSync(folder).reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0) / 2 ** 20;

/** Least squares: how much y grows in an hour. */
function growthAnHour(points) {
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(({ x }) => x);
  const meanY = mean(({ y }) => y);
  const below = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : (3600 * points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)) / below;
}

await rig.inFolder(async (fresh) => {
  const state = values['state-dir'] ?? fresh;
  const all = { acknowledgement: new rig.Times(), handOff: new rig.Times() };
  let window = { acknowledgement: new rig.Times(), handOff: new rig.Times() };
  /** Messages under way: when their last part was written, or when they were here. */
  const wroteAt = new Map();
  const hereAt = new Map();
  const waiting = Array.from({ length: modems }, () => 0);
  const placeOf = new Map();
  const handedOn = new Set();
  let parts = 0;
  let sent = 0;
  const faults = [];
  const note = (kind, ms) => {
    all[kind].add(ms);
    window[kind].add(ms);
  };
  const fault = (text) => {
    if (faults.length < 20) faults.push(text);
  };
  let done = 0;
  const settle = (number) => {
    note('handOff', hereAt.get(number) - wroteAt.get(number));
    hereAt.delete(number);
    wroteAt.delete(number);
    done += 1;
  };
  const bench = await rig.startBench(modems, baud, (key, outcome, wrote, settled) => {
    const [number, place] = key.split('/').map(Number);
    waiting[placeOf.get(number)] -= 1;
    if (outcome !== 'acknowledged') return fault(`message ${number}: a part was ${outcome}`);
    parts += 1;
    note('acknowledgement', settled - wrote);
    if (place === 0) return;
    placeOf.delete(number);
    wroteAt.set(number, wrote);
    if (hereAt.has(number)) settle(number);
  });
  const reader = rig.startReader('listen', bench.ports, {
    state,
    config: values.config ?? null,
    onMessage: (line, at) => {
      const { number, whole } = rig.numberOf(line);
      if (!whole) fault(`a message with other octets than were sent: ${line.slice(0, 200)}`);
      else if (number >= sent || handedOn.has(number)) fault(`message ${number} twice`);
      handedOn.add(number);
      hereAt.set(number, at);
      if (wroteAt.has(number)) settle(number);
    },
  });
  const samples = [];
  const say = (object, text) => process.stdout.write(values.json ? `${JSON.stringify(object)}\n` : `${text}\n`);
  try {
    await reader.ready();
    const begun = rig.now();
    const elapsed = () => (rig.now() - begun) / 1000;
    let sampleAt = every;
    let partsBefore = 0;
    let processorBefore = rig.processorSeconds(reader.pid);
    let before = 0;
    while (elapsed() < seconds) {
      const lists = waiting.map(() => []);
      for (let place = 0; place < modems; place += 1) {
        while (waiting[place] < waitingLeast) {
          placeOf.set(sent, place);
          lists[place].push(...rig.partsOf(sent));
          waiting[place] += 2;
          sent += 1;
        }
      }
      if (lists.some(({ length }) => length > 0)) bench.deliver(lists);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (elapsed() < sampleAt) continue;
      sampleAt += every;
      const t = elapsed();
      const processor = rig.processorSeconds(reader.pid);
      const sample = {
        seconds: Math.round(t),
        partsPerSecond: (parts - partsBefore) / (t - before),
        messages: done,
        residentMiB: rig.residentMiB(reader.pid),
        descriptors: rig.descriptors(reader.pid),
        stateMiB: sizeMiB(state),
        processorShare: (processor - processorBefore) / (t - before),
        acknowledgement: window.acknowledgement.figures(),
        handOff: window.handOff.figures(),
      };
      samples.push(sample);
      window = { acknowledgement: new rig.Times(), handOff: new rig.Times() };
      [partsBefore, processorBefore, before] = [parts, processor, t];
      say(
        sample,
        `${String(sample.seconds).padStart(5)} s  ${sample.partsPerSecond.toFixed(1)} parts/s  ${sample.messages} messages  ${sample.residentMiB.toFixed(1)} MiB  ${sample.descriptors} descriptors  state ${sample.stateMiB.toFixed(0)} MiB  processor ${(100 * sample.processorShare).toFixed(0)} %  acknowledged ${rig.timesText(sample.acknowledgement)}  handed on ${rig.timesText(sample.handOff)}`,
      );
    }
    await bench.until('the last parts', () => waiting.every((count) => count <= 0));
    await reader.until('the last messages', () => wroteAt.size === 0).catch(() => undefined);
    for (const number of wroteAt.keys()) fault(`message ${number} was acknowledged and not handed on`);
    if (done !== sent) fault(`${done} of ${sent} messages were handed on`);
    const settled = samples.filter((sample) => sample.seconds >= warmUp);
    const slope = (of) => growthAnHour(settled.map((sample) => ({ x: sample.seconds, y: of(sample) })));
    const figures = {
      modems,
      baud,
      seconds: elapsed(),
      parts,
      messages: done,
      partsPerSecond: parts / elapsed(),
      residentMiB: {
        first: samples[0]?.residentMiB ?? null,
        last: samples.at(-1)?.residentMiB ?? null,
        most: Math.max(...samples.map((sample) => sample.residentMiB)),
        growthAnHour: slope((sample) => sample.residentMiB),
      },
      descriptors: { least: Math.min(...samples.map((s) => s.descriptors)), most: Math.max(...samples.map((s) => s.descriptors)) },
      stateMiB: samples.at(-1)?.stateMiB ?? null,
      acknowledgement: all.acknowledgement.figures(),
      handOff: all.handOff.figures(),
      faults,
    };
    say(
      figures,
      [
        `${modems} modems at ${baud} baud for ${figures.seconds.toFixed(0)} s: ${parts} parts (${figures.partsPerSecond.toFixed(1)}/s), ${done} of ${sent} messages handed on once, octet for octet`,
        `  resident ${figures.residentMiB.first?.toFixed(1)} MiB at first, ${figures.residentMiB.last?.toFixed(1)} at last, ${figures.residentMiB.most.toFixed(1)} at most; ${figures.residentMiB.growthAnHour.toFixed(2)} MiB an hour after ${warmUp} s`,
        `  descriptors ${figures.descriptors.least} to ${figures.descriptors.most}; state folder ${figures.stateMiB?.toFixed(0)} MiB`,
        `  last octet of a part to its acknowledgement: ${rig.timesText(figures.acknowledgement)}`,
        `  last octet of the last part to the consumer: ${rig.timesText(figures.handOff)}`,
        ...faults.map((text) => `  fault: ${text}`),
      ].join('\n'),
    );
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    await reader.stop();
    await bench.stop();
  }
});
