import { BridgeError } from '../../errors.js';
import type { MessageFilter } from '../../journal/index.js';

/** What `inbox list` and `inbox export` can be narrowed to; of `incomplete` and `expired` parts are missing, `held` is whole and not judged. */
export const inboxStates = ['pending', 'undelivered', 'settled', 'incomplete', 'held', 'expired'] as const;
export type InboxState = (typeof inboxStates)[number];

/** What `--verdict` takes; `report` is a status report. */
export const inboxVerdicts = ['dm-application', 'dm-notification', 'other-application', 'not-push', 'report'] as const;

/** The options that narrow down, as they stand on the command line. */
export interface FilterOptions {
  readonly verdict?: string | undefined;
  readonly from?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly state?: InboxState | undefined;
  readonly limit: number;
}

/** What is wanted: which messages, which sets that lack parts, and whether what is not judged. */
export interface InboxFilter {
  /** Null where no whole message is wanted. */
  readonly messages: MessageFilter | null;
  readonly incomplete: boolean;
  readonly held: boolean;
  readonly expired: boolean;
  readonly from: string | undefined;
  readonly since: number | undefined;
  readonly until: number | undefined;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws BridgeError `cli/usage` */
export function inboxFilter({ verdict, from, since, until, state, limit }: FilterOptions, now: number): InboxFilter {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000_000)
    throw new BridgeError('cli/usage', '--limit is a whole number from 1 to 1000000');
  const sinceMs = parseTime('--since', since, now);
  const untilMs = parseTime('--until', until, now);
  const whole = state === undefined || state === 'pending' || state === 'undelivered' || state === 'settled';
  return {
    messages: whole
      ? {
          limit,
          ...(verdict === undefined ? {} : { verdict }),
          ...(from === undefined ? {} : { from }),
          ...(sinceMs === undefined ? {} : { since: sinceMs }),
          ...(untilMs === undefined ? {} : { until: untilMs }),
          ...(state === undefined ? {} : { state }),
        }
      : null,
    // What is not whole, or not judged, has no verdict yet.
    incomplete: verdict === undefined && (state === undefined || state === 'incomplete'),
    held: verdict === undefined && (state === undefined || state === 'held'),
    expired: verdict === undefined && (state === undefined || state === 'expired'),
    from,
    since: sinceMs,
    until: untilMs,
  };
}

/** A time in ISO 8601, or an age such as 90s, 10m, 2h or 7d. */
function parseTime(option: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const age = /^(\d{1,9})([smhd])$/.exec(text);
  if (age !== null) return now - Number(age[1]) * (unitMs[age[2] ?? ''] ?? 0);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new BridgeError('cli/usage', `${option} ${JSON.stringify(text)} is no time`, {
      advice: 'write 2026-11-22T19:00:00Z, or an age such as 10m, 2h or 7d',
    });
  return time;
}
