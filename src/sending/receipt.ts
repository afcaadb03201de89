import type { OutboxPart, StoredSend } from '../journal/index.js';
import { type StatusOutcome, statusOutcome } from '../sms/index.js';
import { isTarget } from './target.js';

/** Why a part was not sent, or why nobody knows. */
export interface PartError {
  readonly code: string;
  readonly message: string;
  /** The modem's +CMS or +CME number; absent where there was none. */
  readonly number?: number;
  readonly advice?: string;
}

/** What became of one part. */
export interface PartFate {
  readonly sequence: number;
  /** `queued` and `leaving` only while the send goes on. */
  readonly outcome: OutboxPart['state'];
  readonly messageReference: number | null;
  /** Null where no report was asked for, or the part has not left. */
  readonly report: 'delivered' | 'pending' | 'failed' | null;
  /** TP-ST of the report that counts. */
  readonly status: number | null;
  readonly error: PartError | null;
}

/** What became of a send. */
export interface Receipt {
  readonly event: 'sent';
  readonly id: string;
  readonly outcome: 'sent' | 'partly-sent' | 'not-sent' | 'unknown';
  readonly to: string;
  readonly modem: string | null;
  /** Where it was sent to without a modem; absent where a modem sent it. */
  readonly via?: string;
  readonly parts: readonly PartFate[];
}

/** Who carried it: a modem, or `via` a target that needs none. */
export function carriedBy(carrier: string | null): Pick<Receipt, 'modem' | 'via'> {
  return carrier !== null && isTarget(carrier) ? { modem: null, via: carrier } : { modem: carrier };
}

/** The receipt of a send as it stands. */
export function receiptOf(send: StoredSend): Receipt {
  const asked = factsOf(send.facts).report;
  const parts = send.parts.map((part) => partFate(part, asked));
  const modem = send.parts.findLast((part) => part.modem !== null)?.modem ?? send.modem;
  return { event: 'sent', id: send.id, outcome: outcomeOf(send.parts), to: send.to, ...carriedBy(modem), parts };
}

/**
 * All sent is sent. Some sent and some surely not is partly sent, whatever else is unknown, since no receiver can have it whole. Beyond
 * that what is unknown makes the whole unknown.
 */
function outcomeOf(parts: readonly OutboxPart[]): Receipt['outcome'] {
  const has = (state: OutboxPart['state']): boolean => parts.some((part) => part.state === state);
  const notLeft = has('not-sent') || has('queued');
  if (has('sent') && notLeft) return 'partly-sent';
  if (has('unknown') || has('leaving')) return 'unknown';
  return notLeft ? 'not-sent' : 'sent';
}

/** What became of one part, as receipts show it. */
export function partFate(part: OutboxPart, reportAsked: boolean): PartFate {
  const { sequence, state, messageReference, error, reportStatus } = part;
  const left = state === 'sent' || state === 'unknown';
  const report = reportStatus !== null ? fates[statusOutcome(reportStatus)] : reportAsked && left ? 'pending' : null;
  return { sequence, outcome: state, messageReference, report, status: reportStatus, error: error === null ? null : readError(error) };
}

const fates: Readonly<Record<StatusOutcome, 'delivered' | 'pending' | 'failed'>> = {
  completed: 'delivered',
  'still-trying': 'pending',
  failed: 'failed',
  // Reserved values count as the end of trying. @see 3GPP TS 23.040 9.2.3.15
  reserved: 'failed',
};

function readError(json: string): PartError {
  const { code, message, number, advice } = objectOf(json);
  return {
    code: typeof code === 'string' ? code : 'sending/unknown-error',
    message: typeof message === 'string' ? message : json,
    ...(typeof number === 'number' ? { number } : {}),
    ...(typeof advice === 'string' ? { advice } : {}),
  };
}

/** What stands beside a send in the journal. */
export interface SendFacts {
  readonly type: string;
  readonly octets: number;
  readonly reference: number;
  readonly report: boolean;
  readonly allowDuplicates: boolean;
  /** How long the network would keep trying; a send that waits longer is given up. Null where it has no bound. */
  readonly validityMinutes: number | null;
}

/** Reads {@link SendFacts}; what cannot be read counts as not said. */
export function factsOf(json: string): SendFacts {
  const facts = objectOf(json);
  return {
    type: typeof facts.type === 'string' ? facts.type : '',
    octets: typeof facts.octets === 'number' ? facts.octets : 0,
    reference: typeof facts.reference === 'number' ? facts.reference : 0,
    report: facts.report === true,
    allowDuplicates: facts.allowDuplicates === true,
    validityMinutes: typeof facts.validityMinutes === 'number' ? facts.validityMinutes : null,
  };
}

function objectOf(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
