import type { Clock } from '../runtime/index.js';
import type { Outbox, SendEvent, SendRequest } from './outbox.js';
import type { Receipt } from './receipt.js';

/** How a send is waited for. */
export interface SendOptions {
  readonly clock: Clock;
  /** Told of each part, of waiting, and of status reports. */
  readonly tell?: (event: SendEvent) => void;
  /** How long to wait for status reports after the last part, in milliseconds; not at all where absent. */
  readonly reportsWithinMs?: number;
  /** Once aborted, what has not begun is cancelled, and what has is no longer waited for. */
  readonly signal?: AbortSignal;
}

/** Sends a push and waits until what became of each part is known. @throws as `Outbox.enqueue` */
export async function sendPush(outbox: Outbox, request: SendRequest, options: SendOptions): Promise<Receipt> {
  const { clock, tell = () => {}, reportsWithinMs, signal } = options;
  const id = await outbox.enqueue(request);
  const onAbort = (): void => void outbox.cancel(id).catch(() => undefined);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    const ended = until(outbox, id, tell, () => outbox.receipt(id)?.ended === true);
    if (request.via == null && outbox.modems.length === 0) tell({ event: 'waiting', id, reason: 'modem', until: null });
    await ended.promise;
    ended.stop();
    if (reportsWithinMs !== undefined && signal?.aborted !== true) {
      const reported = until(outbox, id, tell, () => allReported(outbox.receipt(id)?.receipt));
      const given = new AbortController();
      const stop = (): void => given.abort();
      signal?.addEventListener('abort', stop, { once: true });
      await Promise.race([reported.promise, clock.sleep(reportsWithinMs, { signal: given.signal }).catch(() => undefined)]);
      given.abort();
      reported.stop();
    }
    return outbox.receipt(id)?.receipt ?? { event: 'sent', id, outcome: 'unknown', to: request.to, modem: null, parts: [] };
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function allReported(receipt: Receipt | undefined): boolean {
  return (
    receipt === undefined ||
    receipt.parts.every(({ outcome, report }) => outcome === 'not-sent' || report === 'delivered' || report === 'failed')
  );
}

/** Resolves when something holds; it is asked at once and after each event. */
function until(
  outbox: Outbox,
  id: string,
  tell: (event: SendEvent) => void,
  holds: () => boolean,
): { readonly promise: Promise<void>; stop(): void } {
  let stop = (): void => {};
  const promise = new Promise<void>((resolve) => {
    stop = outbox.follow(id, (event) => {
      if (event.event !== 'sent') tell(event);
      if (event.event === 'sent' || event.event === 'report') if (holds()) resolve();
    });
    if (holds()) resolve();
  });
  return { promise, stop };
}
