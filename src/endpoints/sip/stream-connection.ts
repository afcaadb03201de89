import type { Socket } from 'node:net';
import { DecodeError } from '../../octets/index.js';
import type { Cancel, Clock } from '../../runtime/index.js';
import { type SipFrame, SipStreamFramer } from './stream-framer.js';

/** How long the rest of a message may take once it has begun. */
const messageMs = 30_000;
/** Messages of one connection that may be worked on at one time; then it is read no further. */
const mostAtOnce = 64;

export interface StreamConnectionOptions {
  readonly clock: Clock;
  /** Handles one message; the connection is read on while it is handled. */
  readonly onMessage: (octets: Uint8Array, connection: SipStreamConnection) => Promise<void>;
  /** What came is no SIP that can be cut into messages; the connection is then closed. */
  readonly onBroken: (error: DecodeError, unread: Uint8Array, connection: SipStreamConnection) => void;
  readonly onClosed: (connection: SipStreamConnection, error: Error | null) => void;
  /** Told of octets that are held, or no longer are; false closes the connection. */
  readonly onHeld?: (change: number) => boolean;
}

/** One TCP or TLS connection on which SIP goes both ways. */
export class SipStreamConnection {
  readonly socket: Socket;
  readonly remote: { readonly address: string; readonly port: number };
  readonly #options: StreamConnectionOptions;
  readonly #framer = new SipStreamFramer();
  #working = 0;
  #held = 0;
  #cancelDeadline: Cancel | undefined;
  #error: Error | null = null;

  constructor(socket: Socket, options: StreamConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    this.remote = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#cancelDeadline?.();
      this.#hold(0);
      options.onClosed(this, this.#error);
    });
  }

  /** Sends a message; what cannot be sent any more is dropped, and {@link StreamConnectionOptions.onClosed} says why. */
  send(octets: Uint8Array): void {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(octets);
  }

  /** Closes it when what was sent has left. */
  end(): void {
    this.socket.end();
    this.socket.destroySoon();
  }

  #read(chunk: Buffer): void {
    let frames: SipFrame[];
    try {
      frames = this.#framer.push(chunk);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.socket.pause();
      this.#options.onBroken(error, this.#framer.unread(), this);
      this.end();
      return;
    }
    if (!this.#hold(this.#framer.held)) {
      this.socket.destroy();
      return;
    }
    this.#watch(frames.length > 0);
    for (const frame of frames) {
      if (frame.kind === 'ping') this.send(Buffer.from('\r\n'));
      else this.#work(frame.octets);
    }
  }

  #work(octets: Uint8Array): void {
    this.#working += 1;
    if (this.#working >= mostAtOnce) this.socket.pause();
    void this.#options.onMessage(octets, this).finally(() => {
      this.#working -= 1;
      if (this.#working < mostAtOnce) this.socket.resume();
    });
  }

  #hold(octets: number): boolean {
    const change = octets - this.#held;
    this.#held = octets;
    return this.#options.onHeld?.(change) ?? true;
  }

  /** A message that was begun must end; one that drips in does not renew its time. */
  #watch(progress: boolean): void {
    if (progress || this.#framer.held === 0) {
      this.#cancelDeadline?.();
      this.#cancelDeadline = undefined;
    }
    if (this.#framer.held === 0 || this.#cancelDeadline !== undefined) return;
    this.#cancelDeadline = this.#options.clock.after(messageMs, () => {
      const error = new DecodeError('endpoints/sip-too-slow', `the rest of a message did not come within ${messageMs / 1000} s`, 'sip', 0);
      this.#options.onBroken(error, this.#framer.unread(), this);
      this.end();
    });
  }
}

/** An IPv4 address that a socket for both families writes as IPv6, as IPv4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
