// Changes one operator, condition, constant or statement of a room at a time and runs the room's tests: what no test notices is printed.
// It takes a sample that a seed decides, in a copy of the project, since every change costs a run of the tests.
// usage: node scripts/mutation.mjs --room sms [--sample N] [--seed S] [--seconds N]      (after npm run build; exit 0 always)
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';
import { Random } from './fuzz/random.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? standard : process.argv[at + 1];
};
const room = option('room', 'push');
const sample = Number(option('sample', 100));
const random = new Random(Number(option('seed', 1)));
const until = Date.now() + 1000 * Number(option('seconds', 24 * 3600));

const otherOperator = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '&&': '||',
  '||': '&&',
};

/** The changes that a syntax node allows: where, and what stands there instead. */
function changesOf(node, text) {
  const between = (left, right, operator) => {
    const at = text.indexOf(operator, left.end);
    return at >= 0 && at < right.start ? [{ start: at, end: at + operator.length, by: otherOperator[operator] }] : [];
  };
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return node.operator in otherOperator ? between(node.left, node.right, node.operator) : [];
    case 'IfStatement':
    case 'ConditionalExpression':
      return ['true', 'false'].map((by) => ({ start: node.test.start, end: node.test.end, by }));
    case 'BlockStatement':
      return node.body.length > 0 ? [{ start: node.start, end: node.end, by: '{}' }] : [];
    case 'Literal':
      if (typeof node.value === 'boolean') return [{ start: node.start, end: node.end, by: String(!node.value) }];
      if (typeof node.value === 'number') return [{ start: node.start, end: node.end, by: String(node.value + 1) }];
      return typeof node.value === 'string' && node.value !== '' ? [{ start: node.start, end: node.end, by: "''" }] : [];
    case 'UpdateExpression':
      return [{ start: node.start, end: node.end, by: `${text.slice(node.argument.start, node.argument.end)}` }];
    default:
      return [];
  }
}

function changesIn(file) {
  const text = readFileSync(file, 'utf8');
  const found = [];
  const open = [parseAst(text)];
  while (open.length > 0) {
    const node = open.pop();
    if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') continue;
    if (node.type === 'ExportNamedDeclaration' && node.source) continue;
    found.push(...changesOf(node, text));
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (typeof child?.type === 'string') open.push(child);
    }
  }
  return found.map((change) => ({ ...change, file, text }));
}

const folder = mkdtempSync(join(tmpdir(), 'wb-'));
try {
  for (const name of ['src', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'docs', 'firmware-notes'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // What the compiler made has no types, in which a change would mean nothing; tables are data.
  const built = join(root, 'dist', room);
  const names = readdirSync(built).filter((name) => name.endsWith('.js') && !/table|tables|types|index/.test(name));
  const changes = names.flatMap((name) => changesIn(join(built, name)).map((change) => ({ ...change, name })));
  const run = () =>
    spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', '--bail', '1', `src/${room}`], {
      cwd: folder,
      env: { ...process.env, PROPERTY_RUNS: '20' },
      timeout: 60_000,
      stdio: 'ignore',
    }).status;
  const put = (name, text) => writeFileSync(join(folder, 'src', room, name.replace(/\.js$/, '.ts')), text);
  for (const name of names) put(name, readFileSync(join(built, name), 'utf8'));
  if (run() !== 0) throw new Error('the tests fail without a change');
  let noticed = 0;
  let tried = 0;
  while (tried < sample && changes.length > 0 && Date.now() < until) {
    const [change] = changes.splice(random.below(changes.length), 1);
    const { name, text, start, end, by } = change;
    put(name, text.slice(0, start) + by + text.slice(end));
    tried += 1;
    if (run() !== 0) noticed += 1;
    else {
      const line = text.slice(0, start).split('\n').length;
      console.log(
        `${room}/${name}:${line} ${JSON.stringify(text.slice(start, end).slice(0, 60))} -> ${by}   ${text.split('\n')[line - 1].trim()}`,
      );
    }
    put(name, text);
  }
  console.log(
    `${room}: ${noticed} of ${tried} changes noticed, ${((100 * noticed) / tried).toFixed(1)} % (of ${tried + changes.length} possible)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
