import { expect, test } from 'vitest';
import yargs from 'yargs';
import { configJsonSchema } from '../config/index.js';
import { isObject, objectAt } from './json-view.js';
import { registry } from './registry.js';
import { commonParser } from './run.js';

/** Words that stand by their place and not after a dash. */
const positional: readonly string[] = ['file', 'action'];

/** Options of each command, without those that all have. */
async function ownOptions(): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const common = new Set([...Object.keys(optionsOf(commonParser(80, 'wapbridge'))), 'help', 'version']);
  for (const entry of registry) {
    const parser = commonParser(80, 'wapbridge');
    const command = await entry.load();
    const kept: string[] = [];
    const spy = new Proxy(parser, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'command' || typeof value !== 'function') return value;
        return (_name: unknown, _describe: unknown, builder: (own: unknown) => unknown) => {
          const own = yargs();
          builder(own);
          kept.push(...Object.keys(optionsOf(own)));
          return target;
        };
      },
    });
    command.attach(spy, () => {}, { words: [], program: 'wapbridge', withoutHelp: false, matched: () => {} });
    found.set(
      entry.name,
      kept.filter((name) => !common.has(name) && !positional.includes(name)),
    );
  }
  return found;
}

function optionsOf(parser: object): Record<string, true> {
  const { getOptions } = parser as { getOptions(): { key: Record<string, true> } };
  return getOptions.call(parser).key;
}

/** What stands in the file in another form: the list `modems` names the modems of all commands. */
const elsewhere = ['modems.modem'];

test('every option of every command can stand in the configuration file', async () => {
  const properties = objectAt(configJsonSchema(), 'properties');
  const missing: string[] = [];
  for (const [command, options] of await ownOptions()) {
    if (options.length === 0) continue;
    const section = properties?.[command];
    const known = isObject(section) && isObject(section.properties) ? Object.keys(section.properties) : [];
    missing.push(...options.filter((option) => !known.includes(option)).map((option) => `${command}.${option}`));
  }
  expect(
    missing.filter((name) => !elsewhere.includes(name)),
    'add them to src/config/schema.ts and run npm run docs',
  ).toEqual([]);
});

test('the test above sees the options', async () => {
  expect((await ownOptions()).get('decode')).toEqual(expect.arrayContaining(['as', 'direction', 'explain', 'pcap']));
});
