// Writes a journal as a run of `listen` does, and says on standard output what was acknowledged to it: parts, messages, answers of sinks.
// usage: writer.mjs DIRECTORY SEED TURNS; run by powercut.mjs under strace.
import { writeSync } from 'node:fs';
import { openJournal } from '../../dist/journal/index.js';
import { seededRandom, systemClock } from '../../dist/runtime/index.js';

const [directory, seed, turns] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const below = (count) => Math.floor(random.fraction() * count);
const say = (...words) => writeSync(1, `${words.join(' ')}\n`);
const hexadecimal = (length) => Array.from({ length }, () => below(256).toString(16).padStart(2, '0').toUpperCase()).join('');
const holder = { pid: process.pid, command: 'powercut writer' };
const retention = { settledForMs: 1e12, undeliveredForMs: 1e12, maximumOctets: 400_000 };
const journal = openJournal({ directory, clock: systemClock, random, holder, retention: null });

for (let turn = 0; turn < Number(turns); turn += 1) {
  const parts = await Promise.all(
    Array.from({ length: 1 + below(6) }, async () => {
      const octets = hexadecimal(30 + below(130));
      const fingerprint = Buffer.from(octets.slice(0, 32), 'hex');
      const part = { receivedAt: Date.now(), binding: 'sms', source: 'a', octets, facts: '{}', fingerprint };
      const { id } = await journal.append(part);
      say('part', id, octets);
      return { id, octets };
    }),
  );
  const partIds = parts.map(({ id }) => id);
  const body = Buffer.from(hexadecimal(20 + below(1500)), 'hex');
  const message = { completedAt: Date.now(), partIds, verdict: 'dm-application', binding: 'sms', source: 'a', from: null };
  const facts = JSON.stringify({ turn, pdus: parts.map(({ octets }) => octets) });
  const { id } = await journal.complete({ ...message, contentType: null, applicationId: null, facts, body, sinks: ['a', 'b'] });
  say('message', id, body.toString('hex'), ...partIds);
  for (const sink of below(3) === 0 ? ['a'] : ['a', 'b']) {
    await journal.recordAttempt(id, sink, { at: Date.now(), outcome: 'taken', reason: null, nextAttemptAt: 0 });
    say('taken', id, sink);
  }
  // Quiet moments, in which the log is written back; and retention.
  if (below(25) === 0) await systemClock.sleep(300);
  if (below(40) === 0) {
    say('retaining');
    await journal.retain(retention);
  }
}
journal.close();
say('done');
