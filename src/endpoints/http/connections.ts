import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { peerName } from '../address.js';

/** Connections that are open at one time. */
const mostConnections = 2048;

interface Connection {
  readonly socket: Socket;
  /** Requests on it that are not answered. */
  answering: number;
  /** The last of them. */
  last: IncomingMessage | null;
  /** It ends when no more than so many are left; null while it goes on. */
  endsAt: number | null;
}

/**
 * The connections of a server, by the far end's address. Where there are too many, the one that has been silent longest makes room,
 * unless a request on it is being answered: whoever only holds connections keeps nobody out.
 */
export class Connections {
  readonly #open = new Map<string, Connection>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const name = peerName(socket);
      if (name === null) {
        socket.destroy();
        return;
      }
      if (this.#open.size >= mostConnections) this.#makeRoom();
      this.#open.set(name, { socket, answering: 0, last: null, endsAt: null });
      socket.once('close', () => {
        // By then another may have come from the same port.
        if (this.#open.get(name)?.socket === socket) this.#open.delete(name);
      });
    });
  }

  /** Notes that a request has begun. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const name = peerName(request.socket);
    const connection = name === null ? undefined : this.#open.get(name);
    if (name === null || connection === undefined) return;
    this.#open.delete(name);
    this.#open.set(name, connection);
    connection.answering += 1;
    connection.last = request;
    response.once('close', () => {
      connection.answering -= 1;
      if (connection.endsAt !== null && connection.answering <= connection.endsAt) connection.socket.destroySoon();
    });
  }

  /** Whether a request that came whole is still to be answered on a connection, which then ends it; one that did not get that far is not. */
  endAfterAnswer(socket: Duplex): boolean {
    const name = this.nameOf(socket);
    const connection = name === null ? undefined : this.#open.get(name);
    if (connection === undefined) return false;
    const unfinished = connection.last?.complete === false ? 1 : 0;
    if (connection.answering <= unfinished) return false;
    connection.endsAt = unfinished;
    return true;
  }

  /** The far end of a connection, as it is shown. */
  nameOf(socket: Duplex): string | null {
    return socket instanceof Socket ? peerName(socket) : null;
  }

  /** Ends all of them. */
  end(): void {
    for (const { socket } of this.#open.values()) socket.destroySoon();
  }

  #makeRoom(): void {
    for (const [name, { socket, answering }] of this.#open) {
      if (answering > 0) continue;
      this.#open.delete(name);
      socket.destroy();
      return;
    }
  }
}
