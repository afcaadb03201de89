import { hopsHeader, type PushMessage } from '../../push/index.js';
import type { Clock } from '../../runtime/index.js';
import { EndpointError, sendError } from '../errors.js';
import type { EndpointSender } from '../types.js';
import { ObexClient } from './client.js';
import { answer, answerName, dmTarget, headerId, opcode } from './codes.js';
import { answerTo, type ObexCredentials, ObexGuard } from './guard.js';
import { encodeHeader, headerHeadOctets, numberHeader, type ObexHeader } from './header.js';
import type { ObexLine } from './listen-obex.js';
import { leastMaximumPacket, mostPacketOctets, type ObexPacket, obexVersion, packetHeadOctets, plainPacket } from './packet.js';

export interface ObexSenderOptions {
  /** As it is shown. */
  readonly target: string;
  /** Opens a connection, or the line. */
  readonly open: (signal: AbortSignal) => Promise<ObexLine>;
  /** What is proved to a receiver that asks. */
  readonly own?: ObexCredentials | undefined;
  /** Whether the receiver must prove that it has the same password; it is given nothing before that. */
  readonly mutual?: boolean | undefined;
  /** The longest packet that is sent, where the receiver takes more. */
  readonly maximumPacket?: number | undefined;
  /** How long an answer may take. */
  readonly answerMs?: number | undefined;
}

const usualAnswerMs = 30_000;
/** How long the parting word is waited for. */
const partingMs = 1000;

/** What is known of a connection once it stands. */
interface Granted {
  readonly connectionId: number | undefined;
  readonly maximumPacket: number;
}

/** Sends DM messages by OBEX PUT. @see OMA-TS-DM_PushBinding-V1_3 5.4; IrOBEX 1.3 */
export function obexSender(options: ObexSenderOptions, { clock }: { readonly clock: Clock }): EndpointSender {
  const { target, answerMs = usualAnswerMs } = options;
  let last: Promise<void> = Promise.resolve();

  const exchange = async (push: PushMessage, signal: AbortSignal): Promise<void> => {
    let line: ObexLine;
    try {
      line = await options.open(signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw sendError(cause, target, false);
    }
    const client = new ObexClient(line.stream, { clock, answerMs });
    const sent = { wholly: false, partly: false };
    try {
      const granted = await connect(client, options, signal);
      await put(client, push, granted, options, sent, signal);
      await depart(client, granted, clock);
    } catch (cause) {
      if (sent.partly && !sent.wholly) client.tell(plainPacket(opcode.abort));
      throw explained(cause, target, sent.wholly);
    } finally {
      await line.close();
    }
  };

  return {
    send(push, { signal }): Promise<void> {
      // A line carries one exchange at a time, and over TCP the order stays as it was asked for.
      const sending = last.then(() => exchange(push, signal));
      last = sending.catch(() => undefined);
      return sending;
    },
    preview: (push) => ({
      lines: ['CONNECT Target: SYNCML-DM', `PUT Name: ${nameOf(push)}`, `Type: ${typeOf(push)}`, `Length: ${push.body.length}`],
      octets: push.body,
    }),
    close: () => last,
  };
}

/** Before the object is whole nothing was taken; afterwards nobody knows, unless the receiver said it. */
function explained(cause: unknown, target: string, wholly: boolean): unknown {
  if (!(cause instanceof EndpointError)) return cause;
  if (cause.code === 'endpoints/no-answer' || cause.code === 'endpoints/obex-bad-answer')
    return sendError(new TypeError(cause.message), target, wholly);
  return cause;
}

async function connect(client: ObexClient, options: ObexSenderOptions, signal: AbortSignal): Promise<Granted> {
  const { own, mutual = own !== undefined, target } = options;
  const guard = own === undefined || !mutual ? null : new ObexGuard({ peers: [{ user: null, password: own.password }], realm: null });
  let proved = guard === null;
  let proof: ObexHeader | null = null;
  for (let asked = 0; ; asked += 1) {
    const headers: ObexHeader[] = [{ id: headerId.target, kind: 'octets', value: dmTarget }];
    if (proof !== null) headers.push(proof);
    if (guard !== null && !proved) headers.push(guard.challenge());
    const said = await client.ask(
      { code: opcode.connect, connect: { version: obexVersion, flags: 0, maximumPacket: mostPacketOctets }, path: null, headers },
      signal,
    );
    // Some prove it with the answer that asks for proof, others with the one that grants.
    proved ||= guard?.examine(said.headers).is === 'proved';
    if (said.code === answer.success) {
      if (!proved) {
        throw new EndpointError('endpoints/peer-not-proved', `${target} did not prove that it has the password, and was given nothing`, {
          advice: 'check endpoints.obex.password on both sides, or set endpoints.obex.mutual to false',
        });
      }
      const maximumPacket = said.connect?.maximumPacket ?? leastMaximumPacket;
      return {
        connectionId: numberHeader(said.headers, headerId.connectionId),
        maximumPacket: Math.max(leastMaximumPacket, Math.min(maximumPacket, options.maximumPacket ?? mostPacketOctets)),
      };
    }
    proof = said.code === answer.unauthorized && asked === 0 ? answerTo(said.headers, own ?? null) : null;
    if (proof === null) throw refusal(said, target, 'the connection');
  }
}

async function put(
  client: ObexClient,
  push: PushMessage,
  granted: Granted,
  { own, target }: ObexSenderOptions,
  sent: { wholly: boolean; partly: boolean },
  signal: AbortSignal,
): Promise<void> {
  let proof: ObexHeader | null = null;
  for (let asked = 0; ; asked += 1) {
    const packets = packetsOf(push, granted, proof);
    let said: ObexPacket | null = null;
    for (const packet of packets) {
      sent.partly = true;
      sent.wholly = packet.code === opcode.putFinal;
      said = await client.ask(packet, signal);
      if (said.code !== answer.continue) break;
    }
    if (said === null) throw new RangeError('an object has a packet');
    if (sent.wholly && isSuccess(said.code)) return;
    if (isSuccess(said.code) || said.code === answer.continue) {
      // It was said to the wrong packet: whether the object was taken nobody can tell.
      sent.wholly = true;
      throw new EndpointError('endpoints/obex-bad-answer', `it said ${answerName(said.code)} where that means nothing`);
    }
    sent.partly = false;
    proof = said.code === answer.unauthorized && asked === 0 ? answerTo(said.headers, own ?? null) : null;
    if (proof === null) throw refusal(said, target, 'the object');
  }
}

function isSuccess(code: number): boolean {
  return code === answer.success || code === answer.created || code === answer.accepted;
}

/** The object in packets that the receiver takes: one where it fits, and data in the last one always, since receivers are known that need it there. */
function* packetsOf(push: PushMessage, { connectionId, maximumPacket }: Granted, proof: ObexHeader | null): Generator<ObexPacket> {
  const { body } = push;
  let headers: ObexHeader[] = [];
  // It must be the first. @see IrOBEX 1.3, 2.2.11
  if (connectionId !== undefined) headers.push({ id: headerId.connectionId, kind: 'u32', value: connectionId });
  headers.push(
    { id: headerId.name, kind: 'text', value: nameOf(push) },
    { id: headerId.type, kind: 'octets', value: Buffer.from(`${typeOf(push)}\0`, 'latin1') },
    { id: headerId.length, kind: 'u32', value: body.length },
  );
  const hops = push.headers.find(({ name }) => name.toLowerCase() === hopsHeader.toLowerCase());
  if (hops !== undefined) {
    headers.push({ id: headerId.http, kind: 'octets', value: Buffer.from(`${hopsHeader}: ${String(hops.value)}\r\n`, 'latin1') });
  }
  if (proof !== null) headers.push(proof);
  let taken = 0;
  for (;;) {
    const used = headers.reduce((sum, header) => sum + encodeHeader(header).length, packetHeadOctets + headerHeadOctets);
    const room = Math.max(0, maximumPacket - used);
    const rest = body.length - taken;
    const last = rest <= room;
    const value = body.subarray(taken, taken + (last ? rest : room));
    taken += value.length;
    const piece: ObexHeader = { id: last ? headerId.endOfBody : headerId.body, kind: 'octets', value };
    yield plainPacket(last ? opcode.putFinal : opcode.put, [...headers, piece]);
    if (last) return;
    headers = [];
  }
}

function nameOf(push: PushMessage): string {
  return push.contentType.name?.endsWith('+xml') === true ? 'dm.xml' : 'dm.wbxml';
}

function typeOf({ contentType: { name } }: PushMessage): string {
  if (name !== null && name !== '') return name;
  throw new EndpointError('endpoints/bad-target', 'the content type of the push has no name, and OBEX has no numbers for it');
}

function refusal({ code }: ObexPacket, target: string, what: string): EndpointError {
  if (code === answer.unavailable || code === answer.internalError) {
    return new EndpointError('endpoints/try-later', `${target} answered ${what} with ${answerName(code)}`);
  }
  const advice =
    code === answer.unauthorized ? 'check endpoints.obex.user and endpoints.obex.password on both sides' : 'see what the receiver says';
  return new EndpointError('endpoints/refused', `${target} answered ${what} with ${answerName(code)}`, { advice });
}

/** The message is taken by now, so a receiver that does not say farewell is none to complain of. */
async function depart(client: ObexClient, { connectionId }: Granted, clock: Clock): Promise<void> {
  const headers: ObexHeader[] = connectionId === undefined ? [] : [{ id: headerId.connectionId, kind: 'u32', value: connectionId }];
  const patience = new AbortController();
  const cancel = clock.after(partingMs, () => patience.abort());
  await client.ask(plainPacket(opcode.disconnect, headers), patience.signal).catch(() => undefined);
  cancel();
}
