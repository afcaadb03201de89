import type { DeliveryReceipt, Handover, Sink } from '../delivery/index.js';
import { EndpointError, type EndpointSender } from '../endpoints/index.js';
import { EncodeError } from '../octets/index.js';
import { fromHeaders, hopsHeader, type PushMessage } from '../push/index.js';
import { checkTarget } from '../sending/index.js';

/** A push that was carried on so often goes round in a circle. */
const mostHops = 4;

const deviceManagement = 'x-wap-application:syncml.dm';

export interface PushSinkOptions {
  readonly name: string;
  /** Where to: a target as `send --via` takes it. */
  readonly via: string;
  /** Destinations that may be sent to, `sending.allow`. */
  readonly allow: readonly string[];
  readonly open: (target: string) => Promise<EndpointSender>;
}

/**
 * Sends DM messages and notifications on over another binding. What the receiver refuses for good is refused; all else is tried again,
 * also what was handed over and never answered, so that the receiver may see a push twice. A push that came round too often is refused.
 * @throws SendError `sending/destination-not-allowed`, `sending/bad-target`
 */
export function pushSink({ name, via, allow, open }: PushSinkOptions): Sink {
  checkTarget(via, allow);
  let opening: Promise<EndpointSender> | null = null;
  const sender = (): Promise<EndpointSender> => {
    opening ??= open(via).catch((cause: unknown) => {
      opening = null;
      throw cause;
    });
    return opening;
  };
  return {
    name,
    kind: 'push',
    async accept(handover, { signal }): Promise<DeliveryReceipt> {
      const made = pushOf(handover);
      if (typeof made === 'string') return { outcome: 'refused', reason: made };
      try {
        await (await sender()).send(made, { signal });
        return { outcome: 'taken' };
      } catch (cause) {
        return receiptOf(cause);
      }
    },
    async close() {
      const opened = await opening?.catch(() => null);
      await opened?.close();
    },
  };
}

function receiptOf(cause: unknown): DeliveryReceipt {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const forGood =
    cause instanceof EncodeError || (cause instanceof EndpointError && ['endpoints/refused', 'endpoints/too-large'].includes(cause.code));
  return { outcome: forGood ? 'refused' : 'later', reason };
}

/** The push of a message with its hops counted, or why it is not sent on. */
function pushOf({ facts, body }: Handover): PushMessage | string {
  const verdict = textAt(facts['verdict'], 'verdict');
  const contentType = textAt(facts['push'], 'contentType');
  if ((verdict !== 'dm-application' && verdict !== 'dm-notification') || contentType === null || body === null) {
    return 'only DM messages and notifications are sent on';
  }
  const hops = hopsOf(facts['push']) + 1;
  if (hops > mostHops) return `it was carried on ${hops - 1} times before: a circle of push sinks`;
  const type = [contentType, ...parametersOf(facts['push'])].join('; ');
  const push = fromHeaders(
    'http',
    [
      ['Content-Type', type],
      ['X-Wap-Application-Id', deviceManagement],
    ],
    body,
  );
  // As text in WSP, since the name has no number. @see WAP-230-WSP 8.4.2.6
  const octets = Buffer.from(`${hopsHeader}\0${hops}\0`, 'latin1');
  return { ...push, headers: [{ name: hopsHeader, code: null, page: 1, value: String(hops), octets }] };
}

/** How often it was carried on; what is no number counts as too often, since only a forger writes it. */
function hopsOf(push: unknown): number {
  const headers = valueAt(push, 'headers');
  const stated = (Array.isArray(headers) ? headers : []).filter(
    (header) => textAt(header, 'name')?.toLowerCase() === hopsHeader.toLowerCase(),
  );
  const counts = stated.map((header) => {
    const value = String(valueAt(header, 'value'));
    return /^\d{1,3}$/.test(value) ? Number(value) : mostHops;
  });
  return Math.max(0, ...counts);
}

/** SEC, MAC and charset go with the type: without them a bootstrap could not be verified any more. */
function parametersOf(push: unknown): readonly string[] {
  const parameters = valueAt(push, 'parameters');
  return (Array.isArray(parameters) ? parameters : []).flatMap((parameter) => {
    const name = textAt(parameter, 'name');
    const value = valueAt(parameter, 'value');
    const words = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    return name !== null && /^[\w.-]+$/.test(name) && /^[\w.+-]+$/.test(words) ? [`${name}=${words}`] : [];
  });
}

function valueAt(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? Object.entries(holder).find(([name]) => name === key)?.[1] : undefined;
}

function textAt(holder: unknown, key: string): string | null {
  const value = valueAt(holder, key);
  return typeof value === 'string' ? value : null;
}
