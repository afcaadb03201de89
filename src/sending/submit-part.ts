import { BridgeError } from '../errors.js';
import type { OutboxPart } from '../journal/index.js';
import type { PartError } from './receipt.js';
import { type SubmitAdvice, submitErrorOf } from './submit-errors.js';

/** What a failed try comes to. */
export interface FailedTry {
  readonly state: 'sent' | 'not-sent' | 'unknown';
  readonly advice: SubmitAdvice;
  readonly error: PartError;
}

const never: SubmitAdvice = { do: 'never' };
const doubt: SubmitAdvice = { do: 'doubt' };

/** Codes that say that nothing was handed to the network. What is not among them may have left. */
const notLeft: ReadonlySet<string> = new Set([
  'at/error',
  'at/no-prompt',
  'at/timeout',
  'modem/port-lost',
  'modem/closed',
  'endpoints/not-reached',
  'endpoints/refused',
  'endpoints/too-large',
  'endpoints/bad-target',
  'endpoints/peer-not-proved',
]);
const tryLater = 'endpoints/try-later';
const laterDelaysMs: readonly number[] = [2000, 5000];

/**
 * What is known of a part whose submission failed: whether it left, and what is to be done. Errors are told by their codes, so that
 * whoever only composes a push does not load the driver.
 */
export function judgeFailure(cause: unknown): FailedTry {
  const error = partError(cause);
  const family = error.code === 'at/cms-error' ? 'cms' : error.code === 'at/cme-error' ? 'cme' : null;
  if (family !== null) {
    const number = cause instanceof Error && 'number' in cause && typeof cause.number === 'number' ? cause.number : null;
    // The driver knows the words of the standards; of others nobody can say whether the part left.
    if (number === null) return { state: 'unknown', advice: doubt, error };
    const { meaning, advice } = submitErrorOf(family, number);
    const state = advice.do === 'taken' ? 'sent' : advice.do === 'doubt' ? 'unknown' : 'not-sent';
    const said = advice.do === 'mend' ? { advice: advice.advice } : {};
    return { state, advice, error: { ...error, message: `${error.message} (${meaning})`, number, ...said } };
  }
  if (error.code === tryLater) return { state: 'not-sent', advice: { do: 'retry', delaysMs: laterDelaysMs }, error };
  return notLeft.has(error.code) ? { state: 'not-sent', advice: never, error } : { state: 'unknown', advice: doubt, error };
}

/** An error as receipts show it. */
export function partError(cause: unknown): PartError {
  if (!(cause instanceof BridgeError))
    return { code: 'sending/unknown-error', message: cause instanceof Error ? cause.message : String(cause) };
  return { code: cause.code, message: cause.message, ...(cause.advice === undefined ? {} : { advice: cause.advice }) };
}

/** A part with a change, its error written down. */
export function changed(part: OutboxPart, change: Partial<Omit<OutboxPart, 'error'>> & { readonly error?: PartError | null }): OutboxPart {
  const { error, ...rest } = change;
  return { ...part, ...rest, ...(error === undefined ? {} : { error: error === null ? null : JSON.stringify(error) }) };
}
