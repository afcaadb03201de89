import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const src = fileURLToPath(new URL('.', import.meta.url));

/** Rooms and what each may import; docs/architecture.md says why. `*` is every other room. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  octets: [],
  sms: ['octets'],
  wsp: ['octets'],
  dm: ['octets'],
  push: ['octets', 'sms', 'wsp'],
  routing: ['push'],
  runtime: [],
  profiles: [],
  modem: ['profiles', 'runtime', 'octets'],
  endpoints: ['push', 'runtime', 'octets'],
  journal: ['runtime', 'octets'],
  delivery: ['routing', 'push', 'dm', 'runtime'],
  'virtual-bench': ['profiles', 'runtime', 'octets'],
  sending: ['octets', 'sms', 'wsp', 'dm', 'push', 'routing', 'runtime', 'modem', 'journal'],
  bridge: [
    'octets',
    'sms',
    'wsp',
    'dm',
    'push',
    'routing',
    'runtime',
    'profiles',
    'modem',
    'endpoints',
    'journal',
    'delivery',
    'sending',
    'config',
    'capture',
  ],
  config: ['runtime'],
  capture: ['octets', 'sms', 'wsp'],
  doctor: ['profiles', 'modem', 'runtime', 'config'],
  hil: ['bridge', 'virtual-bench', 'config', 'capture', 'push', 'runtime', 'modem', 'journal', 'delivery', 'sending', 'octets'],
  conformance: ['bridge', 'virtual-bench', 'endpoints', 'push', 'runtime'],
  cli: ['*'],
};

/** Rooms that are plain functions of octets: nothing from Node. `dm` alone may compute digests and read XML. */
const pure = ['octets', 'sms', 'wsp', 'dm', 'push', 'routing', 'profiles'];
const pureExceptions: Readonly<Record<string, readonly string[]>> = { dm: ['node:crypto'] };

/** Packages that one room has to itself. */
const packageRoom: Readonly<Record<string, readonly string[]>> = {
  serialport: ['modem'],
  '@serialport/parser-readline': ['modem'],
  'node-pdu': ['virtual-bench'],
  '@photostructure/sqlite': ['journal'],
  yargs: ['cli'],
  mqtt: ['delivery'],
  yaml: ['config'],
  zod: ['config'],
  pino: ['runtime'],
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** What breaks the house in one import, or null. */
function complaint({ file, specifier }: Import): string | null {
  const room = file.includes(sep) ? file.slice(0, file.indexOf(sep)) : '';
  const isTest = /\.(test|testing|vectors)\.ts$/.test(file);
  if (!specifier.startsWith('.')) {
    if (isTest) return null;
    if (specifier.startsWith('node:')) {
      return pure.includes(room) && !(pureExceptions[room] ?? []).includes(specifier) ? `${file}: a pure room imports ${specifier}` : null;
    }
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier);
    const owners = packageRoom[name];
    if (owners !== undefined && !owners.includes(room)) return `${file}: ${name} belongs to ${owners.join(', ')}`;
    return pure.includes(room) && room !== 'dm' ? `${file}: a pure room imports ${name}` : null;
  }
  if (!specifier.endsWith('.js') && !specifier.endsWith('.json')) return `${file}: ${specifier} does not end in .js`;
  const target = relative(src, resolve(join(src, dirname(file)), specifier));
  if (target.startsWith('..')) return specifier.endsWith('package.json') ? null : `${file}: ${specifier} is outside src`;
  const targetRoom = target.includes(sep) ? target.slice(0, target.indexOf(sep)) : '';
  if (targetRoom === room) return null;
  if (targetRoom === '') return target === 'errors.js' ? null : `${file}: only errors.ts may be imported from anywhere, not ${target}`;
  if (room === '') return target === join(targetRoom, 'index.js') ? null : `${file}: ${target} is not a door`;
  const allowed = mayImport[room];
  if (allowed === undefined) return `${file}: the room ${room} is not in the table`;
  if (!isTest && !allowed.includes('*') && !allowed.includes(targetRoom)) return `${file}: ${room} may not import ${targetRoom}`;
  if (target !== join(targetRoom, 'index.js')) {
    return isTest && /\.(testing|vectors)\.js$/.test(target) ? null : `${file}: ${target} is not a door`;
  }
  return null;
}

const importPattern = /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|import\s*\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s*'([^']+)'/g;
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const importsOf = (file: string): Import[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(importPattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[2] ?? match[3] ?? '',
  }));

describe('the house', () => {
  test('no file imports what the table of rooms forbids', () => {
    expect(
      files
        .flatMap(importsOf)
        .map(complaint)
        .filter((found) => found !== null),
    ).toEqual([]);
  });

  test('a forbidden import is found', () => {
    const forbidden: readonly Import[] = [
      { file: 'sms/tpdu.ts', specifier: '../modem/index.js' },
      { file: 'modem/modem.ts', specifier: '../sms/index.js' },
      { file: 'virtual-bench/modem.ts', specifier: '../sms/index.js' },
      { file: 'wsp/push.ts', specifier: 'node:fs' },
      { file: 'bridge/bridge.ts', specifier: 'serialport' },
      { file: 'journal/journal.ts', specifier: '../octets/hex.js' },
      { file: 'cli/main.ts', specifier: '../octets/hex.js' },
      { file: 'unheard/of.ts', specifier: '../octets/index.js' },
      { file: 'push/wdp.ts', specifier: '../wsp/index' },
    ];
    expect(forbidden.map(complaint).filter((found) => found === null)).toEqual([]);
  });

  test('every room has a door', () => {
    const rooms = new Set(files.filter((file) => file.includes(sep)).map((file) => file.slice(0, file.indexOf(sep))));
    expect([...rooms].filter((room) => room !== 'cli' && !files.includes(join(room, 'index.ts')))).toEqual([]);
  });

  test('time, chance and the console are touched in one place each', () => {
    const patterns: readonly (readonly [RegExp, string])[] = [
      [/\bDate\.now\(|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\(|\bnew Date\(\)|performance\.now\(/, 'runtime'],
      [/\bextends EventEmitter\b/, ''],
    ];
    const found = files
      .filter((file) => !/\.(test|testing|vectors)\.ts$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(src, file), 'utf8');
        return patterns
          .filter(([pattern, room]) => pattern.test(text) && !file.startsWith(`${room}${sep}`))
          .map(([pattern]) => `${file}: ${pattern}`);
      });
    expect(found).toEqual([]);
  });

  test('no file is longer than 400 lines, tables and vectors excepted', () => {
    const long = files
      .filter((file) => !/(\.(vectors|table)\.ts|-table\.ts|tables?\.ts)$/.test(file) && !file.endsWith('.test.ts'))
      .filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 401);
    expect(long).toEqual([]);
  });
});
