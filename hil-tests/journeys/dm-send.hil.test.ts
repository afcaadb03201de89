import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { ManualClock, seededRandom } from '../../src/runtime/index.js';
import { openVirtualBench } from '../../src/virtual-bench/index.js';
import { rewrittenModem } from '../support/rewritten-modem.js';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { deliverTpdu } from '../support/tpdu.js';
import { type RunningWapbridge, wapbridgeMain } from '../support/wapbridge.js';

const template = fileURLToPath(new URL('../../docs/templates/bootstrap.xml', import.meta.url));
const from = '15550000001';
const pin = '739146';
const password = 'open-sesame-7f3a';
const nonce = 'nonce-b81c-of-the-bench';
const serverId = 'dm.bench.invalid';

/** The IMSI of the SIM in the second virtual modem, asked for as a terminal program would. */
async function secondImsi(): Promise<string> {
  const bench = await openVirtualBench({ modems: 2, transport: 'memory', clock: new ManualClock(), random: seededRandom(seed) });
  try {
    return bench.modems[1]!.modem.identity.imsi;
  } finally {
    await bench.close();
  }
}

/** The IMSI as a SIM keeps it: the key of a NETWPIN MAC. @see 3GPP TS 11.11 10.3.2 */
const keyOf = (imsi: string): string => `9${imsi}`.replace(/(.)(.)/g, '$2$1');

test('bootstraps and notifications that send vouches for are checked with the SIM that receives them, only what fits reaches the DM application, and no secret stands anywhere', {
  timeout: 240_000,
}, async ({ scene }) => {
  const imsi = await secondImsi();
  const other = `${imsi.slice(0, -1)}${(Number(imsi.slice(-1)) + 1) % 10}`;
  const secrets = scene.folder();
  const secret = (name: string, content: string): string => {
    writeFileSync(join(secrets, name), `${content}\n`, { mode: 0o600 });
    return join(secrets, name);
  };
  const files = {
    imsi: secret('imsi', imsi),
    other: secret('other', other),
    pin: secret('pin', pin),
    password: secret('password', password),
    nonce: secret('nonce', Buffer.from(nonce).toString('base64')),
    oldNonce: secret('old-nonce', Buffer.from('another').toString('base64')),
  };
  const folder = scene.folder();
  const spool = join(folder, 'spool');
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    [
      `sinks:\n  dm-application:\n    kind: spool\n    folder: ${spool}`,
      `dm:\n  pins:\n    - { file: ${files.pin} }\n  servers:\n    - id: ${serverId}`,
      `      password: { file: ${files.password} }\n      nonce: { file: ${files.nonce} }`,
      '  require-authenticated: [bootstrap, notification]\n',
    ].join('\n'),
  );
  const ran: RunningWapbridge[] = [];
  const said: string[] = [];
  const bench = await scene.bench({ modems: 2 });
  const [sender, receiver] = [bench.modem(1), bench.modem(2)];
  const stateDir = join(folder, 'receiver');
  const listen = await scene.listen(receiver.port, {
    stateDir,
    parameters: ['--config', config, '--trace', join(folder, 'traces'), '--verbose'],
  });
  const push = ['--to', receiver.number, '--type', 'dm+wbxml', '--body', template];
  const send = async (words: readonly string[], via: readonly string[] = ['--modem', sender.port]): Promise<void> => {
    const run = scene.wapbridge(['send', '--json', '--verbose', '--state-dir', join(folder, 'sender'), ...via, ...words]);
    ran.push(run);
    expect((await run.exited).code).toBe(0);
    expect(run.eventsNamed('sent')[0]).toMatchObject({ outcome: 'sent' });
  };
  const messages = (count: number) => listen.events.waitForCount('message', count, ({ event }) => event === 'message');
  const withheld = (count: number) => listen.events.waitForCount('withheld', count, ({ event }) => event === 'withheld');

  await send([...push, '--sec', 'netwpin', '--imsi-file', files.imsi]);
  const [message] = await messages(1);
  expect(message).toMatchObject({
    authentication: { result: 'mac-ok', method: 'NETWPIN', rule: 'imsi-semi-octets', weak: false },
    dm: { kind: 'bootstrap' },
    verdict: { verdict: 'dm-application' },
  });

  // One octet changed on the way: the push as `encode` makes it, altered and delivered by the network.
  const encoded = spawnSync(process.execPath, [wapbridgeMain, 'encode', ...push, '--json', '--sec', 'netwpin', '--imsi-file', files.imsi], {
    encoding: 'utf8',
  });
  const { wsp } = JSON.parse(encoded.stdout) as { wsp: string };
  const changed = Buffer.from(wsp, 'hex');
  const at = changed.lastIndexOf('replace-me');
  changed[at] = changed[at]! ^ 1;
  const payloads = changed.toString('hex').match(/.{1,256}/g) ?? [];
  for (const [index, payload] of payloads.entries()) {
    const tpdu = deliverTpdu({ from, reference: 200, total: payloads.length, sequence: index + 1, payload, second: 7 });
    expect(await bench.command({ do: 'deliver', to: 'modem-2', tpdu })).toMatchObject({ outcome: 'acknowledged' });
  }
  expect((await withheld(1)).map(({ reason }) => String(reason))).toEqual([expect.stringContaining('mac-bad')]);

  // Made for another SIM.
  await send([...push, '--sec', 'netwpin', '--imsi-file', files.other]);
  expect((await withheld(2)).map(({ reason }) => String(reason))[1]).toContain('mac-bad');

  // With the PIN as well, by the other order of DM 1.2.
  await send([
    ...push,
    '--sec',
    'usernetwpin',
    '--imsi-file',
    files.imsi,
    '--pin-file',
    files.pin,
    '--key-rule',
    'pin-colon-imsi-semi-octets',
  ]);
  expect((await messages(2))[1]).toMatchObject({ authentication: { result: 'mac-ok', rule: 'pin-colon-imsi-semi-octets' } });

  // Notifications: with the agreed nonce, and with one that is no longer.
  const notify = [
    '--to',
    receiver.number,
    '--type',
    'notification',
    '--server-id',
    serverId,
    '--ui-mode',
    'informative',
    '--password-file',
    files.password,
  ];
  await send([...notify, '--session-id', '0x2F', '--nonce-file', files.nonce]);
  expect((await messages(3))[2]).toMatchObject({
    authentication: { result: 'mac-ok', method: 'digest', rule: 'agreed-nonce' },
    notification: { serverId, sessionId: 0x2f, uiMode: 'informative' },
    verdict: { verdict: 'dm-notification' },
  });
  await send([...notify, '--session-id', '48', '--nonce-file', files.oldNonce]);
  expect((await withheld(3)).map(({ reason }) => String(reason))[2]).toContain('mac-bad');

  // Where no SIM received it there is no IMSI, and nothing to check it with.
  const plain = scene.wapbridge(['listen', '--json', '--udp', '0', '--config', config, '--state-dir', join(folder, 'udp')]);
  const { port } = await plain.waitForEvent('listening');
  await send([...push, '--sec', 'netwpin', '--imsi-file', files.imsi], ['--via', `udp://127.0.0.1:${port}`]);
  expect(String((await plain.waitForEvent('withheld')).reason)).toContain('mac-unverifiable');
  expect(plain.eventsNamed('message')).toEqual([]);

  // Where the configuration says the IMSI, that is the key.
  const told = join(folder, 'told.yaml');
  writeFileSync(told, `dm:\n  imsi: { file: ${files.imsi} }\n  require-authenticated: [bootstrap]\n`);
  const knowing = scene.wapbridge([
    'listen',
    '--json',
    '--verbose',
    '--udp',
    '0',
    '--config',
    told,
    '--state-dir',
    join(folder, 'knowing'),
  ]);
  const { port: second } = await knowing.waitForEvent('listening');
  for (const imsiFile of [files.imsi, files.other])
    await send([...push, '--sec', 'netwpin', '--imsi-file', imsiFile], ['--via', `udp://127.0.0.1:${second}`]);
  expect(await knowing.waitForEvent('message')).toMatchObject({ authentication: { result: 'mac-ok', rule: 'imsi-semi-octets' } });
  expect(String((await knowing.waitForEvent('withheld')).reason)).toContain('mac-bad');
  await knowing.stop();
  ran.push(knowing);

  await listen.events.waitForCount('delivered', 3, ({ event, sink }) => event === 'delivered' && sink === 'dm-application');
  expect(listen.eventsNamed('message')).toHaveLength(3);
  expect(readdirSync(spool).filter((name) => name.endsWith('.body'))).toHaveLength(3);
  await plain.stop();
  await listen.stop();
  const pdus = listen.eventsNamed('message').flatMap((event) => event.pdus as string[]);
  for (const words of [
    ['inbox', 'list', '--json', '--state-dir', stateDir],
    ['inbox', 'show', String(message?.id), '--state-dir', stateDir],
    ['inbox', 'export', '--pcap', join(folder, 'inbox.pcapng'), '--state-dir', stateDir],
    ['outbox', 'list', '--json', '--state-dir', join(folder, 'sender')],
    ['modems', '--modem', receiver.port, '--json'],
    ['doctor', '--modem', receiver.port, '--json'],
    ['decode', '--explain', '--config', config],
    ['decode', '--json', '--config', told],
  ]) {
    const { stdout, stderr } = spawnSync(process.execPath, [wapbridgeMain, ...words], { input: pdus.join('\n'), encoding: 'utf8' });
    expect(stdout + stderr, words.join(' ')).not.toBe('');
    said.push(stdout, stderr);
  }

  // Everything that was said or written, whatever its form: the digits, the octets of the keys, and both as hex.
  const kept = [...filesBelow(folder), ...filesBelow(spool)].map((path) => readFileSync(path).toString('latin1'));
  const programs = [listen, plain, ...ran].map(({ program }) => [...program.stdout.items, ...program.stderr.items].join('\n'));
  const everything = [...kept, ...programs, ...said, encoded.stdout, encoded.stderr];
  expect(kept.join('')).toContain('AT+CIMI'); // the traces are among it
  for (const [name, form] of forms(imsi, other)) {
    const found = everything.filter((text) => text.toLowerCase().includes(form.toLowerCase()));
    expect(
      found.map((text) => text.slice(0, 200)),
      `${name} stands somewhere`,
    ).toEqual([]);
  }
});

/** Each secret in each form that it could stand in. */
function forms(imsi: string, other: string): (readonly [name: string, form: string])[] {
  const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
  const octets = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
  const keys = [keyOf(imsi), keyOf(other)];
  const texts = { imsi, other, password, nonce, nonceAsBase64: Buffer.from(nonce).toString('base64') };
  return [
    ...Object.entries(texts).flatMap(([name, text]) => [[name, text] as const, [`${name} in hex`, hexOf(text)] as const]),
    ...keys.flatMap((key) => [['key in hex', key] as const, ['key', octets(key)] as const]),
    // Six digits alone could stand in a time or a number: the PIN is looked for between what is no digit.
    ...[`"${pin}"`, ` ${pin} `, `=${pin}\n`, hexOf(`${pin}:`)].map((form) => ['pin', form] as const),
  ];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

test('a bootstrap that comes by a modem whose SIM does not tell its IMSI is unverifiable, and is withheld where that is asked for', {
  timeout: 60_000,
}, async ({ scene }) => {
  const folder = scene.folder();
  const files = { imsi: join(folder, 'imsi'), config: join(folder, 'config.yaml') };
  writeFileSync(files.imsi, `${await secondImsi()}\n`);
  writeFileSync(files.config, 'dm: { require-authenticated: [bootstrap] }\n');
  const bench = await scene.bench({ modems: 2, parameters: ['--tcp', '0'] });
  const silent = await rewrittenModem(scene, bench.modem(2).port, (lines) => lines.replace(/^00101\d{10}\r\n/gm, ''));
  const listen = await scene.listen(silent, { parameters: ['--config', files.config] });
  const words = ['--to', bench.modem(2).number, '--type', 'dm+wbxml', '--body', template, '--sec', 'netwpin', '--imsi-file', files.imsi];
  const send = scene.wapbridge(['send', '--json', '--state-dir', join(folder, 'sender'), '--modem', bench.modem(1).port, ...words]);
  expect((await send.exited).code).toBe(0);
  expect(String((await listen.waitForEvent('withheld')).reason)).toContain('mac-unverifiable');
  expect(listen.eventsNamed('message')).toEqual([]);
});
