import type { EndpointPreview, EndpointSender } from '../endpoints/index.js';
import type { StoredSend } from '../journal/index.js';
import { DecodeError, fromHex } from '../octets/index.js';
import { fromWdp, type PushMessage } from '../push/index.js';
import type { Logger } from '../runtime/index.js';
import { isLoopbackTarget, isTarget, type Outbox, SendError } from '../sending/index.js';

/** Most targets that are kept open at once. */
const mostTargets = 64;

/** The targets that pushes are sent to without a modem: each sends from the outbox as a modem does, one message at a time. */
export class EndpointCarriers {
  readonly #outbox: Outbox;
  readonly #log: Logger;
  readonly #open: ((target: string) => Promise<EndpointSender>) | undefined;
  readonly #attached = new Map<string, Promise<() => Promise<void>>>();

  constructor(outbox: Outbox, log: Logger, open?: (target: string) => Promise<EndpointSender>) {
    this.#outbox = outbox;
    this.#log = log;
    this.#open = open;
  }

  /** Opens a target, where it is not open yet. @throws EndpointError `endpoints/bad-target` */
  async attach(target: string): Promise<void> {
    const known = this.#attached.get(target);
    const attached = known ?? this.#begin(target);
    if (known === undefined) this.#attached.set(target, attached);
    try {
      await attached;
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
    for (const attached of all) await (await attached)();
  }

  async #begin(target: string): Promise<() => Promise<void>> {
    if (this.#open === undefined || this.#attached.size >= mostTargets) {
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
