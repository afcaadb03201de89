#!/usr/bin/env node
// Prints durable parts a second with 1, 8, 32 and 64 virtual modems beside a reader that stores nothing; how long a part waits for its
// acknowledgement and a message for its consumer, also beside a sink that never answers; and whether 64 modems with 1,000 senders that use
// one 8-bit reference, shuffled and 5 % of the parts twice, yield every message exactly.
// usage: npm run benchmark:modems -- [--modems 1,8,32,64] [--parts N] [--baud N] [--stuck] [--exact N] [--json]
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../dist/runtime/index.js';
import * as rig from './many-modems/rig.mjs';
import { pushParts } from './torture/messages.mjs';

const { values } = parseArgs({
  options: {
    modems: { type: 'string', default: '1,8,32,64' },
    parts: { type: 'string', default: '4000' },
    baud: { type: 'string', default: '0' },
    stuck: { type: 'boolean', default: false },
    exact: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const baud = Number(values.baud);
/** Full parts a second that 115200 baud carry with their acknowledgements. */
const lineLimit = 32.4;
const random = seededRandom(5);
const below = (count) => Math.floor(random.fraction() * count);
let serial = 0;

/** A configuration whose first sink takes nothing ever: a program that does not end. */
function stuckConfig(folder) {
  const file = join(folder, 'stuck.yaml');
  writeFileSync(
    file,
    'sinks:\n  stuck: { kind: exec, command: [sleep, "86400"], timeout: 1h }\n  out: { kind: ndjson }\nroutes:\n  - { sinks: [stuck, out] }\n',
  );
  return file;
}

async function measure(kind, modems, parts, stuck) {
  return rig.inFolder(async (state) => {
    const times = { acknowledgement: new rig.Times(), handOff: new rig.Times() };
    const wroteAt = new Map();
    let settled = 0;
    let counted = 0;
    let measuring = false;
    const failed = [];
    const bench = await rig.startBench(modems, baud, (key, outcome, wrote, at) => {
      settled += 1;
      if (outcome !== 'acknowledged') failed.push(`${key}: ${outcome}`);
      if (!measuring) return;
      times.acknowledgement.add(at - wrote);
      if (key.endsWith('/1')) meet(Number(key.split('/')[0]), wrote, 'wrote');
    });
    // What the two processes tell comes in any order.
    const meet = (number, at, which) => {
      const other = wroteAt.get(number);
      if (other === undefined) return wroteAt.set(number, at);
      wroteAt.delete(number);
      counted += 1;
      times.handOff.add(which === 'wrote' ? other - at : at - other);
    };
    const config = stuck ? stuckConfig(state) : null;
    const reader = rig.startReader(kind, bench.ports, {
      state: join(state, 'state'),
      config,
      onMessage: (line, at) => measuring && meet(rig.numberOf(line).number, at, 'here'),
    });
    const run = async (count) => {
      const lists = Array.from({ length: modems }, () =>
        Array.from({ length: Math.max(1, Math.round(count / modems / 2)) }, () => rig.partsOf(serial++)).flat(),
      );
      const total = lists.flat().length;
      settled = 0;
      const began = rig.now();
      bench.deliver(lists);
      await bench.until('the parts', () => settled >= total, 600_000);
      if (failed.length > 0) throw new Error(`not every part was acknowledged: ${failed.slice(0, 3).join(', ')}`);
      return { total, seconds: (rig.now() - began) / 1000 };
    };
    try {
      await reader.ready();
      await run(modems * 4);
      if (kind === 'listen') await new Promise((resolve) => setTimeout(resolve, 300));
      measuring = true;
      const { total, seconds } = await run(parts);
      if (kind === 'listen') await reader.until('the messages', () => counted >= total / 2);
      return {
        kind,
        modems,
        baud,
        stuck,
        partsPerSecond: total / seconds,
        residentMiB: rig.residentMiB(reader.pid),
        acknowledgement: times.acknowledgement.figures(),
        handOff: kind === 'listen' ? times.handOff.figures() : null,
      };
    } finally {
      await reader.stop();
      await bench.stop();
    }
  });
}

/** 64 modems, so many senders with the same 8-bit reference, shuffled, 5 % of the parts twice: what arrives, against what was sent. */
async function exactness(modems, senders) {
  return rig.inFolder(async (state) => {
    const messages = [];
    let settled = 0;
    const bench = await rig.startBench(modems, 0, () => {
      settled += 1;
    });
    const reader = rig.startReader('listen', bench.ports, { state, onMessage: (line) => messages.push(line) });
    try {
      await reader.ready();
      const sent = new Set();
      const lists = Array.from({ length: modems }, () => []);
      for (let sender = 0; sender < senders; sender += 1) {
        const total = 2 + below(5);
        serial += 1;
        const body = Buffer.from(Array.from({ length: total * 100 }, () => below(256)));
        sent.add(createHash('sha256').update(body).digest('hex'));
        const message = {
          verdict: 'dm-application',
          body: body.toString('hex').toUpperCase(),
          total,
          wide: false,
          transaction: 1,
          onCard: false,
        };
        const parts = pushParts({ ...message, sender: `1555${String(sender).padStart(7, '0')}`, reference: 7, number: serial });
        lists[sender % modems].push(...parts, ...parts.filter(() => random.fraction() < 0.05));
      }
      const shuffled = lists.map((list) => {
        const order = [];
        while (list.length > 0) order.push(...list.splice(below(list.length), 1));
        return order.map((tpdu) => ['', tpdu]);
      });
      const parts = shuffled.flat().length;
      const began = rig.now();
      bench.deliver(shuffled);
      await bench.until('the parts', () => settled >= parts);
      const seconds = (rig.now() - began) / 1000;
      await reader.until('the messages', () => messages.length >= senders).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const arrived = messages.map((line) =>
        createHash('sha256')
          .update(Buffer.from(JSON.parse(line).push?.body ?? '', 'hex'))
          .digest('hex'),
      );
      const exact = new Set(arrived.filter((digest) => sent.has(digest)));
      const foreign = arrived.filter((digest) => !sent.has(digest)).length;
      return { modems, senders, parts, seconds, exact: exact.size, again: arrived.length - new Set(arrived).size, foreign };
    } finally {
      await reader.stop();
      await bench.stop();
    }
  });
}

const say = (figure, text) => process.stdout.write(values.json ? `${JSON.stringify(figure)}\n` : `${text}\n`);
for (const modems of values.modems.split(',').filter(Boolean).map(Number)) {
  for (const kind of ['minimal', 'listen']) {
    if (kind === 'minimal' && values.stuck) continue;
    const figure = await measure(kind, modems, Number(values.parts), values.stuck);
    const { partsPerSecond, residentMiB: resident, acknowledgement, handOff } = figure;
    const line = baud === 0 ? 'unpaced' : `${values.baud} baud`;
    const share = baud === 115200 ? ` (${((100 * partsPerSecond) / lineLimit / modems).toFixed(1)} % of the line limit)` : '';
    say(
      figure,
      [
        `${String(modems).padStart(3)} modems, ${line}, ${kind === 'listen' && values.stuck ? 'listen beside a stuck sink' : kind.padEnd(8)} ${partsPerSecond.toFixed(0).padStart(6)} parts/s${share}, ${resident.toFixed(0)} MiB`,
        `      last octet of a part to its acknowledgement  ${rig.timesText(acknowledgement)}`,
        ...(handOff === null ? [] : [`      last octet of the last part to the consumer  ${rig.timesText(handOff)}`]),
      ].join('\n'),
    );
  }
}
if (Number(values.exact) > 0) {
  const result = await exactness(64, Number(values.exact));
  const { exact, senders, again, foreign, parts, seconds } = result;
  say(
    result,
    `64 modems, ${senders} senders with one 8-bit reference, ${parts} parts shuffled, 5 % twice: ${exact} of ${senders} messages exact (${((100 * exact) / senders).toFixed(1)} %), ${again} twice, ${foreign} that nobody sent, ${seconds.toFixed(1)} s`,
  );
  if (exact !== senders || again > 0 || foreign > 0) process.exitCode = 1;
}
