import { createServer, type Server, type Socket } from 'node:net';
import { BenchError } from './errors.js';
import { backlogLimitOctets, type Line, type LineHandlers } from './line.js';

/** A line behind a listener on the loopback address, as ser2net offers one: one host at a time, others are turned away. */
export class TcpLine implements Line {
  readonly port: string;
  /** The TCP port's number. */
  readonly number: number;
  readonly #server: Server;
  #handlers: LineHandlers | undefined;
  #host: Socket | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.number = port;
    this.port = `tcp://127.0.0.1:${port}`;
    server.on('connection', (socket) => this.#accept(socket));
  }

  /**
   * Listens on a port of the loopback address; 0 takes a free one.
   * @throws BenchError `virtual-bench/address-in-use`
   */
  static async listen(port: number): Promise<TcpLine> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) =>
        reject(
          new BenchError('virtual-bench/address-in-use', `cannot listen on 127.0.0.1:${port} (${cause.message})`, {
            cause,
            advice: 'choose another --tcp port',
          }),
        ),
      );
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    return new TcpLine(server, typeof address === 'object' && address !== null ? address.port : port);
  }

  get backlogOctets(): number {
    return this.#host?.writableLength ?? 0;
  }

  start(handlers: LineHandlers): void {
    this.#handlers = handlers;
  }

  write(octets: Uint8Array): void {
    const host = this.#host;
    if (host === undefined || host.writableLength > 4 * backlogLimitOctets) return;
    if (!host.write(octets) && host.writableLength > backlogLimitOctets) host.pause();
  }

  async close(): Promise<void> {
    this.#handlers = undefined;
    this.#host?.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const handlers = this.#handlers;
    if (handlers === undefined || this.#host !== undefined) {
      socket.destroy();
      return;
    }
    this.#host = socket;
    socket.on('data', (octets: Uint8Array) => {
      if (this.#handlers !== undefined) handlers.data(octets);
    });
    socket.on('drain', () => socket.resume());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#host = undefined;
      if (this.#handlers !== undefined) handlers.detached();
    });
    handlers.attached();
  }
}
