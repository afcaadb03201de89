import { describe, expect, test } from 'vitest';
import { checkConfig } from './index.js';

const said = (text: string): readonly string[] => {
  const checked = checkConfig(text);
  return checked.ok ? [] : checked.problems.map(({ line, column, message, advice }) => `${line}:${column} ${message}; ${advice ?? ''}`);
};

describe('what is wrong in a configuration is said in our words, with what to do', () => {
  test.each([
    ['json: yes please', '1:7 json is text, not true or false; write true or false'],
    ['state-dir: ""', '1:12 state-dir is empty; give it a value, or leave the key out'],
    ['state-dir: 5', '1:12 state-dir is a number, not text; put it in quotes'],
    ['state-dir: true', '1:12 state-dir is true, not text; put it in quotes'],
    ['listen:', '1:8 listen is empty; give it a value, or leave the key out'],
    ['modems: {}', '1:9 modems is a map, not a list; write a list, such as [one, another]'],
    ['modems: [{ name: a }]', '1:10 modems.0.port is missing; add port: text'],
    ['modems: [{ port: auto, baud-rate: 5 }]', '1:35 modems.0.baud-rate is 5, less than 300; write at least 300'],
    ['modems: [{ port: auto, baud-rate: 1000.5 }]', '1:35 modems.0.baud-rate is a fraction, not a whole number; write a whole number'],
    ['listen: { exit-after: soon }', '1:23 listen.exit-after is text, not a number; write it in digits and without quotes'],
    ['limits: { open-sets: 1000000000 }', '1:22 limits.open-sets is 1000000000, more than 1000000; write at most 1000000'],
    ['decode: { as: wps }', /^1:15 decode\.as is none of pdu-mode, .*, at-log; did you mean wsp\?$/],
    ['sinks: { a: { kind: exec } }', '1:13 sinks.a.command is missing; add command: a list'],
    ['sinks: { a: { kind: exec, command: [] } }', '1:36 sinks.a.command is an empty list; put something into it, or leave the key out'],
    ['sinks: { a: {} }', /^1:13 sinks\.a\.kind is missing; kind is one of ndjson, /],
    ['sinks: { a: { kind: exce } }', /^1:21 sinks\.a\.kind: kind is one of .*; did you mean exec\?$/],
    ['sinks: { a b: { kind: exec, command: [x] } }', /^1:15 sinks\.a b: a name is up to 64 letters/],
    ['dm: { servers: [{ id: a }] }', /^1:17 dm\.servers\.0\.password is missing; a secret stands in a file or in the environment/],
    ['dm: { imsi: { environment: 1A } }', /^1:28 dm\.imsi\.environment: a variable has letters/],
    ['send: { reference-bits: 7 }', /^1:25 send\.reference-bits: write 8 or 16/],
    ['- json', /^1:1 the file is a list, not a map of keys and values; /],
    ['json: true\njson: false', '2:1 a key stands twice; remove one of them'],
    ['\tjson: true', '1:1 a tab stands where a line is indented; indent with blanks'],
    ['json: "abc', '1:11 a quote is not closed; close it'],
    ['listen: modem: auto', /^1:9 a second key stands on the line of a key; /],
    ['json: true\n---\njson: true', /^2:1 a second document begins; /],
    ['json: *nothing', '1:1 an alias has no anchor before it; write the values out instead of using aliases'],
  ])('%j', (text, expected) => {
    const found = said(text);
    expect(found).toHaveLength(1);
    if (typeof expected === 'string') expect(found[0]).toBe(expected);
    else expect(found[0]).toMatch(expected);
  });
});

test('a secret that was written out is not repeated, whatever stands in its place', () => {
  for (const text of [
    'dm: { pins: 4711 }',
    'dm: { pins: [4711] }',
    'dm: { imsi: 4711 }',
    'modems: [{ port: auto, pin: 4711 }]',
    'modems: [{ port: auto, pin: [4711] }]',
    'sinks: { a: { kind: mqtt, url: "mqtt://u:4711@b", topic: t } }',
    'endpoints: { sip: { password: "4711" } }',
    'send: { pin-file: 4711 }',
  ]) {
    expect(said(text)).not.toEqual([]);
    expect(said(text).join('\n')).not.toContain('4711');
  }
});
