import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Output } from './output.js';

/** Standard output whose reader takes each write a turn of the event loop later, until it has gone away. */
function outputTo(writes: string[], gone: () => boolean = () => false): Output {
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) =>
      setImmediate(() => {
        if (gone()) return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        writes.push(String(chunk));
        done();
      }),
  });
  return new Output(stream, {});
}

test('what is printed at one moment goes out in one write, and each who printed hears of it', async () => {
  const writes: string[] = [];
  const output = outputTo(writes);
  const told = ['a', 'b', 'c'].map((line) => {
    output.line(line);
    return output.written();
  });
  expect(await Promise.all(told)).toEqual([true, true, true]);
  expect(writes).toEqual(['a\nb\nc\n']);
  output.line('d');
  expect(await output.written()).toBe(true);
  expect(writes).toEqual(['a\nb\nc\n', 'd\n']);
});

test('nobody hears that a line is written before it is, also where it goes out early because much was gathered or asked for', async () => {
  const writes: string[] = [];
  const output = outputTo(writes);
  const heard: string[] = [];
  const print = (line: string): void => {
    output.line(line);
    void output.written().then((written) => heard.push(`${line.slice(0, 5)} ${written} ${writes.join('').includes(line)}`));
  };
  print('first');
  print(`large${'x'.repeat(70_000)}`);
  print('third');
  await output.flush();
  print('forth');
  await output.finish();
  await output.written();
  expect(heard).toEqual(['first true true', 'large true true', 'third true true', 'forth true true']);
  expect(writes.join('')).toMatch(/^first\nlargex+\nthird\nforth\n$/);
});

test('a reader that has gone away is told of to each who printed', async () => {
  let gone = false;
  const writes: string[] = [];
  const output = outputTo(writes, () => gone);
  output.line('taken');
  expect(await output.written()).toBe(true);
  gone = true;
  output.line('lost');
  const lost = [output.written(), output.written()];
  expect(await Promise.all(lost)).toEqual([false, false]);
  output.line('later');
  expect(await output.written()).toBe(false);
  expect({ broken: output.broken, failure: output.failure, writes }).toEqual({ broken: true, failure: null, writes: ['taken\n'] });
});
