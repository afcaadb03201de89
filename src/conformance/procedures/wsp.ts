import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import type { PeerBench } from '../peers/bench.js';
import { kannel, papRequest } from '../peers/kannel.js';
import { dissectDatagrams, dissectDeliveries, dissectSubmissions, type TsharkVerdict, withoutServiceCentre } from '../peers/tshark.js';
import type { Procedure } from '../types.js';
import {
  dmBody,
  dmTypeNames,
  dmTypes,
  expectDm,
  expectThat,
  factsAt,
  hexOf,
  listening,
  messagesOf,
  sent,
  virtualPair,
} from './push-bench.js';

const syncMlDm = 'x-wap-application:syncml.dm';
const tshark = ['tshark', 'text2pcap'];
const kannelGateway = ['bearerbox', 'wapbox'];

/** The procedures of the connectionless binding, by short message and over UDP. @see OMA-TS-DM_PushBinding-V1_3 5.1, Appendix B */
export const wspProcedures: readonly Procedure[] = [
  {
    item: 'DM-PUSH-C-002',
    title: 'gives to the DM application what tshark reads as its types and application id however they are written, and nothing else',
    peer: 'tshark',
    needs: tshark,
    run: routesAsTsharkReads,
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
];

/** A push by its octets, and what tshark is to say of it, made by hand from WAP-230-WSP 8.2.4.1 and 8.4.2. */
interface Vector {
  readonly head: string;
  readonly contentType?: string;
  readonly applicationId?: string;
  readonly code: number | null;
}

const { wbxml, xml } = dmTypeNames;
const textOf = (text: string): string => `${Buffer.from(text, 'latin1').toString('hex').toUpperCase()}00`;
const withLength = (headers: string): string => `0106${(headers.length / 2).toString(16).padStart(2, '0').toUpperCase()}${headers}`;
const vectors: readonly Vector[] = [
  { head: withLength('C2AF87'), contentType: wbxml, applicationId: syncMlDm, code: 0x42 },
  { head: withLength('C3AF87'), contentType: xml, applicationId: syncMlDm, code: 0x43 },
  { head: withLength(`${textOf(wbxml)}AF87`), contentType: wbxml, applicationId: syncMlDm, code: 0x42 },
  { head: withLength('03C281EAAF87'), contentType: wbxml, applicationId: syncMlDm, code: 0x42 },
  { head: withLength(`C2AF${textOf(syncMlDm)}`), contentType: wbxml, applicationId: syncMlDm, code: 0x42 },
  // No application id, another's, another type, and a name that only begins as one of the two.
  { head: withLength('C2'), contentType: wbxml, code: null },
  { head: withLength('C2AF82'), contentType: wbxml, applicationId: 'x-wap-application:wml.ua', code: null },
  { head: withLength('C2AF85'), contentType: wbxml, applicationId: 'x-wap-application:push.syncml', code: null },
  { head: withLength('B6AF87'), contentType: 'application/vnd.wap.connectivity-wbxml', applicationId: syncMlDm, code: null },
  { head: withLength(`${textOf(`${wbxml}x`)}AF87`), contentType: `${wbxml}x`, applicationId: syncMlDm, code: null },
];

async function routesAsTsharkReads(bench: PeerBench): Promise<void> {
  const body = dmBody(60);
  const pdus = vectors.map(({ head }) => `${head}${hexOf(body)}`);
  const read = await dissectDatagrams(bench, pdus);
  for (const [index, { contentType, applicationId }] of vectors.entries()) {
    const said: TsharkVerdict = read[index] ?? {};
    // Parameters stand behind the name.
    const same = said.contentType?.split(/[; ]/)[0]?.toLowerCase() === contentType && said.applicationId === applicationId;
    expectThat(same, `tshark reads ${pdus[index]} as ${JSON.stringify(said)}`);
  }
  const listen = await listening(bench, ['--udp', '0']);
  const socket = createSocket('udp4');
  try {
    for (const [index, { code }] of vectors.entries()) {
      socket.send(Buffer.from(pdus[index] ?? '', 'hex'), Number(listen.eventsNamed('listening').at(0)?.['port']), '127.0.0.1');
      const message = (await messagesOf(listen, index + 1)).at(-1);
      if (code !== null) expectDm(message, code, body);
      else expectThat(factsAt(message, 'verdict')?.['verdict'] === 'other-application', `${pdus[index]} went to the DM application`);
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
