import { connect, type Socket } from 'node:net';
import { silentLogger, systemClock, systemRandom } from '../../runtime/index.js';
import type { EndpointIntake, EndpointListener, EndpointMessage, Refusal } from '../types.js';
import { type ListenHttpOptions, listenHttp } from './listen-http.js';

/** A DM message of 157 octets: sessionless_replace of the reference. */
export const dmMessage = Buffer.from(
  '02A4016A006D6C7103312E3200017203444D2F312E3300016503324600015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B604B03310001546E57032E2F44657644657461696C2F4578742F42656E63682F466C61670001015A00014703696E7400010100004FC30137010101120101',
  'hex',
);

/** What a listener's double of the bridge has been given. */
export interface Taken {
  readonly messages: EndpointMessage[];
  readonly refusals: Refusal[];
  /** Resolves once something was refused for which this holds. */
  refused(code: string): Promise<Refusal>;
}

/** Opens a listener on loopback; `accept` stands for the disk. */
export async function openHttp(
  options: Partial<ListenHttpOptions> = {},
  accept: (message: EndpointMessage) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly listener: EndpointListener; readonly port: number; readonly taken: Taken }> {
  const messages: EndpointMessage[] = [];
  const refusals: Refusal[] = [];
  const waiting: { readonly code: string; readonly resolve: (refusal: Refusal) => void }[] = [];
  const taken: Taken = {
    messages,
    refusals,
    refused: (code) =>
      new Promise((resolve) => {
        const found = refusals.find((refusal) => refusal.code === code);
        if (found === undefined) waiting.push({ code, resolve });
        else resolve(found);
      }),
  };
  const intake: EndpointIntake = {
    async accept(message) {
      await accept(message);
      messages.push(message);
      return { duplicate: false };
    },
    refused(refusal) {
      refusals.push(refusal);
      for (const { code, resolve } of waiting) if (code === refusal.code) resolve(refusal);
    },
    repeated() {},
    registration() {},
  };
  const listener = await listenHttp({ host: '127.0.0.1', port: 0, ...options })(intake, {
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  });
  return { listener, port: listener.port ?? 0, taken };
}

/** A connection that collects what comes. */
export class RawConnection {
  readonly socket: Socket;
  received = '';
  readonly closed: Promise<void>;
  #wake: () => void = () => {};

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1');
      this.#wake();
    });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.once('close', () => this.#wake());
  }

  /** Resolves when so many of a kind have come. */
  async until(pattern: RegExp, count = 1): Promise<string> {
    const all = new RegExp(pattern.source, 'g');
    while ((this.received.match(all) ?? []).length < count) {
      if (this.socket.destroyed) throw new TypeError(`closed before ${pattern}: ${this.received}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.received;
  }
}

/** A POST as it stands on the wire. */
export function post(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Buffer {
  const all = { Host: '', 'Content-Type': 'application/vnd.syncml.dm+wbxml', 'Content-Length': String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST /wappush HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), body]);
}

/** Sends a request on a connection of its own and gives the whole answer. */
export async function ask(port: number, request: Buffer | string): Promise<string> {
  const connection = new RawConnection(port);
  connection.socket.write(request);
  const answer = await connection.until(/\r\n\r\n/);
  connection.socket.destroy();
  return answer;
}
