import { type Duplex, duplexPair } from 'node:stream';
import { backlogLimitOctets, type Line, type LineHandlers } from './line.js';

/** A line that stays in this process, for tests and for embedding: {@link host} is the host's end. */
export class MemoryLine implements Line {
  readonly port: string;
  /** The host's end; a new one after {@link attach}. */
  host: Duplex;
  #modem: Duplex;
  #handlers: LineHandlers | undefined;

  constructor(port: string) {
    this.port = port;
    [this.#modem, this.host] = duplexPair();
  }

  get backlogOctets(): number {
    return this.#modem.writableLength;
  }

  start(handlers: LineHandlers): void {
    this.#handlers = handlers;
    this.#listen(this.#modem, handlers);
  }

  /** A host opens the port anew, after the last one has closed its end. */
  attach(): Duplex {
    this.#modem.destroy();
    [this.#modem, this.host] = duplexPair();
    if (this.#handlers !== undefined) this.#listen(this.#modem, this.#handlers);
    return this.host;
  }

  write(octets: Uint8Array): void {
    if (!this.#modem.writable || this.#modem.writableLength > 4 * backlogLimitOctets) return;
    if (!this.#modem.write(octets) && this.#modem.writableLength > backlogLimitOctets) this.#modem.pause();
  }

  async close(): Promise<void> {
    this.#handlers = undefined;
    this.#modem.destroy();
    this.host.destroy();
  }

  #listen(modem: Duplex, handlers: LineHandlers): void {
    const own = (): boolean => this.#modem === modem && this.#handlers !== undefined;
    modem.on('data', (octets: Buffer) => {
      if (own()) handlers.data(octets);
    });
    modem.on('drain', () => modem.resume());
    modem.on('error', () => modem.destroy());
    modem.on('end', () => modem.end());
    // A pair does not carry the destruction of one end to the other.
    this.host.on('close', () => modem.destroy());
    modem.on('close', () => {
      if (own()) handlers.detached();
    });
    handlers.attached();
  }
}
