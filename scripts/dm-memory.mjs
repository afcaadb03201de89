// What reading one document, WBXML or XML, takes of time and memory, for the worst documents of 64 KiB: each limit's bomb at the limit and one past it.
// `made` is everything allocated from the first octet to the result, garbage included, since no collection runs in between: the peak is never above it.
// `held` is what the result keeps. 8 MiB bound what is made, and so what is held.
// usage: npm run --silent build && node --expose-gc --min-semi-space-size=64 --max-semi-space-size=64 scripts/dm-memory.mjs [--json]

import { decodeWbxml, parseXml } from '../dist/dm/index.js';
import { DecodeError } from '../dist/octets/index.js';
import { bombs, xmlBombs } from './dm-memory/bombs.mjs';

const json = process.argv.includes('--json');
const [mostMs, mostMiB] = [50, 8];
let broken = 0;

function attempt(octets, read) {
  try {
    return { document: read(octets), outcome: 'read' };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { document: null, outcome: error.code };
  }
}

const held = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** One reading. A function of its own, so that what one leaves behind is not alive when the next begins. */
function measure(octets, read) {
  globalThis.gc();
  const before = held();
  const began = process.cpuUsage();
  const result = attempt(octets, read);
  const { user, system } = process.cpuUsage(began);
  const made = (held() - before) / 2 ** 20;
  globalThis.gc();
  const kept = (held() - before) / 2 ** 20;
  return { ms: (user + system) / 1000, made, kept, outcome: result.document?.root.name === '' ? 'no name' : result.outcome };
}

const all = [...bombs().map((bomb) => ({ ...bomb, read: decodeWbxml })), ...xmlBombs().map((bomb) => ({ ...bomb, read: parseXml }))];
for (const { name, octets, read } of all) {
  const rounds = Array.from({ length: 5 }, () => measure(octets, read));
  const least = (member) => Math.max(0, Math.min(...rounds.map((round) => round[member])));
  const { outcome } = rounds[0];
  const [ms, made, mib] = [least('ms'), least('made'), least('kept')];
  if (ms > mostMs || made > mostMiB) broken += 1;
  if (json)
    console.log(
      JSON.stringify({
        name,
        octets: octets.length,
        outcome,
        ms: Number(ms.toFixed(2)),
        madeMib: Number(made.toFixed(2)),
        heldMib: Number(mib.toFixed(2)),
      }),
    );
  else
    console.log(
      `${name.padEnd(44)}${String(octets.length).padStart(7)} octets ${ms.toFixed(2).padStart(7)} ms ${made.toFixed(2).padStart(6)} MiB made ${mib.toFixed(2).padStart(6)} held  ${outcome}`,
    );
}
if (!json) console.log(`${broken} over ${mostMs} ms or ${mostMiB} MiB`);
if (broken > 0) process.exitCode = 1;
