import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { bodies, notificationPush, notifications } from '../../dm/dm.vectors.js';
import { runCommand } from '../command.testing.js';

const folder = mkdtempSync(join(tmpdir(), 'wapbridge-encode-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const xml = '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody/></SyncML>';
const encode = (words: string, stdin: string | Uint8Array = xml) =>
  runCommand(['encode', '--to', '+15555550123', ...words.split(' ').filter((word) => word !== '')], { stdin });

describe('wapbridge encode', () => {
  test('prints one object with --json', async () => {
    const { exitCode, stdout, stderr } = await encode('--type dm+xml --body - --json --reference 7');
    expect([exitCode, stderr]).toEqual([0, '']);
    const object = JSON.parse(stdout);
    expect(object).toMatchObject({ to: '+15555550123', reference: 7, pdus: [{ sequence: 1 }] });
    expect(object.wsp).toBe(`010603C3AF87${Buffer.from(xml).toString('hex').toUpperCase()}`);
    expect(object.pdus[0].pdu.length / 2 - 1).toBe(object.pdus[0].tpduOctets);
  });

  test('prints PDUs that decode reads back', async () => {
    const body = `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody>${'<Final/>'.repeat(60)}</SyncBody></SyncML>`;
    const { stdout } = await encode('--type dm+xml --body - --part-order reverse', body);
    const decoded = await runCommand(['decode', '--direction', 'to-modem', '--json'], { stdin: stdout });
    expect(decoded.exitCode).toBe(0);
    const last = JSON.parse(decoded.stdout.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ reassembly: 'complete', verdict: { verdict: 'dm-application' } });
    expect(Buffer.from(last.push.body, 'hex').toString()).toBe(body);
  });

  test.each(Object.entries(bodies).flatMap(([name, { wbxml, xml: text }]) => (text === null ? [] : [[name, text, wbxml]])))(
    '%s in XML becomes WBXML',
    async (_name, text, wbxml) => {
      const { exitCode, stdout, stderr } = await encode('--type dm+wbxml --body - --print wsp', text);
      expect([exitCode, stderr, stdout.trim()]).toEqual([0, '', `010603C2AF87${wbxml}`]);
    },
  );

  test.each([
    ['bootstrap', 'bootstrap'],
    ['sessionless-replace', 'sessionless'],
    ['alert', 'alert'],
  ])('the template %s is sent without a complaint and read as %s', async (name, kind) => {
    const path = fileURLToPath(new URL(`../../../docs/templates/${name}.xml`, import.meta.url));
    const { exitCode, stdout, stderr } = await encode(`--type dm+wbxml --body ${path} --print wsp`);
    expect([exitCode, stderr]).toEqual([0, '']);
    const decoded = await runCommand(['decode', '--as', 'wsp', '--json'], { stdin: stdout });
    expect(JSON.parse(decoded.stdout)).toMatchObject({ verdict: { verdict: 'dm-application' }, dm: { kind }, diagnostics: [] });
  });

  test('builds a notification from its fields, its secrets from files', async () => {
    const [{ serverId, trigger, digest }] = notifications;
    const password = file('srv', 'srvpwd\n');
    const nonce = file('nonce', `${Buffer.from('nonce01').toString('base64')}\n`);
    const fields = `--server-id ${serverId} --session-id 0x2f --ui-mode background --password-file ${password} --nonce-file ${nonce}`;
    const { exitCode, stdout, stderr } = await encode(`--type notification ${fields} --transaction-id 6 --print wsp`);
    expect([exitCode, stderr, stdout.trim()]).toEqual([0, '', notificationPush]);
    expect(notificationPush).toContain(digest + trigger);
    expect(stdout).not.toContain('srvpwd');
  });

  test('says what every octet is with --explain', async () => {
    const { stdout } = await encode('--type dm+xml --body - --explain');
    expect(stdout).toContain('destination port 2948');
    expect(stdout).toContain('verdict: dm-application');
  });

  test('vouches for a bootstrap, and shows no secret', async () => {
    const imsi = file('imsi', '001010123456789\n');
    const pin = file('pin', '73914\n');
    const { exitCode, stdout, stderr } = await encode(
      `--type dm+xml --body - --json --sec usernetwpin --imsi-file ${imsi} --pin-file ${pin} --key-rule pin-colon-imsi-digits`,
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).wsp).toMatch(/^0106311F2DC3918292(?:3[0-9]|4[1-6]){40}00AF87/);
    expect(stdout + stderr).not.toMatch(/001010123456789|73914/);
  });

  test.each([
    ['a body that is empty', '--type dm+xml --body -', '', 2],
    ['a body that does not exist', '--type dm+xml --body /nonexistent/x', xml, 2],
    ['a push that is too long', '--type dm+xml --body -', 'x'.repeat(32_635), 2],
    ['a push that is too long for 16-bit references', '--type dm+xml --body - --reference-bits 16', 'x'.repeat(32_380), 2],
    ['an unknown type', '--type dm+wml --body -', xml, 2],
    ['an unknown form', '--type dm+xml --body - --encode content-type=loud', xml, 2],
    ['a header without a value', '--type dm+xml --body - --header Date', xml, 2],
    ['a header that cannot hold its value', '--type dm+xml --body - --header Content-Length=much', xml, 2],
    ['a part that is not there', '--type dm+xml --body - --omit 2', xml, 2],
    ['a reference that does not fit', '--type dm+xml --body - --reference 256', xml, 2],
    ['a validity that is none', '--type dm+xml --body - --validity soon', xml, 2],
    ['a validity that is too long', '--type dm+xml --body - --validity 64w', xml, 2],
    ['a body of another type, where that is an error', '--type dm+wbxml --body - --strict-body --as-is', xml, 2],
    ['XML that is not well-formed', '--type dm+wbxml --body -', '<SyncML>', 6],
    ['XML that has no WBXML form', '--type dm+wbxml --body -', '<x/>', 6],
    ['a notification without a session', '--type notification --server-id a', '', 2],
    ['a session id of zero', '--type notification --server-id a --session-id 0', '', 2],
    ['a notification without a secret', '--type notification --server-id a --session-id 1', '', 7],
    [
      'a nonce that is no base64',
      `--type notification --server-id a --session-id 1 --password-file ${file('password', 'srvpwd\n')} --nonce-file ${file('no-nonce', 'secret\n')}`,
      '',
      2,
    ],
    ['fields of a notification beside a body', '--type dm+wbxml --body - --ui-mode background', xml, 2],
    ['neither body nor fields', '--type notification', '', 2],
    ['a secret that is missing', '--type dm+xml --body - --sec netwpin', xml, 7],
    ['a secret whose file is missing', '--type dm+xml --body - --sec netwpin --imsi-file /nonexistent/x', xml, 7],
    ['an IMSI that is none', `--type dm+xml --body - --sec netwpin --imsi-file ${file('bad', 'secret\n')}`, xml, 2],
  ])('refuses %s', async (_name, words, stdin, expected) => {
    const { exitCode, stdout, stderr } = await encode(words, stdin);
    expect(exitCode).toBe(expected);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('secret\n');
  });

  test('warns of a body of another type, and goes on', async () => {
    const { exitCode, stderr } = await encode('--type dm+wbxml --body - --as-is');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning');
  });

  test('a destination that is no number is wrong usage', async () => {
    const { exitCode, stderr } = await runCommand(['encode', '--to', 'Alice', '--type', 'dm+xml', '--body', '-'], { stdin: xml });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no telephone number');
  });
});
