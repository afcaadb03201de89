// Runs inputs one after the other and says how it went; the main thread watches that it goes on.
import { parentPort, workerData } from 'node:worker_threads';
import { Random } from './random.mjs';
import { gatherSeeds } from './seeds.mjs';
import { makeTargets, targetTable, Violation } from './targets.mjs';

const { seed, inputs, seconds, first, target: word, progress } = workerData;
/** [0]: inputs done; [1]: violations; [2]: uncaught errors; [3]: slow inputs. */
const counters = new Float64Array(progress);
const slowMs = 50;
const table = targetTable(makeTargets(await gatherSeeds()), word);
const random = new Random(seed);
const began = performance.now();
const perTarget = {};
/** How many of them held something: inputs that are all refused would test little. */
const read = {};
const failures = new Map();
let slowestMs = 0;

function note(kind, target, index, input, message) {
  const shape = `${kind} ${target.name} ${message.replace(/[0-9A-F]{6,}|\d+/g, '#').slice(0, 160)}`;
  const known = failures.get(shape);
  if (known !== undefined) known.times += 1;
  else if (failures.size < 100) failures.set(shape, { kind, target: target.name, index, message, input: target.show(input), times: 1 });
}

/** Processor time, because other work of the machine can make anything take long. */
function timed(target, input) {
  const before = process.cpuUsage();
  try {
    target.run(input);
  } catch {
    // What it threw has been noted the first time.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

let index = first;
const last = first + inputs;
for (; index < last; index += 1) {
  random.restart(index);
  const target = table[random.below(table.length)];
  const input = target.make(random);
  const start = performance.now();
  try {
    if (target.run(input) === true) read[target.name] = (read[target.name] ?? 0) + 1;
  } catch (error) {
    if (error instanceof Violation) {
      counters[1] += 1;
      note('violation', target, index, input, error.message);
    } else {
      counters[2] += 1;
      note('uncaught', target, index, input, error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error));
    }
  }
  let took = performance.now() - start;
  if (took > slowMs) took = Math.min(timed(target, input), timed(target, input), timed(target, input));
  if (took > slowMs) {
    counters[3] += 1;
    note('slow', target, index, input, `${took.toFixed(0)} ms`);
  }
  if (took > slowestMs) slowestMs = took;
  perTarget[target.name] = (perTarget[target.name] ?? 0) + 1;
  counters[0] = index - first + 1;
  if ((index & 0xff) === 0 && performance.now() - began > 1000 * seconds) {
    index += 1;
    break;
  }
}
parentPort.postMessage({
  inputs: index - first,
  seconds: (performance.now() - began) / 1000,
  perTarget,
  read,
  slowestMs,
  failures: [...failures.values()],
});
