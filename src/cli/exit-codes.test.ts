import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BridgeError, type ErrorCode } from '../errors.js';
import { DecodeError } from '../octets/index.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { errorLine } from './report-error.js';

const calling = { program: 'npx wapbridge', again: 'npx wapbridge' };

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const listed = [...page.matchAll(/^\| `([^`]+)`\s+\|/gm)].map((match) => match[1] as ErrorCode);
const codeOf = (code: ErrorCode) => exitCodeOf(new BridgeError(code, 'x'));

test('what a user can mend is never called a fault of ours', () => {
  const faults = listed.filter((code) => codeOf(code) === exitCodes.fault).map((code) => code.slice(0, code.indexOf('/')));
  expect([...new Set(faults)].filter((room) => ['octets', 'sms', 'wsp', 'dm', 'push', 'config', 'delivery', 'at'].includes(room))).toEqual(
    [],
  );
});

test.each([
  ['octets/truncated', 6],
  ['config/unknown-key', 2],
  ['config/not-permitted', 4],
  ['config/secret-missing', 7],
  ['modem/no-such-port', 3],
  ['modem/port-held', 4],
  ['modem/port-not-permitted', 4],
  ['journal/held', 4],
  ['journal/not-permitted', 4],
  ['virtual-bench/address-in-use', 4],
  ['at/cms-error', 5],
  ['modem/no-answer', 5],
  ['journal/corrupt', 1],
  ['bridge/unexpected', 1],
  ['cli/usage', 2],
] as const)('%s ends with %i', (code, exitCode) => {
  expect(listed).toContain(code);
  expect(codeOf(code)).toBe(exitCode);
});

test('anything that is no error of ours is a fault of ours', () => {
  expect([new TypeError('x'), 'x', undefined].map(exitCodeOf)).toEqual([1, 1, 1]);
});

test('the line of an error says what, where and what to do, on one line', () => {
  expect(errorLine(new DecodeError('octets/truncated', 'needs 4 octets', 'tpdu.ud', 27), calling)).toBe(
    'wapbridge: needs 4 octets (tpdu.ud, offset 27)',
  );
  expect(errorLine(new BridgeError('cli/usage', 'a\nb', { advice: 'c' }), calling)).toBe('wapbridge: a\\nb; c');
  expect(errorLine(new TypeError('x'), calling)).toContain('--verbose');
});
