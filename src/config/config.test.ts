import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkConfig, configJsonSchema, loadConfig, nearestWord, readSecret } from './index.js';

const problemsOf = (text: string) => {
  const checked = checkConfig(text);
  return checked.ok ? [] : checked.problems;
};

describe('a configuration', () => {
  test('may be empty', () => {
    expect(checkConfig('')).toMatchObject({ ok: true, config: {} });
  });

  test('holds modems, sinks, routes, limits and the options of commands', () => {
    const checked = checkConfig(`
state-dir: /var/lib/wapbridge
modems:
  - { name: a, port: /dev/ttyUSB2, pin: { environment: SIM_A_PIN } }
  - port: tcp://127.0.0.1:7001
sinks:
  dm-application: { kind: exec, command: [/usr/bin/dm-client, --stdin], retry: { max-delay-s: 60 } }
  archive: { kind: spool, folder: /srv/push }
  events: { kind: http, url: "https://bench.example/push", mode: binary, signature-secret: { file: /run/secrets/hook } }
  lab: { kind: mqtt, url: "mqtt://broker.example", topic: lab/push }
routes:
  - { when: { verdict: other-application, application-id: [0x04, x-wap-application:mms.ua] }, to: [archive] }
  - { when: { from: "+1555*" }, to: [lab, stdout] }
limits: { incomplete-after-s: 600, keep-days: 30 }
listen: { modem: [auto], udp: 2948, exit-after: 5 }
decode: { as: wsp }
`);
    expect(checked).toMatchObject({
      ok: true,
      config: {
        listen: { modem: ['auto'], udp: '2948', 'exit-after': 5 },
        sinks: { 'dm-application': { 'timeout-s': 30, retry: { 'first-delay-s': 1, 'max-delay-s': 60 } }, events: { mode: 'binary' } },
        routes: [{ when: { 'application-id': [4, 'x-wap-application:mms.ua'] } }, {}],
      },
    });
  });

  test('a misspelt key is named with the nearest known one, at its line and column', () => {
    expect(problemsOf('listen:\n  exit-atfer: 3\n')).toEqual([
      {
        code: 'config/unknown-key',
        path: 'listen.exit-atfer',
        message: 'unknown key "exit-atfer" in listen',
        advice: 'did you mean exit-after?',
        line: 2,
        column: 3,
      },
    ]);
    expect(problemsOf('state_dir: /x')).toMatchObject([{ advice: 'did you mean state-dir?', line: 1, column: 1 }]);
  });

  test('keys of another kind of sink are not offered', () => {
    expect(problemsOf('sinks:\n  a:\n    kind: spool\n    folder: /x\n    urll: y\n')).toMatchObject([
      { code: 'config/unknown-key', line: 5, column: 5, advice: 'known here: kind, folder, retry, timeout-s, ordered, concurrency' },
    ]);
  });

  test('every wrong value is reported, in the order of the file', () => {
    const found = problemsOf('decode:\n  as: wps\nlisten:\n  udp: http\nmodems:\n  - name: a\n');
    expect(found.map(({ code, path, line, column }) => ({ code, path, line, column }))).toEqual([
      { code: 'config/bad-value', path: 'decode.as', line: 2, column: 7 },
      { code: 'config/bad-value', path: 'listen.udp', line: 4, column: 8 },
      { code: 'config/missing-key', path: 'modems.0.port', line: 6, column: 5 },
    ]);
    expect(found[0]).toMatchObject({ advice: 'did you mean wsp?' });
  });

  test('a secret written out is refused and not repeated', () => {
    const found = problemsOf('sinks:\n  a: { kind: mqtt, url: "mqtt://b", topic: t, password: hunter2 }\n');
    expect(found).toMatchObject([{ code: 'config/bad-value', line: 2 }]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(problemsOf('sinks:\n  a: { kind: mqtt, url: "mqtt://u:hunter2@b", topic: t }\n')).toMatchObject([{ code: 'config/bad-value' }]);
    expect(problemsOf('modems: [{ port: auto, pin: 1234 }]')).toMatchObject([{ code: 'config/bad-value', path: 'modems.0.pin' }]);
  });

  test('a route to a sink that nobody describes is refused, stdout is always there', () => {
    expect(problemsOf('sinks: { archive: { kind: spool, folder: /x } }\nroutes:\n  - to: [stdout, archvie]\n')).toMatchObject([
      { code: 'config/unknown-sink', path: 'routes.0.to.1', line: 3, column: 18, advice: 'did you mean archive?' },
    ]);
  });

  test('text that is no YAML, a key twice and a bomb of aliases are each located', () => {
    expect(problemsOf('listen: [')).toMatchObject([{ code: 'config/syntax' }]);
    expect(problemsOf('json: true\njson: false\n')).toMatchObject([{ code: 'config/syntax', line: 2, column: 1 }]);
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
      .join('\n')}\n`;
    expect(problemsOf(bomb)).toMatchObject([{ code: 'config/syntax' }]);
  });

  test('keys with the names of built-in properties are unknown keys like any other', () => {
    expect(problemsOf('__proto__: 1\n')).toMatchObject([{ code: 'config/unknown-key' }]);
    expect(problemsOf('listen: { constructor: 1, toString: 2 }\n')).toHaveLength(2);
  });

  test('any text gives a configuration or located problems', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const checked = checkConfig(text);
        if (!checked.ok) for (const { line, column } of checked.problems) expect(line >= 1 && column >= 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('the published schema is the one the code checks by', async () => {
  const published: unknown = JSON.parse(await readFile(new URL('../../docs/schema/config.schema.json', import.meta.url), 'utf8'));
  expect(published, 'npm run docs writes it anew').toEqual(configJsonSchema());
});

test('the nearest word allows a few slips and no more', () => {
  expect(nearestWord('verdcit', ['verdict', 'modem'])).toBe('verdict');
  expect(nearestWord('Exit_After', ['exit-after'])).toBe('exit-after');
  expect(nearestWord('zzz', ['verdict', 'modem'])).toBeUndefined();
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wapbridge-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('the line of an error names file, line and column', async () => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, 'json: yes please\nquite: true\n');
    await expect(loadConfig(file)).rejects.toMatchObject({
      code: 'config/bad-value',
      message: expect.stringMatching(/config\.yaml:1:7: json is text, not true or false \(and 1 more\)$/),
      advice: 'write true or false; see wapbridge config check for all',
    });
  });

  test('a file that is not there, a folder and a huge file are told apart', async () => {
    await expect(loadConfig(join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'config/unreadable' });
    await expect(loadConfig(folder)).rejects.toMatchObject({ code: 'config/unreadable', message: expect.stringContaining('is a folder') });
    await writeFile(join(folder, 'huge.yaml'), '#'.repeat(1_048_577));
    await expect(loadConfig(join(folder, 'huge.yaml'))).rejects.toMatchObject({ code: 'config/too-large' });
  });

  test('a secret is the first line of its file or the value of its variable', async () => {
    await writeFile(join(folder, 'pin'), '1234\nnot this\n');
    expect(await readSecret({ file: join(folder, 'pin') }, {})).toBe('1234');
    expect(await readSecret({ environment: 'PIN' }, { PIN: '99' })).toBe('99');
    await expect(readSecret({ environment: 'PIN' }, {})).rejects.toMatchObject({ code: 'config/secret-missing' });
    await expect(readSecret({ file: join(folder, 'none') }, {})).rejects.toMatchObject({ code: 'config/secret-missing' });
  });
});

test('a file that is nested without end, or wrong from the beginning, is told in a few lines', () => {
  for (const [text, words] of [
    ['['.repeat(100_000), 'nested too deeply'],
    ['{ a: ['.repeat(40), ''],
  ] as const) {
    const checked = checkConfig(text);
    expect(checked.ok).toBe(false);
    if (checked.ok) continue;
    expect(checked.problems.length).toBeLessThanOrEqual(5);
    expect(checked.problems[0].message).toContain(words);
    expect(checked.problems.map(({ message }) => message).join('')).not.toContain('stack');
  }
});
