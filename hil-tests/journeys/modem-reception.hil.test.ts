import { describe, expect, onTestFinished, test } from 'vitest';
import { type Modem, type ModemEvent, type OpenModemOptions, openModem, PortClosedError, type ReceivedPdu } from '../../src/modem/index.js';
import { seededRandom, systemClock } from '../../src/runtime/index.js';
import { openVirtualBench, type VirtualBench } from '../../src/virtual-bench/index.js';
import { seed } from '../support/seed.js';

/** Made by hand from 3GPP TS 23.040 9.2.2.1: an SMS-DELIVER with 8-bit data, its last two octets chosen. */
const deliver = (number: number): string =>
  `440B915155550521F300F562112270240000050301020304${number.toString(16).padStart(4, '0').toUpperCase()}`.replace(
    '00050301020304',
    '00060301020304',
  );

async function openBench(transport: 'pty' | 'tcp', options: { readonly modems?: number } = {}): Promise<VirtualBench> {
  const bench = await openVirtualBench({ modems: options.modems ?? 1, transport, clock: systemClock, random: seededRandom(seed) });
  onTestFinished(() => bench.close());
  return bench;
}

/** A modem driven over the port's real name, and what it said. */
async function drive(bench: VirtualBench, place: number, options: Partial<OpenModemOptions> = {}) {
  const target = bench.modems[place]!;
  const events: ModemEvent[] = [];
  const modem = await openModem(target.port, { clock: systemClock, onEvent: (event) => events.push(event), ...options });
  onTestFinished(() => modem.close());
  return { modem, target, events, inbox: modem.received()[Symbol.asyncIterator]() };
}

async function next(inbox: AsyncIterator<ReceivedPdu>): Promise<ReceivedPdu> {
  const { value, done } = await inbox.next();
  expect(done).toBe(false);
  return value;
}

async function takeAll(modem: Modem, inbox: AsyncIterator<ReceivedPdu>, count: number): Promise<string[]> {
  const pdus: string[] = [];
  while (pdus.length < count) {
    const received = await next(inbox);
    pdus.push(received.pdu);
    await modem.acknowledge(received);
  }
  return pdus;
}

describe.each(['pty', 'tcp'] as const)('on a real %s', (transport) => {
  test.each(['direct', 'stored'] as const)(
    'every message comes by %s reception, once, whole and in order, and the network hears of it',
    async (reception) => {
      const bench = await openBench(transport);
      const { modem, target, inbox } = await drive(bench, 0, { reception });
      expect(modem.reception).toBe(reception);
      const tpdus = Array.from({ length: 20 }, (_, number) => deliver(number));
      const outcomes = Promise.all(tpdus.map((tpdu) => target.deliver(tpdu)));
      const pdus = await takeAll(modem, inbox, tpdus.length);
      expect(pdus.map((pdu) => pdu.slice(-tpdus[0]!.length))).toEqual(tpdus);
      expect(new Set(await outcomes)).toEqual(new Set([reception === 'direct' ? 'acknowledged' : 'stored']));
    },
  );

  test('what arrived while nobody listened is taken from the memory', async () => {
    const bench = await openBench(transport);
    const earlier = await drive(bench, 0, { reception: 'stored' });
    await earlier.modem.close();
    expect(await earlier.target.deliver(deliver(7))).toBe('stored');
    const { modem, inbox } = await drive(bench, 0);
    const received = await next(inbox);
    expect(received.pdu.endsWith(deliver(7))).toBe(true);
    await modem.acknowledge(received);
  });

  test('a message submitted at one modem arrives at the other', async () => {
    const bench = await openBench(transport, { modems: 2 });
    const sender = await drive(bench, 0);
    const receiver = await drive(bench, 1);
    const digits = `${receiver.target.number.slice(1)}F`
      .match(/../g)!
      .map(([low, high]) => `${high}${low}`)
      .join('');
    const tpdu = `11000B91${digits}0004AA03010203`;
    const { messageReference } = await sender.modem.submit(`00${tpdu}`, tpdu.length / 2);
    expect(messageReference).toBeGreaterThanOrEqual(0);
    const received = await next(receiver.inbox);
    expect(received.pdu).toMatch(/03010203$/);
    await receiver.modem.acknowledge(received);
  });

  test('a port that is unplugged fails the reader, and no call waits for ever', async () => {
    const bench = await openBench(transport);
    const { modem, target, inbox } = await drive(bench, 0);
    const waiting = inbox.next();
    const failed = expect(waiting).rejects.toBeInstanceOf(PortClosedError);
    await target.modem.unplug();
    await failed;
    await expect(modem.submit('0011000B915155550521F30004AA0101', 14)).rejects.toBeInstanceOf(PortClosedError);
  });
});

test('a port that is open already is held, and its holder is named where it can be seen', async () => {
  const bench = await openBench('pty');
  const { target } = await drive(bench, 0);
  await expect(openModem(target.port, { clock: systemClock })).rejects.toMatchObject({ code: 'modem/port-held' });
});
