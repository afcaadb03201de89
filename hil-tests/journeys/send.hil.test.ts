import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { rewrittenModem } from '../support/rewritten-modem.js';
import { type Scene, test } from '../support/scene.js';

/** Octets of a default push before its body. */
const pushHead = 6;
const bodyOctets = (parts: number): number => (parts === 1 ? 100 : 128 * (parts - 1) + 64) - pushHead;

/** Octets of chance that begin as WBXML does, so that nothing takes them for XML. */
function chanceBody(length: number): Buffer {
  const octets = randomBytes(length);
  octets[0] = 0x02;
  return octets;
}

function bodyFile(scene: Scene, octets: Uint8Array): string {
  const path = join(scene.folder(), 'body');
  writeFileSync(path, octets);
  return path;
}

/** A modem that no longer says that it is a virtual one: its maker and the network of its SIM are others. */
const renamed = (scene: Scene, port: string): Promise<string> =>
  rewrittenModem(scene, port, (lines) => lines.replaceAll('wapbridge', 'example').replaceAll('00101', '26201'));

test('a signal ends a send whose modem does not answer at once, with nothing queued', { timeout: 60_000 }, async ({ scene }) => {
  const sockets: Socket[] = [];
  let onAsked = (): void => {};
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  // It takes what it is told, the first AT too, and says nothing.
  const silent = createServer((socket) => {
    sockets.push(socket.on('data', onAsked).on('error', () => {}));
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const address = silent.address();
    const port = `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const stateDir = scene.folder();
    const words = ['--to', '+15550000002', '--type', 'dm+wbxml', '--body', bodyFile(scene, chanceBody(100)), '--modem', port];
    const config = join(scene.folder(), 'wapbridge.yaml');
    writeFileSync(config, "sending: { allow: ['+15550000002'] }\n");
    const send = scene.wapbridge(['send', '--json', ...words, '--config', config, '--state-dir', stateDir]);
    await asked;
    send.program.signal('SIGTERM');
    expect(await send.exited).toEqual({ code: 5, signal: null });
    expect(send.events.items).toEqual([expect.objectContaining({ event: 'error', code: 'cli/stopped' })]);
    const outbox = scene.wapbridge(['outbox', 'list', '--json', '--state-dir', stateDir]);
    await outbox.exited;
    expect(outbox.events.items).toEqual([]);
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

describe('a push sent through one modem and received on another', () => {
  test.for([1, 2, 17, 255])(
    'of %i parts arrives octet for octet, with a report for each part',
    { timeout: 180_000 },
    async (parts, { scene }) => {
      const bench = await scene.bench({ modems: 2 });
      const listen = await scene.listen(bench.modem(2).port);
      const body = chanceBody(bodyOctets(parts));
      const send = scene.wapbridge([
        ...['send', '--json', '--quiet', '--to', bench.modem(2).number, '--type', 'dm+wbxml', '--body', bodyFile(scene, body)],
        ...['--modem', bench.modem(1).port, '--report', '--report-timeout', '60'],
      ]);
      const message = await listen.waitForEvent('message', undefined, { timeoutMs: 120_000 });
      expect(message).toMatchObject({ parts, verdict: { verdict: 'dm-application' }, from: bench.modem(1).number });
      expect((message.push as { body: string }).body).toBe(body.toString('hex').toUpperCase());
      expect((await send.exited).code).toBe(0);
      const receipt = send.eventsNamed('sent')[0] as {
        outcome: string;
        parts: { outcome: string; report: string; messageReference: number }[];
      };
      expect(receipt.outcome).toBe('sent');
      expect(receipt.parts.map(({ outcome, report }) => `${outcome} ${report}`)).toEqual(
        Array.from({ length: parts }, () => 'sent delivered'),
      );
      expect(send.eventsNamed('part')).toHaveLength(parts);
      expect(send.strayLines).toEqual([]);
    },
  );

  test('leaves through the modem of a listen that holds the state folder, which goes on receiving', { timeout: 60_000 }, async ({
    scene,
  }) => {
    const bench = await scene.bench({ modems: 2 });
    const stateDir = scene.folder();
    const sender = await scene.listen(bench.modem(1).port, { stateDir });
    const receiver = await scene.listen(bench.modem(2).port);
    const body = chanceBody(bodyOctets(20));
    const words = ['send', '--json', '--quiet', '--to', bench.modem(2).number, '--type', 'dm+wbxml', '--body', bodyFile(scene, body)];
    const send = scene.wapbridge([...words, '--state-dir', stateDir, '--report']);
    const back = scene.wapbridge([
      ...[
        'send',
        '--json',
        '--quiet',
        '--to',
        bench.modem(1).number,
        '--type',
        'dm+xml',
        '--body',
        bodyFile(scene, Buffer.from('<SyncML/>')),
      ],
      ...['--state-dir', scene.folder(), '--modem', 'virtual', '--dry-run'],
    ]);
    expect((await back.exited).code).toBe(0);
    const pdu = String((back.events.items[0] as { pdus: { pdu: string }[] }).pdus[0]?.pdu);
    expect(pdu).toContain('010603C3AF87');
    await receiver.waitForEvent('message', undefined, { timeoutMs: 40_000 });
    expect((await send.exited).code).toBe(0);
    expect(send.eventsNamed('sent')[0]).toMatchObject({ outcome: 'sent' });
    const reports = sender.eventsNamed('report');
    expect(reports).toHaveLength(20);
    expect(new Set(reports.map((report) => report.send))).toEqual(new Set([send.eventsNamed('sent')[0]?.id]));
    const list = scene.wapbridge(['outbox', 'list', '--json', '--state-dir', stateDir]);
    await list.exited;
    expect(list.events.items).toMatchObject([{ outcome: 'sent', state: 'finished' }]);
  });
});

describe('what a receipt says', () => {
  test('after kill -9 at any moment is true, and nothing is sent twice', { timeout: 120_000 }, async ({ scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const stateDir = scene.folder();
    const listen = await scene.listen(bench.modem(2).port);
    const body = bodyFile(scene, chanceBody(bodyOctets(12)));
    for (let round = 0; round < 4; round += 1) {
      const send = scene.wapbridge([
        ...['send', '--json', '--quiet', '--to', bench.modem(2).number, '--type', 'dm+wbxml', '--body', body],
        ...['--modem', bench.modem(1).port, '--state-dir', stateDir],
      ]);
      await send.events.waitForCount('part', 2 + 3 * round, (object) => object.event === 'part');
      process.kill(send.pid, 'SIGKILL');
      await send.exited;
    }
    // The next run closes what the killed ones left.
    const last = scene.wapbridge([
      ...['send', '--json', '--quiet', '--to', bench.modem(2).number, '--type', 'dm+wbxml', '--body', body],
      ...['--modem', bench.modem(1).port, '--state-dir', stateDir],
    ]);
    expect((await last.exited).code).toBe(0);
    await listen.waitForEvent('message');
    const list = scene.wapbridge(['outbox', 'list', '--json', '--state-dir', stateDir]);
    await list.exited;
    const sends = list.events.items as { id: string; reference: number; outcome: string; parts: { sequence: number; outcome: string }[] }[];
    expect(sends).toHaveLength(5);
    const arrived = new Map<string, number>();
    for (const { concatenation } of listen.eventsNamed('part') as { concatenation?: { reference: number; sequence: number } }[]) {
      const key = `${concatenation?.reference} ${concatenation?.sequence}`;
      arrived.set(key, (arrived.get(key) ?? 0) + 1);
    }
    for (const { reference, parts } of sends) {
      for (const { sequence, outcome } of parts) {
        const times = arrived.get(`${reference} ${sequence}`) ?? 0;
        if (outcome === 'sent') expect(times, `part ${sequence} of ${reference}`).toBe(1);
        else if (outcome === 'not-sent') expect(times, `part ${sequence} of ${reference}`).toBe(0);
        else expect([outcome, times <= 1]).toEqual(['unknown', true]);
      }
    }
  });

  test('after the modem was pulled out says which parts left, and exits without a stack trace', { timeout: 60_000 }, async ({ scene }) => {
    const bench = await scene.bench({ modems: 2 });
    await scene.listen(bench.modem(2).port);
    const body = bodyFile(scene, chanceBody(bodyOctets(200)));
    const send = scene.wapbridge([
      ...['send', '--json', '--quiet', '--to', bench.modem(2).number, '--type', 'dm+wbxml', '--body', body, '--modem', bench.modem(1).port],
    ]);
    await send.events.waitForCount('part', 3, (object) => object.event === 'part');
    await bench.command({ do: 'fault', to: 'modem-1', fault: 'unplug' });
    const { code } = await send.exited;
    expect([3, 5]).toContain(code);
    const receipt = send.eventsNamed('sent')[0] as { outcome: string; parts: { outcome: string }[] };
    expect(receipt.outcome).toBe('partly-sent');
    const outcomes = receipt.parts.map(({ outcome }) => outcome);
    const sent = outcomes.lastIndexOf('sent') + 1;
    expect(outcomes.slice(0, sent).every((outcome) => outcome === 'sent')).toBe(true);
    expect(outcomes.slice(sent + 1).every((outcome) => outcome === 'not-sent')).toBe(true);
  });
});

describe('policy and secrets', () => {
  test('a destination that is not allowed is refused before a modem is opened', async ({ scene }) => {
    const body = bodyFile(scene, Buffer.from('<SyncML/>'));
    const send = scene.wapbridge([
      'send',
      '--json',
      '--to',
      '+491701234567',
      '--type',
      'dm+xml',
      '--body',
      body,
      '--modem',
      '/nonexistent/tty',
    ]);
    expect((await send.exited).code).toBe(7);
    expect(send.eventsNamed('error')[0]).toMatchObject({ code: 'sending/destination-not-allowed' });
  });

  test('a second push within the minute is refused with --no-wait, and waits in the queue with the time shown without it', {
    timeout: 60_000,
  }, async ({ scene }) => {
    const bench = await scene.bench({ modems: 2, parameters: ['--tcp', '0'] });
    const port = await renamed(scene, bench.modem(1).port);
    const config = join(scene.folder(), 'wapbridge.yaml');
    writeFileSync(config, 'sending: { pushes-per-minute: 1 }\n');
    const stateDir = scene.folder();
    const body = bodyFile(scene, Buffer.from('<SyncML/>'));
    const words = ['send', '--json', '--config', config, '--to', bench.modem(2).number, '--type', 'dm+xml', '--body', body];
    const send = (...more: string[]) => scene.wapbridge([...words, '--modem', port, '--state-dir', stateDir, ...more]);
    expect((await send().exited).code).toBe(0);

    const refused = send('--no-wait');
    expect((await refused.exited).code).toBe(7);
    expect(refused.eventsNamed('error')[0]).toMatchObject({ code: 'sending/rate-not-allowed' });

    const queued = send();
    const waiting = await queued.waitForEvent('waiting');
    const inMs = Date.parse(String(waiting.until)) - Date.now();
    expect([waiting.reason, inMs > 0, inMs <= 60_000]).toEqual(['rate-limit', true, true]);
    queued.program.signal('SIGTERM');
    await queued.exited;
  });

  test('what is over the budget of a run is refused before any of it leaves', { timeout: 60_000 }, async ({ scene }) => {
    const bench = await scene.bench({ modems: 2 });
    const words = ['--to', bench.modem(2).number, '--type', 'dm+wbxml', '--modem', bench.modem(1).port];
    const send = scene.wapbridge(['send', '--json', '--budget', '2', ...words, '--body', bodyFile(scene, chanceBody(bodyOctets(3)))]);
    expect((await send.exited).code).toBe(7);
    expect(send.eventsNamed('error')[0]).toMatchObject({ code: 'sending/budget-not-allowed' });
    const log = await bench.command({ do: 'log', after: 0 });
    expect((log.events as { kind: string }[]).filter(({ kind }) => kind.startsWith('submit'))).toEqual([]);
  });

  test('content that is not device management is refused, whatever a header of the tester says', async ({ scene }) => {
    const body = bodyFile(scene, Buffer.from('<SyncML/>'));
    const words = ['send', '--json', '--dry-run', '--to', '+15550000002', '--body', body];
    for (const type of ['application/vnd.wap.mms-message', 'application/vnd.wap.connectivity-wbxml', 'text/plain']) {
      expect((await scene.wapbridge([...words, '--type', type]).exited).code, type).toBe(2);
    }
    const renaming = scene.wapbridge([...words, '--type', 'dm+xml', '--header', 'Content-Type=application/vnd.wap.mms-message']);
    expect((await renaming.exited).code).toBe(2);
    expect(renaming.eventsNamed('error')[0]).toMatchObject({ code: 'sending/bad-header' });
  });

  test('no IMSI or PIN stands in the command line, the output, a trace, or anything that is kept', { timeout: 60_000 }, async ({
    scene,
  }) => {
    const bench = await scene.bench({ modems: 2 });
    const stateDir = scene.folder();
    const traces = scene.folder();
    // The last is that of the SIM in the modem, which listen asks for.
    const secrets = ['262019876543210', '73914068', '001010000000001'];
    const listen = await scene.listen(bench.modem(1).port, { stateDir, parameters: ['--trace', traces, '--verbose'] });
    const [imsi, pin] = secrets.map((secret) => bodyFile(scene, Buffer.from(`${secret}\n`)));
    const body = bodyFile(scene, Buffer.from('<SyncML/>'));
    const words = [
      ...['send', '--json', '--verbose', '--to', bench.modem(2).number, '--type', 'dm+xml', '--body', body],
      ...['--state-dir', stateDir, '--sec', 'usernetwpin', '--imsi-file', String(imsi), '--pin-file', String(pin)],
    ];
    const send = scene.wapbridge(words);
    expect((await send.exited).code).toBe(0);
    const show = scene.wapbridge(['outbox', 'list', '--json', '--state-dir', stateDir]);
    await show.exited;
    listen.program.signal('SIGTERM');
    await listen.exited;
    const kept = [stateDir, traces].flatMap((folder) =>
      readdirSync(folder)
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile())
        .map((path) => readFileSync(path, 'latin1')),
    );
    const said = [send, listen, show].flatMap(({ program, events }) => [program.describe(), JSON.stringify(events.items)]);
    const everything = [words.join(' '), ...said, ...kept].join('\n');
    // The trace is of this dialogue, and holds the parts as they left.
    expect(everything).toContain('AT+CIMI');
    expect(everything).toContain('AT+CMGS=');
    for (const secret of secrets) {
      const hex = Buffer.from(secret).toString('hex');
      for (const form of [secret, hex, hex.toUpperCase(), Buffer.from(secret).toString('base64')])
        expect(everything.includes(form)).toBe(false);
    }
    expect(everything).toContain('usernetwpin');
  });
});
