import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { packSuplInit } from '../../src/dm/supl-init.testing.js';
import { test } from '../support/scene.js';
import { deliverTpdu } from '../support/tpdu.js';
import { wapbridgeMain } from '../support/wapbridge.js';

const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const from = '15550000009';
/** A notification of an MMS message; its subject moves a cursor where it is not escaped. @see OMA-TS-MMS_ENC */
const mms =
  `010603BEAF848C8298${ascii('T-1')}008D92891880${ascii('+15550000001/TYPE=PLMN')}0096${ascii('Hi \u001b[2J')}00` +
  `8A808E03018F0088058103093A8083${ascii('http://mmsc.invalid/t')}00`;
const supl = packSuplInit({
  slpSession: { id: '0000002A', slp: 'slp.bench.invalid' },
  positionMethod: 2,
  notification: { type: 2, encoding: 2, requestor: [ascii('Agent'), 0] },
  nonProxy: true,
});

test('an MMS notification and a SUPL INIT are shown in brief by listen, inbox show and decode, and nothing is fetched or answered', async ({
  scene,
}) => {
  const bench = await scene.bench();
  const stateDir = scene.folder();
  const listen = await scene.listen(bench.modem(1).port, { stateDir });
  const pushes = [mms, `01060603020312AF90${supl}`];
  for (const [index, payload] of pushes.entries()) {
    const tpdu = deliverTpdu({ from, reference: index, total: 1, sequence: 1, payload, second: index });
    expect(await bench.command({ do: 'deliver', to: 'modem-1', tpdu })).toMatchObject({ outcome: 'acknowledged' });
  }
  const [first, second] = await listen.events.waitForCount('message', 2, ({ event }) => event === 'message');
  const header = (name: string, value: string | number) => ({ name, value });
  expect(first).toMatchObject({
    verdict: { verdict: 'other-application' },
    content: {
      kind: 'mms-notification',
      xml: null,
      headers: [
        header('X-Mms-Message-Type', 'm-notification-ind'),
        header('X-Mms-Transaction-Id', 'T-1'),
        header('X-Mms-MMS-Version', '1.2'),
        header('From', '+15550000001/TYPE=PLMN'),
        header('Subject', 'Hi \u001b[2J'),
        header('X-Mms-Message-Class', 'personal'),
        header('X-Mms-Message-Size', 102_144),
        header('X-Mms-Expiry', 604_800),
        header('X-Mms-Content-Location', 'http://mmsc.invalid/t'),
      ],
    },
    diagnostics: [],
  });
  expect(second).toMatchObject({
    verdict: { verdict: 'other-application' },
    content: { kind: 'supl-init', supl: { version: '1.0.0', slpSessionId: '0000002A', slpId: 'slp.bench.invalid', slpMode: 'nonProxy' } },
    diagnostics: [],
  });
  await listen.stop();
  const run = (words: readonly string[], input = ''): string =>
    spawnSync(process.execPath, [wapbridgeMain, ...words], { input, encoding: 'utf8', env: { ...process.env, COLUMNS: '80' } }).stdout;
  for (const shown of [run(['inbox', 'show', String(first?.id), '--state-dir', stateDir]), run(['decode', '--as', 'wsp'], mms)]) {
    expect(shown).toContain('content        mms-notification, 81 octets');
    expect(shown).toContain('X-Mms-Message-Size: 102144 octets');
    expect(shown).toContain('X-Mms-Expiry: 604800 s after sending');
    expect(shown).toContain('Subject: Hi \\x1B[2J');
    expect(shown).not.toContain('\u001b[2J');
  }
  const shown = run(['inbox', 'show', String(second?.id), '--state-dir', stateDir]);
  expect(shown).toContain('version 1.0.0, session 0000002A of slp.bench.invalid');
  expect(shown).toContain('position by agpsSETassistedpref, nonProxy mode');
  expect(shown).toContain('user: notificationAndVerficationAllowedNA');
  expect(shown).toContain('asked for by Agent (logicalName)');
});
