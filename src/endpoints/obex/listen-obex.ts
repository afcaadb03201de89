import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../runtime/index.js';
import { type HostAndPort, peerName } from '../address.js';
import { listenTcp } from '../listen-tcp.js';
import type { EndpointIntake, EndpointListener, OpenListener } from '../types.js';
import { ObexConnection, type ObexPatience } from './connection.js';
import type { ObexCredentials } from './guard.js';
import { mostPacketOctets } from './packet.js';
import { ObexSession } from './session.js';

/** What holds for every connection. */
export interface ObexServiceOptions {
  /** Those who may put objects, where they must prove it. */
  readonly senders?: readonly ObexCredentials[] | undefined;
  /** What is proved to senders that ask and need not prove themselves. */
  readonly own?: ObexCredentials | undefined;
  readonly realm?: string | undefined;
  /** Whether objects of any type are taken that are put to no service. */
  readonly inbox?: boolean | undefined;
  /** The longest packet that is taken, 255 to 65535 octets. */
  readonly maximumPacket?: number | undefined;
  readonly patience?: ObexPatience | undefined;
}

/** A serial port that is open. */
export interface ObexLine {
  readonly stream: Duplex;
  close(): Promise<void>;
}

export interface ObexLineOptions {
  /** Path of the device. */
  readonly device: string;
  /** Opens it. */
  readonly open: () => Promise<ObexLine>;
}

/** Connections at one time; the one that was silent longest makes room. */
const mostConnections = 2048;
const mostSockets = 2 * mostConnections;
/** Octets of unfinished packets and objects, of all connections together. */
const mostHeldOctets = 67_108_864;
const longestWaitMs = 5000;
const reopenMs = 1000;
/** A packet of so many octets takes nine seconds at 9600 baud. */
const linePacketOctets = 8192;
const tcpPatience: ObexPatience = { packetMs: 30_000, idleMs: 300_000, quietMs: null };
const linePatience: ObexPatience = { packetMs: 30_000, idleMs: null, quietMs: 1000 };

/** Makes the connections of a listener, and counts what they hold together. */
class Service {
  readonly #options: ObexServiceOptions;
  readonly #intake: EndpointIntake;
  readonly #clock: Clock;
  readonly connections = new Map<ObexConnection, true>();
  #held = 0;
  #lastId = 0;

  constructor(options: ObexServiceOptions, intake: EndpointIntake, clock: Clock) {
    this.#options = options;
    this.#intake = intake;
    this.#clock = clock;
  }

  connect(stream: Duplex, from: string | null, patience: ObexPatience, maximumPacket: number): ObexConnection {
    const { senders, own = null, realm = 'wapbridge', inbox = false } = this.#options;
    const hold = (octets: number): boolean => {
      this.#held += octets;
      return octets <= 0 || this.#held <= mostHeldOctets;
    };
    const connection: ObexConnection = new ObexConnection(stream, {
      clock: this.#clock,
      maximumPacket: this.#options.maximumPacket ?? maximumPacket,
      patience: this.#options.patience ?? patience,
      hold,
      makeSession: () => {
        this.#lastId = (this.#lastId % 0x7fff_ffff) + 1;
        return new ObexSession({
          intake: this.#intake,
          from,
          guard: senders === undefined ? null : { peers: senders, realm },
          own,
          inbox,
          maximumPacket: this.#options.maximumPacket ?? maximumPacket,
          connectionId: this.#lastId,
          hold,
        });
      },
      refused: (refusal) => this.#intake.refused({ binding: 'obex', from, ...refusal }),
      // The one that was silent longest stands first.
      onPacket: () => {
        if (this.connections.delete(connection)) this.connections.set(connection, true);
      },
    });
    this.connections.set(connection, true);
    void connection.done.then(() => this.connections.delete(connection));
    return connection;
  }

  /** Closes those that were silent longest until there is room for one more; whoever waits for an answer stays. */
  makeRoom(): void {
    for (const oldest of this.connections.keys()) {
      if (this.connections.size < mostConnections) return;
      if (oldest.working) continue;
      this.connections.delete(oldest);
      oldest.destroy();
    }
  }

  async close(): Promise<void> {
    const all = [...this.connections.keys()];
    for (const connection of all) connection.end();
    const given = new AbortController();
    const done = Promise.all(all.map((connection) => connection.done));
    await Promise.race([done, this.#clock.sleep(longestWaitMs, { signal: given.signal }).catch(() => undefined)]);
    given.abort();
    for (const connection of all) connection.destroy();
  }
}

/** A listener for DM messages by OBEX over TCP. @see OMA-TS-DM_PushBinding-V1_3 5.4; IrOBEX 1.3 */
export function listenObex({ host, port, ...options }: HostAndPort & ObexServiceOptions): OpenListener {
  return async (intake, { clock }): Promise<EndpointListener> => {
    const service = new Service(options, intake, clock);
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
      service.makeRoom();
      service.connect(socket, peerName(socket), tcpPatience, mostPacketOctets);
    });
    server.maxConnections = mostSockets;
    const bound = await listenTcp(server, { host, port });
    return {
      binding: 'obex',
      ...bound,
      async close() {
        const closed = once(server, 'close');
        server.close();
        await service.close();
        await closed;
      },
    };
  };
}

/** A listener for DM messages by OBEX on a serial line. A line that is lost is opened again. @see OMA-TS-DM_PushBinding-V1_3 5.4 */
export function listenObexLine({ device, open, ...options }: ObexLineOptions & ObexServiceOptions): OpenListener {
  return async (intake, { clock }): Promise<EndpointListener> => {
    const service = new Service(options, intake, clock);
    const closing = new AbortController();
    const { signal } = closing;
    let line: ObexLine | null = await open();
    const serve = async (): Promise<void> => {
      while (!signal.aborted) {
        if (line === null) {
          await clock.sleep(reopenMs, { signal }).catch(() => undefined);
          // It is told once that it is lost; until it is there again there is nothing more to tell.
          if (!signal.aborted) line = await open().catch(() => null);
          continue;
        }
        await service.connect(line.stream, device, linePatience, linePacketOctets).done;
        await line.close();
        line = null;
        if (signal.aborted) return;
        intake.refused({
          binding: 'obex',
          from: device,
          code: 'endpoints/line-lost',
          message: `${device} is lost; it is opened again once it is there`,
        });
      }
      await line?.close();
    };
    const serving = serve();
    return {
      binding: 'obex',
      address: device,
      port: null,
      async close() {
        closing.abort();
        await service.close();
        await serving;
      },
    };
  };
}
