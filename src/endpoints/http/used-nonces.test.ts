import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { usedNoncesIn } from './used-nonces.js';

test('a nonce that was used stays used after a restart, also behind a line that a crash cut short, and the file does not tell it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  const file = join(folder, 'nonces');
  usedNoncesIn(file).add('bench', 'nonce01');
  appendFileSync(file, 'abc');
  const again = usedNoncesIn(file);
  expect([again.has('bench', 'nonce01'), again.has('other', 'nonce01'), again.has('bench', 'nonce02')]).toEqual([true, false, false]);
  again.add('bench', 'nonce02');
  expect(usedNoncesIn(file).has('bench', 'nonce02')).toBe(true);
  expect(readFileSync(file, 'utf8')).not.toMatch(/nonce0|bench/);
  rmSync(folder, { recursive: true });
});
