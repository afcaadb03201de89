import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { selfSigned } from '../../src/delivery/certificate.testing.js';
import type { NdjsonObject } from '../support/lines.js';
import { dmReplaceMessage } from '../support/messages.js';
import { type Scene, test } from '../support/scene.js';
import { type RunningWapbridge, wapbridgeMain } from '../support/wapbridge.js';

const dm = Buffer.from(dmReplaceMessage, 'hex');

/** A folder with a certificate that vouches for itself, and a configuration. */
function configured(scene: Scene, lines: readonly string[]): string {
  const folder = scene.folder();
  writeFileSync(join(folder, 'own.pem'), selfSigned.cert);
  writeFileSync(join(folder, 'own.key'), selfSigned.key);
  writeFileSync(join(folder, 'password'), 'secret\n');
  const file = join(folder, 'wapbridge.yaml');
  writeFileSync(file, `${lines.join('\n').replaceAll('FOLDER', folder)}\n`);
  return file;
}

async function listenHttp(
  scene: Scene,
  parameters: readonly string[] = [],
): Promise<{ readonly listen: RunningWapbridge; readonly port: number }> {
  const listen = scene.wapbridge(['listen', '--http', '0', '--json', '--state-dir', scene.folder(), ...parameters]);
  const { port } = await listen.waitForEvent('listening');
  return { listen, port: Number(port) };
}

function send(
  scene: Scene,
  target: string,
  parameters: readonly string[] = [],
  body: Uint8Array = dm,
): Promise<{ code: number; last: NdjsonObject }> {
  const file = join(scene.folder(), 'body');
  writeFileSync(file, body);
  const words = ['send', '--via', target, '--type', 'dm+wbxml', '--body', file, '--json', '--state-dir', scene.folder(), ...parameters];
  return new Promise((resolve) => {
    execFile(process.execPath, [wapbridgeMain, ...words], (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, last: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') }),
    );
  });
}

describe('OTA-HTTP', () => {
  test('DM messages of 100 octets to 30 kB arrive octet for octet, directly and in an envelope, with the verdict of 5.3', async ({
    scene,
  }) => {
    const { listen, port } = await listenHttp(scene, ['--exit-after', '4']);
    const enveloped = configured(scene, ['endpoints:', '  http:', '    envelope: true', '    register: true']);
    const bodies = [100, 30_000].map((octets) => Uint8Array.from({ length: octets }, (_, index) => (index === 0 ? 2 : index & 0xff)));
    for (const body of bodies) {
      for (const parameters of [[], ['--config', enveloped]]) {
        const { code, last } = await send(scene, `http://127.0.0.1:${port}/wappush`, parameters, body);
        expect([code, last.event, last.outcome]).toEqual([0, 'sent', 'sent']);
      }
    }
    expect((await listen.exited).code).toBe(0);
    const expected = bodies
      .flatMap((body) => [body, body])
      .map((body) => ({
        binding: 'http',
        modem: null,
        pdus: null,
        text: null,
        parts: 1,
        push: { contentTypeCode: 66, applicationId: 7, body: Buffer.from(body).toString('hex').toUpperCase() },
        verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.3' },
      }));
    expect(listen.eventsNamed('message')).toMatchObject(expected);
  });

  test('with TLS, a client certificate and a MAC demanded, only who shows them is taken, and no secret is told', async ({ scene }) => {
    const common = ['    certificate: FOLDER/own.pem', '    key: FOLDER/own.key', '    authorities: FOLDER/own.pem'];
    const file = configured(scene, [
      'endpoints:',
      '  http:',
      ...common,
      '    require: [client-certificate, hmac]',
      '    senders: [{ user: bench, password: { file: FOLDER/password } }]',
      '    user: bench',
      '    password: { file: FOLDER/password }',
    ]);
    const unproved = configured(scene, ['endpoints:', '  http:', ...common]);
    const uncertified = configured(scene, ['endpoints:', '  http:', '    authorities: FOLDER/own.pem']);
    const { listen, port } = await listenHttp(scene, ['--config', file, '--exit-after', '1']);
    const target = `https://localhost:${port}/wappush`;
    expect(await send(scene, target, ['--config', uncertified])).toMatchObject({ code: 5, last: { outcome: 'not-sent' } });
    expect(await send(scene, target)).toMatchObject({ code: 5, last: { outcome: 'not-sent' } });
    expect(await send(scene, target, ['--config', unproved])).toMatchObject({ code: 5, last: { outcome: 'not-sent' } });
    expect(await send(scene, target.replace('https', 'http'), ['--config', unproved])).toMatchObject({ code: 5 });
    expect(await send(scene, target, ['--config', file])).toMatchObject({ code: 0, last: { outcome: 'sent' } });
    expect((await listen.exited).code).toBe(0);
    expect(listen.eventsNamed('message')).toHaveLength(1);
    const codes = new Set(listen.eventsNamed('error').map(({ code }) => code));
    expect([...codes].sort()).toEqual(['endpoints/http-not-authenticated', 'endpoints/tls-failed']);
    const said = [...listen.program.stdout.items, ...listen.program.stderr.items].join('\n');
    expect(said).not.toMatch(/secret|mac=|nonce=/);
  });

  test('without a certificate nothing listens off loopback, and nothing is posted there without TLS', async ({ scene }) => {
    const listen = scene.wapbridge(['listen', '--http', '0.0.0.0:0', '--json', '--state-dir', scene.folder()]);
    expect((await listen.exited).code).toBe(2);
    expect(listen.eventsNamed('error')).toMatchObject([{ code: 'endpoints/bad-certificate' }]);
    const file = configured(scene, ['sending:', '  allow: ["http://192.0.2.1:4035/*"]']);
    expect(await send(scene, 'http://192.0.2.1:4035/wappush', ['--config', file])).toMatchObject({
      code: 7,
      last: { event: 'error', code: 'endpoints/plain-not-allowed' },
    });
  });

  test.for(['http://127.0.0.1:4035', 'udp://127.0.0.1:2948', 'sip:dev@127.0.0.1'])(
    'a dry run to %s shows what would leave, and nothing leaves',
    async (target, { scene }) => {
      const { code, last } = await send(scene, target, ['--dry-run']);
      expect(code).toBe(0);
      expect(last).toMatchObject({ via: target, pdus: [], wsp: `010603C2AF87${dmReplaceMessage}` });
      expect(String(last.octets).endsWith(dmReplaceMessage)).toBe(true);
      const type = target.startsWith('udp') ? [] : [expect.stringMatching(/^Content-Type: application\/vnd\.syncml\.dm\+wbxml$/)];
      expect(last.lines).toEqual(type.length === 0 ? [] : expect.arrayContaining(type));
    },
  );
});
