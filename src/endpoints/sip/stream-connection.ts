import type { Socket } from 'node:net';
import { DecodeError } from '../../octets/index.js';
import type { Cancel, Clock } from '../../runtime/index.js';
import { plainAddress } from '../address.js';
import { leadingLineEnds } from './parse-message.js';
import { SipStreamFramer } from './stream-framer.js';

/** How long the rest of a message may take once it has begun. */
const messageMs = 30_000;
/** Messages of one connection that may be worked on at one time; then it is read no further. */
const mostAtOnce = 64;
/** Octets that a peer may leave unread before nothing more is taken from it. */
const mostUnreadOctets = 65_536;
/** How long what was said last may take to leave, and what still comes is passed over so that the peer can read it. */
const lingerMs = 2000;
/** After so long a silence the system asks whether the other end is still there. */
const keepAliveMs = 60_000;

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
  #cancelLinger: Cancel | undefined;
  #error: Error | null = null;
  /** The peer has said its last. */
  #heardAll = false;
  #ending = false;
  /** What came is no SIP, and nothing more is read. */
  #broken = false;

  constructor(socket: Socket, options: StreamConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    this.remote = { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => this.#readOnOrPause());
    socket.on('end', () => this.#hearLast());
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#cancelDeadline?.();
      this.#cancelLinger?.();
      this.#hold(0);
      options.onClosed(this, this.#error);
    });
  }

  /** Sends a message; what cannot be sent any more is dropped, and {@link StreamConnectionOptions.onClosed} says why. */
  send(octets: Uint8Array): void {
    if (this.socket.destroyed || !this.socket.writable) return;
    this.socket.write(octets);
    this.#readOnOrPause();
  }

  /** Closes it when what was sent has left, and in a while in any case. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#cancelDeadline?.();
    this.socket.end();
    if (this.#heardAll) this.socket.destroySoon();
    // A connection that is closed with octets unread takes back what was said on it: they are read, and passed over.
    else this.socket.resume();
    this.#cancelLinger = this.#options.clock.after(lingerMs, () => this.socket.destroy(), { keepAlive: true });
  }

  #read(chunk: Buffer): void {
    if (this.#ending || this.#broken) return;
    const frames = this.#framer.push(chunk);
    if (!this.#hold(this.#framer.held)) {
      this.socket.destroy();
      return;
    }
    this.#watch(frames.length > 0);
    let pings = 0;
    for (const frame of frames) {
      if (frame.kind === 'ping') pings += 1;
      else this.#work(frame.octets);
    }
    if (pings > 0) this.send(Buffer.from('\r\n'.repeat(pings)));
    if (this.#framer.broken !== null) this.#break(this.#framer.broken);
  }

  /** What came whole before is still answered. */
  #break(error: DecodeError): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#cancelDeadline?.();
    this.#options.onBroken(error, this.#framer.unread(), this);
    this.#hold(0);
    if (this.#working === 0) this.end();
  }

  /** A peer that has closed its side may still hear the answers to what it sent before. */
  #hearLast(): void {
    this.#heardAll = true;
    if (this.#ending) this.socket.destroySoon();
    // Line ends behind the last message are nothing.
    else if (leadingLineEnds(this.#framer.unread()) < this.#framer.held) {
      this.#break(new DecodeError('endpoints/sip-truncated', 'the connection ended within a message', 'sip', this.#framer.held));
    } else if (this.#working === 0) this.end();
  }

  #work(octets: Uint8Array): void {
    this.#working += 1;
    this.#readOnOrPause();
    void this.#options.onMessage(octets, this).finally(() => {
      this.#working -= 1;
      if ((this.#heardAll || this.#broken) && this.#working === 0) this.end();
      this.#readOnOrPause();
    });
  }

  #readOnOrPause(): void {
    if (this.#ending) return;
    if (this.#working >= mostAtOnce || this.socket.writableLength > mostUnreadOctets) this.socket.pause();
    else this.socket.resume();
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
      this.#cancelDeadline = undefined;
      // The rest may have come, and wait here until there is room for it.
      if (this.socket.isPaused()) return this.#watch(false);
      this.#break(new DecodeError('endpoints/sip-too-slow', `the rest of a message did not come within ${messageMs / 1000} s`, 'sip', 0));
    });
  }
}
