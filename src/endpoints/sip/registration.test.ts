import { describe, expect, test } from 'vitest';
import { ManualClock, seededRandom, silentLogger } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import { ClientTransactions } from './client-transactions.js';
import { formatChallenge, parseClaim } from './digest.js';
import { headerList, headerValue, type SipRequest } from './message.js';
import type { OpenCarrier } from './open-carrier.js';
import { parseSipMessage } from './parse-message.js';
import { type RegistrationOptions, type RegistrationState, SipRegistration } from './registration.js';
import { parseSipUri, type SipUri } from './uri.js';

const instance = 'urn:uuid:00000000-0000-1000-8000-000a95a0e128';
const uri = (text: string): SipUri => {
  const read = parseSipUri(text);
  if (read === null) throw new TypeError(`${text} is no URI`);
  return read;
};

/** Header fields of the answer to a registration, by its number from 1; null says nothing at all. */
type Registrar = (
  request: SipRequest,
  number: number,
  to: string,
) => { readonly status: number; readonly lines?: readonly string[] } | null;

/** A device before a registrar that is a function; time is stepped by hand. */
function device(
  registrar: Registrar,
  options: Partial<RegistrationOptions> = {},
  { transport = 'UDP' as const }: { transport?: 'UDP' | 'TCP' } = {},
) {
  const clock = new ManualClock();
  const transactions = new ClientTransactions(clock);
  const requests: SipRequest[] = [];
  const requestsAt: number[] = [];
  const states: RegistrationState[] = [];
  const refusals: string[] = [];
  const ways: string[] = [];
  let lost = (): void => {};
  let broken = false;
  const registration = new SipRegistration(
    { registrar: uri('sip:192.0.2.1:5090'), aor: 'sip:dev1@b.invalid', instance, ...options },
    {
      clock,
      random: seededRandom(1),
      log: silentLogger,
      transactions,
      open: async (to, { onLost }): Promise<OpenCarrier> => {
        ways.push(to.text);
        lost = onLost;
        if (broken) throw new EndpointError('endpoints/not-reached', 'no');
        return {
          transport,
          local: { address: '127.0.0.1', port: 5070 },
          usable: () => true,
          close: () => {},
          send: (octets) => {
            const request = parseSipMessage(octets);
            if (request.kind !== 'request') throw new TypeError('this is no request');
            if (requests.at(-1)?.headers[0]?.value !== request.headers[0]?.value) {
              requests.push(request);
              requestsAt.push(clock.monotonic());
            }
            const answer = registrar(request, requests.length, to.text);
            if (answer === null) return;
            const head = [`SIP/2.0 ${answer.status} Said`, `Via: ${headerValue(request, 'via')}`, `CSeq: ${headerValue(request, 'cseq')}`];
            const message = parseSipMessage(Buffer.from([...head, ...(answer.lines ?? []), 'Content-Length: 0', '', ''].join('\r\n')));
            if (message.kind === 'response') transactions.feed(message);
          },
        };
      },
      onState: (state) => states.push(state),
      refused: (code, message) => refusals.push(`${code}: ${message}`),
    },
  );
  return {
    clock,
    registration,
    requests,
    requestsAt,
    states,
    refusals,
    ways,
    lose: () => lost(),
    breakWay: (is: boolean) => {
      broken = is;
    },
    start: async () => {
      registration.start();
      await clock.settle();
    },
  };
}

const granted = (seconds: number, further = '') => [
  `Contact: <sip:other@198.51.100.1>;expires=9999;+sip.instance="<urn:uuid:other>";pub-gruu="sip:dev1@b.invalid;gr=urn:uuid:other"`,
  `Contact: <sip:dev1@127.0.0.1:5070>;expires=${seconds};+sip.instance="<${instance}>"${further}`,
];
const gruus = ';pub-gruu="sip:dev1@b.invalid;gr=urn:uuid:1";temp-gruu="sip:tgruu.7hs@b.invalid;gr"';

describe('a registration (OMA-TS-DM_PushBinding-V1_3 5.2; RFC 3261 10; RFC 5627 4)', () => {
  test('says at once who it is: instance, feature tag, and that it knows GRUUs; and reads its own from the answer', async () => {
    const { start, requests, states } = device(() => ({ status: 200, lines: granted(600, gruus) }));
    await start();
    const [request] = requests;
    expect(request).toMatchObject({ method: 'REGISTER', uri: 'sip:192.0.2.1:5090' });
    const value = (name: string) => (request === undefined ? undefined : headerValue(request, name));
    expect(value('contact')).toBe(`<sip:dev1@127.0.0.1:5070>;+sip.instance="<${instance}>";+g.oma.eventappid="syncml.dm";expires=3600`);
    expect([value('to'), value('cseq'), value('max-forwards')]).toEqual(['<sip:dev1@b.invalid>', '1 REGISTER', '70']);
    expect(request === undefined ? [] : headerList(request, 'supported')).toContain('gruu');
    expect(states).toEqual([
      {
        state: 'registered',
        registrar: 'sip:192.0.2.1:5090',
        aor: 'sip:dev1@b.invalid',
        expiresSeconds: 600,
        publicGruu: 'sip:dev1@b.invalid;gr=urn:uuid:1',
        temporaryGruu: 'sip:tgruu.7hs@b.invalid;gr',
      },
    ]);
  });

  test.each([
    [3600, 3_540_000],
    [600, 540_000],
    [60, 30_000],
    [10, 5000],
    [1, 1000],
  ])('of %i s is renewed after %i ms, before it ends, in the same call with the next number', async (seconds, afterMs) => {
    const { start, clock, requests } = device(() => ({ status: 200, lines: granted(seconds) }));
    await start();
    await clock.step(afterMs - 1);
    expect(requests).toHaveLength(1);
    await clock.step(1);
    expect(requests.map((request) => headerValue(request, 'cseq'))).toEqual(['1 REGISTER', '2 REGISTER']);
    expect(new Set(requests.map((request) => headerValue(request, 'call-id'))).size).toBe(1);
  });

  test('is known by its address where the registrar gives no instance back, and without a GRUU where it gives none', async () => {
    const { start, states } = device(() => ({ status: 200, lines: ['Contact: <sip:dev1@127.0.0.1:5070>;expires=77'] }));
    await start();
    expect(states[0]).toMatchObject({ state: 'registered', expiresSeconds: 77, publicGruu: null, temporaryGruu: null });
  });

  test('takes the time of Expires where its address has none, and what it asked for where nothing is said', async () => {
    const first = device(() => ({ status: 200, lines: ['Contact: <sip:dev1@127.0.0.1:5070>', 'Expires: 88'] }));
    await first.start();
    const second = device(() => ({ status: 200 }), { expiresSeconds: 99 });
    await second.start();
    expect([first.states[0]?.expiresSeconds, second.states[0]?.expiresSeconds]).toEqual([88, 99]);
  });

  test('that is granted for no time is none', async () => {
    const { start, states } = device(() => ({ status: 200, lines: granted(0) }));
    await start();
    expect(states.map(({ state }) => state)).toEqual(['failed']);
  });

  test('proves itself, with the same nonce again when it is renewed', async () => {
    const challenge = formatChallenge({ realm: 'r', nonce: 'n', opaque: null, algorithm: 'SHA-256', qopAuth: true, stale: false });
    const registrar: Registrar = (request) =>
      headerValue(request, 'authorization') === undefined
        ? { status: 401, lines: [`WWW-Authenticate: ${challenge}`] }
        : { status: 200, lines: granted(10) };
    const { start, clock, requests, states } = device(registrar, { credentials: { username: 'dev1', password: 'secret' } });
    await start();
    await clock.step(5000);
    const claims = requests.map((request) => parseClaim(headerValue(request, 'authorization') ?? ''));
    expect(claims.map((claim) => claim?.nonceCount)).toEqual([undefined, 1, 2]);
    expect(claims[1]).toMatchObject({ username: 'dev1', uri: 'sip:192.0.2.1:5090' });
    expect(states.map(({ state }) => state)).toEqual(['registered', 'registered']);
  });

  test('with a wrong password is tried again only after a minute, and says what to check without the password', async () => {
    const registrar: Registrar = (_, number) => ({
      status: 401,
      lines: [`WWW-Authenticate: Digest realm="r", nonce="${number}", qop="auth"`],
    });
    const { start, clock, requests, refusals } = device(registrar, { credentials: { username: 'dev1', password: 'secret' } });
    await start();
    expect(requests).toHaveLength(2);
    await clock.step(59_999);
    expect(requests).toHaveLength(2);
    await clock.step(1);
    expect(requests.length).toBeGreaterThan(2);
    expect(refusals[0]).toBe('endpoints/sip-not-registered: not registered at sip:192.0.2.1:5090: the registrar answered 401 Said');
    expect(refusals.join()).not.toContain('secret');
  });

  test('asks for the longer time that a registrar demands (423)', async () => {
    const registrar: Registrar = (request) =>
      headerValue(request, 'contact')?.endsWith('expires=60') === true
        ? { status: 423, lines: ['Min-Expires: 1200'] }
        : { status: 200, lines: granted(1200) };
    const { start, states, requests } = device(registrar, { expiresSeconds: 60 });
    await start();
    expect([requests.length, states[0]?.expiresSeconds]).toEqual([2, 1200]);
  });

  test('follows a registrar that redirects, three times at most', async () => {
    const once: Registrar = (_, __, to) =>
      to.startsWith('sip:192.0.2.1') ? { status: 302, lines: ['Contact: <sip:192.0.2.2>'] } : { status: 200, lines: granted(60) };
    const followed = device(once);
    await followed.start();
    expect([followed.ways, followed.states[0]?.state]).toEqual([['sip:192.0.2.1:5090', 'sip:192.0.2.2'], 'registered']);
    const endless = device(() => ({ status: 302, lines: ['Contact: <sip:192.0.2.3>'] }));
    await endless.start();
    expect([endless.ways.length, endless.states[0]?.state]).toEqual([4, 'failed']);
  });

  test('goes through an outbound proxy, which is named in Route', async () => {
    const { start, ways, requests } = device(() => ({ status: 200, lines: granted(60) }), {
      registrar: uri('sip:b.invalid'),
      proxy: uri('sip:192.0.2.7:5080'),
    });
    await start();
    expect(ways).toEqual(['sip:192.0.2.7:5080']);
    expect(requests.map((request) => [request.uri, headerValue(request, 'route')])).toEqual([['sip:b.invalid', '<sip:192.0.2.7:5080;lr>']]);
  });

  test('with a silent registrar fails after 32 s, and is tried again after pauses that grow to a minute at most', async () => {
    const { start, clock, requestsAt, states } = device(() => null);
    await start();
    await clock.step(32_000);
    expect(states.map(({ state }) => state)).toEqual(['failed']);
    await clock.step(1_200_000);
    const pauses = requestsAt.slice(1).map((at, index) => at - (requestsAt[index] ?? 0) - 32_000);
    expect(pauses[0]).toBeLessThanOrEqual(1000);
    expect(pauses.every((pause) => pause > 0 && pause <= 60_000)).toBe(true);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(30_000);
  });

  test('waits as long as a registrar that has no room says (503 with Retry-After)', async () => {
    const { start, clock, requests } = device(() => ({ status: 503, lines: ['Retry-After: 120 (soon);duration=3'] }));
    await start();
    await clock.step(119_999);
    expect(requests).toHaveLength(1);
    await clock.step(1);
    expect(requests).toHaveLength(2);
  });

  test('is made anew soon when the connection to the registrar is lost, since nothing could come by it', async () => {
    const { start, clock, lose, requests, states, breakWay } = device(
      () => ({ status: 200, lines: granted(3600) }),
      {},
      { transport: 'TCP' },
    );
    await start();
    expect(requests[0] === undefined ? '' : headerValue(requests[0], 'contact')).toContain('<sip:dev1@127.0.0.1:5070;transport=tcp>');
    breakWay(true);
    lose();
    await clock.settle();
    await clock.step(1500);
    expect(states.map(({ state }) => state)).toEqual(['registered', 'failed']);
    breakWay(false);
    await clock.step(2000);
    expect(states.map(({ state }) => state)).toEqual(['registered', 'failed', 'registered']);
  });

  test('ends with expires=0 when the device leaves, and without a word where there was none', async () => {
    const { start, registration, requests } = device(() => ({ status: 200, lines: granted(3600) }));
    await start();
    await registration.close();
    expect(requests.map((request) => headerValue(request, 'contact')?.replace(/.*expires=/, ''))).toEqual(['3600', '0']);
    const never = device(() => null);
    await never.start();
    await never.registration.close();
    expect(never.requests).toHaveLength(1);
  });

  test('does not keep a device that leaves waiting for a silent registrar', async () => {
    let silent = false;
    const { start, clock, registration } = device(() => (silent ? null : { status: 200, lines: granted(3600) }));
    await start();
    silent = true;
    const closed = registration.close();
    await clock.settle();
    await clock.step(1000);
    await closed;
    expect(clock.waiting).toBe(0);
  });
});
