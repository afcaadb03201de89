import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { filesIn } from '../support/files.js';
import { dmPushParts, dmReplaceMessage, plainDeliver, plainText } from '../support/messages.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';
import { Terminal } from '../support/terminal.js';
import { gammu, gammuDaemon, inject } from './gammu.js';

describePeer('gammu on the virtual bench', { gammu: 'gammu' }, () => {
  test('gammu identifies a virtual modem', async ({ scene }) => {
    const bench = await scene.bench();
    const { exit, output } = await gammu(scene, bench.modem(1).port, ['identify']);
    expect(output).toMatch(/^Manufacturer +: \S/m);
    expect(output).toMatch(/^Model +: \S/m);
    expect(output).toMatch(/^IMEI +: \d{15}$/m);
    expect(exit.code).toBe(0);
  });

  test('gammu lists what a virtual modem has stored, once', async ({ scene }) => {
    const bench = await scene.bench();
    // A modem that nobody has told where messages go takes none from the network.
    const terminal = await Terminal.open(bench.modem(1).port);
    await terminal.command('AT+CNMI=2,1,0,0,0');
    const answer = await bench.command({ do: 'deliver', to: 'modem-1', tpdu: plainDeliver });
    await terminal.close();
    expect(answer).toMatchObject({ outcome: 'stored' });
    const { exit, output } = await gammu(scene, bench.modem(1).port, ['getallsms']);
    expect(output.split(plainText)).toHaveLength(2);
    expect(output).toContain('"+15550000009"');
    expect(output).toMatch(/1 SMS parts in 1 SMS sequences/);
    expect(exit.code).toBe(0);
  });

  test('an MMS notification that gammu sends from one modem is received on another and is for another application', async ({ scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const listen = await scene.listen(bench.modem(2).port);
    const sent = await gammu(scene, bench.modem(1).port, [
      'sendsms',
      'MMSINDICATOR',
      bench.modem(2).number,
      'http://mms.example.test/message',
      'Subject of the message',
      '+15550000077',
    ]);
    expect(sent.output).toMatch(/OK, message reference=\d+/);
    expect(sent.exit.code).toBe(0);
    const message = await listen.waitForEvent('message');
    expect(message).toMatchObject({
      binding: 'sms',
      from: bench.modem(1).number,
      datagram: { destinationPort: 2948 },
      push: { contentType: 'application/vnd.wap.mms-message', contentTypeCode: 0x3e },
      verdict: { verdict: 'other-application', rule: null },
      content: {
        kind: 'mms-notification',
        headers: expect.arrayContaining([
          { name: 'Subject', value: 'Subject of the message' },
          { name: 'X-Mms-Content-Location', value: 'http://mms.example.test/message' },
        ]),
      },
    });
    expect(message.content).toMatchObject({ headers: expect.arrayContaining([expect.objectContaining({ name: 'From' })]) });
    expect(listen.strayLines).toEqual([]);
  });
});

describePeer('gammu-smsd on the virtual bench', { 'gammu-smsd': 'gammu-smsd', 'gammu-smsd-inject': 'gammu-smsd' }, () => {
  test('a WAP push that gammu-smsd sends from one modem is received on another and is for another application', async ({ scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const listen = await scene.listen(bench.modem(2).port);
    const daemon = await gammuDaemon(scene, bench.modem(1).port);
    const title = 'A page, and a title long enough that the push needs a second short message to be carried whole';
    const injected = await inject(scene, daemon, [
      'WAPINDICATOR',
      bench.modem(2).number,
      'http://www.example.test/a/page/with/a/path',
      title,
    ]);
    expect(injected.exit.code).toBe(0);
    const message = await listen.waitForEvent('message', undefined, { timeoutMs: 60_000 });
    expect(message).toMatchObject({
      binding: 'sms',
      from: bench.modem(1).number,
      datagram: { destinationPort: 2948 },
      push: { contentType: 'application/vnd.wap.sic', contentTypeCode: 0x2e },
      verdict: { verdict: 'other-application' },
    });
    expect(Number(message['parts'])).toBeGreaterThan(1);
    const { body } = message['push'] as { body: string };
    expect(Buffer.from(body, 'hex').toString('latin1')).toContain(title);
    expect(listen.eventsNamed('message')).toHaveLength(1);
  });

  test('gammu-smsd receives the parts of a DM push whole from a virtual modem', async ({ scene }) => {
    const bench = await scene.bench();
    const daemon = await gammuDaemon(scene, bench.modem(1).port);
    for (const tpdu of dmPushParts) await bench.command({ do: 'deliver', to: 'modem-1', tpdu, within: 30 });
    const names = await filesIn(daemon.inbox, /\.bin$/, 2, {
      describe: () => `${daemon.program.describe()}\n${readFileSync(join(daemon.inbox, '..', 'log'), 'latin1').slice(-3000)}`,
    });
    expect(names).toHaveLength(2);
    const octets = Buffer.concat(names.map((name) => readFileSync(join(daemon.inbox, name))));
    expect(octets.toString('hex').toUpperCase()).toBe(`010603C2AF87${dmReplaceMessage}`);
  });
});
