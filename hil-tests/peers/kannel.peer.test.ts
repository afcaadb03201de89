import { createServer } from 'node:http';
import { expect } from 'vitest';
import { Collector } from '../support/lines.js';
import { dmPushParts, dmReplaceMessage } from '../support/messages.js';
import { describePeer } from '../support/peer.js';
import { type Scene, test } from '../support/scene.js';
import { kannel, papRequest } from './kannel.js';

/** A web server on the loopback address that collects the queries it is asked; `%b` of Kannel is percent-encoded octets. */
async function querySink(scene: Scene): Promise<{ readonly url: string; readonly queries: Collector<ReadonlyMap<string, Buffer>> }> {
  const queries = new Collector<ReadonlyMap<string, Buffer>>(() => 'the web server that Kannel calls');
  const server = createServer((request, response) => {
    const query = (request.url ?? '').split('?')[1] ?? '';
    queries.add(
      new Map(
        query.split('&').map((pair) => {
          const [name, value] = pair.split('=');
          return [name ?? '', percentDecode(value ?? '')];
        }),
      ),
    );
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { url: `http://127.0.0.1:${address.port}/`, queries };
}

/** Octets of a percent-encoded query value; decodeURIComponent would take them for UTF-8. */
function percentDecode(value: string): Buffer {
  const text = value.replaceAll('+', ' ').replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

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
});
