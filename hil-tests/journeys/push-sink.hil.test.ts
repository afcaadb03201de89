import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { dmPushParts, dmReplaceMessage } from '../support/messages.js';
import { freePort, type Scene, test } from '../support/scene.js';

const rules = [
  ['udp', '5.1.3', ['--udp', '0'], (port: number) => `udp://127.0.0.1:${port}`],
  ['sip', '5.2', ['--sip', 'sip:dev@127.0.0.1:0'], (port: number) => `sip:dev@127.0.0.1:${port}`],
  ['http', '5.3', ['--http', '0'], (port: number) => `http://127.0.0.1:${port}/wappush`],
  ['obex', '5.4', ['--obex', '0'], (port: number) => `obex://127.0.0.1:${port}`],
] as const;

function configured(scene: Scene, via: string): string {
  const file = join(scene.folder(), 'wapbridge.yaml');
  writeFileSync(
    file,
    JSON.stringify({ sinks: { 'dm-application': { kind: 'push', via, retry: { 'first-delay-s': 0.1, 'max-delay-s': 0.2 } } } }),
  );
  return file;
}

test.for(rules)(
  'what comes by short message is sent on by %s, octet for octet, and says that it was carried on once',
  async (row, { scene }) => {
    const [binding, clause, parameters, target] = row;
    const receiver = scene.wapbridge(['listen', ...parameters, '--json', '--state-dir', scene.folder()]);
    const { port } = await receiver.waitForEvent('listening');
    const bench = await scene.bench();
    const carrier = await scene.listen(bench.modem(1).port, { parameters: ['--config', configured(scene, target(Number(port)))] });
    for (const tpdu of dmPushParts) await bench.command({ do: 'deliver', to: 'modem-1', tpdu, within: 30 });
    const message = await receiver.waitForEvent('message');
    expect(message).toMatchObject({
      binding,
      push: { contentType: 'application/vnd.syncml.dm+wbxml', body: dmReplaceMessage },
      verdict: { verdict: 'dm-application', rule: `OMA-TS-DM_PushBinding-V1_3 ${clause}` },
    });
    const { headers } = message.push as { readonly headers: readonly { readonly name: string; readonly value: unknown }[] };
    const hops = headers.filter(({ name }) => name.toLowerCase() === 'x-wapbridge-hops');
    expect(hops.map(({ value }) => String(value))).toEqual(['1']);
    const delivered = await carrier.waitForEvent('delivered', ({ sink }) => sink === 'dm-application');
    expect(delivered).toMatchObject({ attempts: 1 });
    expect(receiver.eventsNamed('message')).toHaveLength(1);
  },
);

test('a bridge that sends on to itself stops when the push has come round, and says so', async ({ scene }) => {
  const port = await freePort();
  const via = `udp://127.0.0.1:${port}`;
  const config = configured(scene, via);
  const listen = scene.wapbridge(['listen', '--udp', String(port), '--json', '--config', config, '--state-dir', scene.folder()]);
  await listen.waitForEvent('listening');
  const socket = createSocket('udp4');
  socket.send(Buffer.from(`010603C2AF87${dmReplaceMessage}`, 'hex'), port, '127.0.0.1', () => socket.close());
  const failed = await listen.waitForEvent('delivery-failed');
  expect(failed).toMatchObject({
    sink: 'dm-application',
    outcome: 'refused',
    reason: 'it was carried on 4 times before: a circle of push sinks',
  });
  expect(listen.eventsNamed('message')).toHaveLength(5);
  expect(listen.eventsNamed('delivered').filter(({ sink }) => sink === 'dm-application')).toHaveLength(4);
});

test('a receiver that is not there yet gets the push when it is', async ({ scene }) => {
  const port = await freePort();
  const carrier = scene.wapbridge([
    ...['listen', '--udp', '0', '--json', '--state-dir', scene.folder()],
    ...['--config', configured(scene, `sip:dev@127.0.0.1:${port};transport=tcp`)],
  ]);
  const { port: own } = await carrier.waitForEvent('listening');
  const socket = createSocket('udp4');
  socket.send(Buffer.from(`010603C2AF87${dmReplaceMessage}`, 'hex'), Number(own), '127.0.0.1', () => socket.close());
  await carrier.waitForEvent('delivery-failed', ({ outcome }) => outcome === 'later');
  const receiver = scene.wapbridge(['listen', '--sip', `sip:dev@127.0.0.1:${port}`, '--json', '--state-dir', scene.folder()]);
  expect(await receiver.waitForEvent('message')).toMatchObject({ binding: 'sip', push: { body: dmReplaceMessage } });
});

test('a push sink whose target nobody allowed is refused before anything is received', async ({ scene }) => {
  const config = configured(scene, 'sip:dev@192.0.2.1');
  const listen = scene.wapbridge(['listen', '--udp', '0', '--json', '--config', config, '--state-dir', scene.folder()]);
  expect((await listen.exited).code).toBe(7);
  expect(listen.eventsNamed('error')).toMatchObject([{ code: 'sending/destination-not-allowed' }]);
});
