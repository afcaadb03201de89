import { expect, test } from 'vitest';
import type { Sink } from '../delivery/index.js';
import { MessageLimit } from './listen-end.js';
import { withLimit } from './listen-sinks.js';

test('no sink begins a message beyond those that are asked for, and all of them get those', async () => {
  const seen: string[] = [];
  const recording = (name: string): Sink => ({
    name,
    kind: 'recording',
    accept: ({ id }) => {
      seen.push(`${name} ${id}`);
      return Promise.resolve({ outcome: 'taken' });
    },
    close: () => Promise.resolve(),
  });
  const limit = new MessageLimit(
    1,
    () => false,
    () => {},
  );
  const [first, second] = withLimit([{ sink: recording('stdout'), timeoutMs: 5 }, { sink: recording('dm-application') }], limit);
  const options = { signal: new AbortController().signal };
  const handover = (id: string) => ({ id, facts: {}, body: null, attempt: 1 });
  expect(first).toMatchObject({ timeoutMs: 5, sink: { name: 'stdout', kind: 'recording' } });
  expect(await first?.sink.accept(handover('a'), options)).toEqual({ outcome: 'taken' });
  expect(await second?.sink.accept(handover('b'), options)).toMatchObject({ outcome: 'later' });
  expect(await second?.sink.accept(handover('a'), options)).toEqual({ outcome: 'taken' });
  expect(seen).toEqual(['stdout a', 'dm-application a']);
});
