import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodies, macs, notificationPush } from '../../dm/dm.vectors.js';
import { runCommand } from '../command.testing.js';

// Made by hand from 3GPP TS 23.040 9.2 and WAP-230-WSP 8.2.4.1: a push for the DM client in one part, and the same with 198 more octets in two.
const wsp = '010603C2AF8702A4016A006D01';
const long = `${wsp}${'41'.repeat(198)}`;
const first = `440B914477009810F2000462112291830500`;
const single = `00${first}14060504 0B8423F0${wsp}`.replace(' ', '');
const part = (sequence: number, data: string, head = first) => {
  const userData = `0B05040B8423F000037B020${sequence}${data}`;
  return `00${head}${(userData.length / 2).toString(16).toUpperCase().padStart(2, '0')}${userData}`;
};
const one = part(1, long.slice(0, 256));
const two = part(2, long.slice(256));

async function decode(input: string | Uint8Array, ...options: string[]) {
  const { exitCode, stdout, stderr } = await runCommand(['decode', '--json', ...options], { stdin: input });
  const objects = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
  return { exitCode, objects, stderr };
}

describe('decode', () => {
  test('a single part shows TPDU, ports, datagram, push and verdict', async () => {
    const { exitCode, objects, stderr } = await decode(single);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(objects).toMatchObject([
      {
        line: 1,
        ok: true,
        tpdu: {
          type: 'SMS-DELIVER',
          serviceCentreAddress: null,
          originatingAddress: '+44770089012',
          protocolIdentifier: 0,
          dataCodingScheme: 4,
          serviceCentreTimeStamp: '2026-11-22T19:38:50+00:00',
          userDataHeader: [{ iei: 5, octets: '0B8423F0' }],
          userData: wsp,
          text: null,
        },
        ports: { destination: 2948, source: 9200, bits: 16 },
        reassembly: 'single',
        datagram: { destinationPort: 2948, sourcePort: 9200, octets: wsp },
        push: { transactionId: 1, contentTypeCode: 66, applicationId: 7, body: '02A4016A006D01' },
        verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3' },
        diagnostics: [],
      },
    ]);
    expect(objects[0]).not.toHaveProperty('concatenation');
  });

  test('parts are joined across lines, comments passed over, and an empty line starts afresh', async () => {
    const { exitCode, objects } = await decode(`# two parts\r\n${two}\r\n${one.toLowerCase()}\r\n${one}\r\n\r\n${one}\r\n`);
    expect(exitCode).toBe(0);
    expect(objects.map(({ line, reassembly }) => [line, reassembly])).toEqual([
      [2, 'pending'],
      [3, 'complete'],
      [4, 'duplicate'],
      [6, 'pending'],
    ]);
    expect(objects[1]).toMatchObject({ concatenation: { reference: 123, total: 2, sequence: 1, bits: 8 }, datagram: { octets: long } });
    expect(objects.filter((object) => 'verdict' in object)).toHaveLength(1);
  });

  test('a text in several parts is shown whole, also a character that begins in one part and ends in the next', async () => {
    const part = (sequence: string, ucs2: string) => `00400B914477009810F2000862112291830500080500032A02${sequence}${ucs2}`;
    const { objects } = await decode(`${part('02', 'DE31')}\n${part('01', 'D83D')}\n${single}\n`);
    expect(objects.map(({ reassembly, text }) => [reassembly, text])).toEqual([
      ['pending', undefined],
      ['complete', '\u{1F631}'],
      ['single', undefined],
    ]);
  });

  test('a message that went the other way is said to be one', async () => {
    const submit = '0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB';
    const { exitCode, objects } = await decode(`${submit}\n${submit.slice(0, -2)}\n${single.slice(0, -2)}\n`);
    expect(exitCode).toBe(6);
    expect(objects.map(({ ok, diagnostics }) => [ok, diagnostics])).toEqual([
      [
        false,
        [
          expect.objectContaining({
            code: 'cli/other-direction',
            message: expect.stringMatching(/a whole SMS-SUBMIT: decode them with --direction to-modem$/),
          }),
        ],
      ],
      [false, []],
      [false, []],
    ]);
  });

  test('hex may hold blanks and a last line needs no end', async () => {
    const { objects } = await decode(`  ${single.replace(/(..)/g, '$1 \t')}`);
    expect(objects).toMatchObject([{ ok: true, verdict: { verdict: 'dm-application' } }]);
  });

  test('a malformed line yields one object with what was decoded before the error, and reading goes on', async () => {
    const { exitCode, objects, stderr } = await decode(`${single.slice(0, -4)}\nxyz\n${single}0\n${single}\n`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: '' });
    expect(objects).toMatchObject([
      {
        line: 1,
        ok: false,
        error: { code: 'octets/truncated', field: 'tpdu.ud', offset: 20 },
        tpdu: { originatingAddress: '+44770089012' },
        ports: { destination: 2948 },
      },
      { line: 2, ok: false, error: { code: 'octets/bad-hex', field: 'hex', offset: 0 } },
      { line: 3, ok: false, error: { code: 'octets/bad-hex', offset: 40 }, tpdu: { type: 'SMS-DELIVER' } },
      { line: 4, ok: true },
    ]);
    expect(objects[0]).not.toHaveProperty('reassembly');
  });

  test('a push that cannot be read is not-push, malformed, with the error counted from the start of the line', async () => {
    const { exitCode, objects } = await decode(single.replace('010603C2', '01067FC2'));
    expect(exitCode).toBe(6);
    expect(objects).toMatchObject([
      {
        ok: false,
        error: { code: 'wsp/headers-length', field: 'push.headersLength', offset: 29 },
        datagram: { destinationPort: 2948 },
        verdict: { verdict: 'not-push', reason: 'malformed', error: { offset: 29 } },
      },
    ]);
    expect(objects[0]).not.toHaveProperty('push');
  });

  test('each form takes what it says', async () => {
    expect((await decode(single.slice(2), '--as', 'tpdu')).objects).toMatchObject([{ verdict: { verdict: 'dm-application' } }]);
    const userData = (await decode(`06050${'4'}0B8423F0${wsp}`, '--as', 'user-data')).objects;
    expect(userData).toMatchObject([{ reassembly: 'single', ports: { destination: 2948 }, verdict: { verdict: 'dm-application' } }]);
    expect(userData[0]).not.toHaveProperty('tpdu');
    const pdu = (await decode(`${wsp}\n0140`, '--as', 'wsp')).objects;
    expect(pdu).toMatchObject([
      { ok: true, push: { applicationId: 7 }, verdict: { conditions: [{ found: 2948 }, {}, {}] } },
      { ok: true, verdict: { verdict: 'not-push', reason: 'pdu-type' } },
    ]);
    expect(pdu[1]).not.toHaveProperty('push');
  });

  test('a submitted part goes the other way', async () => {
    const submit = `0041000B914477009810F2000414060504${'0B8423F0'}${wsp}`;
    const { exitCode, objects } = await decode(submit, '--direction', 'to-modem');
    expect(exitCode).toBe(0);
    expect(objects).toMatchObject([
      { tpdu: { type: 'SMS-SUBMIT', destinationAddress: '+44770089012', messageReference: 0 }, reassembly: 'single' },
    ]);
  });

  test('at-log finds the PDUs in a log, each with the line where it stood', async () => {
    const log = `AT+CMGL=4\n+CMGL: 1,0,,${one.length / 2 - 1}\n${one}\n\n+CMGL: 2,0,,${two.length / 2 - 1}\n${two}\n\nOK\n`;
    const { exitCode, objects } = await decode(log, '--as', 'at-log');
    expect(exitCode).toBe(0);
    expect(objects.map(({ line, reassembly }) => [line, reassembly])).toEqual([
      [3, 'pending'],
      [6, 'complete'],
    ]);
    const short = await decode(`+CMT: ,${single.length / 2 - 1}\n${single.slice(0, -2)}\nOK`, '--as', 'at-log');
    expect(short.exitCode).toBe(6);
    expect(short.objects).toMatchObject([{ line: 2, ok: false }]);
    const page = await decode(`+CBM: 88\n0010003201${'11'.repeat(83)}\n`, '--as', 'at-log');
    expect(page.objects).toMatchObject([{ ok: true, cellBroadcast: { serialNumber: 16, messageIdentifier: 50, page: 1, pages: 1 } }]);
  });

  test('octets that are no text in any encoding are read like any other', async () => {
    const { exitCode, objects } = await decode(
      Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0x0a]), Buffer.from(single), Buffer.from([0x0a, 0x80])]),
    );
    expect(exitCode).toBe(6);
    expect(objects.map(({ ok }) => ok)).toEqual([false, true, false]);
  });

  test('a line without end is given up at its bound, and the next is read', async () => {
    const { exitCode, objects } = await decode(`${'0'.repeat(2_000_000)}\n${single}\n`);
    expect(exitCode).toBe(6);
    expect(objects).toMatchObject([
      { line: 1, ok: false, error: { code: 'cli/line-too-long', offset: 1_048_576 } },
      { line: 2, ok: true },
    ]);
  });

  test('every line with input yields one object, whatever it holds', async () => {
    const line = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFabcdef '), maxLength: 120 }),
      fc.nat({ max: single.length - 1 }).map((at) => `${single.slice(0, at)}${'0123456789ABCDEF'[at % 16]}${single.slice(at + 1)}`),
    );
    for (const form of ['pdu-mode', 'tpdu', 'user-data', 'wsp']) {
      const lines = fc.sample(line, { numRuns: 300, seed: 7 });
      const { exitCode, objects } = await decode(lines.join('\n'), '--as', form, '--explain');
      expect([0, 6]).toContain(exitCode);
      expect(objects.map((object) => object.line)).toEqual(lines.flatMap((text, index) => (text.trim() === '' ? [] : [index + 1])));
      for (const object of objects) {
        if (object.ok === false)
          expect(object.error).toMatchObject({
            code: expect.any(String),
            message: expect.any(String),
            field: expect.any(String),
            offset: expect.any(Number),
          });
      }
    }
  });
});

describe('decode --explain', () => {
  test('every octet of a line is named once, and each condition points at what decided it', async () => {
    const { objects } = await decode(single, '--explain');
    const explain = objects[0]?.explain as { offset: number; octets: string; in: string }[];
    expect(explain.map(({ octets }) => octets).join('')).toBe(single);
    let offset = 0;
    for (const row of explain) {
      expect(row.offset).toBe(offset);
      offset += row.octets.length / 2;
    }
    expect(objects).toMatchObject([
      {
        verdict: {
          conditions: [
            { in: 'line', line: 1, offset: 23 },
            { in: 'line', line: 1, offset: 31 },
            { in: 'line', line: 1, offset: 30 },
          ],
        },
      },
    ]);
  });

  test('the octets of a datagram are named once too, with the lines they came from', async () => {
    const { objects } = await decode(`${one}\n${two}`, '--explain');
    const explain = objects[1]?.explain as { in: string; octets: string; from: { line: number; offset: number; length: number }[] }[];
    const joined = explain.filter((row) => row.in === 'datagram');
    expect(joined.map(({ octets }) => octets).join('')).toBe(long);
    expect(joined.at(-1)?.from).toEqual([
      { line: 1, sequence: 1, offset: 38, length: 122 },
      { line: 2, sequence: 2, offset: 32, length: 83 },
    ]);
    expect(objects[1]).toMatchObject({
      verdict: {
        conditions: [
          { in: 'line', line: 1, offset: 23 },
          { in: 'datagram', offset: 4 },
          { in: 'datagram', offset: 3 },
        ],
      },
    });
  });

  test('for people it stays within 80 columns, without colour and without controls', async () => {
    const hostile = `00${first.replace('0B914477009810F2', '0AD01B3C0A1B3C')}14060504${'0B8423F0'}${wsp}`;
    for (const options of [['--explain'], []]) {
      const { stdout } = await runCommand(['decode', ...options], { stdin: `${one}\n${two}\nzz\n${single.slice(0, 60)}\n${hostile}\n` });
      for (const line of stdout.split('\n')) {
        expect([...line].length).toBeLessThanOrEqual(80);
        expect(line).not.toMatch(/\p{Cc}/u);
      }
      expect(stdout).toContain('dm-application');
    }
  });

  test.each([40, 41, 56, 71, 72])('on a terminal of %i columns every line ends, and within it where the words allow', async (columns) => {
    const environment = { COLUMNS: String(columns) };
    const { stdout } = await runCommand(['decode', '--explain'], { stdin: `${one}\n${two}\nzz\n${single.slice(0, 60)}\n`, environment });
    const dump = stdout.split('\n').filter((line) => /^ {0,6}\d+ {2}[0-9A-F]{2}/.test(line));
    expect(dump.length).toBeGreaterThan(40);
    for (const line of dump) expect([...line].length).toBeLessThanOrEqual(columns);
  });
});

describe('files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wapbridge-decode-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('a file that is not there, and a folder, are each one line and exit code 2', async () => {
    for (const path of [join(folder, 'none'), folder]) {
      const { exitCode, stdout, stderr } = await runCommand(['decode', path]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/^wapbridge: [^\n]+\n$/);
    }
  });

  test('--pcap writes one packet a TPDU beside the objects', async () => {
    const input = join(folder, 'pdus');
    const capture = join(folder, 'push.pcapng');
    await writeFile(input, `${one}\n${two}\n`);
    const { exitCode } = await runCommand(['decode', '--pcap', capture, input]);
    expect(exitCode).toBe(0);
    const octets = await readFile(capture);
    expect(octets.subarray(0, 4).toString('hex').toUpperCase()).toBe('0A0D0D0A');
    expect(octets.toString('hex').toUpperCase().split(Buffer.from('gsm_sms').toString('hex').toUpperCase())).toHaveLength(3);
    expect((await runCommand(['decode', '--pcap', join(folder, 'no', 'such'), input])).exitCode).toBe(2);
  });

  test('options may stand in the configuration file, and the command line wins', async () => {
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'json: true\ndecode:\n  as: wsp\n');
    const { stdout } = await runCommand(['--config', config, 'decode'], { stdin: wsp });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: { verdict: 'dm-application' } });
    const other = await runCommand(['--config', config, 'decode', '--as', 'pdu-mode'], { stdin: single });
    expect(JSON.parse(other.stdout)).toMatchObject({ tpdu: { type: 'SMS-DELIVER' } });
    await writeFile(config, 'decode:\n  as: wps\n');
    const wrong = await runCommand(['decode', '--config', config], { stdin: wsp });
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/config\.yaml:2:7: .*did you mean wsp\?\n$/);
    expect((await runCommand(['decode', '--config', config, '--help'])).exitCode).toBe(0);
  });
});

test('with a configuration MACs and digests are checked, and where its secrets are missing they are not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wapbridge-decode-secrets-'));
  try {
    const config = join(folder, 'config.yaml');
    await writeFile(join(folder, 'imsi'), '001010123456789\n');
    await writeFile(config, `dm:\n  imsi: { file: ${join(folder, 'imsi')} }\n`);
    const [{ mac }] = macs;
    const bootstrap = `0406311F2DC2918092${Buffer.from(mac).toString('hex')}00AF87${bodies.bootstrap_dm12.wbxml}`;
    const checked = await decode(bootstrap, '--as', 'wsp', '--config', config);
    expect(checked).toMatchObject({
      exitCode: 0,
      stderr: '',
      objects: [{ authentication: { result: 'mac-ok', rule: 'imsi-semi-octets' } }],
    });
    await writeFile(join(folder, 'nonce'), `${Buffer.from('nonce01').toString('base64')}\n`);
    await writeFile(join(folder, 'password'), 'srvpwd\n');
    const server = `    - id: dm.bench.invalid\n      password: { file: ${join(folder, 'password')} }\n      nonce: { file: ${join(folder, 'nonce')} }\n`;
    await writeFile(join(folder, 'servers.yaml'), `dm:\n  servers:\n${server}`);
    const notified = await decode(notificationPush.slice(12), '--as', 'notification', '--config', join(folder, 'servers.yaml'));
    expect(notified.objects).toMatchObject([{ authentication: { result: 'mac-ok', method: 'digest', rule: 'agreed-nonce' } }]);
    await rm(join(folder, 'imsi'));
    const unchecked = await decode(bootstrap, '--as', 'wsp', '--config', config);
    expect(unchecked).toMatchObject({ exitCode: 0, objects: [{ authentication: { result: 'mac-unverifiable' } }] });
    expect(unchecked.stderr).toMatch(/^wapbridge: note: the secret in \S+ cannot be read: MACs and digests are not checked\n$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('an input in which nothing stands to be decoded is said to be such, unless asked to be quiet', async () => {
  const log = ['decode', '--as', 'at-log'];
  expect(await runCommand(log, { stdin: 'hello\n' })).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'wapbridge: note: no PDU was found in standard input\n',
  });
  expect(await runCommand([...log, '--quiet'], { stdin: 'hello\n' })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect((await runCommand(['decode', '--as', 'wsp'], { stdin: '# nothing\n' })).stderr).toContain('nothing to decode in standard input');
});
