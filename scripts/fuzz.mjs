// Gives every decoder input made by mutating the vectors, watches that nothing but its own located errors comes out and that what
// is promised holds, then compares with node-pdu and, in batches, with tshark. Exit 0 where nothing was found.
// usage: npm run fuzz -- [--seconds N] [--seed S] [--inputs N] [--target WORD] [--only INDEX] [--compare N] [--json]
//   --target WORD  only the decoders whose name holds it; --only INDEX  runs the one input of that number of the seed; --compare N  PDUs
//   and pushes to compare with the peers (0: none)
import { Worker } from 'node:worker_threads';
import { Random } from './fuzz/random.mjs';
import { gatherSeeds } from './fuzz/seeds.mjs';
import { makeTargets, targetTable } from './fuzz/targets.mjs';

/** An input that takes longer than this is taken for one that never ends. */
const hangMs = 20_000;
/** What decoding one input may take of memory, everything else included. */
const heapMiB = 384;

function readOptions(parameters) {
  const options = { seconds: 60, seed: 1, inputs: Number.MAX_SAFE_INTEGER, only: null, first: 0, target: '', compare: 4000, json: false };
  for (let index = 0; index < parameters.length; index += 1) {
    const name = parameters[index].replace(/^--/, '');
    if (name === 'json') options.json = true;
    else if (name === 'target') options.target = parameters[++index] ?? '';
    else if (name in options) {
      const value = Number(parameters[++index]);
      if (!Number.isSafeInteger(value) || value < 0) fail(`--${name} takes a whole number`);
      options[name] = value;
    } else
      fail(
        `unknown option ${parameters[index]}; known: ${Object.keys(options)
          .map((known) => `--${known}`)
          .join(' ')}`,
      );
  }
  // The number of inputs ends a run that names it, unless a time is named too.
  if (parameters.includes('--inputs') && !parameters.includes('--seconds')) options.seconds = 24 * 3600;
  return options;
}

function fail(message) {
  console.error(`fuzz: ${message}`);
  process.exit(2);
}

/** The input of a number: what it is for, and what it holds. */
async function inputOf(seed, index, word) {
  const random = new Random(seed);
  const table = targetTable(makeTargets(await gatherSeeds()), word);
  random.restart(index);
  const target = table[random.below(table.length)];
  return { target, input: target.make(random) };
}

async function runOne({ seed, only, target: word }) {
  const { target, input } = await inputOf(seed, only, word);
  console.log(`${target.name}: ${target.show(input)}`);
  const start = performance.now();
  target.run(input);
  console.log(`nothing found, ${(performance.now() - start).toFixed(2)} ms`);
}

/** Runs a worker to its end, to a hang, or out of memory. */
function runWorker({ seed, inputs, seconds, first, target }) {
  const progress = new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT);
  const counters = new Float64Array(progress);
  const worker = new Worker(new URL('./fuzz/worker.mjs', import.meta.url), {
    workerData: { seed, inputs, seconds, first, target, progress },
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
  });
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let done = -1;
    let since = began;
    const watch = setInterval(() => {
      if (counters[0] !== done) {
        done = counters[0];
        since = performance.now();
      } else if (done > 0 && performance.now() - since > hangMs) stop({ kind: 'hang', index: first + done });
      if (process.stderr.isTTY) {
        const rate = Math.round((1000 * done) / (performance.now() - began));
        process.stderr.write(`\r${done} inputs, ${rate}/s, ${counters[1]} violations, ${counters[2]} uncaught, ${counters[3]} slow `);
      }
    }, 500);
    const stop = (ended) => {
      clearInterval(watch);
      if (process.stderr.isTTY) process.stderr.write('\n');
      worker.terminate();
      const seconds = (performance.now() - began) / 1000;
      resolve(
        'inputs' in ended ? ended : { inputs: counters[0], seconds, perTarget: {}, read: {}, slowestMs: Number.NaN, failures: [], ended },
      );
    };
    worker.once('message', stop);
    worker.once('error', (error) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') stop({ kind: 'out of memory', index: first + counters[0] });
      else {
        clearInterval(watch);
        reject(error);
      }
    });
  });
}

/** What the peers say of the same kind of octets; without tshark its part is left out by name, or fails where peers are required. */
async function compare({ seed, compare: count }) {
  const { compareWithNodePdu, compareWithTshark, tsharkVersion } = await import('./fuzz/peers.mjs');
  const seeds = await gatherSeeds();
  const done = [compareWithNodePdu(seeds, seed, count)];
  if (tsharkVersion() !== null) done.push(compareWithTshark(seeds, seed, count));
  else if (process.env.REQUIRE_PEERS === '1') fail('tshark is required and cannot be run; it is in the Debian package tshark');
  else console.error('fuzz: tshark is not installed: skipped (Debian package tshark)');
  return done;
}

const options = readOptions(process.argv.slice(2));
if (options.only !== null) {
  await runOne(options);
} else {
  const result = await runWorker(options);
  const failures = [...result.failures];
  if (result.ended !== undefined) {
    const { target, input } = await inputOf(options.seed, result.ended.index, options.target);
    failures.push({
      kind: result.ended.kind,
      target: target.name,
      index: result.ended.index,
      message: result.ended.kind,
      input: target.show(input),
      times: 1,
    });
  }
  const count = (kind) => failures.filter((failure) => failure.kind === kind).reduce((sum, { times }) => sum + times, 0);
  const compared = options.compare === 0 ? [] : await compare(options);
  const unexplained = compared.flatMap((comparison) => comparison.unexplained);
  const summary = {
    seed: options.seed,
    inputs: result.inputs,
    seconds: Number(result.seconds.toFixed(1)),
    inputsPerSecond: Math.round(result.inputs / result.seconds),
    uncaught: count('uncaught') + count('hang') + count('out of memory'),
    violations: count('violation'),
    over50Ms: count('slow'),
    slowestMs: Number(result.slowestMs.toFixed(1)),
    perTarget: result.perTarget,
    read: result.read,
    peers: compared.map((comparison) => comparison.summary()),
  };
  if (options.json) console.log(JSON.stringify({ ...summary, failures, unexplained }));
  else {
    for (const { kind, target, index, message, input, times } of failures) {
      console.log(
        `${kind} in ${target}, ${times} times; first with --seed ${options.seed}${options.target === '' ? '' : ` --target ${options.target}`} --only ${index}:\n  ${message}\n  ${input.slice(0, 2000)}`,
      );
    }
    console.log(
      `${summary.inputs} inputs over ${Object.keys(summary.perTarget).length} decoders in ${summary.seconds} s, ${summary.inputsPerSecond} a second, seed ${summary.seed}`,
    );
    console.log(
      Object.entries(summary.perTarget)
        .map(
          ([name, number]) =>
            `  ${name.padEnd(24)}${String(number).padStart(9)} inputs, ${String(result.read[name] ?? 0).padStart(9)} read`,
        )
        .join('\n'),
    );
    console.log(
      `${summary.uncaught} uncaught errors, ${summary.violations} violations, ${summary.over50Ms} over 50 ms (slowest ${summary.slowestMs} ms)`,
    );
    for (const { peer, member, ours, theirs, input } of unexplained.slice(0, 20)) {
      console.log(`${peer} says ${member} ${theirs}, wapbridge ${ours}, of\n  ${input.slice(0, 2000)}`);
    }
    for (const { peer, compared: count, agreed, explained, unexplained: open } of summary.peers) {
      console.log(`${peer}: ${count} compared, ${agreed} alike, ${open} differences unexplained; explained in docs/disagreements.md:`);
      for (const [anchor, times] of Object.entries(explained).sort((a, b) => b[1] - a[1]))
        console.log(`  ${String(times).padStart(7)}  #${anchor}`);
    }
  }
  if (failures.length > 0 || unexplained.length > 0) process.exitCode = 1;
}
