import { describe, expect, test } from 'vitest';
import { supervise } from '../../src/modem/index.js';
import { profiles, type QuirkId, quirks } from '../../src/profiles/index.js';
import { ManualClock, seededRandom } from '../../src/runtime/index.js';
import { openVirtualBench } from '../../src/virtual-bench/index.js';
import { deliverTpdu, QuirkBench } from '../support/quirk-bench.js';
import { seed } from '../support/seed.js';

/** An SMS-SUBMIT that asks for a status report. @see 3GPP TS 23.040 9.2.2.2 */
function submission(number: string): string {
  const digits = `${number.slice(1)}${number.length % 2 === 0 ? 'F' : ''}`.replace(/(.)(.)/g, '$2$1');
  const length = (number.length - 1).toString(16).padStart(2, '0').toUpperCase();
  return `003100${length}91${digits}0004AA03010203`;
}

const octetsOf = (pdu: string): number => pdu.length / 2 - 1;

/** A direct message must be acknowledged at the first try, and within a minute. */
async function acknowledgedAtOnce(bench: QuirkBench): Promise<void> {
  const modem = await bench.drive({ reception: 'direct' });
  const outcome = bench.target.deliver(deliverTpdu(1));
  const received = await bench.within(10_000, bench.next(modem));
  expect(received.storage).toBeNull();
  await bench.within(200_000, modem.acknowledge(received));
  expect(await bench.within(1_000, outcome)).toBe('acknowledged');
}

/** A message that nobody could keep must come again, since its sender was not told that it arrived. */
async function refusedComesAgain(bench: QuirkBench): Promise<void> {
  const modem = await bench.drive();
  void bench.target.deliver(deliverTpdu(2));
  const first = await bench.within(10_000, bench.next(modem));
  await bench.within(40_000, modem.acknowledge(first, 'refused'));
  expect((await bench.take(modem, 400_000)).pdu.endsWith(deliverTpdu(2))).toBe(true);
}

async function announcedSoon(bench: QuirkBench): Promise<void> {
  const modem = await bench.drive();
  void bench.target.deliver(deliverTpdu(3));
  expect((await bench.take(modem, 3_000)).pdu.endsWith(deliverTpdu(3))).toBe(true);
}

/** What each quirk does to a bridge that does not know of it. */
const journeys: Readonly<Record<QuirkId, (bench: QuirkBench) => Promise<void>>> = {
  'acknowledges-slowly': acknowledgedAtOnce,
  'acknowledges-with-one': acknowledgedAtOnce,
  'acknowledges-with-zero': acknowledgedAtOnce,
  'no-acknowledgement': refusedComesAgain,
  'service-level-meaningless': refusedComesAgain,
  'indication-mode-one': announcedSoon,
  'unsolicited-on-another-port': announcedSoon,
  'direct-reports-wedge': async (bench) => {
    const modem = await bench.drive();
    const receiver = await bench.drive({ place: 1 });
    const pdu = submission(bench.other(1).number);
    await bench.within(10_000, modem.submit(pdu, octetsOf(pdu)));
    await bench.take(receiver, 10_000);
    expect((await bench.take(modem, 30_000)).kind).toBe('status-report');
    void bench.target.deliver(deliverTpdu(4));
    expect((await bench.take(modem, 30_000)).kind).toBe('deliver');
  },
  'floods-with-announcements': async (bench) => {
    const modem = await bench.drive();
    await bench.clock.step(20_000);
    expect(modem.lost).toBeNull();
    void bench.target.deliver(deliverTpdu(5));
    await bench.take(modem, 10_000);
    expect(bench.target.modem.restarts).toBe(0);
  },
  'lists-no-messages': async (bench) => {
    bench.target.modem.stores.SM.put({ status: 0, pdu: `00${deliverTpdu(6)}`, tpduOctets: deliverTpdu(6).length / 2 });
    const modem = await bench.drive({ withinMs: 20_000 });
    expect((await bench.take(modem, 1_000)).pdu).toBe(`00${deliverTpdu(6)}`);
  },
  'messages-late-after-sim': async (bench) => {
    bench.target.modem.reboot();
    await bench.drive({ withinMs: 30_000 });
    await announcedSoon(bench);
  },
  'no-link-keeping': async (bench) => {
    const modem = await bench.drive();
    const pdu = submission(bench.other(1).number);
    await bench.within(2_000, modem.submit(pdu, octetsOf(pdu), { more: true }));
    await bench.within(2_000, modem.submit(pdu, octetsOf(pdu)));
  },
  'pin-counter-elsewhere': async (bench) => {
    const { sim } = bench.target.modem;
    sim.state = 'SIM PIN';
    sim.pinAttempts = 1;
    const pin = { ask: async () => '9999', rejected: async () => {} };
    await expect(bench.drive({ pin })).rejects.toMatchObject({ code: 'modem/sim-locked' });
    expect([sim.state, sim.pinAttempts]).toEqual(['SIM PIN', 1]);
  },
  'pin-query-without-result': async (bench) => {
    await bench.drive({ withinMs: 10_000 });
  },
  'reset-loses-device': async (bench) => {
    const { modem: firmware } = bench.target;
    // Text mode alone is understood for a while: what a driver is tempted to mend by a reset.
    firmware.disturbance.refusesPduMode = true;
    const stop = new AbortController();
    const states: string[] = [];
    const kept = supervise('virtual', {
      clock: bench.clock,
      signal: stop.signal,
      profile: bench.profile,
      onEvent: (event) => states.push(event.kind === 'state' ? event.state : event.note),
      open: (_name, options) => bench.drive(options),
    });
    const opening = kept.next();
    opening.catch(() => {});
    try {
      await bench.clock.step(240_000);
      firmware.disturbance.refusesPduMode = false;
      expect((await bench.within(60_000, opening)).value?.identity.model).toBe('Virtual Modem');
      expect(states).toContain('reset-withheld');
    } finally {
      stop.abort();
      await bench.within(60_000, kept.return(undefined)).catch(() => {});
    }
  },
  'sends-fail-by-packet': async (bench) => {
    const modem = await bench.drive();
    const pdu = submission(bench.other(1).number);
    expect(await bench.within(5_000, modem.submit(pdu, octetsOf(pdu)))).toEqual({ messageReference: expect.any(Number) });
  },
  'stored-reports-unreadable': async (bench) => {
    bench.target.modem.disturbance.refusesDirectReports = true;
    const modem = await bench.drive();
    const receiver = await bench.drive({ place: 1 });
    const pdu = submission(bench.other(1).number);
    await bench.within(10_000, modem.submit(pdu, octetsOf(pdu)));
    await bench.take(receiver, 10_000);
    await bench.clock.step(2_000);
    // Not asked for, the report stays with the network; stored where nobody can read it, it is lost.
    expect([bench.target.modem.stores.SR.used, bench.target.state().waiting]).toEqual([0, 1]);
  },
  'stores-direct-messages-too': async (bench) => {
    const modem = await bench.drive();
    void bench.target.deliver(deliverTpdu(7));
    await bench.take(modem, 10_000);
    await expect(bench.take(modem, 130_000)).rejects.toThrow('nothing came of it');
  },
};

/** How it ends then. */
const breaks: Readonly<Record<QuirkId, RegExp>> = {
  'acknowledges-slowly': /CNMA was not answered/,
  'acknowledges-with-one': /expected 'refused' to be 'acknowledged'/,
  'acknowledges-with-zero': /expected 'refused' to be 'acknowledged'/,
  'direct-reports-wedge': /nothing came/,
  'floods-with-announcements': /nothing came/,
  'indication-mode-one': /nothing came of it in 3000 ms/,
  'lists-no-messages': /nothing came of it in 20000 ms/,
  'messages-late-after-sim': /refuses PDU mode/,
  'no-acknowledgement': /nothing came of it in 400000 ms/,
  'no-link-keeping': /nothing came of it in 2000 ms/,
  'pin-counter-elsewhere': /SIM PUK/,
  'pin-query-without-result': /nothing came of it in 10000 ms/,
  'reset-loses-device': /nothing came of it in 60000 ms/,
  'sends-fail-by-packet': /CMS ERROR: 500/,
  'service-level-meaningless': /nothing came of it in 400000 ms/,
  'stored-reports-unreadable': /deeply equal/,
  'stores-direct-messages-too': /promise resolved/,
  'unsolicited-on-another-port': /nothing came of it in 3000 ms/,
};

describe.each(Object.keys(quirks) as QuirkId[])('%s', (quirk) => {
  test('on such a modem the journey fails when the driver does not know of it', async () => {
    const bench = await QuirkBench.open(quirk, { known: false });
    await expect(journeys[quirk](bench)).rejects.toThrow(breaks[quirk]);
  });

  test('and passes when it does', async () => {
    const bench = await QuirkBench.open(quirk, { known: true });
    await journeys[quirk](bench);
    await bench.close();
  });
});

test.each(profiles.map(({ id }) => id))('%s: the driver knows it by its words, receives by every path, and sends', async (id) => {
  const clock = new ManualClock(Date.UTC(2026, 10, 22));
  const virtual = await openVirtualBench({ modems: 2, transport: 'memory', clock, random: seededRandom(seed), profile: id });
  const bench = QuirkBench.of(virtual, clock);
  const modem = await bench.drive();
  expect(modem.identity.profile).toBe(id);
  for (const last of [1, 2, 3]) {
    void bench.target.deliver(deliverTpdu(last));
    expect((await bench.take(modem, 60_000)).pdu.endsWith(deliverTpdu(last))).toBe(true);
  }
  const pdu = submission(bench.other(1).number);
  await bench.within(20_000, modem.submit(pdu, octetsOf(pdu), { more: true }));
  await expect(bench.take(modem, 130_000)).rejects.toThrow('nothing came of it');
  await bench.close();
});
