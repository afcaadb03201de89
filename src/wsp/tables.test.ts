import { describe, expect, test } from 'vitest';
import type { CodeTable } from '../octets/index.js';
import {
  applicationIds,
  charsets,
  contentTypes,
  headerFields,
  languages,
  parameterNames,
  pushPort,
  securePushPort,
  wapPorts,
} from './index.js';

describe('the tables', () => {
  const tables: readonly (readonly [CodeTable, number, RegExp])[] = [
    [contentTypes, 133, /OMNA.*Wireshark.*Kannel.*AOSP/],
    [applicationIds, 134, /OMNA.*Wireshark.*Kannel/],
    [headerFields, 75, /Wireshark.*Kannel/],
    [parameterNames, 30, /Wireshark.*Kannel.*AOSP/],
    [charsets, 258, /IANA.*Wireshark/],
    [languages, 140, /Wireshark/],
    [wapPorts, 14, /IANA.*Wireshark/],
  ];
  test.each(tables)('table %# is whole, names its source, and has every number once', (table, length, title) => {
    expect(table.entries).toHaveLength(length);
    expect(table.title).toMatch(title);
    expect(new Set(table.entries.map(([code]) => code)).size).toBe(length);
    for (const [code, name] of table.entries) expect(table.name(code)).toBe(name);
  });

  test('names that stand twice have the first number, and only those that the registries repeat do', () => {
    const twice = (table: CodeTable): string[] =>
      table.entries.filter(([code, name]) => table.code(name) !== code).map(([code, name]) => `${code} ${name}`);
    expect(twice(contentTypes)).toEqual([]);
    expect(twice(applicationIds)).toEqual(['36939 x-wap-application:push.sia']);
    expect(twice(languages)).toEqual([]);
    expect(twice(charsets)).toEqual([]);
    expect(twice(headerFields)).toEqual([
      '59 Accept-Charset',
      '60 Accept-Encoding',
      '61 Cache-Control',
      '62 Content-Range',
      '68 Profile-Warning',
      '69 Content-Disposition',
      '71 Cache-Control',
      '72 Expect',
    ]);
  });

  test.each([
    [applicationIds, 0x07, 'x-wap-application:syncml.dm'],
    [applicationIds, 0x02, 'x-wap-application:wml.ua'],
    [applicationIds, 0x9000, 'x-wap-docomo:imode.mail2.ua'],
    [charsets, 106, 'UTF-8'],
    [charsets, 1015, 'UTF-16'],
    [languages, 0x19, 'en'],
    [languages, 0x58, 'pl'],
    [parameterNames, 0x11, 'SEC'],
    [headerFields, 0x2f, 'X-Wap-Application-Id'],
    [wapPorts, pushPort, 'wap-push'],
    [wapPorts, securePushPort, 'wap-pushsecure'],
  ] as const)('%# a number that matters has its name', (table, code, name) => {
    expect(table.name(code)).toBe(name);
  });
});
