import { expect } from 'vitest';
import type { Bench, Moment, Needs } from '../../src/hil/index.js';
import { deliverTpdu } from '../support/tpdu.js';
import { bodyOf, notificationBody, xmlBody } from './bodies.js';

/** A journey, and the fault that must make it fail with words that say what was wrong. */
export interface Journey {
  readonly name: string;
  readonly needs: Needs;
  readonly run: (bench: Bench) => Promise<void>;
  readonly breaks: {
    readonly by: (bench: Bench) => Promise<void>;
    readonly says: RegExp;
  };
}

const wbxml = 'application/vnd.syncml.dm+wbxml';
const both: Needs = { modems: 2, features: ['sms-mo', 'sms-mt'] };
const lose = (modem: string) => ({ by: (bench: Bench) => bench.modem(modem).fault('lose'), says: /waited .* in vain/ });
const refuse = { by: (bench: Bench) => bench.modem('a').fault('refuse-submit', { error: 38 }), says: /not-sent|CMS ERROR: 38/ };

/** Sends from a to b, and sees that all of it left. */
async function sendAll(
  bench: Bench,
  push: Omit<Parameters<ReturnType<Bench['modem']>['send']>[0], 'to'>,
  from = 'a',
  to = 'b',
): Promise<void> {
  const receipt = await bench.modem(from).send({ ...push, to });
  expect(receipt.outcome, receipt.parts.map(({ error }) => error).join('; ')).toBe('sent');
}

const ofParts = (parts: number): Journey => ({
  name: `DM-PUSH-S-002-O and DM-PUSH-C-002-O: a DM push of ${parts} part${parts === 1 ? '' : 's'} from SIM A reaches the DM application at SIM B octet for octet`,
  needs: { ...both, messages: parts },
  run: async (bench) => {
    const body = bodyOf(parts, parts);
    await sendAll(bench, { type: 'dm+wbxml', body });
    await bench.receivePush({ verdict: 'dm-application', at: 'b', from: 'a', parts, contentType: wbxml, body });
  },
  breaks:
    parts === 1
      ? refuse
      : {
          by: (bench) => bench.modem('b').fault('lose', { count: 1 }),
          says: /a push with the verdict dm-application at b.* in vain[\s\S]*missing 1/,
        },
});

/** So many parts, each of which asks for a status report: what left, what arrived and what the network says of it agree part by part. */
const ofReportedParts = (parts: number): Journey => ({
  name: `DM-PUSH-S-002-O and DM-PUSH-C-002-O: a DM push of ${parts} parts arrives octet for octet, with a status report for each part`,
  needs: { modems: 2, features: ['sms-mo', 'sms-mt', 'status-reports'], messages: parts },
  run: async (bench) => {
    const body = bodyOf(parts, parts);
    const [before, within] = [bench.moments.length, bench.kind === 'virtual' ? '60s' : `${Math.ceil(parts / 5) + 1}min`] as const;
    const receipt = await bench.modem('a').send({ type: 'dm+wbxml', body, to: 'b', report: true });
    expect(receipt.outcome, receipt.parts.map(({ error }) => error).join('; ')).toBe('sent');
    await bench.receivePush({ verdict: 'dm-application', at: 'b', from: 'a', parts, contentType: wbxml, body, within });
    const reports = () =>
      bench.moments.slice(before).filter(({ kind, modem, event }) => kind === 'report' && modem === 'a' && event['status'] === 0);
    const missing = (): number[] => {
      const told = new Set(reports().map(({ event }) => event['messageReference']));
      return receipt.parts.filter(({ messageReference }) => !told.has(messageReference)).map(({ sequence }) => sequence);
    };
    // The virtual network reports each part as it delivers it; an operator's takes its time.
    const reported = bench.kind === 'virtual' ? undefined : within;
    await bench.waitFor('a status report of each part', ({ kind }) => kind === 'report' && missing().length === 0, reported);
  },
  breaks: { by: (bench) => bench.modem('a').fault('late-reports', { delaySeconds: 600 }), says: /a status report of each part in vain/ },
});

/** Tells messages of strangers apart that would otherwise be one that came twice. */
let serial = 0;

/** A push that the network delivers, as the senders of other people make it. */
function injected(bench: Bench, wsp: string, destinationPort = 2948): Promise<unknown> {
  serial += 1;
  const tpdu = deliverTpdu({
    from: '15550000009',
    reference: serial % 256,
    total: 1,
    sequence: 1,
    payload: wsp,
    destinationPort,
    second: serial,
  });
  return bench.modem('b').virtual.deliver(tpdu, { withinMs: 5000 });
}

const partsOf = (body: Uint8Array, total: number, reference: number, from = '15550000009'): string[] => {
  const wsp = `010603C2AF87${Buffer.from(body).toString('hex').toUpperCase()}`;
  return Array.from({ length: total }, (_, at) =>
    deliverTpdu({ from, reference, total, sequence: at + 1, payload: wsp.slice(at * 256, (at + 1) * 256), second: at }),
  );
};

async function deliverAll(bench: Bench, tpdus: readonly string[]): Promise<void> {
  await Promise.all(tpdus.map((tpdu) => bench.modem('b').virtual.deliver(tpdu, { withinMs: 5000 })));
}

const stranger = (name: string, wsp: string, port: number, verdict: 'other-application' | 'not-push', reason?: string): Journey => ({
  name,
  needs: { modems: 2, virtual: true },
  run: async (bench) => {
    await injected(bench, wsp, port);
    const came = await bench.receivePush({ verdict, at: 'b', ...(reason === undefined ? {} : { reason }) });
    expect(came.event['sink']).toBe('stdout');
    await injected(bench, '010603C2AF8701');
    await bench.receivePush({ verdict: 'dm-application', at: 'b', body: Uint8Array.of(1) });
    const application = bench.moments.filter(({ kind, event }) => kind === 'handed-on' && event['sink'] === 'dm-application');
    expect(application, 'only the DM push goes to the DM application').toHaveLength(1);
  },
  breaks: lose('b'),
});

/** Every journey, in the order in which they run. */
export const catalogue: readonly Journey[] = [
  {
    name: 'every modem is registered, and says of itself what it is',
    needs: { modems: 2 },
    run: async (bench) => {
      for (const modem of bench.modems) {
        const { registration, sim } = await modem.driver.status();
        expect([modem.name, sim, ['home', 'roaming'].includes(registration)], `registration: ${registration}`).toEqual([
          modem.name,
          'READY',
          true,
        ]);
        expect(modem.facts?.model).toEqual(expect.any(String));
      }
    },
    breaks: { by: (bench) => bench.modem('a').fault('no-service'), says: /registration: not-registered/ },
  },
  ...[1, 2, 5, 12].map(ofParts),
  ...[17, 255].map(ofReportedParts),
  {
    name: 'DM-PUSH-S-002-O and DM-PUSH-C-002-O: a DM push in XML reaches the DM application under its own content type',
    needs: { ...both, messages: 3 },
    run: async (bench) => {
      const body = xmlBody(120);
      await sendAll(bench, { type: 'dm+xml', body });
      await bench.receivePush({ verdict: 'dm-application', at: 'b', contentType: 'application/vnd.syncml.dm+xml', body });
    },
    breaks: lose('b'),
  },
  {
    name: 'a DM notification is recognised by the rule of its own, and reaches the DM application',
    needs: { ...both, messages: 1 },
    run: async (bench) => {
      await sendAll(bench, { type: 'notification', body: notificationBody });
      await bench.receivePush({ verdict: 'dm-notification', at: 'b', body: notificationBody });
    },
    breaks: refuse,
  },
  stranger(
    'DM-PUSH-C-002-O: a push for another application is kept apart from the DM application',
    '010603C2AF8401',
    2948,
    'other-application',
  ),
  stranger('DM-PUSH-C-002-O: a push to another port is no DM push', '010603C2AF8701', 9200, 'not-push', 'destination-port'),
  stranger('a secure push to port 2949 is kept apart and not guessed at', '010603C2AF8701', 2949, 'not-push', 'secure-port'),
  {
    name: 'DM-PUSH-C-002-O: awkward but legal encodings of type and application id mean the same',
    needs: { modems: 2, virtual: true },
    run: async (bench) => {
      const text = (value: string): string => `${Buffer.from(value, 'latin1').toString('hex').toUpperCase()}00`;
      // The type as text; the application id as a long integer; the id as its URN; the type with a parameter.
      const type = text(wbxml);
      const urn = text('x-wap-application:syncml.dm');
      const uris = [
        `0106${(type.length / 2 + 2).toString(16).padStart(2, '0')}${type}AF8701`,
        '010604C2AF010702',
        `0106${(urn.length / 2 + 2).toString(16).padStart(2, '0')}C2AF${urn}03`,
        '01060603C281EAAF8704',
      ];
      for (const [at, wsp] of uris.entries()) {
        await injected(bench, wsp.toUpperCase());
        await bench.receivePush({ verdict: 'dm-application', at: 'b', contentType: wbxml, body: Uint8Array.of(at + 1) });
      }
    },
    breaks: lose('b'),
  },
  {
    name: 'messages of two senders at the same time are kept apart',
    needs: { ...both, messages: 4 },
    run: async (bench) => {
      const [one, two] = [bodyOf(2, 21), bodyOf(2, 22)];
      await Promise.all([sendAll(bench, { type: 'dm+wbxml', body: one }), sendAll(bench, { type: 'dm+wbxml', body: two }, 'b', 'a')]);
      await bench.receivePush({ verdict: 'dm-application', at: 'b', body: one });
      await bench.receivePush({ verdict: 'dm-application', at: 'a', body: two });
    },
    breaks: lose('a'),
  },
  {
    name: 'DM-PUSH-C-002-O: interleaved parts of two strangers under one reference become two messages',
    needs: { modems: 2, virtual: true },
    run: async (bench) => {
      const [one, two] = [bodyOf(3, 31), bodyOf(3, 32)];
      const [first, second] = [partsOf(one, 3, 5, '15550000008'), partsOf(two, 3, 5, '15550000009')];
      await deliverAll(
        bench,
        first.flatMap((tpdu, at) => [tpdu, second[at] ?? '']),
      );
      await bench.receivePush({ verdict: 'dm-application', at: 'b', parts: 3, body: one });
      await bench.receivePush({ verdict: 'dm-application', at: 'b', parts: 3, body: two });
    },
    breaks: { by: (bench) => bench.modem('b').fault('lose', { count: 1 }), says: /in vain[\s\S]*missing 1/ },
  },
  {
    name: 'DM-PUSH-C-002-O: parts that come twice and out of order become one message, once',
    needs: { modems: 2, virtual: true },
    run: async (bench) => {
      const body = bodyOf(3, 41);
      const [first = '', second = '', third = ''] = partsOf(body, 3, 6);
      await deliverAll(bench, [third, first, third, first, second, second]);
      await bench.receivePush({ verdict: 'dm-application', at: 'b', parts: 3, body });
      await bench.waitFor('the last duplicate', ({ kind }) => kind === 'part' && partsSeen(bench.moments) === 6);
      expect(bench.moments.filter(({ kind }) => kind === 'handed-on')).toHaveLength(1);
    },
    breaks: { by: (bench) => bench.modem('b').fault('hang'), says: /in vain/ },
  },
  {
    name: 'what is sent while the bridge is down is received when it is back',
    needs: { ...both, messages: 2 },
    run: async (bench) => {
      const body = bodyOf(2, 51);
      await bench.modem('b').stop();
      await sendAll(bench, { type: 'dm+wbxml', body });
      await bench.modem('b').start();
      await bench.receivePush({ verdict: 'dm-application', at: 'b', body });
    },
    breaks: lose('b'),
  },
  {
    name: 'a memory that is full holds messages back, and loses none of them',
    needs: { ...both, virtual: true, messages: 2 },
    run: async (bench) => {
      await restarted(bench, 'stored');
      const body = bodyOf(2, 61);
      await bench.modem('b').fault('memory-full', { seconds: 1 });
      await sendAll(bench, { type: 'dm+wbxml', body });
      await bench.receivePush({ verdict: 'dm-application', at: 'b', body });
      await restarted(bench, 'direct');
    },
    breaks: lose('b'),
  },
  {
    name: 'a modem that restarts in the middle of a message is set up anew, and the message becomes whole',
    needs: { modems: 2, virtual: true },
    run: async (bench) => {
      const body = bodyOf(2, 71);
      const [first = '', second = ''] = partsOf(body, 2, 7);
      await deliverAll(bench, [first]);
      await bench.modem('b').fault('replug');
      await bench.waitFor('the modem to be ready again', ({ kind, event }) => kind === 'modem' && event['state'] === 'ready');
      await deliverAll(bench, [second]);
      await bench.receivePush({ verdict: 'dm-application', at: 'b', parts: 2, body });
    },
    breaks: lose('b'),
  },
  {
    name: 'a modem that is unplugged and comes back goes on, and what was sent meanwhile arrives',
    needs: { modems: 2, features: ['sms-mo', 'sms-mt', 'unplug'], messages: 2 },
    run: async (bench) => {
      const body = bodyOf(2, 81);
      const back = bench.modem('b').unplug({ seconds: bench.kind === 'virtual' ? 1 : 10 });
      await bench.waitFor('the modem to be lost', ({ kind, event }) => kind === 'modem' && event['state'] === 'lost', '30s');
      await sendAll(bench, { type: 'dm+wbxml', body });
      await back;
      await bench.receivePush({ verdict: 'dm-application', at: 'b', body, within: bench.kind === 'virtual' ? '15s' : '3min' });
    },
    breaks: { by: (bench) => bench.modem('b').fault('lose'), says: /in vain/ },
  },
  {
    name: 'a status report comes for every part that asks for one',
    needs: { modems: 2, features: ['sms-mo', 'sms-mt', 'status-reports'], messages: 2 },
    run: async (bench) => {
      const body = bodyOf(2, 91);
      const receipt = await bench.modem('a').send({ type: 'dm+wbxml', body, to: 'b', report: true });
      await bench.receivePush({ verdict: 'dm-application', at: 'b', body });
      for (const { messageReference } of receipt.parts) {
        await bench.waitFor(
          `the status report for reference ${messageReference}`,
          ({ kind, modem, event }) =>
            kind === 'report' && modem === 'a' && event['messageReference'] === messageReference && event['status'] === 0,
        );
      }
    },
    breaks: {
      by: (bench) => bench.modem('a').fault('late-reports', { delaySeconds: 600 }),
      says: /waited .* for the status report for reference \d+ in vain/,
    },
  },
  {
    name: 'direct and stored reception bring the same message',
    needs: { modems: 2, features: ['sms-mo', 'sms-mt', 'direct-delivery', 'stored-delivery'], messages: 4 },
    run: async (bench) => {
      for (const reception of ['stored', 'direct'] as const) {
        await restarted(bench, reception);
        expect(bench.modem('b').facts?.reception).toBe(reception);
        const body = bodyOf(2, reception.length);
        await sendAll(bench, { type: 'dm+wbxml', body });
        await bench.receivePush({ verdict: 'dm-application', at: 'b', body });
      }
    },
    breaks: lose('b'),
  },
  {
    name: 'twenty messages in a row arrive, each once and in order',
    needs: { ...both, messages: 20 },
    run: async (bench) => {
      for (let at = 0; at < 20; at += 1) {
        const body = bodyOf(1, 100 + at);
        await sendAll(bench, { type: 'dm+wbxml', body });
        await bench.receivePush({ verdict: 'dm-application', at: 'b', body });
      }
      expect(bench.moments.filter(({ kind }) => kind === 'handed-on')).toHaveLength(20);
    },
    breaks: { by: (bench) => bench.modem('b').fault('lose', { count: 1 }), says: /waited .* in vain/ },
  },
];

const partsSeen = (moments: readonly Moment[]): number => moments.filter(({ kind }) => kind === 'part').length;

async function restarted(bench: Bench, reception: 'direct' | 'stored'): Promise<void> {
  await bench.modem('b').stop();
  await bench.modem('b').start({ reception });
}
