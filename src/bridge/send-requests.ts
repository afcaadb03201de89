import { BridgeError } from '../errors.js';
import { DecodeError, fromHex, toHex } from '../octets/index.js';
import type { Clock } from '../runtime/index.js';
import { type Outbox, SendError, type SendRequest, sendPush } from '../sending/index.js';
import type { ControlHandlers, ControlObject } from './control.js';

/** How a send that is asked for is waited for. */
export interface SendWait {
  /** How long to wait for status reports, in milliseconds; not at all where null. */
  readonly reportsWithinMs: number | null;
}

/** The request that asks the writer of a state folder to send; {@link sendHandlers} reads it. */
export function sendControlRequest(request: SendRequest, wait: SendWait): ControlObject {
  return { do: 'send', send: { ...request, wsp: toHex(request.wsp) }, ...wait };
}

/** What other commands may ask of an outbox. */
export function sendHandlers(
  outbox: Outbox,
  clock: Clock,
  modemNamed: (word: string) => string | null,
  attach: (target: string) => Promise<void>,
): ControlHandlers {
  return {
    send: async (asked, tell, signal) => {
      const read = readRequest(asked.send);
      const modem = read.modem == null ? null : modemNamed(read.modem);
      if (read.modem != null && modem === null) {
        throw new SendError('sending/no-modem', `the program that holds the state folder drives no modem ${read.modem}`, {
          advice: 'name one of its modems or none, or use another --state-dir',
        });
      }
      const request = { ...read, modem };
      if (request.via != null) await attach(request.via);
      const within = asked.reportsWithinMs;
      const reportsWithinMs = typeof within === 'number' && within >= 0 ? within : undefined;
      const receipt = await sendPush(outbox, request, {
        clock,
        signal,
        tell: (event) => tell({ ...event }),
        ...(reportsWithinMs === undefined ? {} : { reportsWithinMs }),
      });
      return { ...receipt };
    },
    'outbox-cancel': async ({ id }) => {
      await outbox.cancel(typeof id === 'string' ? id : '');
      return { ...outbox.receipt(String(id))?.receipt };
    },
  };
}

function bad(what: string): never {
  throw new BridgeError('bridge/bad-request', `a send was asked for with ${what}`, { advice: 'use the same version of wapbridge' });
}

function isObject(value: unknown): value is ControlObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readRequest(value: unknown): SendRequest {
  if (!isObject(value)) return bad('nothing to send');
  const { to, wsp, type, reference, referenceBits, validityMinutes, report, arrangement, modem, via, priority, noWait, allowDuplicates } =
    value;
  if (typeof to !== 'string' || typeof wsp !== 'string') return bad('no number or no push');
  const number = (of: unknown): number | undefined => (typeof of === 'number' && Number.isInteger(of) ? of : undefined);
  const [ownReference, ownPriority] = [number(reference), number(priority)];
  const minutes = validityMinutes === null ? null : number(validityMinutes);
  return {
    to,
    wsp: octetsOf(wsp),
    ...(typeof type === 'string' ? { type } : {}),
    ...(ownReference === undefined ? {} : { reference: ownReference }),
    referenceBits: referenceBits === 16 ? 16 : 8,
    ...(minutes === undefined ? {} : { validityMinutes: minutes }),
    report: report === true,
    arrangement: isObject(arrangement) ? arrangementOf(arrangement) : {},
    modem: typeof modem === 'string' ? modem : null,
    via: typeof via === 'string' ? via : null,
    ...(ownPriority === undefined ? {} : { priority: ownPriority }),
    noWait: noWait === true,
    allowDuplicates: allowDuplicates === true,
  };
}

function octetsOf(hex: string): Uint8Array {
  try {
    return fromHex(hex, 'wsp');
  } catch (cause) {
    if (cause instanceof DecodeError) return bad('a push that is no hex');
    throw cause;
  }
}

function arrangementOf({ order, duplicate, omit }: ControlObject): NonNullable<SendRequest['arrangement']> {
  const numbers = (value: unknown): readonly number[] | undefined =>
    Array.isArray(value) && value.length <= 1024 ? value.map(Number) : undefined;
  const [ordered, twice, left] = [order === 'reverse' ? ('reverse' as const) : numbers(order), numbers(duplicate), numbers(omit)];
  return {
    ...(ordered === undefined ? {} : { order: ordered }),
    ...(twice === undefined ? {} : { duplicate: twice }),
    ...(left === undefined ? {} : { omit: left }),
  };
}
