import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { redacted } from '../../src/hil/reporter.js';
import { makeFolder } from '../../src/runtime/index.js';

/** What a journey said when a fault was switched on for it; `said` is null where it passed all the same. */
export interface SeenToFail {
  readonly journey: string;
  readonly fault: string;
  readonly said: string | null;
}

const longestMessage = 400;

/** Of a message of many lines the first, and the line up to which `says` needs it. */
export function gistOf(message: string, says: RegExp): string {
  const [first = ''] = message.split('\n', 1);
  const match = says.exec(message);
  const end = match === null ? 0 : match.index + match[0].length;
  const [last = ''] = message.slice(message.lastIndexOf('\n', end - 1) + 1).split('\n', 1);
  const words = end <= first.length ? first.replace(/; what happened.*/, '') : `${first} … ${last.trim()}`;
  return redacted(words).replace(/\s+/g, ' ').slice(0, longestMessage);
}

/** The list for people, as it stands in the log of a run. */
export function describeSeen(seen: readonly SeenToFail[]): string {
  const failed = seen.filter(({ said }) => said !== null).length;
  const entries = seen.map(({ journey, fault, said }) => `  ${journey}\n    ${fault}\n    ${said ?? 'PASSED ALL THE SAME'}`);
  return [`${seen.length} journeys with a fault switched on for each: ${failed} failed`, ...entries].join('\n');
}

/** Writes the list as `faults.md` into a folder, and gives the file's path. */
export function writeSeen(seen: readonly SeenToFail[], folder: string): string {
  const cell = (text: string): string => text.replace(/[\\|<>]/g, '\\$&');
  const rows = seen.map(({ journey, fault, said }) => `| ${cell(journey)} | ${cell(fault)} | ${cell(said ?? 'PASSED ALL THE SAME')} |`);
  const file = join(folder, 'faults.md');
  makeFolder(folder);
  const head = [
    '# Each journey has been seen to fail',
    '',
    'On the virtual bench, with a fault switched on for it.',
    '',
    '| journey | fault | what it said |',
    '| --- | --- | --- |',
  ];
  writeFileSync(file, [...head, ...rows, ''].join('\n'));
  return file;
}
