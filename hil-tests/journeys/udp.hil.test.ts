import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { dmReplaceMessage } from '../support/messages.js';
import { startProgram } from '../support/program.js';
import { test } from '../support/scene.js';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test('a DM push over UDP, and one that send --via udp sends, reach standard output with the verdict of 5.1.3, and no modem is looked for', async ({
  scene,
}) => {
  const folder = scene.folder();
  const listen = startProgram(process.execPath, [
    main,
    'listen',
    '--udp',
    '0',
    '--json',
    '--exit-after',
    '3',
    '--state-dir',
    join(folder, 'state'),
  ]);
  scene.atEnd(() => listen.stop());
  const opened = JSON.parse(await listen.stdout.wait('listening', (line) => line.includes('"listening"')));
  expect(opened).toMatchObject({ event: 'listening', binding: 'udp', address: '127.0.0.1' });
  const socket = createSocket('udp4');
  for (const hex of [`010603C2AF87${dmReplaceMessage}`, '01067FC2'])
    await new Promise((resolve) => socket.send(Buffer.from(hex, 'hex'), opened.port, '127.0.0.1', resolve));
  socket.close();
  writeFileSync(join(folder, 'body'), Buffer.from(dmReplaceMessage, 'hex'));
  const sent = await promisify(execFile)(process.execPath, [
    main,
    'send',
    '--via',
    `udp://127.0.0.1:${opened.port}`,
    '--to',
    '+15550000002',
    '--type',
    'dm+wbxml',
    '--body',
    join(folder, 'body'),
    '--json',
    '--state-dir',
    join(folder, 'sender'),
  ]);
  expect(JSON.parse(sent.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    event: 'sent',
    outcome: 'sent',
    modem: null,
    via: `udp://127.0.0.1:${opened.port}`,
  });
  expect((await listen.exited).code).toBe(0);
  const messages = listen.stdout.items.map((line) => JSON.parse(line)).filter(({ event }) => event === 'message');
  const dm = {
    binding: 'udp',
    modem: null,
    pdus: null,
    text: null,
    parts: 1,
    push: { body: dmReplaceMessage },
    verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3' },
  };
  expect(messages).toMatchObject([dm, { verdict: { verdict: 'not-push', reason: 'malformed' } }, dm]);
});

test.skipIf(!hasIpv6)('listening at several addresses, IPv6 among them, says each, and what comes says from where', async ({ scene }) => {
  const listen = scene.wapbridge([
    'listen',
    '--udp',
    '0',
    '--udp',
    '[::1]:0',
    '--json',
    '--exit-after',
    '2',
    '--state-dir',
    scene.folder(),
  ]);
  const opened = await listen.events.waitForCount('listening', 2, ({ event }) => event === 'listening');
  expect(opened).toMatchObject([
    { binding: 'udp', address: '127.0.0.1' },
    { binding: 'udp', address: '::1' },
  ]);
  const body = join(scene.folder(), 'body');
  writeFileSync(body, Buffer.from(dmReplaceMessage, 'hex'));
  for (const { address, port } of opened) {
    const target = String(address).includes(':') ? `udp://[${address}]:${port}` : `udp://${address}:${port}`;
    const send = scene.wapbridge(['send', '--via', target, '--type', 'dm+wbxml', '--body', body, '--json', '--state-dir', scene.folder()]);
    expect((await send.exited).code).toBe(0);
  }
  expect((await listen.exited).code).toBe(0);
  const from = listen.eventsNamed('message').map((message) => String(message.from).replace(/\d+$/, ''));
  expect(from).toEqual(['127.0.0.1:', '[::1]:']);
});
