import { ReadlineParser } from '@serialport/parser-readline';
import { describe, expect, test } from 'vitest';
import { PromptSplitter } from './prompt-splitter.js';

/** Octets through the splitter and the readline parser, in chunks of a size. */
function linesOf(text: string, chunkOctets: number, mostLineOctets = 4_096): { lines: string[]; overlong: number } {
  const lines: string[] = [];
  let overlong = 0;
  const splitter = new PromptSplitter({ mostLineOctets, onOverlong: () => (overlong += 1) });
  splitter.pipe(new ReadlineParser({ delimiter: '\n', encoding: 'latin1' })).on('data', (line: string) => lines.push(line));
  const octets = Buffer.from(text, 'latin1');
  for (let at = 0; at < octets.length; at += chunkOctets) splitter.write(octets.subarray(at, at + chunkOctets));
  return { lines, overlong };
}

describe.each([1, 2, 3, 7, 100_000])('in chunks of %i octets', (chunkOctets) => {
  const split = (text: string): string[] => linesOf(text, chunkOctets).lines;

  test('a line ends at CR, at LF and at any run of them', () => {
    expect(split('\r\nOK\r\nA\rB\nC\r\r\nD\n\n\n\r\r\n\r\nE\r\n')).toEqual(['OK', 'A', 'B', 'C', 'D', 'E']);
  });

  test('the bare prompt is a line although no line end follows', () => {
    expect(split('\r\n> ')).toEqual(['> ']);
    expect(split('\r\n>')).toEqual(['> ']);
  });

  test('what is echoed behind the prompt is a line of its own', () => {
    expect(split('\r\n> 0051AB\x1a\r\n+CMGS: 1\r\n')).toEqual(['> ', '0051AB', '+CMGS: 1']);
  });

  test('the sign of the prompt inside a line is text', () => {
    expect(split('+COPS: 0,0,"a > b>"\r\n')).toEqual(['+COPS: 0,0,"a > b>"']);
  });

  test('NUL and other control characters vanish, other octets stay', () => {
    expect(split('\0\0\r\nO\0K\r\n\x11\x7f\r\n\xff\x80\tx\r\n')).toEqual(['OK', '\xff\x80\tx']);
  });

  test('a line without end is cut once and the next line is whole', () => {
    const { lines, overlong } = linesOf(`\r\n${'x'.repeat(50)}\r\nOK\r\n`, chunkOctets, 16);
    expect(lines).toEqual(['x'.repeat(16), 'OK']);
    expect(overlong).toBe(1);
  });
});

test('ten megabytes without a line end leave nothing behind in memory but one cut line', () => {
  const lines: string[] = [];
  const splitter = new PromptSplitter();
  const parser = new ReadlineParser({ delimiter: '\n', encoding: 'latin1' });
  splitter.pipe(parser).on('data', (line: string) => lines.push(line));
  const chunk = Buffer.alloc(65_536, 0x55);
  for (let sent = 0; sent < 10_000_000; sent += chunk.length) splitter.write(chunk);
  expect(lines.map((line) => line.length)).toEqual([4_096]);
  expect(parser.buffer.length).toBe(0);
});
