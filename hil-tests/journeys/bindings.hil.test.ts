import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { ask, post } from '../../src/endpoints/http/http.testing.js';
import { headerId } from '../../src/endpoints/obex/codes.js';
import { connectPacket, endOfBody, putFinal, RawObex, typeHeader } from '../../src/endpoints/obex/obex.testing.js';
import type { NdjsonObject } from '../support/lines.js';
import { type Scene, test } from '../support/scene.js';
import { askByUdp, sipMessage } from '../support/sip-peer.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

/** A binding: how it is listened for and sent to, and how a client that is not `send` brings a push of any type, and what it is told. */
interface BindingRow {
  readonly binding: string;
  readonly parameters: readonly string[];
  readonly target: (port: number) => string;
  readonly rule: string;
  readonly bring: (scene: Scene, port: number, type: string, code: number, body: Buffer) => Promise<string | null>;
  /** What a client is told whose push is for somebody else; null where nobody is told anything. */
  readonly foreign: RegExp | null;
  /** Whether such a push is handed on with its verdict. */
  readonly handsOnForeign: boolean;
}

const rows: readonly BindingRow[] = [
  {
    binding: 'udp',
    parameters: ['--udp', '0'],
    target: (port) => `udp://127.0.0.1:${port}`,
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3',
    bring: async (_scene, port, _type, code, body) => {
      const socket = createSocket('udp4');
      socket.send(Buffer.concat([Buffer.of(1, 6, 3, 0x80 | code, 0xaf, 0x87), body]), port, '127.0.0.1', () => socket.close());
      await once(socket, 'close');
      return null;
    },
    foreign: null,
    handsOnForeign: true,
  },
  {
    binding: 'http',
    parameters: ['--http', '0'],
    target: (port) => `http://127.0.0.1:${port}/wappush`,
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.3',
    bring: (_scene, port, type, _code, body) => ask(port, post(body, { 'Content-Type': type })),
    foreign: /^HTTP\/1\.1 204 [\s\S]*X-Wap-Push-Status: 400/,
    handsOnForeign: true,
  },
  {
    binding: 'sip',
    parameters: ['--sip', 'sip:dev@127.0.0.1:0'],
    target: (port) => `sip:dev@127.0.0.1:${port}`,
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.2',
    bring: (scene, port, type, code, body) =>
      askByUdp(scene, port, sipMessage(`${code}-${body.length}`, { 'Content-Type': type }, body.toString('latin1'))),
    foreign: /^SIP\/2\.0 415 [\s\S]*Accept: /,
    handsOnForeign: false,
  },
  {
    binding: 'obex',
    parameters: ['--obex', '0'],
    target: (port) => `obex://127.0.0.1:${port}`,
    rule: 'OMA-TS-DM_PushBinding-V1_3 5.4',
    bring: async (_scene, port, type, _code, body) => {
      const peer = new RawObex(port);
      const { headers } = await peer.ask(connectPacket());
      const connection = headers.filter(({ id }) => id === headerId.connectionId);
      const code = await peer.code(putFinal([...connection, typeHeader(type), endOfBody(body)]));
      peer.end();
      return code.toString(16);
    },
    // Unsupported Media Type.
    foreign: /^cf$/,
    handsOnForeign: false,
  },
];

/** Content types as `send` names them, and their numbers. */
const types = [
  { option: 'dm+wbxml', code: 0x42 },
  { option: 'dm+xml', code: 0x43 },
] as const;
const sizes = [100, 1000, 30_000];

const bodyOf = (octets: number, salt: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: octets }, (_, index) => (index * 7 + salt) & 0xff));

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

describe.each(rows)('over $binding', ({ parameters, target, rule, bring, foreign, handsOnForeign }) => {
  test('DM messages of both types, 100 octets to 30 kB, get the same verdict and keep their octets', async ({ scene }) => {
    const { listen, port } = await listening(scene, parameters);
    const expected: object[] = [];
    for (const { option, code } of types) {
      for (const octets of sizes) {
        const body = bodyOf(octets, code);
        const file = join(scene.folder(), 'body');
        writeFileSync(file, body);
        const send = scene.wapbridge([
          'send',
          '--via',
          target(port),
          '--type',
          option,
          '--body',
          file,
          '--json',
          '--state-dir',
          scene.folder(),
        ]);
        expect((await send.exited).code, send.program.describe()).toBe(0);
        expected.push({ type: code, body: body.toString('hex').toUpperCase(), verdict: 'dm-application', rule });
      }
    }
    await listen.events.waitForCount('messages', expected.length, ({ event }) => event === 'message');
    expect(listen.eventsNamed('message').map(shown)).toEqual(expected);
    expect((await listen.stop()).code).toBe(0);
  });

  test('a push of a foreign type gets the answer that the binding has for it, and never reaches the DM application', async ({ scene }) => {
    const { listen, port } = await listening(scene, parameters);
    const brought = [
      ['text/plain', 0x03],
      ['application/vnd.wap.connectivity-wbxml', 0x36],
      ['application/vnd.syncml.notification', 0x44],
    ] as const;
    for (const [type, code] of brought) {
      const answer = await bring(scene, port, type, code, bodyOf(40, code));
      if (foreign !== null) expect(answer).toMatch(foreign);
    }
    const verdicts = (): unknown[] => listen.eventsNamed('message').map((message) => (message.verdict as { verdict: string }).verdict);
    if (handsOnForeign) {
      await listen.events.waitForCount('messages', brought.length, ({ event }) => event === 'message');
      expect(verdicts()).toEqual(['other-application', 'other-application', 'dm-notification']);
    }
    // What is for the DM application goes on being taken.
    await bring(scene, port, 'application/vnd.syncml.dm+wbxml', 0x42, bodyOf(40, 1));
    await listen.waitForEvent('message', ({ verdict }) => (verdict as { verdict: string }).verdict === 'dm-application');
    expect(verdicts()).toHaveLength(handsOnForeign ? 4 : 1);
    expect((await listen.stop()).code).toBe(0);
  });
});
