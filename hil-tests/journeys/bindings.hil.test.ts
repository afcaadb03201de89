import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { dmBody } from '../../src/conformance/procedures/push-bench.js';
import { ask, post } from '../../src/endpoints/http/http.testing.js';
import { headerId } from '../../src/endpoints/obex/codes.js';
import { connectPacket, endOfBody, putFinal, RawObex, typeHeader } from '../../src/endpoints/obex/obex.testing.js';
import type { NdjsonObject } from '../support/lines.js';
import { type Scene, test } from '../support/scene.js';
import { askByUdp, sipMessage } from '../support/sip-peer.js';
import { deliverTpdu } from '../support/tpdu.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

/** A binding that is listened for: the words of `send` for it, and how a client that is not `send` brings a push of any type. */
interface Opened {
  readonly listen: RunningWapbridge;
  readonly to: readonly string[];
  /** Gives what the client is told; null where nobody is told anything. */
  readonly bring: (type: string, code: number, body: Buffer) => Promise<string | null>;
}

interface BindingRow {
  readonly binding: string;
  readonly rule: string;
  readonly open: (scene: Scene) => Promise<Opened>;
  /** What a client is told whose push is for somebody else. */
  readonly foreign: RegExp | null;
  /** Whether such a push is handed on with its verdict. */
  readonly handsOnForeign: boolean;
}

/** A push as the connectionless bindings carry it. @see WAP-230-WSP 8.2.4.1 */
const wspPush = (code: number, body: Buffer): Buffer => Buffer.concat([Buffer.of(1, 6, 3, 0x80 | code, 0xaf, 0x87), body]);

const rows: readonly BindingRow[] = [
  {
    binding: 'sms',
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3',
    async open(scene) {
      const bench = await scene.bench({ modems: 2 });
      const [sender, receiver] = [bench.modem(1), bench.modem(2)];
      let reference = 0;
      return {
        listen: await scene.listen(receiver.port),
        to: ['--modem', sender.port, '--to', receiver.number],
        async bring(_type, code, body) {
          reference += 1;
          const payload = wspPush(code, body).toString('hex');
          const tpdu = deliverTpdu({ from: '15550000009', reference, total: 1, sequence: 1, payload });
          return String((await bench.command({ do: 'deliver', to: receiver.name, tpdu })).outcome);
        },
      };
    },
    foreign: /^acknowledged$/,
    handsOnForeign: true,
  },
  {
    binding: 'udp',
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3',
    async open(scene) {
      const { listen, port } = await listening(scene, ['--udp', '0']);
      return {
        listen,
        to: ['--via', `udp://127.0.0.1:${port}`],
        async bring(_type, code, body) {
          const socket = createSocket('udp4');
          socket.send(wspPush(code, body), port, '127.0.0.1', () => socket.close());
          await once(socket, 'close');
          return null;
        },
      };
    },
    foreign: null,
    handsOnForeign: true,
  },
  {
    binding: 'http',
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.3',
    async open(scene) {
      const { listen, port } = await listening(scene, ['--http', '0']);
      return {
        listen,
        to: ['--via', `http://127.0.0.1:${port}/wappush`],
        bring: (type, _code, body) => ask(port, post(body, { 'Content-Type': type })),
      };
    },
    foreign: /^HTTP\/1\.1 204 [\s\S]*X-Wap-Push-Status: 400/,
    handsOnForeign: true,
  },
  {
    binding: 'sip',
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.2',
    async open(scene) {
      const { listen, port } = await listening(scene, ['--sip', 'sip:dev@127.0.0.1:0']);
      return {
        listen,
        to: ['--via', `sip:dev@127.0.0.1:${port}`],
        bring: (type, code, body) =>
          askByUdp(scene, port, sipMessage(`${code}-${body.length}`, { 'Content-Type': type }, body.toString('latin1'))),
      };
    },
    foreign: /^SIP\/2\.0 415 [\s\S]*\r\nAccept: application\/vnd\.syncml\.dm\+wbxml, *application\/vnd\.syncml\.dm\+xml\r\n/,
    handsOnForeign: false,
  },
  {
    binding: 'obex',
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.4',
    async open(scene) {
      const { listen, port } = await listening(scene, ['--obex', '0']);
      return {
        listen,
        to: ['--via', `obex://127.0.0.1:${port}`],
        async bring(type, _code, body) {
          const peer = new RawObex(port);
          const { headers } = await peer.ask(connectPacket());
          const connection = headers.filter(({ id }) => id === headerId.connectionId);
          const code = await peer.code(putFinal([...connection, typeHeader(type), endOfBody(body)]));
          peer.end();
          return code.toString(16);
        },
      };
    },
    // Unsupported Media Type.
    foreign: /^cf$/,
    handsOnForeign: false,
  },
];

/** Content types as `send` names them, their numbers, and a document of so many octets. */
const types = [
  { option: 'dm+wbxml', code: 0x42, document: (octets: number): Buffer => Buffer.from(dmBody(octets)) },
  { option: 'dm+xml', code: 0x43, document: xmlDocument },
] as const;
const sizes = [100, 1000, 30_000];

/** What is not for the DM application under the rule of DM messages, with the verdict where it is handed on. */
const strangers = [
  ['text/plain', 0x03, 'other-application'],
  ['application/vnd.wap.connectivity-wbxml', 0x36, 'other-application'],
  ['application/vnd.wap.mms-message', 0x3e, 'other-application'],
  ['application/vnd.syncml.notification', 0x44, 'dm-notification'],
  ['application/vnd.syncml.dm.notification', 0x58, 'dm-notification'],
] as const;

/** A DM message in XML of just so many octets, 78 at least. */
function xmlDocument(octets: number): Buffer {
  const [head, tail] = ['<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody><Final/><!--', '--></SyncBody></SyncML>'];
  return Buffer.from(`${head}${'0123456789'.repeat(octets / 10).slice(0, octets - head.length - tail.length)}${tail}`);
}

async function listening(
  scene: Scene,
  parameters: readonly string[],
): Promise<{ readonly listen: RunningWapbridge; readonly port: number }> {
  const listen = scene.wapbridge(['listen', ...parameters, '--json', '--state-dir', scene.folder()]);
  return { listen, port: Number((await listen.waitForEvent('listening')).port) };
}

function shown(message: NdjsonObject): object {
  const { push, verdict } = message as {
    push: { contentTypeCode: number; body: string };
    verdict: { verdict: string; rule: string | null };
  };
  return { type: push.contentTypeCode, body: push.body, verdict: verdict.verdict, rule: verdict.rule };
}

describe.each(rows)('over $binding', ({ rule, open, foreign, handsOnForeign }) => {
  test('DM messages of both types, 100 octets to 30 kB, get the same verdict and keep their octets', { timeout: 240_000 }, async ({
    scene,
  }) => {
    const { listen, to } = await open(scene);
    const expected: object[] = [];
    for (const { option, code, document } of types) {
      for (const octets of sizes) {
        const body = document(octets);
        expect(body).toHaveLength(octets);
        const file = join(scene.folder(), 'body');
        writeFileSync(file, body);
        const send = scene.wapbridge(['send', ...to, '--type', option, '--body', file, '--json', '--state-dir', scene.folder()]);
        expect((await send.exited).code, send.program.describe()).toBe(0);
        expected.push({ type: code, body: body.toString('hex').toUpperCase(), verdict: 'dm-application', rule });
      }
    }
    await listen.events.waitForCount('messages', expected.length, ({ event }) => event === 'message', { timeoutMs: 120_000 });
    expect(listen.eventsNamed('message').map(shown)).toEqual(expected);
    expect((await listen.stop()).code).toBe(0);
  });

  test('a push of a foreign type gets the answer that the binding has for it, and never reaches the DM application', async ({ scene }) => {
    const { listen, bring } = await open(scene);
    for (const [type, code] of strangers) {
      const answer = await bring(type, code, Buffer.from(dmBody(40)));
      if (foreign === null) expect(answer).toBeNull();
      else expect(answer, type).toMatch(foreign);
    }
    // What is for the DM application goes on being taken.
    await bring('application/vnd.syncml.dm+wbxml', 0x42, Buffer.from(dmBody(41)));
    await listen.waitForEvent('message', ({ verdict }) => (verdict as { verdict: string }).verdict === 'dm-application');
    const verdicts = listen.eventsNamed('message').map((message) => (message.verdict as { verdict: string }).verdict);
    const toldApart = handsOnForeign ? strangers.map(([, , verdict]) => verdict) : [];
    expect(verdicts).toEqual([...toldApart, 'dm-application']);
    expect((await listen.stop()).code).toBe(0);
  });
});
