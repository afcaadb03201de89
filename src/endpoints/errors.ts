import { BridgeError, type BridgeErrorOptions } from '../errors.js';

/** Why a listener does not listen, or a message was not taken by whom it was sent to. */
export class EndpointError extends BridgeError {
  override readonly name = 'EndpointError';

  constructor(code: `endpoints/${string}`, message: string, options: BridgeErrorOptions = {}) {
    super(code, message, options);
  }
}

/** The error number's name that Node gives; empty where it gives none. */
export function systemCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

/** Why an address could not be listened at. */
export function bindError(cause: unknown, address: string): EndpointError {
  switch (systemCode(cause)) {
    case 'EADDRINUSE':
      return new EndpointError('endpoints/address-in-use', `another program listens at ${address}`, {
        cause,
        advice: 'end it, or choose another port; port 0 takes a free one',
      });
    case 'EACCES':
    case 'EPERM':
      return new EndpointError('endpoints/address-not-permitted', `this user may not listen at ${address}`, {
        cause,
        advice: 'choose a port above 1023, or give the program the right to ports below',
      });
    default:
      return new EndpointError(
        'endpoints/bad-address',
        `nothing can listen at ${address}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause, advice: 'name an address of this machine' },
      );
  }
}

/** Codes of a connection that never came about: nothing was handed over. */
const neverReached: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EINVAL',
  'EACCES',
]);

/** What a failed connection to a target comes to: `handedOver` says whether the message had been written by then. */
export function sendError(cause: unknown, target: string, handedOver: boolean): EndpointError {
  if (cause instanceof EndpointError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  if (!handedOver || neverReached.has(systemCode(cause))) {
    return new EndpointError('endpoints/not-reached', `${target} was not reached: ${why}`, {
      cause,
      advice: 'check that it listens there, and its certificate where it has one',
    });
  }
  return new EndpointError('endpoints/no-answer', `${target} was handed the push and did not answer: ${why}`, {
    cause,
    advice: 'ask the receiver whether it has it before sending it again',
  });
}
