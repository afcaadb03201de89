import type { EndpointPreview, EndpointSender } from '../endpoints/index.js';
import type { StoredSend } from '../journal/index.js';
import { DecodeError, fromHex } from '../octets/index.js';
import { fromWdp, type PushMessage } from '../push/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import { isLoopbackTarget, isTarget, type Outbox, SendError } from '../sending/index.js';

/** Most targets that are kept open at once. */
const mostTargets = 64;
/** A target that was asked for so short a time ago is about to be sent to. */
const freshMs = 10_000;

interface Attached {
  readonly detach: Promise<() => Promise<void>>;
  /** When it was asked for last, by a clock that never jumps. */
  readonly askedAt: number;
}

/**
 * The targets that pushes are sent to without a modem: each sends from the outbox as a modem does, one message at a time. Where there are too
 * many, one that has nothing to send makes room, that which was asked for longest ago first.
 */
export class EndpointCarriers {
  readonly #outbox: Outbox;
  readonly #log: Logger;
  readonly #open: ((target: string) => Promise<EndpointSender>) | undefined;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** That which was asked for longest ago first. */
  readonly #attached = new Map<string, Attached>();

  constructor(outbox: Outbox, clock: Pick<Clock, 'monotonic'>, log: Logger, open?: (target: string) => Promise<EndpointSender>) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#log = log;
    this.#open = open;
  }

  /** Opens a target, where it is not open yet. @throws EndpointError `endpoints/bad-target` */
  async attach(target: string): Promise<void> {
    const detach = this.#attached.get(target)?.detach ?? this.#begin(target);
    this.#attached.delete(target);
    this.#attached.set(target, { detach, askedAt: this.#clock.monotonic() });
    try {
      await detach;
    } catch (cause) {
      this.#attached.delete(target);
      throw cause;
    }
  }

  /** Opens the targets of what an earlier run left in the queue. */
  async resume(sends: readonly StoredSend[]): Promise<void> {
    for (const target of new Set(sends.flatMap(({ modem }) => (modem !== null && isTarget(modem) ? [modem] : [])))) {
      await this.attach(target).catch((cause: unknown) =>
        this.#log.warn('a queued send waits: its target cannot be opened', {
          target,
          reason: cause instanceof Error ? cause.message : String(cause),
        }),
      );
    }
  }

  async close(): Promise<void> {
    const all = [...this.#attached.values()];
    this.#attached.clear();
    for (const { detach } of all) await (await detach)();
  }

  /** Lets a target go that nothing is queued for; false where there is none. */
  async #makeRoom(): Promise<boolean> {
    const latest = this.#clock.monotonic() - freshMs;
    for (const [target, { detach, askedAt }] of this.#attached) {
      if (askedAt > latest || this.#outbox.hasOpen(target)) continue;
      this.#attached.delete(target);
      await (await detach)();
      return true;
    }
    return false;
  }

  async #begin(target: string): Promise<() => Promise<void>> {
    if (this.#open === undefined || (this.#attached.size >= mostTargets && !(await this.#makeRoom()))) {
      throw new SendError('sending/no-target', `${target} cannot be sent to here`, {
        advice: 'send to fewer targets at once, or through wapbridge send',
      });
    }
    const sender = await this.#open(target);
    const abort = new AbortController();
    const detach = this.#outbox.attach({
      name: target,
      receiver: `target:${target}`,
      virtual: isLoopbackTarget(target),
      driver: {
        submit: async (pdu) => {
          await sender.send(pushOf(fromHex(pdu)), { signal: abort.signal });
          return { messageReference: null };
        },
      },
    });
    return async () => {
      abort.abort();
      await detach();
      await sender.close();
    };
  }
}

/**
 * What would leave for a push that the outbox would hold.
 * @throws DecodeError where it is no push; what the sender throws
 */
export function previewOf(sender: EndpointSender, wsp: Uint8Array): EndpointPreview {
  return sender.preview(pushOf(wsp));
}

/** @throws DecodeError */
function pushOf(octets: Uint8Array): PushMessage {
  const push = fromWdp({ destinationPort: 2948, sourcePort: 9200, portBits: 16, octets });
  if (push.kind !== 'push') throw push.error ?? new DecodeError('push/not-a-push', 'this is no push', 'push', 0);
  return push;
}
