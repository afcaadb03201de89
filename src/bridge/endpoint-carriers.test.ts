import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EndpointError, type EndpointPreview, type EndpointSender } from '../endpoints/index.js';
import type { Journal } from '../journal/index.js';
import { type JournalBench, journalBench } from '../journal/journal.testing.js';
import { fromHex } from '../octets/index.js';
import type { PushMessage } from '../push/index.js';
import { silentLogger } from '../runtime/index.js';
import { Outbox, sendPush } from '../sending/index.js';
import { EndpointCarriers, previewOf } from './endpoint-carriers.js';

const wsp = fromHex('010603C2AF8702A4016A006D01');
const target = 'udp://127.0.0.1:2948';

/** A sender at the wire: it writes down what it was given, and fails as told. */
class FakeSender implements EndpointSender {
  readonly sent: PushMessage[] = [];
  readonly failures: Error[] = [];
  closed = 0;

  async send(push: PushMessage): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.sent.push(push);
  }

  preview({ body }: PushMessage): EndpointPreview {
    return { lines: ['POST'], octets: body };
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

let bench: JournalBench;
let journal: Journal;
let outbox: Outbox;
let senders: Map<string, FakeSender>;
const opening = (name: string): Promise<EndpointSender> => {
  const sender = new FakeSender();
  senders.set(name, sender);
  return Promise.resolve(sender);
};
const carriersTo = (open: ((name: string) => Promise<EndpointSender>) | undefined = opening) =>
  new EndpointCarriers(outbox, bench.clock, silentLogger, open);
const send = async (via = target) => {
  const sent = sendPush(outbox, { to: via, via, wsp }, { clock: bench.clock });
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  sent.then(end, end);
  for (let step = 0; step < 200 && !ended; step += 1) await bench.clock.step(500);
  return sent;
};

beforeEach(() => {
  bench = journalBench();
  journal = bench.open();
  outbox = new Outbox({ store: journal, clock: bench.clock, log: silentLogger, policy: { allow: ['udp://192.0.2.1:*'] }, resume: true });
  senders = new Map();
});
afterEach(async () => {
  await outbox.close();
  bench.remove();
});

describe('targets that need no modem', () => {
  test('are opened once, sent to as a push, and closed', async () => {
    const carriers = carriersTo();
    await Promise.all([carriers.attach(target), carriers.attach(target)]);
    expect(await send()).toMatchObject({ outcome: 'sent', modem: null, via: target });
    expect(senders.size).toBe(1);
    expect(senders.get(target)?.sent).toMatchObject([{ contentType: { code: 0x42 }, applicationId: { code: 7 }, body: wsp.subarray(6) }]);
    await carriers.close();
    expect(senders.get(target)?.closed).toBe(1);
  });

  test.each([
    ['endpoints/not-reached', 'not-sent'],
    ['endpoints/refused', 'not-sent'],
    ['endpoints/too-large', 'not-sent'],
    ['endpoints/no-answer', 'unknown'],
    // A code that nobody has heard of: it may have left.
    ['endpoints/some-other', 'unknown'],
  ] as const)('%s makes the receipt %s, and nothing is tried again', async (code, outcome) => {
    const carriers = carriersTo();
    await carriers.attach(target);
    senders.get(target)?.failures.push(new EndpointError(code, 'as told'));
    expect(await send()).toMatchObject({ outcome, parts: [{ error: { code } }] });
    expect(senders.get(target)?.sent).toEqual([]);
    await carriers.close();
  });

  test('that ask to be tried later are tried twice more', async () => {
    const carriers = carriersTo();
    await carriers.attach(target);
    const later = () => new EndpointError('endpoints/try-later', 'as told');
    senders.get(target)?.failures.push(later(), later());
    expect(await send()).toMatchObject({ outcome: 'sent' });
    senders.get(target)?.failures.push(later(), later(), later());
    expect(await send()).toMatchObject({ outcome: 'not-sent', parts: [{ error: { code: 'endpoints/try-later' } }] });
    await carriers.close();
  });

  test('that cannot be opened are refused, and may be opened later', async () => {
    let fails = true;
    const carriers = carriersTo((name) => (fails ? Promise.reject(new EndpointError('endpoints/bad-target', 'as told')) : opening(name)));
    await expect(carriers.attach(target)).rejects.toMatchObject({ code: 'endpoints/bad-target' });
    fails = false;
    await carriers.attach(target);
    expect(await send()).toMatchObject({ outcome: 'sent' });
    await carriers.close();
  });

  test('are sixty-four at the most, and none where nobody can open them', async () => {
    const carriers = carriersTo();
    for (let port = 1; port <= 64; port += 1) await carriers.attach(`udp://127.0.0.1:${port}`);
    await expect(carriers.attach(target)).rejects.toMatchObject({ code: 'sending/no-target' });
    // One that is about to be sent to, or has something queued, stays; of the others that which was asked for longest ago goes.
    await bench.clock.step(10_000);
    await carriers.attach('udp://127.0.0.1:1');
    const busy = senders.get('udp://127.0.0.1:2');
    if (busy === undefined) throw new TypeError('not attached');
    let answer = (): void => {};
    busy.send = () => new Promise((resolve) => (answer = resolve));
    await outbox.enqueue({ to: 'x', via: 'udp://127.0.0.1:2', wsp });
    await bench.clock.step(1);
    await carriers.attach(target);
    const closed = [...senders].flatMap(([name, sender]) => (sender.closed > 0 ? [name] : []));
    expect(closed).toEqual(['udp://127.0.0.1:3']);
    answer();
    expect(await send()).toMatchObject({ outcome: 'sent' });
    await carriers.close();
    await expect(new EndpointCarriers(outbox, bench.clock, silentLogger).attach(target)).rejects.toMatchObject({
      code: 'sending/no-target',
    });
  });

  test('of what an earlier run left in the queue are opened, and one that cannot be keeps nobody waiting', async () => {
    const left = ['udp://127.0.0.1:1', 'udp://127.0.0.1:2'];
    for (const via of left) await outbox.enqueue({ to: via, via, wsp });
    const carriers = carriersTo((name) =>
      name === left[0] ? Promise.reject(new EndpointError('endpoints/bad-target', 'as told')) : opening(name),
    );
    await carriers.resume(journal.openSends());
    await bench.clock.step(1000);
    expect(senders.get('udp://127.0.0.1:2')?.sent).toHaveLength(1);
    expect([...senders.keys()]).toEqual(['udp://127.0.0.1:2']);
    await carriers.close();
  });

  test('that are not on this machine need the allow-list', async () => {
    const carriers = carriersTo();
    await carriers.attach('udp://192.0.2.1:2948');
    expect(await send('udp://192.0.2.1:2948')).toMatchObject({ outcome: 'sent' });
    await expect(send('udp://192.0.2.2:2948')).rejects.toMatchObject({ code: 'sending/destination-not-allowed' });
    await expect(send('ftp://192.0.2.1/')).rejects.toMatchObject({ code: 'sending/bad-target' });
    await carriers.close();
  });
});

test('what would leave is shown by its sender, and what is no push is refused before', () => {
  const sender = new FakeSender();
  expect(previewOf(sender, wsp)).toEqual({ lines: ['POST'], octets: wsp.subarray(6) });
  expect(() => previewOf(sender, fromHex('01'))).toThrow();
});
