import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from './make-folder.js';

describe('making a folder', () => {
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'make-folder-'));
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  test('makes what is missing above it, with the rights, and gives the uppermost that was made', () => {
    expect(makeFolder(join(top, 'a', 'b', 'c'), 0o700)).toBe(join(top, 'a'));
    for (const made of [join(top, 'a'), join(top, 'a', 'b'), join(top, 'a', 'b', 'c')]) expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  test('leaves a folder that is there as it is', () => {
    expect(makeFolder(top)).toBeUndefined();
    symlinkSync(top, join(top, 'link'));
    expect(makeFolder(join(top, 'link'))).toBeUndefined();
  });

  test('throws where a file is in the way, or a link to nothing', () => {
    writeFileSync(join(top, 'file'), '');
    expect(() => makeFolder(join(top, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(top, 'file', 'a'))).toThrow('ENOTDIR');
    symlinkSync(join(top, 'gone', 'deep'), join(top, 'link'));
    expect(() => makeFolder(join(top, 'link'))).toThrow('EEXIST');
  });

  test.runIf(existsSync('/proc/self'))('comes back with an error where nothing can be made', () => {
    expect(() => makeFolder('/proc/wapbridge-test')).toThrow('ENOENT');
    expect(() => makeFolder('/proc/wapbridge-test/deeper')).toThrow('ENOENT');
  });
});
