import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { bodies, macs, notificationPush } from '../dm/dm.vectors.js';
import { BridgeError } from '../errors.js';
import { type Journal, openJournal } from '../journal/index.js';
import { fromHex } from '../octets/index.js';
import { ManualClock, seededRandom } from '../runtime/index.js';
import { simWaitMs } from './awaited-sims.js';
import { deliverPdu } from './deliver.testing.js';
import { type DmPolicy, openDmPolicy } from './dm-policy.js';
import type { BridgeEvent } from './events.js';
import { Intake } from './intake.js';
import { heldMessages } from './open-sets.js';
import { SharedCommits } from './shared-commits.js';

const folders: string[] = [];
const open: { close(): unknown }[] = [];
let runs = 0;

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const imsi = '001010123456789';
const receiver = 'imsi:of-that-sim';

/** One run of the program on a state folder. */
interface Run {
  readonly intake: Intake;
  readonly journal: Journal;
  readonly clock: ManualClock;
  receive(pdu: string, from?: { readonly receiver: string; readonly imsi: string | null }): Promise<void>;
  /** What was told of each message, in order. */
  messages(): readonly Readonly<Record<string, unknown>>[];
  end(): Promise<void>;
}

/** @param options `crashing` writes so many messages too late: the power goes before */
function run(directory: string, options: { readonly crashing?: number; readonly dm?: DmPolicy } = {}): Run {
  const clock = new ManualClock();
  runs += 1;
  let unwritten = options.crashing ?? 0;
  const real = openJournal({ directory, clock, random: seededRandom(runs), holder: { pid: 1, command: 'test' } });
  const complete: Journal['complete'] = (message) => {
    unwritten -= 1;
    return unwritten >= 0 ? Promise.reject(new BridgeError('journal/not-stored', 'the disk is full')) : real.complete(message);
  };
  const journal: Journal = { ...real, complete };
  const events: BridgeEvent[] = [];
  const intake = new Intake({
    journal,
    commits: new SharedCommits(journal, clock),
    clock,
    limits: { softMs: 600_000, hardMs: 3_600_000 },
    ...(options.dm === undefined ? {} : { dm: options.dm }),
    sinksFor: () => ['stdout'],
    emit: (event) => events.push(event),
    onMessage: () => {},
  });
  open.push(real);
  intake.recover();
  return {
    intake,
    journal: real,
    clock,
    async receive(pdu, from = { receiver, imsi }) {
      const origin = { modem: 'a', ...from, acknowledge: async () => undefined };
      await intake.take({ pdu, tpduOctets: null, receivedAt: clock.now() }, origin);
      await clock.step(1);
      await clock.settle();
    },
    messages: () => events.flatMap((event) => (event.event === 'message' ? [event.facts] : [])),
    async end() {
      await intake.close();
      real.close();
    },
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  folders.push(folder);
  return folder;
}

const notification = (timeStamp: string, session = '002F'): string =>
  deliverPdu({ payload: notificationPush.replace('0000002F', `0000${session}`), timeStamp });
const push = `0406311F2DC2918092${Buffer.from(macs[0].mac).toString('hex')}00AF87${bodies.bootstrap_dm12.wbxml}`;
const bootstrap = [push.slice(0, 256), push.slice(256)].map((payload, index) =>
  deliverPdu({ payload, concatenation: { reference: 9, total: 2, sequence: index + 1 } }),
);
const codes = (facts: Readonly<Record<string, unknown>> | undefined): readonly string[] =>
  Array.isArray(facts?.diagnostics) ? facts.diagnostics.map(({ code }: { code: string }) => code) : [];

test('a notification that repeats a session id is marked with the one that announced it, and a new one is not', async () => {
  const { receive, messages, intake } = run(newFolder());
  await receive(notification('62112291830500'));
  await receive(notification('62112291830501'));
  await receive(notification('62112291830502', '0030'));
  await intake.flush();
  expect(messages().map(codes)).toEqual([[], ['dm/session-repeated'], []]);
  const [first, second] = messages();
  expect(second).toMatchObject({
    notification: { sessionId: 0x2f, repeats: { receivedAt: first?.receivedAt, authentication: 'mac-unverifiable' } },
    diagnostics: [{ message: expect.stringContaining('session 2F of dm.bench.invalid is no new one'), offset: 27 }],
  });
  expect(first?.notification).not.toHaveProperty('repeats');
});

test('a notification that the network delivers again is a duplicate and repeats no session', async () => {
  const { receive, messages, intake } = run(newFolder());
  await receive(notification('62112291830500'));
  await receive(notification('62112291830500'));
  await intake.flush();
  expect(messages().map(codes)).toEqual([[]]);
});

test('the same session id for another SIM, or of another server, is another session', async () => {
  const { receive, messages, intake } = run(newFolder());
  await receive(notification('62112291830500'));
  await receive(notification('62112291830500'), { receiver: 'imsi:of-another', imsi: null });
  await receive(deliverPdu({ payload: notificationPush.replace('646D2E', '646E2E') }));
  await intake.flush();
  expect(messages().map(codes)).toEqual([[], [], []]);
});

test('repeated session ids are known again after a restart, and a notification that a crash left unjudged does not repeat itself', async () => {
  const folder = newFolder();
  const before = run(folder);
  await before.receive(notification('62112291830500'));
  await before.end();
  const crashed = run(folder, { crashing: 1 });
  await crashed.receive(notification('62112291830501', '0031'));
  await crashed.end();
  const after = run(folder);
  await after.receive(notification('62112291830502'));
  await after.receive(notification('62112291830503', '0031'));
  await after.intake.flush();
  expect(after.messages().map(codes)).toEqual([[], ['dm/session-repeated'], ['dm/session-repeated']]);
});

test('where a crash kept the earlier of two back, the later does not become the one that it repeats', async () => {
  const folder = newFolder();
  const crashed = run(folder, { crashing: 1 });
  await crashed.receive(notification('62112291830500'));
  await crashed.receive(notification('62112291830501'));
  expect(crashed.messages().map(codes)).toEqual([['dm/session-repeated']]);
  await crashed.end();
  const after = run(folder);
  await after.intake.flush();
  expect(after.messages().map(codes)).toEqual([[]]);
});

test('a bootstrap that a crash left unjudged waits until the IMSI of its SIM is known, and is then judged with it', async () => {
  const folder = newFolder();
  const crashed = run(folder, { crashing: 1 });
  for (const part of bootstrap) await crashed.receive(part);
  await crashed.end();
  const after = run(folder);
  await after.clock.step(simWaitMs - 1);
  expect(after.messages()).toEqual([]);
  after.intake.simKnown('imsi:of-another', '001010000000000');
  expect(after.messages()).toEqual([]);
  after.intake.simKnown(receiver, imsi);
  await after.clock.settle();
  await after.intake.flush();
  expect(after.messages()).toMatchObject([{ authentication: { result: 'mac-ok', rule: 'imsi-semi-octets' } }]);
  await after.clock.step(simWaitMs);
  after.intake.simKnown(receiver, imsi);
  await after.intake.flush();
  expect(after.messages()).toHaveLength(1);
  expect(after.journal.openParts()).toEqual([]);
});

test('what a crash left unjudged is listed as held, with why, until it is judged', async () => {
  const folder = newFolder();
  const crashed = run(folder, { crashing: 4 });
  for (const part of bootstrap) await crashed.receive(part);
  await crashed.receive(notification('62112291830500'));
  await crashed.receive('nonsense');
  await crashed.intake.accept({
    binding: 'udp',
    from: '127.0.0.1:9200',
    envelope: { headers: [], destinationPort: 2948, sourcePort: 9200 },
    octets: fromHex(push),
    retransmissionKey: null,
  });
  const held = (run: Run, laterMs: number) =>
    heldMessages(run.journal, run.clock.now() + laterMs).map(({ id, parts, set }) => [id, set.binding, set.from, parts.length, set.reason]);
  const forSim = ['held-1', 'sms', '+15550000002', 2, 'waits for the IMSI of its SIM, with which its sender made the MAC'];
  // What came just now is being worked on, and waits for nothing.
  expect(held(crashed, 0)).toEqual([forSim]);
  const forListen = 'stored, and judged by the wapbridge listen that runs next';
  expect(held(crashed, 10_000)).toEqual([
    ['held-5', 'udp', '127.0.0.1:9200', 1, forListen],
    ['held-4', 'sms', null, 1, forListen],
    ['held-3', 'sms', '+15550000002', 1, forListen],
    forSim,
  ]);
  await crashed.end();
  const after = run(folder);
  await after.intake.flush();
  expect(held(after, 10_000)).toEqual([forSim]);
  after.intake.simKnown(receiver, imsi);
  await after.intake.flush();
  expect(held(after, 10_000)).toEqual([]);
});

test('what a fault of ours keeps from being judged is handed on as it came, and keeps neither the program nor what follows', async () => {
  const fault = (): never => {
    throw new TypeError('a fault');
  };
  const faulty: DmPolicy = { ...openDmPolicy, servers: Object.assign(new Map(), { get: fault }) };
  const folder = newFolder();
  const crashed = run(folder, { crashing: 1 });
  await crashed.receive(notification('62112291830500'));
  await crashed.end();
  const { intake, messages, receive } = run(folder, { dm: faulty });
  await intake.accept({
    binding: 'udp',
    from: '127.0.0.1:9200',
    envelope: { headers: [], destinationPort: 2948, sourcePort: 9200 },
    octets: fromHex(notificationPush),
    retransmissionKey: null,
  });
  await receive(deliverPdu({ payload: '0102', port: 4000, timeStamp: '62112291830502' }));
  await intake.flush();
  const unjudged = { verdict: { verdict: 'not-push', reason: 'malformed', error: { code: 'bridge/unexpected' } } };
  expect(messages()).toMatchObject([
    { binding: 'sms', from: '+15550000002', datagram: { octets: notificationPush }, ...unjudged },
    { binding: 'udp', from: '127.0.0.1:9200', ...unjudged },
    { binding: 'sms', verdict: { verdict: 'not-push', reason: 'destination-port' } },
  ]);
});

test('where its SIM does not come back it is handed on as unverifiable, and one that no IMSI can vouch for does not wait', async () => {
  const folder = newFolder();
  const crashed = run(folder, { crashing: 2 });
  for (const part of bootstrap) await crashed.receive(part);
  for (const part of bootstrap) await crashed.receive(part, { receiver: 'imei:1', imsi: null });
  await crashed.end();
  const after = run(folder);
  await after.intake.flush();
  expect(after.messages()).toMatchObject([{ authentication: { result: 'mac-unverifiable', method: 'NETWPIN' } }]);
  await after.clock.step(simWaitMs);
  await after.intake.flush();
  expect(after.messages()).toMatchObject([{}, { authentication: { result: 'mac-unverifiable', method: 'NETWPIN' } }]);
  expect(after.journal.openParts()).toEqual([]);
});

test('what still waits for its SIM when the program ends stays for the next run', async () => {
  const folder = newFolder();
  const crashed = run(folder, { crashing: 1 });
  for (const part of bootstrap) await crashed.receive(part);
  await crashed.end();
  const short = run(folder);
  await short.end();
  const after = run(folder);
  after.intake.simKnown(receiver, imsi);
  await after.clock.settle();
  await after.intake.flush();
  expect(after.messages()).toMatchObject([{ authentication: { result: 'mac-ok' } }]);
});

test('a configured IMSI is the key where no SIM tells one, and where one does it is that of the SIM', async () => {
  const dm: DmPolicy = { ...openDmPolicy, imsi };
  const { intake, messages, receive } = run(newFolder(), { dm });
  for (const part of bootstrap) await receive(part, { receiver: 'imei:1', imsi: null });
  for (const part of bootstrap) await receive(part, { receiver: 'imsi:of-another', imsi: '001010000000001' });
  await intake.accept({
    binding: 'udp',
    from: '127.0.0.1:9200',
    envelope: { headers: [], destinationPort: 2948, sourcePort: 9200 },
    octets: fromHex(push),
    retransmissionKey: null,
  });
  await intake.flush();
  expect(messages().map(({ authentication }) => authentication)).toMatchObject([
    { result: 'mac-ok', rule: 'imsi-semi-octets' },
    { result: 'mac-bad' },
    { result: 'mac-ok', rule: 'imsi-semi-octets' },
  ]);
});

test('what a crash left unjudged waits for its own SIM although another IMSI is configured, which counts where that does not come back', async () => {
  const folder = newFolder();
  const crashed = run(folder, { crashing: 1 });
  for (const part of bootstrap) await crashed.receive(part);
  await crashed.end();
  const dm: DmPolicy = { ...openDmPolicy, imsi: '001010000000001' };
  const short = run(folder, { dm });
  await short.clock.settle();
  expect(short.messages()).toEqual([]);
  await short.end();
  const after = run(folder, { dm });
  await after.clock.step(simWaitMs);
  await after.intake.flush();
  expect(after.messages()).toMatchObject([{ authentication: { result: 'mac-bad' } }]);
});
