import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { bodies } from '../../src/dm/dm.vectors.js';
import { errorEvent, events, messageProblems } from '../support/contract-shapes.js';
import { dmPushParts, dmReplaceMessage, plainDeliver } from '../support/messages.js';
import { type Scene, test } from '../support/scene.js';
import { number, problemsOf, text, textOrNull } from '../support/shapes.js';
import { dmPushParts as partsOf } from '../support/tpdu.js';
import { type RunningWapbridge, wapbridgeMain } from '../support/wapbridge.js';

/** What is wrong with everything that a `listen --json` has said; words that the contract does not name are free. */
function saidAmiss(listen: RunningWapbridge): readonly string[] {
  return listen.events.items.flatMap((object) => {
    const word = String(object.event);
    const found = word === 'message' ? messageProblems(object) : problemsOf(events[word] ?? z.unknown(), object, word);
    return found.map((problem) => `${problem} in ${JSON.stringify(object).slice(0, 300)}`);
  });
}

/** Runs a command on the state folder of the `listen`, and gives its objects. */
function ask(
  scene: Scene,
  stateDir: string,
  words: readonly string[],
): { code: number | null; objects: Readonly<Record<string, unknown>>[] } {
  const env = { ...process.env, HOME: scene.folder() };
  const { status, stdout } = spawnSync(process.execPath, [wapbridgeMain, ...words, '--json', '--state-dir', stateDir], {
    env,
    encoding: 'utf8',
    timeout: 50_000,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code: status, objects: lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>) };
}

test('every event of listen has what the contract names: modems, parts, messages of every kind, sets that are not whole, deliveries, reports', async ({
  scene,
}) => {
  const bench = await scene.bench({ modems: 2 });
  const [first, second] = [bench.modem(1), bench.modem(2)];
  const stateDir = scene.folder();
  const config = join(stateDir, 'config.yaml');
  const refusing = join(stateDir, 'refusing');
  writeFileSync(
    config,
    [
      'sinks:',
      `  broken: { kind: unix, path: ${refusing}, retry: { first-delay-s: 60 } }`,
      'routes:',
      '  - { when: { verdict: dm-application }, to: [broken, stdout] }',
      'limits: { incomplete-after-s: 1, expire-after-s: 2 }',
      'dm: { require-authenticated: [bootstrap] }',
      '',
    ].join('\n'),
  );
  const listen = await scene.listen(first.port, { stateDir, parameters: ['--modem', second.port, '--config', config] });
  const deliver = (tpdu: string) => bench.command({ do: 'deliver', to: first.name, tpdu });
  const [one = '', two = ''] = dmPushParts;
  for (const tpdu of [
    one,
    one,
    two,
    plainDeliver,
    '44FF',
    one.replace('00032A0201', '00032B0201'),
    // A push for somebody else, a confirmed one, one to the secure port, and what is no push.
    ...['010603AEAF84', '010703C2AF87', '014003C2'].map((wsp, index) => single(wsp, index)),
    single('010603C2AF87', 7, '0B85'),
    // A bootstrap that nobody vouches for is withheld.
    ...partsOf(bodies.bootstrap_dm12.wbxml, 2, { from: '15550000009', reference: 77, second: 30 }),
  ]) {
    expect(await deliver(tpdu)).toMatchObject({ ref: expect.anything(), outcome: 'acknowledged' });
  }
  await listen.waitForEvent('incomplete');
  await listen.waitForEvent('expired');
  await listen.waitForEvent('delivery-failed', ({ sink }) => sink === 'broken');
  const body = join(stateDir, 'body.wbxml');
  writeFileSync(body, Buffer.from(dmReplaceMessage, 'hex'));
  const push = ['--to', second.number, '--type', 'dm+wbxml', '--body', body, '--modem', first.name];
  const sent = ask(scene, stateDir, ['send', ...push, '--report']);
  expect([sent.code, sent.objects.at(-1)]).toMatchObject([0, { event: 'sent', outcome: 'sent' }]);
  await listen.waitForEvent('report');
  await listen.waitForEvent('message', ({ modem }) => modem === second.name);

  const messages = listen.eventsNamed('message');
  const verdicts = messages.map(({ verdict }) => verdict as { verdict: string; reason?: string });
  expect(verdicts.map(({ verdict, reason }) => reason ?? verdict)).toEqual(
    expect.arrayContaining(['dm-application', 'no-ports', 'malformed', 'other-application', 'pdu-type', 'secure-port']),
  );
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);

  // The same message under the same id again, and what the inbox and the outbox say of it.
  const id = String(messages.find(({ binding, parts }) => binding === 'sms' && parts === 2)?.id);
  const again = listen.events.items.length;
  expect(ask(scene, stateDir, ['inbox', 'redeliver', id]).code).toBe(0);
  await listen.events.wait('the message again', (object) => object.event === 'message' && object.id === id, { from: again });
  expect(ask(scene, stateDir, ['inbox', 'list']).objects.map((object) => object.id)).toContain(id);
  expect(ask(scene, stateDir, ['inbox', 'show', id])).toMatchObject({ code: 0, objects: [{ id }] });
  expect(ask(scene, stateDir, ['outbox', 'list'])).toMatchObject({ code: 0, objects: [{ outcome: 'sent' }] });

  await bench.command({ do: 'fault', to: first.name, fault: 'unplug' });
  await listen.waitForEvent('modem', ({ state, modem }) => state === 'lost' && modem === first.name);
  await listen.waitForEvent('modem', ({ state, modem }) => state === 'failed' && modem === first.name);
  expect(saidAmiss(listen)).toEqual([]);
  expect(listen.strayLines).toEqual([]);
  const words = new Set(listen.events.items.map(({ event }) => String(event)));
  expect([...words]).toEqual(
    expect.arrayContaining(['modem', 'part', 'message', 'incomplete', 'expired', 'report', 'delivered', 'delivery-failed', 'withheld']),
  );
  listen.program.signal('SIGTERM');
  expect(await listen.exited).toEqual({ code: 0, signal: null });
});

/** An SMS-DELIVER of one part with these octets, its seconds telling it from others. */
function single(wsp: string, second: number, port = '0B84'): string {
  const userData = `060504${port}23F0${wsp}`;
  return `440B915155000000F9000462112291830${second}00${(userData.length / 2).toString(16).padStart(2, '0').toUpperCase()}${userData}`;
}

test('each binding without a modem says that it listens, no modem is looked for, and one message ends it where that is asked for', async ({
  scene,
}) => {
  const listen = scene.wapbridge([
    ...['listen', '--json', '--state-dir', scene.folder(), '--exit-after', '1'],
    ...['--udp', '0', '--http', '0', '--sip', 'sip:dev@127.0.0.1:0', '--obex', '0'],
  ]);
  for (const binding of ['udp', 'http', 'sip', 'obex']) {
    const said = await listen.waitForEvent('listening', (object) => object.binding === binding);
    expect(said).toMatchObject({ event: 'listening', binding, address: '127.0.0.1', port: expect.any(Number) });
    expect(said.port).toBeGreaterThan(0);
  }
  const port = Number(listen.eventsNamed('listening').find(({ binding }) => binding === 'udp')?.port);
  const socket = createSocket('udp4');
  scene.atEnd(() => socket.close());
  socket.send(Buffer.from('014003C2', 'hex'), port, '127.0.0.1');
  expect(await listen.exited).toEqual({ code: 0, signal: null });
  expect(listen.eventsNamed('modem')).toEqual([]);
  // A datagram to a port that is not 2948 is a message like any other, whatever its verdict.
  expect(listen.eventsNamed('message')).toMatchObject([{ binding: 'udp', modem: null, pdus: null, text: null }]);
  expect(saidAmiss(listen)).toEqual([]);
});

test('the bench announces its modems and answers each command by one object with its ref', async ({ scene }) => {
  const bench = await scene.bench({ modems: 2, parameters: ['--profile', 'plain-27005', '--echo', 'off'] });
  const modem = z.looseObject({
    event: z.literal('virtual-modem'),
    name: text,
    port: text,
    number: text,
    profile: z.literal('plain-27005'),
  });
  const announced = bench.process.eventsNamed('virtual-modem');
  expect(problemsOf(z.tuple([modem, modem]), announced, 'bench')).toEqual([]);
  expect(announced.map(({ name, number: own }) => [name, own])).toEqual([
    ['modem-1', '+15550000001'],
    ['modem-2', '+15550000002'],
  ]);
  // No host is armed there: it waits, and the answer says so in time.
  expect(await bench.command({ do: 'deliver', to: 'modem-2', tpdu: plainDeliver, within: 0.2 })).toMatchObject({ outcome: 'queued' });
  const stored = await scene.listen(bench.modem(1).port, { parameters: ['--reception', 'stored'] });
  expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu: plainDeliver })).toMatchObject({ outcome: 'stored' });
  await stored.waitForEvent('message');
  const state = await bench.command({ do: 'state' });
  const one = z.looseObject({ name: text, storage: z.looseObject({}), unacknowledged: number, counters: z.looseObject({}) });
  expect(problemsOf(z.looseObject({ modems: z.array(one) }), state, 'state')).toEqual([]);
  const refused = await bench.command({ do: 'fault', to: 'modem-1', fault: 'nothing-known' });
  expect(problemsOf(errorEvent, refused, 'error')).toEqual([]);
  expect(await bench.command({ do: 'fault', to: 'modem-1', fault: 'replug' })).not.toMatchObject({ event: 'error' });
  expect(bench.process.strayLines).toEqual([]);
  for (const answer of bench.process.events.items.filter((object) => 'ref' in object))
    expect(problemsOf(textOrNull, answer.ref, 'ref')).toEqual([]);
});
