import { connect, type Socket } from 'node:net';
import type { PushMessage } from '../../push/index.js';
import { fromHeaders } from '../../push/index.js';
import { silentLogger, systemClock, systemRandom } from '../../runtime/index.js';
import type { EndpointListener, EndpointMessage, Refusal } from '../types.js';
import { dmTarget, headerId, opcode } from './codes.js';
import { ObexFramer } from './framer.js';
import type { ObexHeader } from './header.js';
import { listenObex, type ObexServiceOptions } from './listen-obex.js';
import { decodePacket, encodePacket, type ObexPacket, obexVersion, plainPacket } from './packet.js';

export const dmType = 'application/vnd.syncml.dm+wbxml';

/** A listener on loopback whose disk is a function. */
export async function openObex(
  options: ObexServiceOptions = {},
  accept: (message: EndpointMessage) => Promise<void> = () => Promise.resolve(),
): Promise<{ listener: EndpointListener; port: number; messages: EndpointMessage[]; refusals: Refusal[] }> {
  const messages: EndpointMessage[] = [];
  const refusals: Refusal[] = [];
  const listener = await listenObex({ host: '127.0.0.1', port: 0, ...options })(
    {
      async accept(message) {
        await accept(message);
        messages.push(message);
        return { duplicate: false };
      },
      refused: (refusal) => refusals.push(refusal),
      repeated() {},
      registration() {},
    },
    { clock: systemClock, random: systemRandom, log: silentLogger },
  );
  return { listener, port: listener.port ?? 0, messages, refusals };
}

/** The other end of a connection, which says whatever it is told to. */
export class RawObex {
  readonly socket: Socket;
  readonly #framer = new ObexFramer(65_535);
  readonly #packets: Uint8Array[] = [];
  #wake: () => void = () => {};
  closed = false;

  constructor(at: number | Socket) {
    this.socket = typeof at === 'number' ? connect(at, '127.0.0.1') : at;
    this.socket.on('data', (chunk) => {
      this.#packets.push(...this.#framer.push(chunk));
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  /** The next packet; null where the connection is closed instead. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined) return packet;
      if (this.closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async ask(packet: ObexPacket): Promise<ObexPacket> {
    this.socket.write(encodePacket(packet));
    const octets = await this.next();
    if (octets === null) throw new TypeError('the connection was closed');
    return decodePacket(octets, packet.code === opcode.connect ? 'answer-to-connect' : 'answer');
  }

  /** Code of the answer. */
  async code(packet: ObexPacket): Promise<number> {
    return (await this.ask(packet)).code;
  }

  end(): void {
    this.socket.destroy();
  }
}

export const connectPacket = (headers: readonly ObexHeader[] = [target()], maximumPacket = 1024): ObexPacket => ({
  code: opcode.connect,
  connect: { version: obexVersion, flags: 0, maximumPacket },
  path: null,
  headers,
});

export const target = (value: Uint8Array = dmTarget): ObexHeader => ({ id: headerId.target, kind: 'octets', value });
export const typeHeader = (type: string): ObexHeader => ({ id: headerId.type, kind: 'octets', value: Buffer.from(`${type}\0`) });
export const body = (value: Uint8Array): ObexHeader => ({ id: headerId.body, kind: 'octets', value });
export const endOfBody = (value: Uint8Array): ObexHeader => ({ id: headerId.endOfBody, kind: 'octets', value });
export const length = (value: number): ObexHeader => ({ id: headerId.length, kind: 'u32', value });
export const put = (headers: readonly ObexHeader[]): ObexPacket => plainPacket(opcode.put, headers);
export const putFinal = (headers: readonly ObexHeader[]): ObexPacket => plainPacket(opcode.putFinal, headers);

/** A push as the bridge gives it to a sender. */
export function pushOf(octets: Uint8Array, headers: readonly (readonly [string, string])[] = []): PushMessage {
  return fromHeaders('obex', [['Content-Type', dmType], ...headers], octets);
}

/** A body in which every octet comes. */
export function bodyOf(octets: number): Uint8Array {
  return Uint8Array.from({ length: octets }, (_, index) => (index * 7 + 2) & 0xff);
}

/** A promise, and what settles it. */
export function later(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
