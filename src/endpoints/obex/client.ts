import type { Duplex } from 'node:stream';
import { DecodeError } from '../../octets/index.js';
import type { Clock } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import { opcode } from './codes.js';
import { ObexFramer } from './framer.js';
import { decodePacket, encodePacket, mostPacketOctets, type ObexPacket } from './packet.js';

/** Asks on a stream, one request at a time. */
export class ObexClient {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #framer: ObexFramer;
  readonly #packets: Uint8Array[] = [];

  constructor(stream: Duplex, { clock, answerMs }: { readonly clock: Clock; readonly answerMs: number }) {
    this.#stream = stream;
    this.#clock = clock;
    this.#answerMs = answerMs;
    this.#framer = new ObexFramer(mostPacketOctets);
    stream.on('error', () => {});
    this.#chunks = stream.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  }

  /**
   * Writes a request and waits for its answer.
   * @throws EndpointError `endpoints/obex-bad-answer`, `endpoints/no-answer`; the signal's reason
   */
  async ask(request: ObexPacket, signal: AbortSignal): Promise<ObexPacket> {
    signal.throwIfAborted();
    this.#stream.write(encodePacket(request));
    const octets = await this.#next(signal);
    try {
      return decodePacket(octets, request.code === opcode.connect ? 'answer-to-connect' : 'answer');
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
      throw badAnswer(cause.message, cause);
    }
  }

  /** Writes a request whose answer nobody waits for. */
  tell(request: ObexPacket): void {
    if (this.#stream.writable) this.#stream.write(encodePacket(request));
  }

  async #next(signal: AbortSignal): Promise<Uint8Array> {
    let cancel = (): void => {};
    const stopped = new Promise<never>((_, reject) => {
      const cancelTimer = this.#clock.after(this.#answerMs, () => reject(silent(`no answer came within ${this.#answerMs / 1000} s`)), {
        keepAlive: true,
      });
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      cancel = () => {
        cancelTimer();
        signal.removeEventListener('abort', onAbort);
      };
    });
    try {
      for (;;) {
        const whole = this.#packets.shift();
        if (whole !== undefined) return whole;
        const { value, done } = await Promise.race([this.#chunks.next(), stopped]);
        if (done === true) throw silent('the connection was closed');
        this.#packets.push(...this.#framer.push(value));
        if (this.#framer.broken !== null) throw badAnswer(this.#framer.broken.message, this.#framer.broken);
      }
    } catch (cause) {
      if (cause instanceof EndpointError || signal.aborted) throw cause;
      throw silent(cause instanceof Error ? cause.message : String(cause));
    } finally {
      cancel();
    }
  }
}

function silent(why: string): EndpointError {
  return new EndpointError('endpoints/no-answer', why);
}

function badAnswer(why: string, cause: unknown): EndpointError {
  return new EndpointError('endpoints/obex-bad-answer', `the answer is no OBEX: ${why}`, {
    cause,
    advice: 'check that an OBEX server listens there',
  });
}
