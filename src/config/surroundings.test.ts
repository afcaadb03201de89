import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkConfig, lookAround } from './index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-around-'));
  writeFileSync(join(folder, 'file'), 'content\n');
  writeFileSync(join(folder, 'empty'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is lacking, as `LINE:COLUMN path code`; DIR stands for the folder of the test. */
const around = async (text: string) => {
  const checked = checkConfig(text.replaceAll('DIR', folder));
  if (!checked.ok) expect.unreachable(JSON.stringify(checked.problems));
  const { problems, warnings } = await lookAround(checked.config, checked.place, { PATH: '/usr/bin:/bin', SET: 'secret' });
  const places = (found: typeof problems) => found.map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`);
  return { problems: places(problems), warnings: places(warnings) };
};

describe('what a configuration names is looked for', () => {
  test('and where all of it is there, nothing is said and nothing made', async () => {
    const all = `
state-dir: DIR/new/state
modems: [{ port: auto, pin: { file: DIR/file } }]
sinks:
  a: { kind: exec, command: [sh, -c, nothing] }
  b: { kind: exec, command: [/bin/sh] }
  c: { kind: spool, folder: DIR/new/spool }
  d: { kind: ndjson, file: DIR/lines }
  e: { kind: http, url: "https://bench.example/", signature-secret: { environment: SET }, ca-file: DIR/file }
dm: { imsi: { file: DIR/file } }
endpoints: { http: { certificate: DIR/file, key: DIR/file } }
send: { body: DIR/file }
`;
    expect(await around(all)).toEqual({ problems: [], warnings: [] });
    expect(await around('listen: { trace: DIR }')).toEqual({ problems: [], warnings: [] });
  });

  test.each([
    ['sinks: { a: { kind: exec, command: [no-such-program-here] } }', '1:37 sinks.a.command.0 config/no-such-program'],
    ['sinks: { a: { kind: exec, command: [DIR/file] } }', '1:37 sinks.a.command.0 config/no-such-program'],
    ['sinks: { a: { kind: spool, folder: DIR/file/below } }', '1:36 sinks.a.folder config/not-writable'],
    ['sinks: { a: { kind: ndjson, file: DIR/none/lines } }', '1:35 sinks.a.file config/not-writable'],
    ['sinks: { a: { kind: ndjson, file: DIR } }', '1:35 sinks.a.file config/not-writable'],
    ['state-dir: DIR/file', '1:12 state-dir config/not-writable'],
    [
      'sinks: { a: { kind: http, url: "http://x/", signature-secret: { environment: UNSET } } }',
      '1:63 sinks.a.signature-secret config/secret-missing',
    ],
    ['sinks: { a: { kind: http, url: "https://x/", ca-file: DIR } }', '1:55 sinks.a.ca-file config/no-such-file'],
    [
      'sinks: { a: { kind: mqtt, url: "mqtt://b", topic: t, password: { file: DIR/empty } } }',
      '1:64 sinks.a.password config/secret-missing',
    ],
    ['dm: { pins: [{ environment: UNSET }] }', '1:14 dm.pins.0 config/secret-missing'],
    ['dm: { servers: [{ id: s, password: { file: DIR } }] }', '1:36 dm.servers.0.password config/secret-missing'],
    ['listen: { http: 4036 }\nendpoints: { http: { certificate: DIR/none } }', '2:35 endpoints.http.certificate config/no-such-file'],
    [
      'listen: { obex: 0 }\nendpoints: { obex: { senders: [{ password: { environment: UNSET } }] } }',
      '2:44 endpoints.obex.senders.0.password config/secret-missing',
    ],
  ])('%s is what listen does not begin without', async (text, problem) => {
    expect(await around(text)).toEqual({ problems: [problem], warnings: [] });
  });

  test.each([
    ['modems: [{ port: auto, pin: { environment: UNSET } }]', '1:29 modems.0.pin config/secret-missing'],
    ['sinks: { a: { kind: http, url: "http://x/", ca-file: DIR } }', '1:54 sinks.a.ca-file config/no-such-file'],
    ['sinks: { a: { kind: unix, path: DIR/socket } }', '1:33 sinks.a.path config/no-such-file'],
    ['sinks: { a: { kind: unix, path: DIR/file } }', '1:33 sinks.a.path config/no-such-file'],
    ['endpoints: { sip: { certificate: DIR/none } }', '1:34 endpoints.sip.certificate config/no-such-file'],
    ['send: { pin-file: DIR/none }', '1:19 send.pin-file config/no-such-file'],
  ])('%s is needed later, and a warning', async (text, warning) => {
    expect(await around(text)).toEqual({ problems: [], warnings: [warning] });
  });
});
