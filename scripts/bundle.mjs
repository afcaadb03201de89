// The command line in few files: Node 20 spends most of a short command on finding, reading and compiling modules, and there are hundreds.
// See docs/decisions/bundle.md.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Folder of the bundle below `dist`; as deep as its files' places are computed for. */
const folder = join('cli', 'bundle');
/** What the program itself imports, once it watches for signals. */
const entries = ['run', 'program'];
/** Packages that stay where they are installed: they have binaries or workers beside them, or are loaded by few who ask for them. */
const unbundled = ['@photostructure/sqlite', 'serialport', '@serialport/parser-readline', 'pino', 'mqtt', 'node-pdu', 'vitest'];

/**
 * Modules that most commands need, each group in one file. What is left the bundler divides by who needs it: without these groups it would
 * put the codecs with whatever large room needs them too, and `decode` would load the listeners. The timers are a number that the bridge
 * needs of a room that it otherwise loads late.
 */
const groupsIn = (dist) => {
  const modules = (pattern) => (id) => pattern.test(relative(dist, id).replaceAll(sep, '/'));
  return [
    { name: 'base', test: modules(/^(errors|octets\/[^/]+|endpoints\/sip\/timers)\.js$/), priority: 2 },
    { name: 'formats', test: modules(/^(sms|wsp|push|routing|dm)\/[^/]+$/), priority: 1 },
  ];
};

const packagePath = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](.+)$/;

/**
 * What `import.meta.url` was to a module before it moved. Of a package only files are known that were looked at: yargs finds its locales
 * beside itself, its parser would load modules from anywhere.
 */
function placeOf(id, dist) {
  const within = packagePath.exec(id);
  if (within === null) {
    const from = relative(join(dist, folder), id);
    return `new URL(${JSON.stringify(from)}, import.meta.url).href`;
  }
  const [, name, file] = within;
  if (name === 'yargs') return `new URL(${JSON.stringify(file)}, import.meta.resolve("yargs/package.json")).href`;
  if (name === 'yargs-parser') return 'import.meta.url';
  throw new Error(`${name}/${file} looks beside itself, and nobody has said what for`);
}

/** A file is called after the module it is for, or the last of those that it holds: each module is in one file, so no two have a name. */
function nameOf({ name, facadeModuleId, moduleIds }, dist) {
  const id = facadeModuleId ?? moduleIds.at(-1);
  if (id === undefined || id.startsWith('\0') || groupsIn(dist).some((group) => group.name === name)) return name;
  const place = packagePath.exec(id)?.slice(1).join('/') ?? relative(dist, id);
  return place.replace(/\.m?js$/, '').replace(/[^\w.]+/g, '-');
}

/** Modules as the compiler left them, with their maps, and with the places from which they were. */
function compiled(dist) {
  return {
    name: 'compiled',
    load(id) {
      if (packagePath.test(id) || !id.endsWith('.js')) return null;
      return { code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') };
    },
    transform: {
      filter: { code: 'import.meta.url' },
      // No line moves, which is all that the map is for. What the bundler brings itself is at home in the bundle.
      handler: (code, id) => (id.startsWith('\0') ? null : { code: code.replaceAll('import.meta.url', placeOf(id, dist)), map: null }),
    },
  };
}

/** The licences of the packages of which the bundle holds a copy. */
function licencesOf(packages) {
  const texts = [...packages].map((root) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const file = readdirSync(root).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? '' : `\n\n${readFileSync(join(root, file), 'utf8').trim()}`;
    return `${name} ${version} (${license})${text}\n`;
  });
  return [...new Set(texts)].sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * Puts what the program loads into `cli/bundle` below `dist`, and has it loaded from there. The modules themselves stay: the library is
 * made of them.
 */
export async function bundle(dist) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: dist,
    input: Object.fromEntries(entries.map((entry) => [entry, join(dist, 'cli', `${entry}.js`)])),
    platform: 'node',
    external: (id) => unbundled.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [compiled(dist)],
    // Modules of ours do nothing when they are loaded, so that what a command does not use need not be loaded for it.
    treeshake: { moduleSideEffects: (id) => packagePath.test(id) },
    onLog: (level, log) => {
      if (level !== 'debug' && level !== 'info') throw new Error(log.message);
    },
  });
  const { output } = await build.write({
    dir: join(dist, folder),
    format: 'esm',
    sourcemap: true,
    sourcemapExcludeSources: true,
    entryFileNames: '[name].js',
    // Without a hash, and with the names that things have: a program that runs on while another is built finds what it has yet to load.
    chunkFileNames: (chunk) => `${nameOf(chunk, dist)}.js`,
    minifyInternalExports: false,
    codeSplitting: { groups: groupsIn(dist) },
    keepNames: true,
  });
  await build.close();

  const packages = new Set();
  for (const id of output.flatMap(({ moduleIds }) => moduleIds ?? [])) {
    const within = packagePath.exec(id);
    if (within !== null) packages.add(id.slice(0, id.length - within[2].length - 1));
  }
  writeFileSync(join(dist, folder, 'licences.txt'), licencesOf(packages));

  const main = join(dist, 'cli', 'main.js');
  let text = readFileSync(main, 'utf8');
  for (const entry of entries) {
    const [before, after, ...more] = text.split(`import('./${entry}.js')`);
    if (after === undefined || more.length > 0) throw new Error(`${main} does not import ${entry}.js once`);
    text = `${before}import('./bundle/${entry}.js')${after}`;
  }
  writeFileSync(main, text);
}
