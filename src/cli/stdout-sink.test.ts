import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Output } from './output.js';
import { glyphsOf } from './present-message.js';
import { stdoutSink } from './stdout-sink.js';

const handover = { id: 'a', facts: { event: 'message', id: 'a', from: 'x\u009b2J\u2028' }, body: null, attempt: 1 };
const options = { signal: new AbortController().signal };

function reader(write: (text: string) => Error | null): Writable {
  return new Writable({ decodeStrings: false, write: (chunk, _encoding, done) => setImmediate(() => done(write(String(chunk)))) });
}

test('a message is one line of JSON, taken once it has been written, and holds nothing a terminal could obey', async () => {
  const written: string[] = [];
  const output = new Output(
    reader((text) => {
      written.push(text);
      return null;
    }),
    {},
  );
  const sink = stdoutSink({
    output,
    json: true,
    glyphs: glyphsOf({}),
    inbox: null,
    printedBefore: () => false,
    onClosed: () => expect.unreachable(),
  });
  expect(await sink.accept(handover, options)).toEqual({ outcome: 'taken' });
  expect(written).toEqual(['{"event":"message","id":"a","from":"x\\u009b2J\\u2028"}\n']);
  expect(JSON.parse(written[0] ?? '')).toEqual(handover.facts);
});

test('a reader that has gone away leaves the message untaken and is told of once it is noticed', async () => {
  let closed = 0;
  const output = new Output(
    reader(() => Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    {},
  );
  const sink = stdoutSink({
    output,
    json: false,
    glyphs: glyphsOf({}),
    inbox: null,
    printedBefore: () => false,
    onClosed: () => (closed += 1),
  });
  expect(await sink.accept(handover, options)).toMatchObject({ outcome: 'later' });
  expect(await sink.accept(handover, options)).toMatchObject({ outcome: 'later' });
  expect(closed).toBe(2);
});

test('a person reads of a message that was handed on before that it comes again, and a program gets the same line', async () => {
  const written: string[] = [];
  const print = async (json: boolean, before: boolean): Promise<string> => {
    const output = new Output(
      reader((text) => {
        written.push(text);
        return null;
      }),
      {},
    );
    const sink = stdoutSink({
      output,
      json,
      glyphs: glyphsOf({}),
      inbox: null,
      printedBefore: () => before,
      onClosed: () => expect.unreachable(),
    });
    const facts = { event: 'message', id: 'a', receivedAt: '2026-11-22T19:38:51.204Z', verdict: { verdict: 'not-push' } };
    await sink.accept({ ...handover, facts }, options);
    return written.splice(0).join('');
  };
  expect(await print(false, false)).toMatch(/^\n-- not-push -+ 19:38:51\n/);
  expect(await print(false, true)).toMatch(/^\n-- not-push, handed on again -+ 19:38:51\n/);
  expect(await print(true, true)).toBe(await print(true, false));
});
