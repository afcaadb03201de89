import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import { ClientTransactions, type SipCarrier } from './client-transactions.js';
import type { SipResponse } from './message.js';
import { parseSipMessage } from './parse-message.js';
import { ServerTransactions } from './server-transactions.js';

const response = (status: number, branch = 'z9hG4bK1', method = 'MESSAGE'): SipResponse => {
  const message = parseSipMessage(
    Buffer.from(`SIP/2.0 ${status} x\r\nVia: SIP/2.0/UDP h;branch=${branch}\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`),
  );
  if (message.kind !== 'response') throw new TypeError('this is no answer');
  return message;
};

/** A carrier that notes when something was sent on it. */
function carrierOf(clock: ManualClock, transport: 'UDP' | 'TCP' = 'UDP', fails: () => boolean = () => false) {
  const sentAt: number[] = [];
  const carrier: SipCarrier = {
    transport,
    local: { address: '127.0.0.1', port: 5060 },
    send: () => {
      if (fails()) throw new EndpointError('endpoints/not-reached', 'no');
      sentAt.push(clock.monotonic());
    },
  };
  return { carrier, sentAt };
}

const request = { octets: Uint8Array.of(1), branch: 'z9hG4bK1', method: 'MESSAGE' };
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof EndpointError ? error.code : error),
  );

describe('requests of ours (RFC 3261 17.1.2)', () => {
  test('go out again over UDP, ever more slowly, until 32 s are over', async () => {
    const clock = new ManualClock();
    const { carrier, sentAt } = carrierOf(clock);
    const outcome = codeOf(new ClientTransactions(clock).request(request, carrier));
    await clock.step(60_000);
    expect(sentAt).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(await outcome).toBe('endpoints/no-answer');
    expect(clock.waiting).toBe(0);
  });

  test('go out once over TCP', async () => {
    const clock = new ManualClock();
    const { carrier, sentAt } = carrierOf(clock, 'TCP');
    const outcome = codeOf(new ClientTransactions(clock).request(request, carrier));
    await clock.step(31_999);
    expect(sentAt).toEqual([0]);
    await clock.step(1);
    expect(await outcome).toBe('endpoints/no-answer');
  });

  test('are not sent again once they are answered, and only slowly once somebody works on them', async () => {
    const clock = new ManualClock();
    const { carrier, sentAt } = carrierOf(clock);
    const transactions = new ClientTransactions(clock);
    const outcome = transactions.request(request, carrier);
    await clock.step(600);
    transactions.feed(response(100));
    await clock.step(9000);
    expect(sentAt).toEqual([0, 500, 1500, 5500, 9500]);
    transactions.feed(response(200));
    transactions.feed(response(500));
    expect((await outcome).status).toBe(200);
    await clock.step(60_000);
    expect(sentAt).toHaveLength(5);
    expect(clock.waiting).toBe(0);
  });

  test('are answered by their own branch and method alone (17.1.3)', async () => {
    const clock = new ManualClock();
    const transactions = new ClientTransactions(clock);
    const outcome = transactions.request(request, carrierOf(clock).carrier);
    transactions.feed(response(200, 'z9hG4bK2'));
    transactions.feed(response(200, 'z9hG4bK1', 'INVITE'));
    transactions.feed(response(404));
    expect((await outcome).status).toBe(404);
  });

  test('fail with the carrier that they went out on, and with no other', async () => {
    const clock = new ManualClock();
    const transactions = new ClientTransactions(clock);
    const [one, other] = [carrierOf(clock, 'TCP'), carrierOf(clock, 'TCP')];
    const first = codeOf(transactions.request(request, one.carrier));
    const second = transactions.request({ ...request, branch: 'z9hG4bK2' }, other.carrier);
    transactions.fail(one.carrier, new EndpointError('endpoints/no-answer', 'closed'));
    transactions.feed(response(200, 'z9hG4bK2'));
    expect([await first, (await second).status]).toEqual(['endpoints/no-answer', 200]);
  });

  test('are not sent where the first datagram came back, and perhaps sent where a later one did', async () => {
    const clock = new ManualClock();
    const transactions = new ClientTransactions(clock);
    const { carrier } = carrierOf(clock);
    const refused = new EndpointError('endpoints/not-reached', 'ECONNREFUSED');
    const first = codeOf(transactions.request(request, carrier));
    transactions.fail(carrier, refused);
    const second = codeOf(transactions.request(request, carrier));
    await clock.step(500);
    transactions.fail(carrier, refused);
    expect([await first, await second]).toEqual(['endpoints/not-reached', 'endpoints/no-answer']);
  });

  test('end when they are aborted, and when they cannot be sent', async () => {
    const clock = new ManualClock();
    const transactions = new ClientTransactions(clock);
    const abort = new AbortController();
    const outcome = codeOf(transactions.request(request, carrierOf(clock).carrier, abort.signal));
    abort.abort('enough');
    expect(await outcome).toBe('enough');
    expect(await codeOf(transactions.request(request, carrierOf(clock).carrier, abort.signal))).toBe('enough');
    expect(await codeOf(transactions.request(request, carrierOf(clock, 'TCP', () => true).carrier))).toBe('endpoints/not-reached');
    expect(clock.waiting).toBe(0);
  });
});

describe('requests of others (RFC 3261 17.2.2)', () => {
  const answer = Uint8Array.of(2);

  test('that come again get the same answer for 32 s, and are new after that', async () => {
    const clock = new ManualClock();
    const transactions = new ServerTransactions(clock);
    expect(transactions.begin('key', 'request')).toEqual({ is: 'new' });
    expect(transactions.begin('key', 'request')).toEqual({ is: 'open' });
    await clock.step(40_000);
    expect(transactions.begin('key', 'request')).toEqual({ is: 'open' });
    transactions.answered('key', answer, false);
    await clock.step(31_999);
    expect(transactions.begin('key', 'request')).toEqual({ is: 'answered', answer });
    await clock.step(1);
    expect(transactions.begin('key', 'request')).toEqual({ is: 'new' });
  });

  test('that come by two ways at once are told so (8.2.2.2)', () => {
    const transactions = new ServerTransactions(new ManualClock());
    transactions.begin('one', 'request');
    expect(transactions.begin('other', 'request')).toEqual({ is: 'merged' });
    transactions.answered('one', answer, false);
    expect(transactions.begin('other', 'request')).toEqual({ is: 'new' });
  });

  test('on a stream are forgotten with their answer', () => {
    const transactions = new ServerTransactions(new ManualClock());
    transactions.begin('key', 'request');
    transactions.answered('key', answer, true);
    expect(transactions.size).toBe(0);
  });

  test('are kept up to a bound; those that are answered make room first', async () => {
    const clock = new ManualClock();
    const transactions = new ServerTransactions(clock, 3);
    transactions.begin('open', 'r0');
    for (const key of ['1', '2', '3', '4']) {
      transactions.begin(key, `r${key}`);
      transactions.answered(key, answer, false);
    }
    expect(transactions.size).toBe(3);
    expect(transactions.begin('open', 'r0')).toEqual({ is: 'open' });
    expect(transactions.begin('4', 'r4')).toEqual({ is: 'answered', answer });
    expect(transactions.begin('1', 'r1')).toEqual({ is: 'new' });
    await clock.step(60_000);
    transactions.begin('5', 'r5');
    expect(transactions.size).toBe(3);
  });

  test('are kept with so many octets of answers at most, however often one comes again', async () => {
    const clock = new ManualClock();
    const transactions = new ServerTransactions(clock, 1000, 100);
    const long = new Uint8Array(40);
    for (const key of ['1', '2', '3', '3', '4', '4']) {
      if (transactions.begin(key, `r${key}`).is === 'new') transactions.answered(key, long, false);
    }
    transactions.begin('5', 'r5');
    expect(['3', '4'].map((key) => transactions.begin(key, `r${key}`).is)).toEqual(['answered', 'answered']);
    await clock.step(32_000);
    // What is over counts no longer.
    for (const key of ['3', '4']) {
      expect(transactions.begin(key, `r${key}`)).toEqual({ is: 'new' });
      transactions.answered(key, long, false);
    }
    transactions.begin('6', 'r6');
    expect(transactions.begin('3', 'r3')).toMatchObject({ is: 'answered' });
  });
});
