import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import { type Journal, openJournal } from '../journal/index.js';
import { ManualClock, seededRandom } from '../runtime/index.js';
import { deliverPdu, dmPush, statusReportPdu } from './deliver.testing.js';
import type { BridgeEvent } from './events.js';
import { Intake } from './intake.js';
import { SharedCommits } from './shared-commits.js';

const folders: string[] = [];
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Bench {
  readonly clock: ManualClock;
  readonly journal: Journal;
  readonly intake: Intake;
  readonly events: BridgeEvent[];
  readonly answers: string[];
  receive(pdu: string, receiver?: string, imsi?: string): Promise<void>;
  of<Name extends BridgeEvent['event']>(name: Name): Extract<BridgeEvent, { event: Name }>[];
}

/** An intake on a real journal; only the modem's answers are noted instead of sent. */
function bench(options: { directory?: string; clock?: ManualClock; journal?: (real: Journal) => Partial<Journal> } = {}): Bench {
  const clock = options.clock ?? new ManualClock();
  const directory = options.directory ?? newFolder();
  const real = openJournal({ directory, clock, random: seededRandom(1), holder: { pid: 1, command: 'test' } });
  const journal = { ...real, ...options.journal?.(real) };
  const events: BridgeEvent[] = [];
  const answers: string[] = [];
  const intake = new Intake({
    journal,
    commits: new SharedCommits(journal, clock),
    clock,
    limits: { softMs: 600_000, hardMs: 3_600_000 },
    sinksFor: () => ['stdout'],
    emit: (event) => events.push(event),
    onMessage: () => {},
  });
  open.push({ close: () => real.close() }, intake);
  intake.recover();
  return {
    clock,
    journal: real,
    intake,
    events,
    answers,
    async receive(pdu, receiver = 'imsi:1', imsi) {
      const acknowledge = async (verdict: 'stored' | 'refused'): Promise<void> => void answers.push(verdict);
      await intake.take({ pdu, tpduOctets: null, receivedAt: clock.now() }, { modem: 'a', receiver, imsi: imsi ?? null, acknowledge });
      await clock.step(1);
      await clock.settle();
    },
    of: (name) => events.filter((event): event is Extract<BridgeEvent, { event: typeof name }> => event.event === name),
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  folders.push(folder);
  return folder;
}

test('a request that its sender can still repeat is one message, and one that comes after that time is another', async () => {
  const { clock, intake, of } = bench();
  const octets = Uint8Array.of(1, 2);
  const accept = async (): Promise<boolean> =>
    (await intake.accept({ binding: 'sip', from: null, octets, envelope: { headers: [] }, retransmissionKey: 'call\ntag\n1 MESSAGE' }))
      .duplicate;
  const duplicates = [await accept()];
  for (const ms of [63_000, 64_001]) {
    await clock.step(ms);
    duplicates.push(await accept());
  }
  await intake.flush();
  expect(duplicates).toEqual([false, true, false]);
  expect(of('message')).toHaveLength(2);
});

test('parts in any order become one message with its body whole, its verdict and its three conditions', async () => {
  const { receive, of, answers, intake } = bench();
  const [first = '', second = '', third = ''] = dmPush('00112233445566778899', 3);
  for (const pdu of [third, first, second]) await receive(pdu);
  await intake.flush();
  expect(answers).toEqual(['stored', 'stored', 'stored']);
  expect(of('part').map(({ reassembly, missing }) => [reassembly, missing])).toEqual([
    ['pending', [1, 2]],
    ['pending', [2]],
    ['complete', undefined],
  ]);
  expect(of('message')).toHaveLength(1);
  expect(of('message')[0]?.facts).toMatchObject({
    event: 'message',
    binding: 'sms',
    modem: 'a',
    from: '+15550000002',
    parts: 3,
    pdus: [first, second, third],
    push: { contentTypeCode: 0x42, applicationId: 7, body: '00112233445566778899' },
    datagram: { destinationPort: 2948, sourcePort: 9200 },
    text: null,
    verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3' },
  });
});

test('a part is on disk before it is acknowledged', async () => {
  const order: string[] = [];
  const { intake, clock } = bench({
    journal: (real) => ({
      append: async (part) => {
        const appended = await real.append(part);
        order.push('stored');
        return appended;
      },
    }),
  });
  const acknowledge = async (): Promise<void> => void order.push('acknowledged');
  await intake.take(
    { pdu: dmPush('00', 1)[0] ?? '', tpduOctets: null, receivedAt: clock.now() },
    { modem: 'a', receiver: 'x', acknowledge },
  );
  expect(order).toEqual(['stored', 'acknowledged']);
});

test('a message does not wait for the modem to answer an acknowledgement, and its part is told before it; a part alone is told after the answer', async () => {
  const { intake, clock, events, of } = bench();
  const [first = '', second = ''] = dmPush('0011', 2);
  let answer = (): void => {};
  const acknowledge = (): Promise<void> =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const take = (pdu: string): Promise<void> =>
    intake.take({ pdu, tpduOctets: null, receivedAt: clock.now() }, { modem: 'a', receiver: 'x', acknowledge });
  const pause = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) {
      await clock.step(1);
      await clock.settle();
    }
  };
  const taking = take(first);
  await pause();
  expect(events).toEqual([]);
  answer();
  await taking;
  expect(of('part').map(({ reassembly }) => reassembly)).toEqual(['pending']);

  const last = take(second);
  await pause();
  await intake.flush();
  expect(events.map(({ event }) => event)).toEqual(['part', 'part', 'message']);
  answer();
  await last;
  expect(events).toHaveLength(3);
});

test('what cannot be stored is refused, so that the network keeps it, and leads to nothing', async () => {
  const failure = new BridgeError('journal/not-stored', 'the disk is full');
  const { receive, answers, events } = bench({ journal: () => ({ append: () => Promise.reject(failure) }) });
  await receive(dmPush('00', 1)[0] ?? '');
  expect(answers).toEqual(['refused']);
  expect(events).toEqual([
    { event: 'error', code: 'journal/not-stored', message: 'the disk is full', field: null, offset: null, modem: 'a' },
  ]);
});

test('a part that comes twice is acknowledged, said to be a duplicate, and makes no second message', async () => {
  const { receive, of, answers, intake } = bench();
  const [first = '', second = ''] = dmPush('0011', 2);
  for (const pdu of [first, first, second, second, first]) await receive(pdu);
  await intake.flush();
  expect(of('part').map(({ reassembly }) => reassembly)).toEqual(['pending', 'duplicate', 'complete', 'duplicate', 'duplicate']);
  expect(answers).toEqual(Array.from({ length: 5 }, () => 'stored'));
  expect(of('message')).toHaveLength(1);
});

test('the same message sent anew is another message with another id', async () => {
  const { receive, of, intake } = bench();
  await receive(dmPush('AA', 1, { timeStamp: '62112291830500' })[0] ?? '');
  await receive(dmPush('AA', 1, { timeStamp: '62112291831500' })[0] ?? '');
  await intake.flush();
  expect(new Set(of('message').map(({ id }) => id)).size).toBe(2);
});

test('an undecodable PDU is acknowledged, kept as it was, and handed on as malformed', async () => {
  const { receive, of, answers, intake, journal } = bench();
  for (const pdu of ['0044', 'not hexadecimal at all', '']) await receive(pdu);
  await intake.flush();
  expect(answers).toEqual(['stored', 'stored', 'stored']);
  expect(of('message').map(({ facts }) => facts)).toMatchObject([
    {
      parts: 1,
      pdus: ['0044'],
      from: null,
      text: null,
      verdict: { verdict: 'not-push', reason: 'malformed', error: { code: 'octets/truncated' } },
    },
    { pdus: ['not hexadecimal at all'], verdict: { error: { code: 'octets/bad-hex' } } },
    { pdus: [''], verdict: { reason: 'malformed' } },
  ]);
  expect(journal.openParts()).toEqual([]);
});

test('a plain short message shows its text, one with ports and a text scheme says so', async () => {
  const { receive, of, intake } = bench();
  await receive(deliverPdu({ port: null, dataCodingScheme: 8, payload: '00480069' }));
  await receive(deliverPdu({ dataCodingScheme: 8, payload: '00480069' }));
  await receive(deliverPdu({ port: 9999, payload: '0106' }));
  await receive(deliverPdu({ port: 2949, payload: '0106' }));
  await intake.flush();
  expect(of('message').map(({ facts }) => [facts.text, facts.verdict])).toMatchObject([
    ['Hi', { verdict: 'not-push', reason: 'no-ports' }],
    ['Hi', { verdict: 'not-push', reason: 'text-coding' }],
    [null, { verdict: 'not-push', reason: 'destination-port' }],
    [null, { verdict: 'not-push', reason: 'secure-port' }],
  ]);
});

test('a status report is told and closed, and is no message', async () => {
  const { receive, of, intake, journal } = bench();
  await receive(statusReportPdu);
  await intake.flush();
  expect(of('report')).toMatchObject([{ messageReference: 42, status: 0, to: '+15555550123', modem: 'a' }]);
  expect(of('message')).toEqual([]);
  expect(journal.openParts()).toEqual([]);
});

test('after a crash the open parts run again, in another modem too, and the message is whole', async () => {
  const directory = newFolder();
  const clock = new ManualClock();
  const [first = '', second = ''] = dmPush('0011223344', 2);
  const before = bench({ directory, clock });
  await before.receive(first);
  await before.intake.close();
  before.journal.close();
  const after = bench({ directory, clock });
  await after.receive(first);
  await after.receive(second);
  await after.intake.flush();
  expect(after.of('part').map(({ reassembly }) => reassembly)).toEqual(['duplicate', 'complete']);
  expect(after.of('message')[0]?.facts).toMatchObject({ parts: 2, push: { body: '0011223344' } });
});

test('a crash between acknowledgement and message leaves the parts, which then become that message once', async () => {
  const directory = newFolder();
  const before = bench({ directory, journal: () => ({ complete: () => new Promise(() => {}) }) });
  await before.receive(dmPush('77', 1)[0] ?? '');
  expect(before.of('message')).toEqual([]);
  before.journal.close();
  open.length = 0;
  const after = bench({ directory });
  await after.intake.flush();
  expect(after.of('message').map(({ facts }) => facts)).toMatchObject([{ push: { body: '77' } }]);
  expect(after.journal.openParts()).toEqual([]);
});

test('a message that cannot be written is tried again until it can, and is then told once', async () => {
  let failures = 3;
  const { receive, of, clock, intake } = bench({
    journal: (real) => ({
      complete: (message) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new BridgeError('journal/not-stored', 'the disk is full')) : real.complete(message);
      },
    }),
  });
  await receive(dmPush('01', 1)[0] ?? '');
  expect(of('message')).toEqual([]);
  for (let second = 0; second < 10; second += 1) await clock.step(1000);
  await intake.flush();
  expect(of('message')).toHaveLength(1);
  expect(of('error')).toHaveLength(1);
});

test('incomplete is said once at the soft limit, expired at the hard limit with the parts that came', async () => {
  const { receive, of, clock, intake, journal } = bench();
  await receive(dmPush('0011', 2)[0] ?? '');
  await clock.step(599_000);
  expect(of('incomplete')).toEqual([]);
  await clock.step(1_000);
  expect(of('incomplete')).toMatchObject([{ missing: [2], concatenation: { reference: 1, total: 2, bits: 8 }, parts: [{ sequence: 1 }] }]);
  await clock.step(2_999_000);
  expect(of('incomplete')).toHaveLength(1);
  expect(of('expired')).toEqual([]);
  await clock.step(1_000);
  await intake.flush();
  expect(of('expired')).toMatchObject([{ missing: [2], parts: [{ sequence: 1 }] }]);
  expect(journal.openParts()).toEqual([]);
  expect(journal.deadLetters()).toHaveLength(1);
});

test('the limits count from when the first part came, across a restart', async () => {
  const directory = newFolder();
  const clock = new ManualClock();
  const before = bench({ directory, clock });
  await before.receive(dmPush('0011', 2)[0] ?? '');
  await clock.step(300_000);
  await before.intake.close();
  before.journal.close();
  const after = bench({ directory, clock });
  await clock.step(299_000);
  expect(after.of('incomplete')).toEqual([]);
  await clock.step(1_000);
  expect(after.of('incomplete')).toHaveLength(1);
  await clock.step(3_000_000);
  await after.intake.flush();
  expect(after.of('expired')).toHaveLength(1);
});

test.each([50 * 365 * 86_400_000, 3_000_000, -3_000_000])('a clock that is set by %i ms makes no set older or younger', async (byMs) => {
  const { receive, of, clock, intake } = bench();
  const begun = new Date(clock.now()).toISOString();
  await receive(dmPush('0011', 2)[0] ?? '');
  await clock.step(300_000);
  clock.set(byMs);
  await receive(dmPush('0022', 2, { reference: 7 })[0] ?? '');
  await clock.step(299_000);
  expect([...of('incomplete'), ...of('expired')]).toEqual([]);
  await clock.step(1_000);
  expect(of('incomplete').at(0)).toMatchObject({ since: begun });
  await clock.step(2_999_000);
  expect(of('expired')).toEqual([]);
  await clock.step(1_000);
  await intake.flush();
  expect(of('expired').at(0)).toMatchObject({ since: begun });
});

test('equal parts for two receivers are two messages', async () => {
  const { receive, of, intake } = bench();
  const [first = '', second = ''] = dmPush('0011', 2);
  await receive(first, 'imsi:1');
  await receive(first, 'imsi:2');
  await receive(second, 'imsi:2');
  await receive(second, 'imsi:1');
  await intake.flush();
  expect(of('part').map(({ reassembly }) => reassembly)).toEqual(['pending', 'pending', 'complete', 'complete']);
  expect(of('message')).toHaveLength(2);
});

test('an acknowledgement that fails is told, and the part counts all the same', async () => {
  const { intake, clock, of } = bench();
  const acknowledge = (): Promise<void> => Promise.reject(new BridgeError('at/cms-error', '+CMS ERROR: 340'));
  await intake.take(
    { pdu: dmPush('05', 1)[0] ?? '', tpduOctets: null, receivedAt: clock.now() },
    { modem: 'a', receiver: 'x', acknowledge },
  );
  await intake.flush();
  expect(of('error')).toMatchObject([{ code: 'at/cms-error', modem: 'a' }]);
  expect(of('message')).toHaveLength(1);
});
