import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import { withoutSecrets } from '../no-secrets.js';
import type { PeerBench } from '../peers/bench.js';
import { kannel, papRequest } from '../peers/kannel.js';
import { deliverTpdu, deliverTpdus } from '../peers/service-centre.js';
import { dissectDatagrams, dissectDeliveries, dissectSubmissions, type TsharkVerdict, withoutServiceCentre } from '../peers/tshark.js';
import type { Procedure } from '../types.js';
import { dmBody, dmTypes, expectDm, expectThat, factsAt, hexOf, listening, messagesOf, sent, virtualPair } from './push-bench.js';
import { dmDocuments, type PushVector, pushVectors, syncMlDm } from './wsp-vectors.js';

type Facts = Readonly<Record<string, unknown>>;

const tshark = ['tshark', 'text2pcap'];
const kannelGateway = ['bearerbox', 'wapbox'];

/** The procedures of the connectionless binding, by short message and over UDP. @see OMA-TS-DM_PushBinding-V1_3 5.1, Appendix B */
export const wspProcedures: readonly Procedure[] = withoutSecrets([
  {
    item: 'DM-PUSH-C-002',
    title: 'gives to the DM application what tshark reads as its types and application id however they are written, and nothing else',
    peer: 'tshark',
    needs: tshark,
    run: routesAsTsharkReads,
  },
  {
    item: 'DM-PUSH-C-002',
    title: 'joins the same in parts in every order, each twice and between those of another sender, by short message on virtual modems',
    peer: null,
    needs: [],
    run: joinsParts,
  },
  {
    item: 'DM-PUSH-C-002',
    title: 'reads the DM messages that it hands on as wbxml2xml reads their bodies',
    peer: 'wbxml2xml',
    needs: ['wbxml2xml'],
    run: readsAsWbxml2xml,
  },
  {
    item: 'DM-PUSH-C-002',
    title: "takes both types from Kannel's push proxy gateway by short message",
    peer: 'Kannel',
    needs: kannelGateway,
    run: (bench) => takesFromKannel(bench, 'plmn'),
  },
  {
    item: 'DM-PUSH-C-002',
    title: "takes both types from Kannel's push proxy gateway over UDP",
    peer: 'Kannel',
    needs: kannelGateway,
    run: (bench) => takesFromKannel(bench, 'ipv4'),
  },
  {
    item: 'DM-PUSH-S-002',
    title:
      'writes to the AT port what tshark reads as port 2948, application id 7 and the short code of the type, type first, in one part and in five',
    peer: 'tshark',
    needs: tshark,
    run: submitsAsTsharkReads,
  },
  {
    item: 'DM-PUSH-S-002',
    title: 'sends over UDP what tshark reads as both types with application id 7',
    peer: 'tshark',
    needs: tshark,
    run: sendsDatagramsAsTsharkReads,
  },
]);

async function routesAsTsharkReads(bench: PeerBench): Promise<void> {
  const body = dmBody(60);
  const pdus = pushVectors.map(({ head, bare }) => (bare ? head : `${head}${hexOf(body)}`));
  const read = await dissectDatagrams(bench, pdus);
  for (const [index, { verdict, contentType, applicationId, unlikeTshark }] of pushVectors.entries()) {
    if (verdict === 'not-push') continue;
    const said: TsharkVerdict = read[index] ?? {};
    // Parameters stand behind the name.
    const sameType = said.contentType?.split(/[; ]/)[0]?.toLowerCase() === contentType;
    const sameId = unlikeTshark !== undefined || said.applicationId === applicationId;
    expectThat(sameType && sameId, `tshark reads ${pdus[index]} as ${JSON.stringify(said)}`);
  }
  const listen = await listening(bench, ['--udp', '0']);
  const socket = createSocket('udp4');
  try {
    for (const [index, vector] of pushVectors.entries()) {
      socket.send(Buffer.from(pdus[index] ?? '', 'hex'), Number(listen.eventsNamed('listening').at(0)?.['port']), '127.0.0.1');
      expectAsMeant(vector, body, (await messagesOf(listen, index + 1)).at(-1));
    }
  } finally {
    socket.close();
  }
  await listen.stop();
}

function expectAsMeant({ head, verdict, code }: PushVector, body: Uint8Array, message: Facts | undefined): void {
  const found = factsAt(message, 'verdict')?.['verdict'];
  expectThat(found === verdict, `${head} is ${String(found)}, not ${verdict}`);
  if (code !== undefined) expectDm(message, code, body);
}

/** Orders of three parts. */
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Each vector whole, and in three parts in every order, each part twice, between the parts of another sender under the same reference. */
async function joinsParts(bench: PeerBench): Promise<void> {
  const { receiver, command } = await virtualPair(bench);
  const listen = await listening(bench, ['--modem', receiver.port]);
  const deliver = async (tpdu: string): Promise<void> => {
    const { outcome } = await command({ do: 'deliver', to: receiver.name, tpdu });
    expectThat(outcome === 'acknowledged', `the network hears ${String(outcome)}`);
  };
  let count = 0;
  const expectMessages = async (wanted: readonly { from: string; vector: PushVector; body: Uint8Array }[]): Promise<void> => {
    const came = (await messagesOf(listen, count + wanted.length)).slice(count);
    count += wanted.length;
    for (const { from, vector, body } of wanted) {
      expectAsMeant(
        vector,
        body,
        came.find((message) => message['from'] === `+${from}`),
      );
    }
  };
  const [one, other] = ['15550000008', '15550000009'] as const;
  let reference = 0;
  for (const [index, vector] of pushVectors.entries()) {
    const second = pushVectors[(index + 1) % pushVectors.length] ?? vector;
    const pushes = [
      { from: one, vector, body: dmBody(60 + index) },
      { from: other, vector: second, body: dmBody(30 + index) },
    ].map((push) => ({ ...push, datagram: push.vector.bare ? push.vector.head : `${push.vector.head}${hexOf(push.body)}` }));
    const [first] = pushes;
    if (first === undefined) continue;
    const whole = { from: one, reference, total: 1, sequence: 1, concatenated: false, second: index };
    await deliver(deliverTpdu({ ...whole, payload: first.datagram }));
    await expectMessages([first]);
    for (const order of orders) {
      reference = (reference + 1) % 256;
      const [ours = [], theirs = []] = pushes.map(({ from, datagram }) => deliverTpdus(datagram, 3, { from, reference, second: index }));
      for (const [at, place] of order.entries()) {
        for (const tpdu of [ours[place] ?? '', theirs[order[2 - at] ?? 0] ?? '']) {
          await deliver(tpdu);
          await deliver(tpdu);
        }
      }
      await expectMessages(pushes);
    }
  }
  await listen.stop();
  const made = listen.eventsNamed('message').length;
  expectThat(made === count, `${made} messages were made of ${count}`);
}

/** XML without what stands between elements and before the first. */
const compact = (text: string): string =>
  text
    .replace(/^[\s\S]*?(?=<SyncML)/, '')
    .replace(/>\s+</g, '><')
    .trim();

async function readsAsWbxml2xml(bench: PeerBench): Promise<void> {
  const listen = await listening(bench, ['--udp', '0']);
  const socket = createSocket('udp4');
  try {
    for (const [index, hex] of dmDocuments.entries()) {
      socket.send(Buffer.from(`010603C2AF87${hex}`, 'hex'), Number(listen.eventsNamed('listening').at(0)?.['port']), '127.0.0.1');
      const message = (await messagesOf(listen, index + 1)).at(-1);
      expectDm(message, 0x42, Buffer.from(hex, 'hex'));
      const folder = bench.folder();
      writeFileSync(join(folder, 'body'), Buffer.from(String(factsAt(message, 'push')?.['body']), 'hex'));
      const judge = bench.program('wbxml2xml', ['-o', '-', 'body'], { cwd: folder });
      expectThat((await judge.exited).code === 0, `wbxml2xml reads no document: ${judge.describe()}`);
      const [theirs, ours] = [compact(judge.stdout.items.join('\n')), compact(String(factsAt(message, 'dm')?.['xml']))];
      expectThat(theirs === ours, `wbxml2xml reads ${theirs} where wapbridge reads ${ours}`);
    }
  } finally {
    socket.close();
  }
  await listen.stop();
}

async function takesFromKannel(bench: PeerBench, by: 'plmn' | 'ipv4'): Promise<void> {
  const { sender, receiver } = await virtualPair(bench);
  // Gateways send to the registered port alone.
  const listen = await listening(bench, by === 'plmn' ? ['--modem', receiver.port] : ['--udp', '2948']);
  const gateway = await kannel(bench, { port: sender.port, wapbox: true });
  const body = dmBody(150);
  for (const [index, { name, code }] of dmTypes.entries()) {
    const to = by === 'plmn' ? receiver.number : '127.0.0.1';
    const request = papRequest({ to, type: by, contentType: name, applicationId: syncMlDm, body });
    const answer = await fetch(String(gateway.pushUrl), { method: 'POST', headers: request.headers, body: new Uint8Array(request.body) });
    expectThat(answer.status === 202, `Kannel answered with ${answer.status}: ${await answer.text()}`);
    expectDm((await messagesOf(listen, index + 1)).at(-1), code, body);
  }
  await listen.stop();
}

async function submitsAsTsharkReads(bench: PeerBench): Promise<void> {
  const pair = await virtualPair(bench);
  const listen = await listening(bench, ['--modem', pair.receiver.port]);
  let before = 0;
  let arrived = 0;
  for (const { option, name, code } of dmTypes) {
    for (const { octets, parts } of [
      { octets: 100, parts: 1 },
      { octets: 600, parts: 5 },
    ]) {
      const body = dmBody(octets);
      await sent(bench, ['--modem', pair.sender.port, '--to', pair.receiver.number], option, body);
      const submitted = submissionsOf(await pair.command({ do: 'log' })).slice(before);
      before += submitted.length;
      expectThat(submitted.length === parts, `${submitted.length} parts were written, not ${parts}`);
      const head = `010603${(0x80 | code).toString(16).toUpperCase()}AF87`;
      expectThat(submitted[0]?.includes(head) === true, `no ${head} in the first part ${submitted[0]}`);
      for (const said of await dissectSubmissions(bench, submitted)) {
        expectThat(said.destinationPort === '2948', `tshark reads port ${said.destinationPort}`);
      }
      arrived += 1;
      const message = (await messagesOf(listen, arrived)).at(-1);
      expectDm(message, code, body);
      const pdus = message?.['pdus'];
      const delivered = await dissectDeliveries(
        bench,
        (Array.isArray(pdus) ? pdus : []).map((pdu) => withoutServiceCentre(String(pdu))),
      );
      const whole = delivered.find(({ contentType }) => contentType !== undefined);
      expectThat(
        whole?.contentType === name && whole.applicationId === syncMlDm && whole.pduType === '0x06',
        `tshark reads the whole as ${JSON.stringify(whole)}`,
      );
    }
  }
  await listen.stop();
}

function submissionsOf(log: Readonly<Record<string, unknown>>): readonly string[] {
  const { events } = log;
  if (!Array.isArray(events)) throw new BridgeError('conformance/peer-silent', 'the bench tells no events');
  return events.flatMap((event: unknown) => {
    const facts = typeof event === 'object' && event !== null ? factsAt({ event }, 'event') : undefined;
    return facts?.['kind'] === 'submitted' ? [String(facts['tpdu'])] : [];
  });
}

async function sendsDatagramsAsTsharkReads(bench: PeerBench): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const received: string[] = [];
  socket.on('message', (octets) => received.push(hexOf(octets)));
  try {
    for (const [index, { option, name, code }] of dmTypes.entries()) {
      const body = dmBody(500);
      await sent(bench, ['--via', `udp://127.0.0.1:${socket.address().port}`], option, body);
      for (let waitedMs = 0; received.length <= index && waitedMs < 10_000; waitedMs += 25) await systemClock.sleep(25);
      const [pdu = ''] = received.slice(index);
      expectThat(pdu === `010603${(0x80 | code).toString(16).toUpperCase()}AF87${hexOf(body)}`, `it sent ${pdu.slice(0, 100)}`);
      const [said] = await dissectDatagrams(bench, [pdu]);
      expectThat(
        said?.contentType === name && said.applicationId === syncMlDm && said.pduType === '0x06',
        `tshark reads ${JSON.stringify(said)}`,
      );
    }
  } finally {
    socket.close();
  }
}
