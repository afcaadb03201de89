import { describe, expect, test } from 'vitest';
import { ManualClock, seededRandom } from '../../runtime/index.js';
import type { EndpointMessage, Refusal } from '../types.js';
import { formatAuthorization, parseChallenge } from './digest.js';
import { DigestGuard } from './digest-guard.js';
import { headerList, headerValue, type SipResponse } from './message.js';
import { parseSipMessage } from './parse-message.js';
import { RequestHandler, type RequestHandlerOptions } from './request-handler.js';
import { sipText, textWith } from './sip.testing.js';

/** A handler before a disk that the test holds. */
function setting(options: Partial<RequestHandlerOptions> = {}) {
  const clock = new ManualClock();
  const accepted: EndpointMessage[] = [];
  const repeated: unknown[] = [];
  const refusals: Refusal[] = [];
  const answers: SipResponse[] = [];
  const responses: SipResponse[] = [];
  const disk: { hold: boolean; fails: boolean; readonly waiting: (() => void)[] } = { hold: false, fails: false, waiting: [] };
  const handler = new RequestHandler({
    clock,
    random: seededRandom(1),
    intake: {
      accept: async (message) => {
        if (disk.hold) await new Promise<void>((resolve) => disk.waiting.push(resolve));
        if (disk.fails) throw new TypeError('the disk is full');
        accepted.push(message);
        return { duplicate: false };
      },
      repeated: (message) => repeated.push(message),
      refused: (refusal) => refusals.push(refusal),
      registration: () => {},
    },
    onResponse: (response) => responses.push(response),
    ...options,
  });
  const take = (text: string, reliable = false) =>
    handler.handle(Buffer.from(text, 'latin1'), {
      address: '198.51.100.7',
      port: 4711,
      reliable,
      answer: (octets) => {
        const answer = parseSipMessage(octets, { stream: true });
        if (answer.kind === 'response') answers.push(answer);
      },
    });
  return {
    clock,
    handler,
    accepted,
    repeated,
    refusals,
    answers,
    responses,
    disk,
    take,
    statuses: () => answers.map(({ status }) => status),
  };
}

describe('a request', () => {
  test('is on disk before it is answered, with hops, parties and numbers as they came and a tag in To (RFC 3261 8.2.6)', async () => {
    const { take, answers, accepted, disk } = setting();
    disk.hold = true;
    const taken = take(textWith({ Via: 'SIP/2.0/UDP h:5070;branch=z9hG4bKx;rport, SIP/2.0/TCP g;branch=z9hG4bKy', Via2: 'x' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect([answers, accepted]).toEqual([[], []]);
    disk.waiting[0]?.();
    await taken;
    const [answer] = answers;
    if (answer === undefined) throw new TypeError('there is no answer');
    expect(answer.status).toBe(200);
    expect(headerList(answer, 'via')).toEqual([
      'SIP/2.0/UDP h:5070;branch=z9hG4bKx;rport=4711;received=198.51.100.7',
      'SIP/2.0/TCP g;branch=z9hG4bKy',
    ]);
    expect(headerValue(answer, 'to')).toMatch(/^<sip:dev@b\.invalid>;tag=[0-9a-f-]{13}$/);
    expect(['from', 'call-id', 'cseq'].map((name) => headerValue(answer, name))).toEqual([
      '<sip:a@b.invalid>;tag=1',
      'one@b.invalid',
      '1 MESSAGE',
    ]);
    // A MESSAGE is answered without a Contact. (RFC 3428 7)
    expect(headerValue(answer, 'contact')).toBeUndefined();
    expect(accepted).toMatchObject([{ binding: 'sip', from: 'sip:a@b.invalid', retransmissionKey: 'one@b.invalid\n1\n1 MESSAGE' }]);
    expect(accepted[0]?.envelope.headers).toContainEqual(['Content-Type', 'application/vnd.syncml.dm+wbxml']);
  });

  test('keeps a tag that To has', async () => {
    const { take, answers } = setting();
    await take(textWith({ To: '<sip:dev@b.invalid>;tag=own' }));
    expect(answers[0] === undefined ? null : headerValue(answers[0], 'to')).toBe('<sip:dev@b.invalid>;tag=own');
  });

  test('that comes again is not taken again: nothing is said while it waits for the disk, then the same answer', async () => {
    const { take, answers, accepted, repeated, disk } = setting();
    disk.hold = true;
    const taken = take(sipText);
    await take(sipText);
    expect(answers).toEqual([]);
    disk.waiting[0]?.();
    await taken;
    await take(sipText);
    expect([answers.length, accepted.length]).toEqual([2, 1]);
    expect(headerValue(answers[1]!, 'to')).toBe(headerValue(answers[0]!, 'to'));
    expect(repeated).toEqual(Array.from({ length: 2 }, () => ({ binding: 'sip', from: 'sip:a@b.invalid' })));
  });

  test('that comes again and was not taken is no repetition of anything', async () => {
    const { take, statuses, repeated, disk } = setting();
    disk.fails = true;
    for (const text of [sipText, sipText, textWith({ 'Content-Type': 'text/plain', 'Call-ID': 'two@b.invalid' })]) await take(text);
    expect(statuses()).not.toContain(200);
    expect(repeated).toEqual([]);
  });

  test('that comes by another way while it is worked on is told so (482), and once it is answered it is taken as the repetition it is', async () => {
    const { take, statuses, accepted, disk } = setting();
    disk.hold = true;
    const taken = take(sipText);
    await take(textWith({ Via: 'SIP/2.0/UDP other;branch=z9hG4bKother' }));
    expect(statuses()).toEqual([482]);
    disk.waiting[0]?.();
    await taken;
    disk.hold = false;
    await take(textWith({ Via: 'SIP/2.0/UDP other;branch=z9hG4bKthird' }));
    expect(statuses()).toEqual([482, 200, 200]);
    // The journal knows by the key that both are one.
    expect(new Set(accepted.map(({ retransmissionKey }) => retransmissionKey)).size).toBe(1);
  });

  test('that the disk does not take is to come again (503 with Retry-After), and then is new', async () => {
    const { take, answers, disk, accepted } = setting();
    disk.fails = true;
    await take(sipText);
    expect([answers[0]?.status, answers[0] === undefined ? null : headerValue(answers[0], 'retry-after')]).toEqual([503, '5']);
    disk.fails = false;
    await take(textWith({ CSeq: '2 MESSAGE', Via: 'SIP/2.0/UDP h;branch=z9hG4bK2' }));
    expect([answers[1]?.status, accepted.length]).toEqual([200, 1]);
  });

  test('is refused while 32 MiB wait for the disk, and says why', async () => {
    const { take, statuses, refusals, disk, handler } = setting();
    disk.hold = true;
    const body = 'x'.repeat(262_144);
    const large = (call: string): string => textWith({ 'Call-ID': call, 'Content-Length': String(body.length) }).replace(/body$/, body);
    const all = Array.from({ length: 129 }, (_, index) => take(large(String(index)), true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(statuses()).toEqual([503]);
    expect(refusals).toMatchObject([{ code: 'endpoints/overloaded', from: '198.51.100.7:4711' }]);
    const idle = handler.idle();
    for (const done of disk.waiting) done();
    await Promise.all([...all, idle]);
    expect(statuses().filter((status) => status === 200)).toHaveLength(128);
  });

  test('of OPTIONS is told what is taken, and where this device alone is reached', async () => {
    const { take, answers } = setting({ contact: () => 'sip:dev@b.invalid;gr=urn:uuid:1' });
    await take(sipText.replaceAll('MESSAGE', 'OPTIONS'));
    const [answer] = answers;
    if (answer === undefined) throw new TypeError('there is no answer');
    expect(answer.status).toBe(200);
    expect(['allow', 'accept', 'contact'].map((name) => headerValue(answer, name))).toEqual([
      'MESSAGE, OPTIONS',
      'application/vnd.syncml.dm+wbxml, application/vnd.syncml.dm+xml',
      '<sip:dev@b.invalid;gr=urn:uuid:1>;+g.oma.eventappid="syncml.dm"',
    ]);
  });

  test.each([
    ['INVITE', 405],
    ['CANCEL', 481],
    ['x-unknown', 405],
  ])('of %s is answered with %i', async (method, status) => {
    const { take, statuses, refusals } = setting();
    await take(sipText.replaceAll('MESSAGE', method));
    expect(statuses()).toEqual([status]);
    expect(refusals[0]?.code).toBe('endpoints/sip-refused');
  });

  test('of ACK is never answered, and neither is what nobody can be told of', async () => {
    const { take, answers, refusals } = setting();
    await take(sipText.replaceAll('MESSAGE', 'ACK'));
    await take(textWith({ Via: 'nonsense' }));
    await take(textWith({ Via: null }));
    await take('garbage\r\n\r\n');
    await take('MESSAGE sip:a@b SIP/2.0');
    expect(answers).toEqual([]);
    expect(refusals.map(({ code }) => code)).toEqual([
      'endpoints/sip-header',
      'endpoints/sip-header',
      'endpoints/sip-malformed',
      'endpoints/sip-malformed',
    ]);
  });

  test('that says nothing keeps an address translator awake, and is no fault', async () => {
    const { take, answers, refusals } = setting();
    for (const quiet of ['', '\r\n', '\r\n\r\n', '\0\0\0\0']) await take(quiet);
    expect([answers, refusals]).toEqual([[], []]);
    await take('\r\n'.repeat(20));
    expect(refusals).toHaveLength(1);
  });

  test('without credentials is asked for them, where senders must prove who they are', async () => {
    const guard = new DigestGuard({ clock: new ManualClock(), realm: 'r', passwords: new Map([['a', 'b']]) });
    const { take, answers, accepted, refusals } = setting({ guard });
    await take(sipText);
    expect(answers[0]?.status).toBe(401);
    expect(
      answers[0]?.headers.filter(({ name }) => name === 'www-authenticate').map(({ value }) => /algorithm=([^,]*)/.exec(value)?.[1]),
    ).toEqual(['SHA-256', 'MD5']);
    // Whoever has not been asked yet has done nothing wrong.
    expect([accepted, refusals]).toEqual([[], []]);
  });

  test('may prove itself for the URI in To, where a proxy has written another in the request line', async () => {
    const guard = new DigestGuard({ clock: new ManualClock(), realm: 'r', passwords: new Map([['a', 'b']]) });
    const { take, answers, statuses } = setting({ guard });
    await take(sipText);
    const challenge = parseChallenge(answers[0]?.headers.find(({ name }) => name === 'www-authenticate')?.value ?? '');
    if (challenge === null) throw new TypeError('the challenge cannot be read');
    const proof = (uri: string, nonceCount: number) =>
      formatAuthorization({ username: 'a', password: 'b', challenge, method: 'MESSAGE', uri, clientNonce: 'c', nonceCount });
    const rewritten = (call: string, uri: string, count: number) =>
      textWith({ 'Call-ID': call, Authorization: proof(uri, count) }).replace('sip:dev@b.invalid SIP', 'sip:dev@198.51.100.1:5070 SIP');
    await take(rewritten('two', 'sip:dev@b.invalid', 1));
    await take(rewritten('three', 'sip:dev@198.51.100.1:5070', 2));
    await take(rewritten('four', 'sip:other@b.invalid', 3));
    expect(statuses()).toEqual([401, 200, 200, 401]);
  });

  test('shows who asserts to have sent it, header names in their long form, and no credentials', async () => {
    const { take, accepted } = setting();
    await take(
      textWith({
        'P-Asserted-Identity': '"\u00c3\u0084" <sip:real@b.invalid>',
        i: 'x',
        'Call-ID': null,
        Authorization: 'Digest x',
        s: 'short',
      }),
    );
    expect(accepted[0]?.from).toBe('sip:real@b.invalid');
    const names = accepted[0]?.envelope.headers.map(([name]) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['Call-ID', 'Subject', 'P-Asserted-Identity']));
    expect(names).not.toContain('Authorization');
    expect(accepted[0]?.envelope.headers).toContainEqual(['P-Asserted-Identity', '"Ä" <sip:real@b.invalid>']);
  });
});

test('an answer goes to whoever waits for it, and not where it has a fault', async () => {
  const { take, responses } = setting();
  await take('SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=1\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n');
  await take('SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=1\r\nCSeq: 1 REGISTER\r\nContent-Length: 9\r\n\r\n');
  expect(responses).toHaveLength(1);
});
