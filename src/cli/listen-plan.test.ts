import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findModems, nameModems, requestedModems } from './listen-plan.js';

test('the command line wins over the configuration, and without either the modems are looked for', () => {
  const configured = [{ address: '/dev/ttyUSB2', name: 'a', profile: 'plain' }];
  expect(requestedModems(undefined, [])).toEqual([{ address: 'auto' }]);
  expect(requestedModems(undefined, configured)).toEqual(configured);
  expect(requestedModems(['/dev/ttyUSB0'], configured)).toEqual([{ address: '/dev/ttyUSB0' }]);
});

test('a modem of the configuration is found by its address, with all that is said of it', () => {
  const configured = [{ address: '/dev/ttyUSB2', name: 'a', profile: 'plain' }];
  expect(requestedModems(['/dev/ttyUSB2'], configured)).toEqual(configured);
  expect(requestedModems(['a'], configured)).toEqual(configured);
});

test.each(['ttyUSB0', 'tcp://host', 'http://host:1', 'unix:', ''])('%j is refused as a modem', (address) => {
  expect(() => requestedModems([address], [])).toThrow(expect.objectContaining({ code: 'cli/bad-modem' }));
});

test('a path with a folder in it is taken from the current folder, on the command line and in the configuration', () => {
  const whole = resolve('bench/modem-2');
  for (const word of ['bench/modem-2', './bench/modem-2', 'x/../bench/modem-2']) {
    expect(requestedModems([word], [])).toEqual([{ address: whole }]);
    expect(requestedModems(undefined, [{ address: word, name: 'b' }])).toEqual([{ address: whole, name: 'b' }]);
    expect(requestedModems([word], [{ address: 'bench/modem-2', name: 'b' }])).toEqual([{ address: whole, name: 'b' }]);
  }
  expect(() => requestedModems(['bench/modem-2', whole], [])).toThrow(expect.objectContaining({ code: 'cli/modem-named-twice' }));
  expect(requestedModems(['unix:run/modem', 'trace:traces/a.trace'], [])).toEqual([
    { address: 'unix:run/modem' },
    { address: 'trace:traces/a.trace' },
  ]);
});

test('a modem named twice is refused: two drivers on one port would steal each other the answers', () => {
  expect(() => requestedModems(['/dev/ttyUSB0', '/dev/ttyUSB0'], [])).toThrow(expect.objectContaining({ code: 'cli/modem-named-twice' }));
});

test('names come from addresses, and no two are alike', () => {
  const names = (addresses: readonly string[]): readonly string[] =>
    nameModems(addresses.map((address) => ({ address }))).map(({ name }) => name);
  expect(names(['/dev/ttyUSB2', '/dev/bench/ttyUSB2', 'tcp://127.0.0.1:7001', 'unix:/run/modem.sock'])).toEqual([
    'ttyUSB2',
    'ttyUSB2-2',
    '127.0.0.1:7001',
    'modem.sock',
  ]);
});

test('where no modem is plugged in, the virtual bench stands in only if it may', async () => {
  const auto = [{ address: 'auto' }];
  const discover = (): Promise<readonly string[]> => Promise.resolve([]);
  expect(await findModems(auto, { orVirtual: true, discover })).toEqual({ modems: [], virtual: true, fellBack: true });
  await expect(findModems(auto, { orVirtual: false, discover })).rejects.toMatchObject({ code: 'cli/no-modem' });
});

test('modems that are found join those that are named, none of them twice', async () => {
  const discover = (): Promise<readonly string[]> => Promise.resolve(['/dev/ttyUSB2', '/dev/ttyUSB6']);
  const found = await findModems([{ address: '/dev/ttyUSB2', name: 'a' }, { address: 'auto' }], { orVirtual: true, discover });
  expect(found.modems.map(({ name, address }) => [name, address])).toEqual([
    ['a', '/dev/ttyUSB2'],
    ['ttyUSB6', '/dev/ttyUSB6'],
  ]);
  expect(found).toMatchObject({ virtual: false, fellBack: false });
});
