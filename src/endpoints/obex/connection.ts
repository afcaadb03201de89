import type { Duplex } from 'node:stream';
import type { DecodeError } from '../../octets/index.js';
import type { Cancel, Clock } from '../../runtime/index.js';
import type { Refusal } from '../types.js';
import { answer } from './codes.js';
import { ObexFramer } from './framer.js';
import { encodePacket, plainPacket } from './packet.js';
import type { ObexSession } from './session.js';

/** How long a peer may take. */
export interface ObexPatience {
  /** For a packet that has begun, and between the packets of an object. */
  readonly packetMs: number;
  /** Between requests; null: for ever, as on a line that nobody connects. */
  readonly idleMs: number | null;
  /** How long a line must be silent after octets that are no OBEX; null: it is closed instead. */
  readonly quietMs: number | null;
}

export interface ObexConnectionOptions {
  readonly clock: Clock;
  readonly maximumPacket: number;
  readonly patience: ObexPatience;
  readonly makeSession: () => ObexSession;
  readonly refused: (refusal: Pick<Refusal, 'code' | 'message'>) => void;
  /** Told of octets of unfinished packets; false closes the connection. */
  readonly hold: (octets: number) => boolean;
  /** Called for each packet that came. */
  readonly onPacket: () => void;
}

/** Octets that a peer may leave unread before it is given up. */
const mostUnreadOctets = 65_536;
/** How long the last word may take to leave. */
const lingerMs = 2000;

/** One byte stream on which a peer puts objects. Requests are answered one after the other: nothing is read while one is worked on. */
export class ObexConnection {
  readonly #stream: Duplex;
  readonly #options: ObexConnectionOptions;
  #framer: ObexFramer;
  #session: ObexSession;
  #held = 0;
  #cancel: Cancel | null = null;
  #waitsFor: 'packet' | 'request' | 'quiet' | null = null;
  #working = false;
  #ending = false;
  readonly #parted: Promise<void>;
  /** Resolves when the stream is closed. */
  readonly done: Promise<void>;

  constructor(stream: Duplex, options: ObexConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#framer = new ObexFramer(options.maximumPacket);
    this.#session = options.makeSession();
    stream.on('error', () => {});
    this.#parted = new Promise((resolve) => (stream.closed ? resolve() : stream.once('close', () => resolve())));
    this.#await('request');
    this.done = this.#run().finally(() => {
      this.#cancel?.();
      this.#session.drop();
      this.#hold(0);
    });
  }

  /** Whether a request is being worked on. */
  get working(): boolean {
    return this.#working;
  }

  /** Ends once what is worked on is answered. */
  end(): void {
    this.#ending = true;
    if (!this.#working) this.#stream.destroy();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  async #run(): Promise<void> {
    try {
      for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
        this.#working = true;
        await this.#take(chunk);
        this.#working = false;
        if (this.#ending) break;
      }
    } catch {
      // A connection that is lost ends what came on it, and nothing else.
    }
    this.#working = false;
    if (this.#held > 0 || this.#session.receiving) this.#tellTruncated();
    this.#part();
    await this.#parted;
  }

  /** Lets the last word leave, within a bound. */
  #part(): void {
    if (this.#options.patience.quietMs !== null || !this.#stream.writable) {
      this.#stream.destroy();
      return;
    }
    const cancel = this.#options.clock.after(lingerMs, () => this.#stream.destroy());
    this.#stream.end(() => {
      cancel();
      this.#stream.destroy();
    });
  }

  async #take(chunk: Uint8Array): Promise<void> {
    if (this.#waitsFor === 'quiet') return this.#await('quiet');
    const packets = this.#framer.push(chunk);
    if (!this.#hold(this.#framer.held)) {
      this.#options.refused({ code: 'endpoints/overloaded', message: 'too much waits to become whole, and this connection was closed' });
      this.#ending = true;
      return;
    }
    for (const octets of packets) {
      this.#options.onPacket();
      const { octets: said, close } = await this.#session.take(octets);
      this.#say(said);
      if (close) this.#ending = true;
      if (this.#ending) return;
    }
    if (this.#framer.broken !== null) return this.#break(this.#framer.broken);
    // The time of a packet begins with its first octet, and later ones do not prolong it.
    if (this.#framer.held === 0 || packets.length > 0) this.#cancelWait();
    this.#await(this.#framer.held > 0 || this.#session.receiving ? 'packet' : 'request');
  }

  #break(error: DecodeError): void {
    const code = error.code === 'endpoints/obex-too-large' ? 'endpoints/obex-too-large' : 'endpoints/obex-malformed';
    const said = code === 'endpoints/obex-too-large' ? answer.tooLarge : answer.badRequest;
    this.#options.refused({ code, message: `${error.message}; nobody knows where the next packet begins` });
    this.#say(encodePacket(plainPacket(said)));
    this.#startAfresh();
  }

  /** A line is flushed until it is silent; a connection is closed. */
  #startAfresh(): void {
    this.#session.drop();
    this.#cancelWait();
    if (this.#options.patience.quietMs === null) {
      this.#ending = true;
      return;
    }
    this.#framer = new ObexFramer(this.#options.maximumPacket);
    this.#session = this.#options.makeSession();
    this.#hold(0);
    this.#await('quiet');
  }

  #say(octets: Uint8Array): void {
    if (this.#stream.writableLength > mostUnreadOctets) {
      this.#stream.destroy();
      return;
    }
    this.#stream.write(octets);
  }

  #hold(octets: number): boolean {
    const change = octets - this.#held;
    this.#held = octets;
    return this.#options.hold(change);
  }

  #cancelWait(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#waitsFor = null;
  }

  #await(what: 'packet' | 'request' | 'quiet'): void {
    if (what !== 'quiet' && this.#waitsFor === what) return;
    this.#cancelWait();
    this.#waitsFor = what;
    const { packetMs, idleMs, quietMs } = this.#options.patience;
    const ms = what === 'packet' ? packetMs : what === 'request' ? idleMs : quietMs;
    if (ms !== null) this.#cancel = this.#options.clock.after(ms, () => this.#late(what));
  }

  #late(what: 'packet' | 'request' | 'quiet'): void {
    this.#cancel = null;
    this.#waitsFor = null;
    if (this.#working) return;
    if (what === 'quiet') this.#await('request');
    else if (what === 'request') this.#stream.destroy();
    else {
      this.#options.refused({ code: 'endpoints/obex-too-slow', message: 'what was begun did not go on in time' });
      this.#say(encodePacket(plainPacket(answer.timeOut)));
      this.#startAfresh();
      this.#framer = new ObexFramer(this.#options.maximumPacket);
      this.#hold(0);
      if (this.#ending) this.#part();
    }
  }

  #tellTruncated(): void {
    if (!this.#ending)
      this.#options.refused({ code: 'endpoints/obex-truncated', message: 'the connection ended inside an object; nothing of it is kept' });
  }
}
