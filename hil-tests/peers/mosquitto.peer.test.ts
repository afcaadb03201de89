import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Delivery, mqttSink } from '../../src/delivery/index.js';
import { openJournal } from '../../src/journal/index.js';
import { systemClock, systemRandom } from '../../src/runtime/index.js';
import { Collector } from '../support/lines.js';
import { describePeer } from '../support/peer.js';
import type { RunningProgram } from '../support/program.js';
import { freePort, type Scene, test } from '../support/scene.js';

const topic = 'bench/messages';
const count = 40;

/** A broker that keeps sessions in the folder, so that a subscriber that comes back gets what it missed. */
async function broker(scene: Scene, port: number, folder: string): Promise<RunningProgram> {
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location ${folder}/\nuser root\n`);
  const started = scene.program('mosquitto', ['-v', '-c', file]);
  await started.stderr.wait('the broker to listen', (line) => /mosquitto version .* running/.test(line));
  return started;
}

function subscribe(scene: Scene, port: number): RunningProgram {
  return scene.program('mosquitto_sub', ['-h', '127.0.0.1', '-p', String(port), '-t', topic, '-q', '1', '-c', '-i', 'consumer']);
}

const idsSeen = (subscribers: readonly RunningProgram[]): string[] =>
  subscribers.flatMap(({ stdout }) => stdout.items.flatMap((line) => (line.startsWith('{') ? [String(JSON.parse(line).id)] : [])));

describePeer('mosquitto as the consumer', { mosquitto: 'mosquitto', mosquitto_sub: 'mosquitto-clients' }, () => {
  test('each message arrives at a subscriber, in order, although the broker is stopped half-way', async ({ scene }) => {
    const [port, folder] = [await freePort(), scene.folder()];
    const first = await broker(scene, port, folder);
    const subscriber = subscribe(scene, port);
    await first.stderr.wait('the subscription', (line) => line.includes('Sending SUBACK to consumer'));
    const journal = openJournal({
      directory: scene.folder(),
      clock: systemClock,
      random: systemRandom,
      holder: { pid: process.pid, command: 'peer test' },
    });
    const ids: string[] = [];
    const complete = async (): Promise<void> => {
      const { id } = await journal.complete({
        completedAt: systemClock.now(),
        partIds: [],
        verdict: 'dm-application',
        binding: 'sms',
        source: 'a',
        from: '+15550000001',
        contentType: null,
        applicationId: null,
        facts: '{"event":"message","from":"+15550000001","verdict":{"verdict":"dm-application"}}',
        body: new Uint8Array([2, 0xa4, 1, ids.length]),
        sinks: ['broker'],
      });
      ids.push(id);
      delivery.wake();
    };
    const deliveries = new Collector<string>(() => `${count} deliveries`);
    const delivery = new Delivery({
      store: journal,
      clock: systemClock,
      random: systemRandom,
      sinks: [
        {
          sink: mqttSink({ name: 'broker', url: `mqtt://127.0.0.1:${port}`, topic, clientId: 'wapbridge-test' }),
          retry: { firstDelayMs: 100, maximumDelayMs: 500, giveUpAfterMs: 600_000 },
          timeoutMs: 2000,
        },
      ],
      onEvent: ({ event }) => deliveries.add(event),
    });
    scene.atEnd(async () => {
      await delivery.close({ drainMs: 0 });
      journal.close();
    });
    delivery.start();
    for (let index = 0; index < count / 2; index += 1) await complete();
    await subscriber.stdout.waitForCount('messages', 5, (line) => line.startsWith('{'));
    await first.stop();
    await subscriber.stop();
    for (let index = 0; index < count / 2; index += 1) await complete();
    await broker(scene, port, folder);
    const again = subscribe(scene, port);
    await deliveries.waitForCount('deliveries', count, (event) => event === 'delivered');
    await again.stdout.wait('the last message', (line) => line.startsWith('{') && line.includes(ids.at(-1) ?? ''));
    const seen = idsSeen([subscriber, again]);
    expect([...new Set(seen)]).toEqual(ids);
    expect(journal.counters()).toMatchObject({ unsettledMessages: 0, undeliveredMessages: 0 });
    const event = JSON.parse(again.stdout.items.find((line) => line.startsWith('{')) ?? '{}');
    expect(event).toMatchObject({ specversion: '1.0', type: 'wapbridge.message.dm-application', subject: '+15550000001' });
    expect(Buffer.from(event.data_base64, 'base64').subarray(0, 3)).toEqual(Buffer.from([2, 0xa4, 1]));
  });
});
