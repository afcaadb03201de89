import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Collector } from './lines.js';
import type { Scene } from './scene.js';

/** A request as its octets say it, read no further than tests need. */
export interface SeenRequest {
  readonly method: string;
  readonly uri: string;
  /** The first value of a header field, by its name as it was sent. */
  readonly header: (name: string) => string | undefined;
  readonly atMs: number;
  readonly octets: Buffer;
}

/** What to answer: a status and further header lines; null for nothing. */
export type Answering = (request: SeenRequest, number: number) => { readonly status: number; readonly lines?: readonly string[] } | null;

/** A SIP peer on UDP that answers as a test says. */
export interface SipPeer {
  readonly port: number;
  readonly requests: Collector<SeenRequest>;
}

export async function sipPeer(scene: Scene, answering: Answering): Promise<SipPeer> {
  const socket = createSocket('udp4');
  const requests: Collector<SeenRequest> = new Collector(() =>
    requests.items.map(({ octets }) => octets.toString('latin1')).join('\n---\n'),
  );
  socket.on('message', (octets: Buffer, from: RemoteInfo) => {
    const lines = (octets.toString('latin1').split('\r\n\r\n')[0] ?? '').split('\r\n');
    const [method = '', uri = ''] = (lines[0] ?? '').split(' ');
    const header = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const request = { method, uri, header, atMs: performance.now(), octets };
    requests.add(request);
    const answer = answering(request, requests.items.length);
    if (answer === null) return;
    const kept = lines.filter((line) => /^(Via|From|To|Call-ID|CSeq): /.test(line));
    const text = [`SIP/2.0 ${answer.status} Said`, ...kept, ...(answer.lines ?? []), 'Content-Length: 0', '', ''].join('\r\n');
    socket.send(text, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  scene.atEnd(() => socket.close());
  return { port: socket.address().port, requests };
}

/** A MESSAGE written by hand; `changes` replaces header lines by their names, or leaves them out where null. */
export function sipMessage(call: string, changes: Readonly<Record<string, string | null>> = {}, body = 'body'): string {
  const fields: Record<string, string | null> = {
    Via: `SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK${call};rport`,
    'Max-Forwards': '70',
    From: '<sip:a@b.invalid>;tag=1',
    To: '<sip:dev@127.0.0.1>',
    'Call-ID': call,
    CSeq: '1 MESSAGE',
    'Content-Type': 'application/vnd.syncml.dm+wbxml',
    'Content-Length': String(body.length),
    ...changes,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return ['MESSAGE sip:dev@127.0.0.1 SIP/2.0', ...lines, '', body].join('\r\n');
}

/** Sends text in a datagram and gives the answer. */
export async function askByUdp(scene: Scene, port: number, text: string, timeoutMs = 10_000): Promise<string> {
  const socket = createSocket('udp4');
  scene.atEnd(() => socket.close());
  socket.send(Buffer.from(text, 'latin1'), port, '127.0.0.1');
  const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(timeoutMs) })) as [Buffer];
  return answer.toString('latin1');
}

/** A TCP connection with all that came on it. */
export interface SipStream {
  readonly socket: Socket;
  readonly came: () => string;
  /** Resolves when so many answers have come. */
  readonly answers: (count: number) => Promise<readonly string[]>;
  readonly closed: Promise<unknown>;
}

export async function sipStream(scene: Scene, port: number): Promise<SipStream> {
  const socket = connect(port, '127.0.0.1');
  scene.atEnd(() => socket.destroy());
  await once(socket, 'connect');
  let text = '';
  const pieces = new Collector<string>(() => text);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    pieces.add(text);
  });
  socket.on('error', () => undefined);
  const starts = (whole: string): readonly string[] => whole.split(/(?=^SIP\/2\.0 )/m).filter((piece) => piece.startsWith('SIP/2.0 '));
  const closed = once(socket, 'close');
  closed.catch(() => undefined);
  return {
    socket,
    came: () => text,
    closed,
    answers: async (count) => {
      await pieces.wait(`${count} answers`, (whole) => starts(whole).length >= count);
      return starts(text);
    },
  };
}
