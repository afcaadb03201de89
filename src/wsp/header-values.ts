import type { ValueReader } from './value-reader.js';
import type { ReadValue } from './values.js';
import { readApplicationIdName, readDate, readVersion } from './values.js';

/** Names of the bits of Push-Flag, from the lowest. @see WAP-235-PushOTA, Push-Flag */
export const pushFlags: readonly string[] = ['authenticated', 'trusted', 'last'];

/** The set bits of a Push-Flag by name; a reserved bit by its number, `0x08`. */
export function pushFlagNames(mask: number): readonly string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 7; bit += 1)
    if ((mask & (1 << bit)) !== 0) names.push(pushFlags[bit] ?? `0x${(1 << bit).toString(16).toUpperCase().padStart(2, '0')}`);
  return names;
}

function readText(reader: ValueReader): string {
  return reader.text();
}

function readInteger(reader: ValueReader): number {
  return reader.integer();
}

const contentEncodings: readonly string[] = ['gzip', 'compress', 'deflate'];

function readContentEncoding(reader: ValueReader): string {
  if (reader.peek() < 0x80) return reader.text();
  const name = contentEncodings[reader.shortInteger()];
  if (name === undefined) reader.misfit();
  return name ?? '';
}

const grammars = new Map<number, ReadValue>([
  [0x0a, readText],
  [0x0b, readContentEncoding],
  [0x0d, readInteger],
  [0x0e, readText],
  [0x12, readDate],
  [0x13, readText],
  [0x14, readDate],
  [0x1d, readDate],
  [0x2f, readApplicationIdName],
  [0x30, readText],
  [0x31, readText],
  [0x33, readInteger],
  [0x34, (reader) => pushFlagNames(reader.shortInteger())],
  [0x35, readText],
  [0x43, readVersion],
]);

/** How the value of a field of code page 1 is read; undefined where the number is not assigned. */
export function headerGrammar(code: number): ReadValue | undefined {
  return grammars.get(code);
}
