import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Scene, test } from '../support/scene.js';

/** Writes a configuration that names things in a folder of its own, DIR, where a file is and an empty one. */
function configuration(scene: Scene, text: string): string {
  const folder = scene.folder();
  writeFileSync(join(folder, 'file'), '1\n');
  writeFileSync(join(folder, 'empty'), '');
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text.replaceAll('DIR', folder));
  return path;
}

for (const [text, code] of [
  ['sinks: { a: { kind: exec, command: [no-such-program-here] } }', 2],
  ['sinks: { a: { kind: spool, folder: DIR/file/below } }', 2],
  ['sinks: { a: { kind: ndjson, file: DIR/none/lines } }', 2],
  ['sinks: { a: { kind: http, url: "https://x/", ca-file: DIR/none } }', 2],
  ['sinks: { a: { kind: mqtt, url: "mqtt://b", topic: t, password: { file: DIR/empty } } }', 7],
  ['dm: { imsi: { environment: WAPBRIDGE_NO_SUCH_VARIABLE } }', 7],
  ['state-dir: DIR/file/below', 2],
  ['listen: { http: 0 }\nendpoints: { http: { certificate: DIR/none, key: DIR/file } }', 2],
  ['listen: { sip: "sip:dev@127.0.0.1:0" }\nendpoints: { sip: { senders: [{ user: u, password: { file: DIR/none } }] } }', 7],
  ['listen: { exit-after: 0 }', 2],
  ['sinks: { a: { kind: push, via: "udp://192.0.2.1:2948" } }', 7],
  ['sinks: { a: { kind: push, via: "gopher://127.0.0.1" } }', 2],
  ['dm: { imsi: { file: DIR/file } }', 2],
  ['dm: { servers: [{ id: s, password: { file: DIR/file }, nonce: { file: DIR/file } }] }', 2],
  ['listen: { http: "0.0.0.0:0" }', 2],
  ['listen: { sip: nobody }', 2],
  ['listen: { http: "0.0.0.0:0" }\nendpoints: { http: { user: u, password: { file: DIR/none } } }', 2],
  ['listen: { udp: "host:99999" }', 2],
  [
    'listen: { exit-after: 1, udp: 0, http: 0, obex: 0, sip: "sip:dev@127.0.0.1:0" }\nsinks: { a: { kind: push, via: "udp://127.0.0.1:9" } }',
    0,
  ],
  ['sinks: { a: { kind: http, url: "http://x/", ca-file: DIR/none } }\nlisten: { exit-after: 1 }', 0],
  ['sinks: { a: { kind: unix, path: DIR/socket } }\nlisten: { exit-after: 1 }', 0],
  ['modems: [{ name: a, port: /dev/null, pin: { file: DIR/none } }]\nlisten: { exit-after: 1 }', 0],
] as const) {
  test(`config check ends as listen does (${code}) with: ${text.replaceAll('\n', '; ')}`, async ({ scene }) => {
    const file = configuration(scene, text);
    const check = scene.wapbridge(['config', 'check', file, '--json']);
    const listen = scene.wapbridge(['listen', '--modem', 'virtual', '--json', '--config', file]);
    expect((await check.exited).code, check.program.describe()).toBe(code);
    expect((await listen.exited).code, listen.program.describe()).toBe(code);
    const [checked] = check.events.items;
    expect(checked).toMatchObject({ file, from: 'argument', ok: code === 0, problems: code === 0 ? [] : [{ line: expect.any(Number) }] });
  });
}

test('a configuration that no command line names says why it is read, and one that is named says --config', async ({ scene }) => {
  const home = scene.folder();
  const environment = { XDG_CONFIG_HOME: home };
  const lastLine = async (...words: string[]) => {
    const run = scene.wapbridge(words, { environment });
    await run.exited;
    return run.program.stderr.items.at(-1) ?? '';
  };
  const usual = join(home, 'wapbridge', 'config.yaml');
  const byItself = 'is read where --config names no other';
  expect(await lastLine('config', 'check')).toMatch(new RegExp(`${usual} does not exist; .*${byItself}`));
  mkdirSync(join(home, 'wapbridge'));
  writeFileSync(usual, 'json: 5\n');
  expect(await lastLine('decode', 'x')).toMatch(
    new RegExp(`^wapbridge: ${usual}:1:7: json is a number, .*; .*${byItself} \\(XDG_CONFIG_HOME leads to it\\)$`),
  );
  expect(await lastLine('decode', 'x', '--config', join(home, 'none'))).toMatch(/none does not exist; check --config$/);
});
