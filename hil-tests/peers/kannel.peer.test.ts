import { expect } from 'vitest';
import { dmPushParts, dmReplaceMessage } from '../support/messages.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';
import { kannel, papRequest, querySink } from './kannel.js';

describePeer('Kannel on the virtual bench', { bearerbox: 'kannel', wapbox: 'kannel', smsbox: 'kannel' }, () => {
  test("a DM message given to Kannel's push proxy gateway by PAP reaches the DM application with its octets intact", async ({ scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const listen = await scene.listen(bench.modem(2).port);
    const gateway = await kannel(scene, { port: bench.modem(1).port, wapbox: true });
    const { headers, body } = papRequest({
      to: bench.modem(2).number,
      contentType: 'application/vnd.syncml.dm+wbxml',
      applicationId: 'x-wap-application:syncml.dm',
      body: Buffer.from(dmReplaceMessage, 'hex'),
    });
    const answer = await fetch(String(gateway.pushUrl), { method: 'POST', headers, body: new Uint8Array(body) });
    expect({ status: answer.status, text: await answer.text() }).toMatchObject({
      status: 202,
      text: expect.stringMatching(/code *= *"1001"/),
    });
    const message = await listen.waitForEvent('message', undefined, { timeoutMs: 60_000 });
    expect(message).toMatchObject({
      binding: 'sms',
      from: bench.modem(1).number,
      datagram: { destinationPort: 2948 },
      push: {
        contentType: 'application/vnd.syncml.dm+wbxml',
        contentTypeCode: 0x42,
        applicationId: 7,
        applicationUri: 'x-wap-application:syncml.dm',
        body: dmReplaceMessage,
      },
      verdict: {
        verdict: 'dm-application',
        rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3',
        conditions: [
          { condition: 'destination-port', found: 2948, holds: true },
          { condition: 'application-id', found: 7, holds: true },
          { condition: 'content-type', found: 0x42, holds: true },
        ],
      },
    });
    expect(Number(message['parts'])).toBeGreaterThan(1);
    expect(listen.eventsNamed('message')).toHaveLength(1);
    expect(listen.strayLines).toEqual([]);
  });

  test('Kannel receives a DM push of two parts from a virtual modem', async ({ scene }) => {
    const bench = await scene.bench();
    const sink = await querySink(scene);
    await kannel(scene, { port: bench.modem(1).port, mobileOriginatedUrl: sink.url });
    for (const tpdu of dmPushParts) await bench.command({ do: 'deliver', to: 'modem-1', tpdu, within: 30 });
    const received = await sink.queries.waitForCount('message handed on by Kannel', 1, (query) => query.has('octets'));
    const octets = Buffer.concat(received.map((query) => query.get('octets') ?? Buffer.alloc(0)));
    expect(octets.toString('hex').toUpperCase()).toBe(`010603C2AF87${dmReplaceMessage}`);
    expect(received[0]?.get('from')?.toString('latin1')).toContain('15550000009');
  });

  test("a DM message that Kannel's push proxy gateway sends over UDP reaches the DM application with its octets intact", async ({
    scene,
  }) => {
    const bench = await scene.bench();
    // Gateways send to the registered port alone.
    const listen = scene.wapbridge(['listen', '--udp', '2948', '--json', '--state-dir', scene.folder()]);
    await listen.waitForEvent('listening');
    const gateway = await kannel(scene, { port: bench.modem(1).port, wapbox: true });
    for (const [contentType, code] of [
      ['application/vnd.syncml.dm+wbxml', 0x42],
      ['application/vnd.syncml.dm+xml', 0x43],
    ] as const) {
      const { headers, body } = papRequest({
        to: '127.0.0.1',
        type: 'ipv4',
        contentType,
        applicationId: 'x-wap-application:syncml.dm',
        body: Buffer.from(dmReplaceMessage, 'hex'),
      });
      const answer = await fetch(String(gateway.pushUrl), { method: 'POST', headers, body: new Uint8Array(body) });
      expect({ status: answer.status, text: await answer.text() }).toMatchObject({ status: 202 });
      const message = await listen.waitForEvent('message', ({ push }) => (push as { contentTypeCode?: number }).contentTypeCode === code);
      expect(message).toMatchObject({
        binding: 'udp',
        from: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        parts: 1,
        datagram: { destinationPort: 2948 },
        push: { contentType, applicationId: 7, body: dmReplaceMessage },
        verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3' },
      });
    }
    expect(listen.eventsNamed('message')).toHaveLength(2);
  });
});
