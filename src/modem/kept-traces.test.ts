import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { redactTrace } from '../capture/index.js';
import { profiles } from '../profiles/index.js';
import { parseTrace, replayTrace } from './index.js';

const folder = fileURLToPath(new URL('../../firmware-notes/traces', import.meta.url));
const kept = readdirSync(folder).map((name) => ({ name, text: readFileSync(`${folder}/${name}`, 'utf8') }));

test('a trace of reception is kept for every profile', () => {
  expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(profiles.map(({ id }) => `${id}-reception.trace`)));
});

test.each(kept)('$name is redacted, says where it comes from, and the driver does what it did then', async ({ name, text }) => {
  const trace = parseTrace(text);
  expect(trace.redacted).toBe(true);
  expect(text.split('\n')[0]).toBe('# made on the virtual bench of wapbridge, which plays this profile; not seen on hardware');
  expect(text.match(/"AT\+CPIN="?\d/g)).toBeNull();
  const result = await replayTrace(trace);
  if (name.endsWith('-reception.trace')) {
    expect([trace.profile, result.failure]).toEqual([name.slice(0, -'-reception.trace'.length), null]);
    expect(result.received.length).toBeGreaterThanOrEqual(2);
  } else {
    expect(result.failure?.code).toBe('modem/sim-locked');
  }
});

test('a redacted trace has nothing left to redact that could be told apart', () => {
  for (const { text } of kept) expect(redactTrace(text).length).toBe(text.length);
});
