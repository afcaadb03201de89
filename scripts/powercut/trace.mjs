import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

const octetsOf = (text) => Buffer.from(text.replace(/\\x/g, ''), 'hex');
const plain = (text) => (text.startsWith('\\x') ? octetsOf(text).toString() : text);

/**
 * What a trace (`strace -f -y -xx`) says happened to the files of one folder, in order: writes, truncations, syncs, names made and
 * removed, and what was said on standard output.
 */
export function readTrace(file, directory) {
  const unfinished = new Map();
  const steps = [];
  for (const raw of readFileSync(file, 'latin1').split('\n')) {
    const [, pid, rest] = /^(\d+)\s+(.*)$/.exec(raw) ?? [];
    if (rest === undefined) continue;
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, rest.slice(0, -'<unfinished ...>'.length).trimEnd());
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const step = readCall(resumed === null ? rest : `${unfinished.get(pid) ?? ''}${resumed[1]}`, directory);
    if (step !== null) steps.push(step);
  }
  return steps;
}

function readCall(line, directory) {
  const [, call, words, result] = /^(\w+)\((.*)\)\s+= (-?\d+)/s.exec(line) ?? [];
  if (call === undefined || Number(result) < 0) return null;
  if (call === 'openat') {
    const path = plain(/= \d+<([^>]*)>/.exec(line)?.[1] ?? '');
    return words.includes('O_CREAT') && dirname(path) === directory ? { do: 'name', file: basename(path) } : null;
  }
  if (call.startsWith('unlink')) {
    const path = plain(/"([^"]*)"/.exec(words)?.[1] ?? '');
    return dirname(path) === directory ? { do: 'remove', file: basename(path) } : null;
  }
  const [, descriptor, path = ''] = /^(\d+)<([^>]*)>/.exec(words) ?? [];
  const named = plain(path);
  const data = /"((?:\\x[0-9a-f]{2})*)"/.exec(words)?.[1];
  if (call === 'write' && descriptor === '1') return { do: 'say', text: octetsOf(data ?? '').toString() };
  const numbers =
    words
      .slice(words.lastIndexOf('"') + 1)
      .match(/\d+/g)
      ?.map(Number) ?? [];
  if ((call === 'fsync' || call === 'fdatasync') && named === directory) return { do: 'sync-names' };
  if (dirname(named) !== directory) return null;
  const of = basename(named);
  if (call === 'pwrite64') return { do: 'write', file: of, data: octetsOf(data ?? '').subarray(0, Number(result)), offset: numbers[1] };
  if (call === 'ftruncate') return { do: 'truncate', file: of, size: Number(/,\s*(\d+)$/.exec(words)?.[1]) };
  if (call === 'fsync' || call === 'fdatasync') return { do: 'sync', file: of };
  if (call === 'write' && of.startsWith('journal.db')) throw new Error(`a write without an offset to ${of}: the model does not know it`);
  return null;
}
