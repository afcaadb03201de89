import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import type { Journal } from '../journal/index.js';
import { type JournalBench, journalBench } from '../journal/journal.testing.js';
import { AtError, PortClosedError, TimeoutError } from '../modem/index.js';
import { fromHex } from '../octets/index.js';
import { silentLogger } from '../runtime/index.js';
import { Outbox, type SendEvent, type SendRequest } from './outbox.js';
import type { SendPolicy } from './policy.js';
import type { Receipt } from './receipt.js';
import { sendPush } from './send.js';
import type { SendingModem } from './transmission.js';

/** What a modem does with a part: a reference, an error, or nothing for ever. */
type Answer = number | Error | 'never';

/** A modem at the driver's edge: it writes down what reached the network. */
class FakeModem implements SendingModem {
  readonly network: string[] = [];
  readonly submitted: string[] = [];
  readonly more: boolean[] = [];
  readonly answers: Answer[] = [];
  #next = 0;

  constructor(
    readonly name = 'a',
    readonly virtual = true,
    readonly receiver = `imsi:${name}`,
  ) {}

  readonly driver = {
    submit: async (pdu: string, _tpduOctets: number, options?: { readonly more?: boolean }): Promise<{ messageReference: number }> => {
      this.submitted.push(pdu);
      this.more.push(options?.more === true);
      const answer = this.answers.shift() ?? this.#next++;
      if (answer === 'never') return new Promise(() => undefined);
      if (typeof answer !== 'number') throw answer;
      this.network.push(pdu);
      return { messageReference: answer };
    },
  };
}

const cms = (number: number): AtError =>
  new AtError('at/cms-error', `AT+CMGS was answered "+CMS ERROR: ${number}"`, { family: 'cms', number });
const cmsText = (text: string): AtError =>
  new AtError('at/cms-error', `AT+CMGS was answered "+CMS ERROR: ${text}"`, { family: 'cms', number: null });
const unknownOutcome = new TimeoutError('at/outcome-unknown', 'not answered');
const portLost = new PortClosedError('modem/port-lost', "The modem's port is gone");
/** A push of so many parts. */
const pushOf = (parts: number): Uint8Array => {
  const wsp = new Uint8Array(parts === 1 ? 20 : 128 * (parts - 1) + 6);
  wsp.set(fromHex('010603C2AF87'));
  return wsp;
};
const request = (parts: number, changes: Partial<SendRequest> = {}): SendRequest => ({
  to: '+15550000002',
  wsp: pushOf(parts),
  ...changes,
});

let bench: JournalBench;
let journal: Journal;
beforeEach(() => {
  bench = journalBench();
  journal = bench.open();
});
afterEach(() => bench.remove());

function outboxOf(options: { policy?: Partial<SendPolicy>; resume?: boolean } = {}): Outbox {
  return new Outbox({
    store: journal,
    clock: bench.clock,
    log: silentLogger,
    policy: { allow: [], ...options.policy },
    resume: options.resume ?? true,
  });
}

/** Lets time pass until a promise settles. */
async function pass<Result>(promise: Promise<Result>, mostMs = 600_000): Promise<Result> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let ms = 0; ms < mostMs && !settled; ms += 250) {
    for (let turn = 0; turn < 20 && !settled; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (!settled) await bench.clock.step(250);
  }
  return promise;
}

const summary = ({ outcome, parts }: Receipt): string =>
  `${outcome}: ${parts.map((part) => `${part.sequence} ${part.outcome}${part.error === null ? '' : ` ${part.error.code}`}`).join(', ')}`;

async function send(outbox: Outbox, asked: SendRequest, told: SendEvent[] = []): Promise<Receipt> {
  return pass(sendPush(outbox, asked, { clock: bench.clock, tell: (event) => told.push(event) }));
}

describe('a send', () => {
  test('tells each part and ends with a receipt; all but the last part keep the link', async () => {
    const modem = new FakeModem();
    const outbox = outboxOf();
    outbox.attach(modem);
    const told: SendEvent[] = [];
    const receipt = await send(outbox, request(3), told);
    expect(summary(receipt)).toBe('sent: 1 sent, 2 sent, 3 sent');
    expect(told.map((event) => event.event)).toEqual(['part', 'part', 'part']);
    expect(modem.more).toEqual([true, true, false]);
    expect(receipt.parts.map(({ messageReference, report }) => [messageReference, report])).toEqual([
      [0, null],
      [1, null],
      [2, null],
    ]);
  });

  test('counts its reference up for each destination, across restarts', async () => {
    const references: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      const modem = new FakeModem();
      const outbox = outboxOf();
      outbox.attach(modem);
      for (const to of ['+15550000002', '+15550000002', '+15550000003']) await send(outbox, request(2, { to }));
      references.push(...modem.network.filter((_, index) => index % 2 === 0).map((pdu) => /05040B8423F00003(..)/.exec(pdu)?.[1] ?? ''));
      await pass(outbox.close());
      journal.close();
      journal = bench.open();
    }
    expect(references).toEqual(['01', '02', '01', '03', '04', '02']);
  });

  test('is in the outbox before its first part leaves', async () => {
    const outbox = outboxOf();
    let found: string | undefined;
    outbox.attach({
      ...new FakeModem(),
      name: 'a',
      driver: {
        submit: async () => {
          found = journal.sends()[0]?.parts[0]?.state;
          return { messageReference: 0 };
        },
      },
    });
    await send(outbox, request(1));
    expect(found).toBe('leaving');
  });

  test('goes first that has the higher priority', async () => {
    const outbox = outboxOf();
    const ids = [await pass(outbox.enqueue(request(1))), await pass(outbox.enqueue(request(1, { priority: 5 })))];
    const modem = new FakeModem();
    outbox.attach(modem);
    await pass(outbox.close());
    expect(journal.send(ids[1] ?? '')?.startedAt).toBe(bench.clock.now());
    expect([journal.send(ids[1] ?? '')?.state, journal.send(ids[0] ?? '')?.state]).toEqual(['finished', 'queued']);
  });

  test('for one modem does not leave by another', async () => {
    const outbox = outboxOf();
    const [a, b] = [new FakeModem('a'), new FakeModem('b')];
    outbox.attach(a);
    outbox.attach(b);
    await send(outbox, request(1, { modem: 'b' }));
    expect([a.network.length, b.network.length]).toEqual([0, 1]);
  });
});

describe('what goes wrong', () => {
  const outcomeOf = async (answers: readonly Answer[], parts = 2, changes: Partial<SendRequest> = {}): Promise<[string, FakeModem]> => {
    const modem = new FakeModem();
    modem.answers.push(...answers);
    const outbox = outboxOf();
    outbox.attach(modem);
    return [summary(await send(outbox, request(parts, changes))), modem];
  };

  test.each<[string, readonly Answer[], string, number]>([
    ['a number that does not exist is not tried again', [cms(1)], 'not-sent: 1 not-sent at/cms-error, 2 not-sent sending/earlier-part', 1],
    ['congestion is tried again', [cms(42), cms(42), 1, 2], 'sent: 1 sent, 2 sent', 4],
    [
      'congestion is not tried again for ever',
      Array.from({ length: 9 }, () => cms(42)),
      'not-sent: 1 not-sent at/cms-error, 2 not-sent sending/earlier-part',
      4,
    ],
    ['a duplicate that the service centre refused is there', [cms(197), 2], 'sent: 1 sent at/cms-error, 2 sent', 2],
    ['a SIM without service is for people to mend', [1, cms(310)], 'partly-sent: 1 sent, 2 not-sent at/cms-error', 2],
    [
      'an unknown outcome is never tried again',
      [unknownOutcome],
      'unknown: 1 unknown at/outcome-unknown, 2 not-sent sending/earlier-part',
      1,
    ],
    ['a network timeout is an unknown outcome', [cms(332)], 'unknown: 1 unknown at/cms-error, 2 not-sent sending/earlier-part', 1],
    ['words that nobody knows leave it open', [cmsText('oops')], 'unknown: 1 unknown at/cms-error, 2 not-sent sending/earlier-part', 1],
    ['a port lost before the message was handed over', [1, portLost], 'partly-sent: 1 sent, 2 not-sent modem/port-lost', 2],
    [
      'an error of another kind leaves it open',
      [new BridgeError('bridge/unexpected', 'odd')],
      'unknown: 1 unknown bridge/unexpected, 2 not-sent sending/earlier-part',
      1,
    ],
  ])('%s', async (_name, answers, expected, tries) => {
    const [found, modem] = await outcomeOf(answers);
    expect(found).toBe(expected);
    expect(modem.submitted).toHaveLength(tries);
  });

  test('a modem lost between part 3 and 4 leaves a receipt that says which parts left', async () => {
    const [found, modem] = await outcomeOf([1, 2, 3, portLost], 5);
    expect(found).toBe('partly-sent: 1 sent, 2 sent, 3 sent, 4 not-sent modem/port-lost, 5 not-sent sending/earlier-part');
    expect(modem.network).toHaveLength(3);
  });

  test('a part whose fate is unknown is sent again where duplicates are allowed, asking the service centre to refuse copies', async () => {
    const [found, modem] = await outcomeOf([unknownOutcome, 1, 2], 2, { allowDuplicates: true });
    expect(found).toBe('sent: 1 sent, 2 sent');
    expect(modem.submitted.map((pdu) => pdu.slice(2, 4))).toEqual(['55', '55', '55']);
  });

  test('a service centre without validity periods gets the message without one', async () => {
    const [found, modem] = await outcomeOf([cms(198), 1], 1);
    expect(found).toBe('sent: 1 sent');
    expect(modem.submitted.map((pdu) => pdu.slice(2, 4))).toEqual(['51', '41']);
  });
});

describe('the end of the program', () => {
  test('while a part was leaving: that one is unknown, and nothing is sent after it', async () => {
    const modem = new FakeModem();
    modem.answers.push(1, 'never');
    const outbox = outboxOf();
    outbox.attach(modem);
    const id = await pass(outbox.enqueue(request(3)));
    await pass(
      (async () => {
        while (modem.submitted.length < 2) await bench.clock.sleep(10);
      })(),
    );
    // As a kill would: nothing more is written by the old one.
    journal.close();
    journal = bench.open();
    const next = outboxOf();
    const closed = await next.recover();
    expect(closed.map(summary)).toEqual(['partly-sent: 1 sent, 2 unknown sending/interrupted, 3 not-sent sending/stopped']);
    const again = new FakeModem();
    next.attach(again);
    await pass(next.close());
    expect(again.submitted).toEqual([]);
    expect(journal.send(id)?.state).toBe('finished');
  });

  test('before anything left: it stays queued, and the next run sends it once', async () => {
    const id = await pass(outboxOf().enqueue(request(2)));
    journal.close();
    journal = bench.open();
    const only = outboxOf({ resume: false });
    await only.recover();
    const first = new FakeModem();
    only.attach(first);
    await pass(only.close());
    expect(first.submitted).toEqual([]);
    const next = outboxOf();
    await next.recover();
    const second = new FakeModem();
    const ended = new Promise<void>((resolve) => {
      next.follow(id, (event) => event.event === 'sent' && resolve());
    });
    next.attach(second);
    await pass(ended);
    expect(second.network).toHaveLength(2);
  });

  test.each([50 * 365 * 86_400_000, -3_600_000])('a clock that is set by %i ms neither ends a validity nor lengthens it', async (byMs) => {
    const outbox = outboxOf();
    const endOf = (id: string): Promise<SendEvent> =>
      new Promise((resolve) => void outbox.follow(id, (event) => event.event === 'sent' && resolve(event)));
    const young = await pass(outbox.enqueue(request(1, { validityMinutes: 5 })));
    await bench.clock.step(60_000);
    bench.clock.set(byMs);
    const sent = endOf(young);
    const detach = outbox.attach(new FakeModem());
    expect(summary((await pass(sent)) as Receipt)).toBe('sent: 1 sent');
    await detach();
    const old = await pass(outbox.enqueue(request(1, { validityMinutes: 5 })));
    bench.clock.set(-byMs);
    await bench.clock.step(6 * 60_000);
    const given = endOf(old);
    outbox.attach(new FakeModem());
    expect(summary((await pass(given)) as Receipt)).toBe('not-sent: 1 not-sent sending/expired');
  });

  test('a send that waited longer than its validity is given up', async () => {
    const outbox = outboxOf();
    const id = await pass(outbox.enqueue(request(1, { validityMinutes: 5 })));
    await bench.clock.step(6 * 60_000);
    const modem = new FakeModem();
    const ended = new Promise<SendEvent>((resolve) => {
      outbox.follow(id, resolve);
    });
    outbox.attach(modem);
    expect(summary((await pass(ended)) as Receipt)).toBe('not-sent: 1 not-sent sending/expired');
    expect(modem.submitted).toEqual([]);
  });

  test('in an orderly way finishes the part that is leaving and no further one', async () => {
    const modem = new FakeModem();
    const outbox = outboxOf();
    outbox.attach(modem);
    const ended = sendPush(outbox, request(200), { clock: bench.clock });
    await pass(
      (async () => {
        while (modem.network.length < 3) await new Promise((resolve) => setImmediate(resolve));
        await outbox.close();
      })(),
    );
    const receipt = await pass(ended);
    expect(receipt.outcome).toBe('partly-sent');
    expect(receipt.parts.filter(({ outcome }) => outcome === 'sent')).toHaveLength(modem.network.length);
    expect(receipt.parts.some(({ outcome }) => outcome === 'unknown' || outcome === 'leaving')).toBe(false);
  });
});

describe('policy', () => {
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    pass(
      promise.then(
        () => 'accepted',
        (cause: unknown) => (cause instanceof BridgeError ? cause.code : String(cause)),
      ),
    );

  test('what the allow-list, the content rule or the budget refuses is not in the outbox', async () => {
    const outbox = outboxOf({ policy: { budget: 3 } });
    outbox.attach(new FakeModem());
    expect(await codeOf(outbox.enqueue(request(1, { to: '+491701234567' })))).toBe('sending/destination-not-allowed');
    expect(await codeOf(outbox.enqueue(request(1, { wsp: fromHex('010603AEAF8501') })))).toBe('sending/content-not-allowed');
    expect(await codeOf(outbox.enqueue(request(4)))).toBe('sending/budget-not-allowed');
    expect(journal.sends()).toEqual([]);
    expect(await codeOf(outbox.enqueue(request(2)))).toBe('accepted');
    expect(await codeOf(outbox.enqueue(request(2)))).toBe('sending/budget-not-allowed');
  });

  test('what is over the rate of a SIM waits with the time shown, or is refused', async () => {
    const outbox = outboxOf({ policy: { pushesPerMinute: 2 } });
    const modem = new FakeModem('a', false);
    outbox.attach(modem);
    for (let sent = 0; sent < 2; sent += 1) await send(outbox, request(1));
    expect(await codeOf(outbox.enqueue(request(1, { noWait: true })))).toBe('sending/rate-not-allowed');
    const before = bench.clock.now();
    const told: SendEvent[] = [];
    await send(outbox, request(1), told);
    expect(told[0]).toMatchObject({ event: 'waiting', reason: 'rate-limit' });
    expect(bench.clock.now() - before).toBeGreaterThan(55_000);
    expect(modem.network).toHaveLength(3);
  });

  test('the rate holds across restarts, and not for virtual modems', async () => {
    const first = outboxOf({ policy: { pushesPerMinute: 1 } });
    first.attach(new FakeModem('a', false));
    await send(first, request(1));
    const second = outboxOf({ policy: { pushesPerMinute: 1 } });
    second.attach(new FakeModem('b', false, 'imsi:a'));
    expect(await codeOf(second.enqueue(request(1, { noWait: true })))).toBe('sending/rate-not-allowed');
    const third = outboxOf({ policy: { pushesPerMinute: 1 } });
    third.attach(new FakeModem('a', true));
    expect(await codeOf(third.enqueue(request(1, { noWait: true })))).toBe('accepted');
  });

  test('without a modem nothing is sent at once', async () => {
    expect(await codeOf(outboxOf().enqueue(request(1, { noWait: true })))).toBe('sending/no-modem');
  });
});

describe('cancelling', () => {
  test('takes back what has not begun, and nothing else', async () => {
    const outbox = outboxOf();
    const id = await pass(outbox.enqueue(request(1)));
    await pass(outbox.cancel(id));
    const modem = new FakeModem();
    outbox.attach(modem);
    const other = await send(outbox, request(1));
    expect(modem.network).toHaveLength(1);
    expect(journal.send(id)?.state).toBe('cancelled');
    await expect(pass(outbox.cancel(other.id))).rejects.toMatchObject({ code: 'sending/too-late' });
    await expect(pass(outbox.cancel('no-such'))).rejects.toMatchObject({ code: 'journal/unknown-send' });
  });
});

describe('status reports', () => {
  test('fill the receipt, and are told', async () => {
    const outbox = outboxOf();
    const modem = new FakeModem();
    outbox.attach(modem);
    const told: SendEvent[] = [];
    const ended = sendPush(outbox, request(2, { report: true }), {
      clock: bench.clock,
      tell: (event) => told.push(event),
      reportsWithinMs: 60_000,
    });
    await pass(
      (async () => {
        while (modem.network.length < 2) await bench.clock.sleep(10);
      })(),
    );
    const report = (messageReference: number, status: number) =>
      pass(
        outbox.report({
          messageReference,
          recipient: '+15550000002',
          receiver: modem.receiver,
          receivedAt: bench.clock.now(),
          submittedAt: bench.clock.now(),
          timeStamp: `0${messageReference}`,
          status,
        }),
      );
    expect(await report(1, 0x30)).toMatchObject({ sequence: 2 });
    expect(await report(1, 0)).toMatchObject({ sequence: 2 });
    expect(await report(1, 0x30)).toMatchObject({ sequence: 2 });
    expect(await report(9, 0)).toBeNull();
    expect(await report(0, 0x46)).toMatchObject({ sequence: 1 });
    const receipt = await pass(ended);
    expect(receipt.parts.map((part) => part.report)).toEqual(['failed', 'delivered']);
    expect(told.filter(({ event }) => event === 'report')).toHaveLength(3);
  });

  test('a report that overtakes the answer with the reference is counted, and one about nothing that is leaving is about nothing', async () => {
    const outbox = outboxOf();
    const modem = new FakeModem();
    const overtaking: Promise<unknown>[] = [];
    const report = (messageReference: number, receiver = modem.receiver): Promise<unknown> => {
      const now = bench.clock.now();
      const times = { receivedAt: now, submittedAt: now, timeStamp: '00' };
      return outbox.report({ messageReference, recipient: '+15550000002', receiver, status: 0, ...times });
    };
    const { submit } = modem.driver;
    const driver: SendingModem['driver'] = {
      submit: async (pdu, tpduOctets, options) => {
        const { messageReference } = await submit(pdu, tpduOctets, options);
        overtaking.push(report(messageReference), report(messageReference, 'imsi:other'));
        await bench.clock.sleep(500);
        return { messageReference };
      },
    };
    outbox.attach({ name: modem.name, receiver: modem.receiver, virtual: true, driver });
    const ended = sendPush(outbox, request(2, { report: true }), { clock: bench.clock, tell: () => {}, reportsWithinMs: 60_000 });
    const { outcome, parts } = await pass(ended);
    expect([outcome, parts.map((part) => part.report)]).toEqual(['sent', ['delivered', 'delivered']]);
    expect(await pass(Promise.all(overtaking))).toMatchObject([{ sequence: 1 }, null, { sequence: 2 }, null]);
  });
});
