import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { bodies, notificationPush } from '../../src/dm/dm.vectors.js';
import { ManualClock, seededRandom } from '../../src/runtime/index.js';
import { openVirtualBench } from '../../src/virtual-bench/index.js';
import { test } from '../support/scene.js';
import { seed } from '../support/seed.js';
import { deliverTpdu } from '../support/tpdu.js';
import { wapbridgeMain } from '../support/wapbridge.js';

const from = '15550000009';
const body = bodies.bootstrap_dm12.wbxml;
const killAt = new URL('../support/kill-at.mjs', import.meta.url).href;

/** The IMSI of the SIM in the first virtual modem, asked for as a terminal program would. */
async function firstImsi(): Promise<string> {
  const bench = await openVirtualBench({ modems: 1, transport: 'memory', clock: new ManualClock(), random: seededRandom(seed) });
  try {
    return bench.modems[0]!.modem.identity.imsi;
  } finally {
    await bench.close();
  }
}

/** A bootstrap with SEC NETWPIN and its MAC, in two parts; the key is the IMSI as a SIM keeps it (3GPP TS 11.11, EF IMSI). */
function bootstrap(imsi: string, sent: string, reference: number): string[] {
  const key = Buffer.from(`9${imsi}`.replace(/(.)(.)/g, '$2$1'), 'hex');
  const mac = createHmac('sha1', key).update(Buffer.from(body, 'hex')).digest('hex').toUpperCase();
  const push = `0106311F2DC2918092${Buffer.from(mac).toString('hex')}00AF87${sent}`;
  return [push.slice(0, 256), push.slice(256)].map((payload, index) =>
    deliverTpdu({ from, reference, total: 2, sequence: index + 1, payload, second: reference }),
  );
}

test('a bootstrap is checked with the IMSI of the SIM that received it, and with require-authenticated only one that fits reaches the DM application', async ({
  scene,
}) => {
  const imsi = await firstImsi();
  const bench = await scene.bench();
  const folder = scene.folder();
  const spool = join(folder, 'spool');
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `sinks:\n  dm-application:\n    kind: spool\n    folder: ${spool}\ndm:\n  require-authenticated: [bootstrap]\n`);
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--config', config] });
  const changed = body.replace('68656C6C6F', '68656C6C6E');
  const other = `${imsi.slice(0, -1)}${(Number(imsi.slice(-1)) + 1) % 10}`;
  const sent: readonly (readonly [string[], string])[] = [
    [bootstrap(imsi, body, 1), 'mac-ok'],
    [bootstrap(imsi, changed, 2), 'mac-bad'],
    [bootstrap(other, body, 3), 'mac-bad'],
  ];
  for (const [parts] of sent) {
    for (const tpdu of parts)
      expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu })).toMatchObject({ outcome: 'acknowledged' });
  }
  const message = await listen.waitForEvent('message');
  expect(message).toMatchObject({
    authentication: { result: 'mac-ok', method: 'NETWPIN', rule: 'imsi-semi-octets' },
    dm: { kind: 'bootstrap' },
    verdict: { verdict: 'dm-application' },
  });
  await listen.waitForEvent('delivered', (event) => event.sink === 'dm-application' && event.id === message.id);
  const withheld = await listen.events.waitForCount('withheld', 2, (event) => event.event === 'withheld');
  expect(withheld.map(({ reason }) => String(reason))).toEqual([expect.stringContaining('mac-bad'), expect.stringContaining('mac-bad')]);
  expect(listen.eventsNamed('message')).toHaveLength(1);
  expect(readdirSync(spool).filter((name) => name.endsWith('.body'))).toEqual([`${message.id}.body`]);
  expect(
    readFileSync(join(spool, `${message.id}.body`))
      .toString('hex')
      .toUpperCase(),
  ).toBe(body);
  await listen.stop();
  expect(listen.program.describe()).not.toContain(imsi);
});

test('without require-authenticated what nobody vouches for is handed on, with what is known of it', async ({ scene }) => {
  const bench = await scene.bench();
  const listen = await scene.listen(bench.modem(1).port);
  for (const tpdu of bootstrap('001019999999999', body, 4)) await bench.command({ do: 'deliver', to: 'modem-1', tpdu });
  expect(await listen.waitForEvent('message')).toMatchObject({
    authentication: { result: 'mac-bad', method: 'NETWPIN', rule: null, weak: false },
  });
});

test('kill -9 between stored and judged does not make a good bootstrap an unverifiable one: it waits for the IMSI of its SIM', {
  timeout: 120_000,
}, async ({ scene }) => {
  const imsi = await firstImsi();
  const bench = await scene.bench();
  const folder = scene.folder();
  const config = join(folder, 'config.yaml');
  writeFileSync(config, 'dm: { require-authenticated: [bootstrap] }\n');
  const stateDir = join(folder, 'state');
  const start = (environment: Readonly<Record<string, string>>) =>
    scene.wapbridge(['listen', '--json', '--modem', bench.modem(1).port, '--state-dir', stateDir, '--config', config], { environment });
  const points = [
    'part:stored#2',
    'part:acknowledging#2',
    'message:judged#1',
    'journal:message:inserted#1',
    'journal:message:parts-used#1',
  ];
  for (const [index, point] of points.entries()) {
    const killed = start({ WAPBRIDGE_KILL_AT: point, NODE_OPTIONS: `--import=${killAt}` });
    await killed.waitForEvent('modem', ({ state }) => state === 'ready');
    for (const tpdu of bootstrap(imsi, body, 40 + index)) void bench.command({ do: 'deliver', to: 'modem-1', tpdu }).catch(() => undefined);
    expect((await killed.exited).signal, `${point}: ${killed.program.describe()}`).toBe('SIGKILL');
    expect(killed.eventsNamed('message')).toEqual([]);
    const after = start({});
    const message = await after.waitForEvent('message');
    expect(message, point).toMatchObject({ parts: 2, authentication: { result: 'mac-ok', rule: 'imsi-semi-octets' } });
    await after.stop();
    expect(after.eventsNamed('message'), point).toHaveLength(1);
    expect(after.eventsNamed('withheld'), point).toEqual([]);
  }
});

test('a repeated session id is marked wherever the notification is shown, also after kill -9, and what the network delivers again is none', {
  timeout: 60_000,
}, async ({ scene }) => {
  const bench = await scene.bench();
  const stateDir = scene.folder();
  const start = () => scene.wapbridge(['listen', '--json', '--modem', bench.modem(1).port, '--state-dir', stateDir]);
  const deliver = (second: number) => {
    const tpdu = deliverTpdu({ from, reference: second, total: 1, sequence: 1, payload: notificationPush, second });
    return bench.command({ do: 'deliver', to: 'modem-1', tpdu });
  };
  const before = start();
  await deliver(1);
  const first = await before.waitForEvent('message');
  expect(first).toMatchObject({ verdict: { verdict: 'dm-notification' }, notification: { sessionId: 0x2f }, diagnostics: [] });
  await deliver(1);
  await before.waitForEvent('part', ({ reassembly }) => reassembly === 'duplicate');
  before.program.signal('SIGKILL');
  await before.exited;
  expect(before.eventsNamed('message')).toHaveLength(1);

  const after = start();
  await deliver(2);
  const again = await after.waitForEvent('message', ({ id }) => id !== first.id);
  expect(again).toMatchObject({
    verdict: { verdict: 'dm-notification' },
    notification: { sessionId: 0x2f, repeats: { receivedAt: first.receivedAt, authentication: 'mac-unverifiable' } },
    diagnostics: [{ code: 'dm/session-repeated', offset: 27 }],
  });
  await after.stop();
  const show = (id: unknown) =>
    spawnSync(process.execPath, [wapbridgeMain, 'inbox', 'show', String(id), '--state-dir', stateDir], { encoding: 'utf8' }).stdout;
  expect(show(again.id)).toContain('session 2F of dm.bench.invalid is no new one');
  expect(show(first.id)).not.toContain('no new one');
});
