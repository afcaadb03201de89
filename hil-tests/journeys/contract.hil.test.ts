import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bodies, notificationPush, notifications } from '../../src/dm/dm.vectors.js';
import { routeVectors } from '../../src/routing/route.vectors.js';
import { deliverVectors, otherVectors } from '../../src/sms/sms.vectors.js';
import { badPushVectors, pushVectors } from '../../src/wsp/push.vectors.js';
import { decodeProblems, errorEvent } from '../support/contract-shapes.js';
import { number, numberOrNull, octets, problemsOf, text } from '../support/shapes.js';
import { wapbridgeMain } from '../support/wapbridge.js';

type Facts = Readonly<Record<string, unknown>>;

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'wb-contract-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs the built program as a script does; its standard output as objects. */
function wapbridge(words: readonly string[], input = ''): { code: number | null; objects: Facts[]; errorLines: string[] } {
  const env = { ...process.env, HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [wapbridgeMain, ...words], {
    env,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 50_000,
  });
  const lines = (of: string): string[] => of.split('\n').filter((line) => line !== '');
  return { code: status, objects: lines(stdout).map((line) => JSON.parse(line) as Facts), errorLines: lines(stderr) };
}

const pdusTo = (direction: string): string[] =>
  [...deliverVectors, ...otherVectors].filter((vector) => vector.direction === direction).map(({ pdu }) => pdu);
const withoutCentre = (pdu: string): string => pdu.slice(2 + 2 * Number.parseInt(pdu.slice(0, 2), 16));
const spoilt = (lines: readonly string[]): string[] => lines.flatMap((line) => [line.slice(0, -2), `${line}0`, line.replace(/.$/, 'z')]);
const pushes = [...routeVectors.map(({ hex }) => hex), ...pushVectors.map(({ hex }) => hex), ...badPushVectors.map(({ hex }) => hex)];
const header = '0605040B8423F0';
const log = (lines: readonly string[]): string[] => lines.flatMap((pdu) => [`+CMT: ,${pdu.length / 2 - 1}`, pdu]);

describe('decode: every object has what the contract names, where its "when" holds', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['pdu-mode', ['--direction', 'from-modem'], [...pdusTo('from-modem'), ...spoilt(pdusTo('from-modem'))]],
    ['pdu-mode', ['--direction', 'to-modem'], [...pdusTo('to-modem'), ...spoilt(pdusTo('to-modem'))]],
    ['tpdu', [], pdusTo('from-modem').map(withoutCentre)],
    ['user-data', [], [...pushes.map((hex) => header + hex), ...pushes.map((hex) => `0605040B8523F0${hex}`)]],
    ['wsp', [], [...pushes, ...spoilt(pushes), notificationPush, '0'.repeat(1_100_000)]],
    ['wbxml', [], Object.values(bodies).map((body) => (typeof body === 'string' ? body : body.wbxml))],
    ['notification', [], notifications.map((one) => String(Object.values(one).find((value) => /^[0-9A-F]{40,}$/.test(String(value)))))],
    ['at-log', [], log(pdusTo('from-modem'))],
  ])('--as %s %j', (form, further, lines) => {
    expect(lines.length).toBeGreaterThan(0);
    const { code, objects, errorLines } = wapbridge(['decode', '--json', '--as', form, ...further], `${lines.join('\n')}\n`);
    const problems = objects.flatMap((object) => decodeProblems(form, object).map((problem) => `line ${String(object.line)}: ${problem}`));
    expect(problems).toEqual([]);
    expect(errorLines).toEqual([]);
    expect(code).toBe(objects.every(({ ok }) => ok === true) ? 0 : 6);
    if (form !== 'at-log')
      expect(objects.map(({ line }) => line)).toEqual(lines.flatMap((line, index) => (line === '' ? [] : [index + 1])));
  });

  test('--explain keeps every member and adds the octets', () => {
    const { objects } = wapbridge(['decode', '--json', '--explain', '--as', 'wsp'], `${pushes[0]}\n`);
    expect(objects.flatMap((object) => decodeProblems('wsp', object))).toEqual([]);
    expect(objects[0]?.explain).toContainEqual(
      expect.objectContaining({ offset: 0, octets: expect.any(String), field: expect.any(String), meaning: expect.any(String) }),
    );
  });

  test('the words of the contract are given to what they are for', () => {
    const one = (form: string, ...lines: string[]): Facts | undefined =>
      wapbridge(['decode', '--json', '--as', form], lines.join('\n')).objects.at(-1);
    const reasons = {
      'destination-port': ['user-data', '0605040B8023F0010603C2AF87'],
      'secure-port': ['user-data', '0605040B8523F0010603C2AF87'],
      'pdu-type': ['wsp', '014003C2'],
      malformed: ['wsp', '01067FC2'],
      'no-ports': ['pdu-mode', '00040B915155000000F900006211229183500014C8329BFD0699E5EF36888E2E83C465F7180D'],
      'text-coding': ['pdu-mode', '00440B915155000000F9000062112291835000090605040B8423F0C8'],
    } as const;
    for (const [reason, [form, line]] of Object.entries(reasons)) {
      expect(one(form, line)).toMatchObject({ verdict: { verdict: 'not-push', rule: null, reason } });
    }
    const part = (reference: string, total: string, sequence: string, data: string): string =>
      `0B05040B8423F00003${reference}${total}${sequence}${data}`;
    const first = part('07', '02', '01', '0106');
    expect(one('user-data', first)).toMatchObject({ reassembly: 'pending' });
    expect(one('user-data', first, first)).toMatchObject({ reassembly: 'duplicate' });
    expect(one('user-data', first, part('07', '02', '01', 'FFFF'))).toMatchObject({ reassembly: 'conflict' });
    expect(one('user-data', first, part('07', '02', '02', '03C2AF87'))).toMatchObject({
      reassembly: 'complete',
      verdict: { verdict: 'dm-application' },
    });
    expect(one('user-data', part('07', '01', '01', '010603C2AF87'))).toMatchObject({ reassembly: 'complete' });
    expect(one('user-data', `${header}010603C2AF87`, `${header}010603C2AF87`)).toMatchObject({ reassembly: 'single' });
    expect(one('user-data', first, '', part('07', '02', '02', '03C2AF87'))).toMatchObject({ reassembly: 'pending' });
    expect(one('wsp', '010703C2AF87')).toMatchObject({
      verdict: { verdict: 'dm-application' },
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'wsp/confirmed-push' })]),
    });
    expect(one('wsp', '010601C2')).toMatchObject({ push: { applicationId: 2 }, diagnostics: [{ code: 'wsp/application-id-absent' }] });
    expect(one('wsp', '010603FFAF87')).toMatchObject({ push: { contentType: null, contentTypeCode: 127 } });
    expect(one('wsp', '01060605C281EA9180')).toMatchObject({
      push: {
        parameters: [
          { name: 'charset', value: 'utf-8', octets: '81EA' },
          { name: expect.stringMatching(/^sec$/i), value: 'NETWPIN', octets: '9180' },
        ],
      },
    });
    expect(one('wsp', '01060BC2AF87B4879204383D4E5F')).toMatchObject({
      push: {
        headers: [
          { octets: 'AF87' },
          { name: 'Push-Flag', value: [expect.any(String), expect.any(String), expect.any(String)] },
          { name: 'Date', value: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/) },
        ],
      },
    });
  });
});

describe('encode and send', () => {
  const encoded = z.looseObject({
    to: z.literal('+15550000001'),
    wsp: octets,
    reference: number,
    pdus: z.tuple([
      z.looseObject({ pdu: octets, tpduOctets: number, sequence: z.literal(1) }),
      z.looseObject({ pdu: octets, tpduOctets: number, sequence: z.literal(2) }),
    ]),
  });
  const part = { sequence: number, outcome: z.enum(['sent', 'not-sent', 'unknown']), messageReference: numberOrNull };
  const sentPart = z.looseObject({ ...part, outcome: z.literal('sent') });
  const receiptPart = z.looseObject({
    ...part,
    report: z.enum(['delivered', 'pending', 'failed']).nullable(),
    error: z.looseObject({ code: text, message: text }).nullable(),
  });
  const sentReceipt = z.looseObject({
    event: z.literal('sent'),
    id: text,
    outcome: z.literal('sent'),
    parts: z.tuple([receiptPart, receiptPart]),
  });
  let push: string[] = [];
  beforeAll(() => {
    const body = join(home, 'body.wbxml');
    writeFileSync(body, Buffer.from(pushes[0]?.slice(12) ?? '', 'hex'));
    push = ['--to', '+15550000001', '--type', 'dm+wbxml', '--body', body, '--json'];
  });

  test('encode and send --dry-run print one object, and the PDUs are those of a TPDU with its service centre', () => {
    for (const words of [['encode'], ['send', '--dry-run']]) {
      const { code, objects } = wapbridge([...words, ...push]);
      expect([code, objects.length]).toEqual([0, 1]);
      expect(problemsOf(encoded, objects[0], words[0] ?? '')).toEqual([]);
      for (const { pdu, tpduOctets } of objects.flatMap(({ pdus }) => pdus) as { pdu: string; tpduOctets: number }[]) {
        expect(withoutCentre(pdu).length / 2).toBe(tpduOctets);
      }
    }
  });

  test('send prints a part as it leaves and the receipt last, and ends with 0 only for sent and, where that was asked for, delivered', () => {
    for (const further of [[], ['--report']]) {
      const { code, objects, errorLines } = wapbridge(['send', ...push, '--modem', 'virtual', ...further]);
      const receipt = objects.at(-1);
      const parts = objects.filter(({ event }) => event === 'part');
      expect(parts.flatMap((object) => problemsOf(sentPart, object, 'part'))).toEqual([]);
      expect(problemsOf(sentReceipt, receipt, 'receipt')).toEqual([]);
      expect([code, parts.length, errorLines]).toEqual([0, 2, []]);
      expect(receipt).toMatchObject({ parts: [1, 2].map((sequence) => ({ sequence, report: further.length > 0 ? 'delivered' : null })) });
    }
  });

  test('what was not sent has its receipt last, one line on standard error, and not 0', () => {
    const { code, objects, errorLines } = wapbridge(['send', ...push, '--via', 'http://127.0.0.1:1/wappush']);
    expect(objects.at(-1)).toMatchObject({
      event: 'sent',
      outcome: 'not-sent',
      parts: [{ outcome: 'not-sent', error: { code: 'endpoints/not-reached' } }],
    });
    expect(objects[0]).toMatchObject({ event: 'part', modem: null, via: 'http://127.0.0.1:1/wappush' });
    expect([code, errorLines]).toEqual([5, [expect.stringMatching(/^wapbridge: not-sent: part 1 of 1: .*; .+$/)]]);
  });
});

describe('errors', () => {
  test.each<[number, string, readonly string[]]>([
    [2, 'cli/usage', ['decode', '--frobnicate']],
    [2, 'cli/unreadable', ['decode', '/nonexistent/file']],
    [2, 'config/unreadable', ['decode', '--config', '/nonexistent/file']],
    [3, 'cli/no-modem', ['listen']],
    [3, 'cli/no-modem', ['modems']],
    [3, 'modem/no-such-port', ['listen', '--modem', '/nonexistent/tty']],
    [3, 'modem/no-such-port', ['send', '--to', '+15550000001', '--type', 'dm+xml', '--body', wapbridgeMain, '--modem', '/nonexistent/tty']],
    [2, 'sending/bad-number', ['send', '--to', 'nobody', '--type', 'dm+xml', '--body', wapbridgeMain]],
    [
      7,
      'sending/destination-not-allowed',
      ['send', '--to', '+15559999999', '--type', 'dm+xml', '--body', wapbridgeMain, '--modem', '/dev/null'],
    ],
    [6, 'octets/bad-hex', ['convert', '--to', 'xml']],
    [2, 'journal/missing', ['inbox', 'list', '--state-dir', '/nonexistent']],
    [2, 'cli/unreadable', ['trace', 'replay', '/nonexistent/file']],
  ])('%i %s: one line, and with --json an object', (code, error, words) => {
    const { objects, errorLines, code: ended } = wapbridge([...words, '--json'], 'zz\n');
    const said = errorLines.filter((line) => !line.startsWith('wapbridge: warning:'));
    expect({ ended, said }).toEqual({ ended: code, said: [expect.stringMatching(/^wapbridge: .+; .+$|^wapbridge: .+\(.+offset \d+\)$/)] });
    const events = objects.filter(({ event }) => event === 'error');
    expect(events.flatMap((object) => problemsOf(errorEvent, object, 'error'))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ code: error });
  });
});

describe('commands and options', () => {
  const commands = [
    ['listen'],
    ['send'],
    ['decode'],
    ['encode'],
    ['outbox', 'list'],
    ['inbox', 'list'],
    ['inbox', 'show'],
    ['inbox', 'redeliver'],
    ['inbox', 'export'],
    ['modems'],
    ['doctor'],
    ['bench'],
    ['trace', 'record'],
    ['trace', 'replay'],
    ['trace', 'redact'],
    ['convert'],
    ['conformance'],
    ['config', 'check'],
  ];
  test('every command has help with its options, those of all commands among them', () => {
    for (const words of commands) {
      const { code, objects } = wapbridge([...words, '--help', '--json']);
      expect([words, code]).toEqual([words, 0]);
      for (const option of ['--json', '--config', '--state-dir', '--quiet', '--verbose', '--help', '--version']) {
        expect(objects[0]?.text, words.join(' ')).toContain(option);
      }
      // Where a description just fills its column, the parser leaves no blank behind it.
      expect(objects[0]?.text, words.join(' ')).not.toMatch(/[^ ]\[(?:string|number|boolean|array|choices|required|default)/);
    }
  });
});
