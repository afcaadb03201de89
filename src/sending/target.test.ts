import { expect, test } from 'vitest';
import { checkTarget, isLoopbackTarget } from './target.js';

test.each([
  'udp://127.0.0.1:2948',
  'http://localhost:4035/wappush',
  'https://[::1]/wappush',
  'sip:dev@127.0.0.1:5060',
  'obex://127.8.9.10',
  'http://user:word@127.0.0.1/',
])('%s is on this machine and may always be sent to', (target) => {
  expect(isLoopbackTarget(target)).toBe(true);
  expect(() => checkTarget(target, [])).not.toThrow();
});

test.each([
  'http://127.0.0.1@192.0.2.1/',
  'http://127.0.0.1:x@192.0.2.1/',
  'https://localhost@bench.invalid/',
  'sip:127.0.0.1@192.0.2.1',
  'http://127.0.0.1.bench.invalid/',
  'obex+serial:/dev/ttyUSB0',
])('%s is not, whatever stands before its host, and wants the allow-list', (target) => {
  expect(isLoopbackTarget(target)).toBe(false);
  expect(() => checkTarget(target, [])).toThrow(expect.objectContaining({ code: 'sending/destination-not-allowed' }));
  expect(() => checkTarget(target, [target])).not.toThrow();
});
