import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bodies } from '../../dm/dm.vectors.js';
import { runCommand } from '../command.testing.js';

const folder = mkdtempSync(join(tmpdir(), 'wapbridge-convert-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { wbxml, xml } = bodies.bootstrap_dm12;

test('XML becomes the octets that senders write, and back', async () => {
  const made = await runCommand(['convert', '-', '--to', 'wbxml'], { stdin: xml });
  expect(made).toEqual({ exitCode: 0, stdout: `${wbxml}\n`, stderr: '' });
  const back = await runCommand(['convert', '--to', 'xml'], { stdin: made.stdout });
  expect(back.stdout).toContain('<LocURI>./Inbox</LocURI>');
  expect((await runCommand(['convert', '--to', 'wbxml'], { stdin: back.stdout })).stdout).toBe(made.stdout);
});

test('names without a code are written as literals, said so, and come back', async () => {
  const own = '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><Own>a</Own><Own/></SyncHdr></SyncML>';
  const made = await runCommand(['convert', '--to', 'wbxml'], { stdin: own });
  expect(made).toEqual({
    exitCode: 0,
    stdout: '02A4016A044F776E006D6C440003610001040001' + '01\n',
    stderr: 'wapbridge: note: <Own> has no code in this kind of document and is written as a literal name, which a receiver may not know\n',
  });
  const back = await runCommand(['convert', '--to', 'xml'], { stdin: made.stdout });
  expect(back.stdout).toContain('<Own>a</Own>\n    <Own/>');
  expect((await runCommand(['convert', '--to', 'wbxml', '--quiet'], { stdin: back.stdout })).stdout).toBe(made.stdout);
  const sent = await runCommand(['encode', '--to', '+15550000002', '--type', 'dm+wbxml', '--body', '-'], { stdin: own });
  expect(sent.exitCode).toBe(6);
  expect(sent.stderr).toContain('<Own> has no code in -//SYNCML//DTD SyncML 1.2//EN');
});

test('octets go into a file and are read from one, as they are', async () => {
  const file = join(folder, 'message.wbxml');
  expect(await runCommand(['convert', '--to', 'wbxml', '--out', file], { stdin: xml })).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(readFileSync(file).toString('hex').toUpperCase()).toBe(wbxml);
  expect((await runCommand(['convert', file, '--to', 'xml'])).stdout).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<SyncML xmlns="SYNCML:SYNCML1.2">\n {2}<SyncHdr>/,
  );
});

test('with --json one object tells the document and what was odd', async () => {
  const { stdout } = await runCommand(['convert', '--to', 'xml', '--json'], { stdin: '02016A002D' });
  expect(JSON.parse(stdout)).toMatchObject({
    xml: expect.stringContaining('<SyncML'),
    diagnostics: [{ code: 'dm/public-identifier-unknown', offset: 1 }],
  });
});

test.each([
  ['02A4016A006D', 6, 'octets/truncated'],
  ['<a>', 6, 'dm/bad-xml'],
  ['zz', 6, 'octets/bad-hex'],
  ['<unheard-of/>', 6, 'dm/unknown-document-type'],
])('%s ends with %i and one line', async (stdin, exitCode, code) => {
  const ran = await runCommand(['convert', '--to', 'wbxml', '--json'], { stdin });
  expect(ran.exitCode).toBe(exitCode);
  expect(JSON.parse(ran.stdout)).toMatchObject({ event: 'error', code });
  expect(ran.stderr.trim().split('\n')).toHaveLength(1);
});

test('a file that cannot be read or written is named', async () => {
  expect(await runCommand(['convert', join(folder, 'none'), '--to', 'xml'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('does not exist'),
  });
  expect(await runCommand(['convert', '--to', 'wbxml', '--out', join(folder, 'no', 'such')], { stdin: xml })).toMatchObject({
    exitCode: 2,
  });
});
