import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { findProgram } from '../support/program.js';
import { test } from '../support/scene.js';
import { dmPushParts } from '../support/tpdu.js';
import { wapbridgeMain } from '../support/wapbridge.js';

const from = '15550000009';

/** Whether this process may become a user without rights who can still read the program. */
const canDropRights =
  process.getuid?.() === 0 &&
  findProgram('setpriv') !== null &&
  spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, wapbridgeMain, '--version']).status ===
    0;

test('a modem that listen drives is shown as held by it and left alone; without listen it is asked', async ({ scene }) => {
  const bench = await scene.bench();
  const { port } = bench.modem(1);
  const stateDir = scene.folder();
  const free = scene.wapbridge(['modems', '--json', '--modem', port]);
  expect((await free.exited).code).toBe(0);
  expect(await free.waitForEvent('modem')).toMatchObject({ state: 'ready', registration: 'home', imsi: '00101**********' });

  const listen = await scene.listen(port, { stateDir });
  const counted = async () => ((await bench.command({ do: 'state' })) as { modems: { counters: unknown }[] }).modems[0]?.counters;
  const before = await counted();
  const held = scene.wapbridge(['modems', '--json', '--modem', port]);
  expect((await held.exited).code).toBe(0);
  expect(await held.waitForEvent('modem')).toMatchObject({ state: 'held', heldBy: [{ pid: listen.pid, program: 'wapbridge listen' }] });
  const doctor = scene.wapbridge(['doctor', '--json', '--modem', port, '--state-dir', stateDir]);
  expect((await doctor.exited).code, doctor.program.describe()).toBe(0);
  expect(doctor.eventsNamed('finding').map(({ code }) => code)).toEqual(expect.arrayContaining(['held-by-listen', 'state-folder-held']));
  expect(await counted()).toEqual(before);

  const second = scene.wapbridge(['listen', '--json', '--modem', port, '--state-dir', scene.folder()]);
  expect((await second.exited).code).toBe(4);
  expect(second.program.stderr.items.at(-1)).toContain(`is held by wapbridge listen (pid ${listen.pid})`);
});

test('with no modem plugged in, listen, modems and doctor end with 3 and one line that says what to do', async ({ scene }) => {
  for (const command of ['listen', 'modems']) {
    const ran = scene.wapbridge([command, '--modem', join(scene.folder(), 'none')]);
    expect([command, (await ran.exited).code]).toEqual([command, 3]);
  }
  const doctor = scene.wapbridge(['doctor', '--json', '--modem', join(scene.folder(), 'none')]);
  expect((await doctor.exited).code).toBe(3);
  expect(await doctor.waitForEvent('finding')).toMatchObject({ code: 'port-missing', command: 'wapbridge modems' });
});

test.skipIf(!canDropRights)(
  'a user without rights is told so with 4 (needs root, setpriv, and a program that others may read)',
  async ({ scene }) => {
    const bench = await scene.bench();
    const port = realpathSync(bench.modem(1).port);
    chmodSync(port, 0o600);
    const stateDir = scene.folder();
    chmodSync(stateDir, 0o777);
    const asNobody = (...words: readonly string[]) =>
      spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, wapbridgeMain, ...words], {
        encoding: 'utf8',
        env: { ...process.env, HOME: stateDir, XDG_STATE_HOME: stateDir, XDG_CONFIG_HOME: stateDir, LC_ALL: 'C' },
      });
    const doctor = asNobody('doctor', '--json', '--modem', port, '--state-dir', stateDir);
    expect(doctor.status, doctor.stderr).toBe(4);
    const codes = doctor.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { code?: string }).code);
    expect(codes).toContain('port-not-permitted');
    expect(asNobody('listen', '--modem', port, '--state-dir', join(stateDir, 'own')).status).toBe(4);
    expect(asNobody('modems', '--modem', port).status).toBe(4);
  },
);

test('what listen records is replayed by trace replay and by listen, redacted as well, and keeps every message', async ({ scene }) => {
  const bench = await scene.bench();
  const traces = scene.folder();
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--trace', traces, '--exit-after', '1', '--reception', 'stored'] });
  const [first = '', second = ''] = dmPushParts('AB'.repeat(150), 2, { from, reference: 7 });
  await bench.command({ do: 'deliver', to: 'modem-1', tpdu: first });
  // Stored messages that overlap are read and deleted in an order that the disk decides, in a replay too.
  await listen.waitForEvent('part');
  await bench.command({ do: 'deliver', to: 'modem-1', tpdu: second });
  expect((await listen.exited).code).toBe(0);
  const message = await listen.waitForEvent('message');
  const [name = ''] = readdirSync(traces);
  const redacted = join(traces, 'redacted');
  const redact = scene.wapbridge(['trace', 'redact', join(traces, name), '--out', redacted]);
  expect((await redact.exited).code, redact.program.describe()).toBe(0);
  expect(readFileSync(redacted, 'utf8')).not.toContain(bench.modem(1).number.slice(1));
  for (const file of [join(traces, name), redacted]) {
    const replay = scene.wapbridge(['trace', 'replay', '--json', file]);
    expect((await replay.exited).code, replay.program.describe()).toBe(0);
    expect(replay.eventsNamed('received')).toHaveLength(2);
  }
  const again = await scene.listen(`trace:${join(traces, name)}`, { parameters: ['--exit-after', '1'] });
  expect((await again.exited).code, again.program.describe()).toBe(0);
  expect((await again.waitForEvent('message')).push).toEqual(message.push);
});

test('trace record sets a modem up, leaves its messages where they are, and says what it wrote', async ({ scene }) => {
  const bench = await scene.bench();
  const [tpdu = ''] = dmPushParts('CD', 1, { from, reference: 8 });
  const out = join(scene.folder(), 'a.trace');
  const record = scene.wapbridge(['trace', 'record', '--json', '--modem', bench.modem(1).port, '--out', out, '--seconds', '3']);
  await record.program.stderr.wait('recording', (line) => line.startsWith('recording'));
  expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu })).toMatchObject({ outcome: 'stored' });
  expect((await record.exited).code, record.program.describe()).toBe(0);
  expect(await record.waitForEvent('trace')).toMatchObject({ file: out });
  // It asked how the modem stands, which listen does not: played to it, it would wait for that for ever.
  const played = scene.wapbridge(['listen', '--modem', `trace:${out}`]);
  expect((await played.exited).code, played.program.describe()).toBe(5);
  expect(played.program.stderr.items.at(-1)).toMatch(/was made by trace record, .*; play it with .* trace replay, /);
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--exit-after', '1'] });
  expect((await listen.waitForEvent('message')).push).toMatchObject({ body: 'CD' });
});
