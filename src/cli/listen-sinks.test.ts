import { expect, test } from 'vitest';
import type { Sink } from '../delivery/index.js';
import { MessageLimit } from './listen-end.js';
import { abandonedLines, withLimit } from './listen-sinks.js';

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

test('messages that wait for a sink which is not there any more are told of, and those of the others are not', () => {
  const waiting = [
    { sink: 'archive', count: 12 },
    { sink: 'old', count: 1 },
    { sink: 'stdout', count: 3 },
  ];
  expect(abandonedLines(waiting, ['stdout'], 'wapbridge')).toEqual([
    '12 messages wait for the sink archive, which the configuration does not have: kept until it is there again (wapbridge inbox list --state pending).',
    '1 message waits for the sink old, which the configuration does not have: kept until it is there again (wapbridge inbox list --state pending).',
  ]);
});
