import type { ReportablePart } from '../journal/index.js';
import { statusOutcome } from '../sms/index.js';
import { factsOf } from './receipt.js';

/** A status report as it came, as far as it says what it is about. */
export interface IncomingReport {
  readonly messageReference: number;
  /** The number it was sent to, as the service centre writes it. */
  readonly recipient: string;
  /** The subscription that received the report. */
  readonly receiver: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** When the service centre took the message, milliseconds since 1970; null where the time stamp is none. */
  readonly submittedAt: number | null;
  /** That time stamp, raw hex. */
  readonly timeStamp: string;
  /** TP-ST. */
  readonly status: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Clocks of service centres are off by less, as a rule; a time zone they forgot is not accepted. */
const clockToleranceMs = 30 * minuteMs;
/** Two uses of a reference that lie closer together cannot be told apart by the service centre's clock. */
const distinctMs = 2 * minuteMs;
/** Digits that count: the service centre may write the number in another form. */
const comparedDigits = 8;
/** How long after the end of its validity a message's report may still come. */
export const reportGraceMs = 2 * dayMs;
/** A validity period of 63 weeks and the days after it: nothing older is looked at. */
export const longestReportMs = 63 * 7 * dayMs + reportGraceMs;

/**
 * The part that a report is about, or null where that is not certain: same subscription, same number, same reference, within the message's
 * time, and the service centre's time stamp near the time at which the part left.
 * @see 3GPP TS 23.040 9.2.2.3
 */
export function matchReport(report: IncomingReport, candidates: readonly ReportablePart[]): ReportablePart | null {
  const { submittedAt, timeStamp } = report;
  // A message has one time stamp: a part that was reported on under another is another message.
  const possible = candidates.filter((candidate) => fits(report, candidate) && (candidate.part.reportTime ?? timeStamp) === timeStamp);
  // The same report once more is about the part it was about before.
  const known = possible.filter(({ part }) => part.reportTime === timeStamp);
  if (known.length === 1) return known[0] ?? null;
  if (possible.length <= 1 || submittedAt === null) return possible.length === 1 ? (possible[0] ?? null) : null;
  const distance = ({ part }: ReportablePart): number => Math.abs((part.leftAt ?? 0) - submittedAt);
  const [nearest, second] = [...possible].sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined || second === undefined) return null;
  // Time stamps count whole seconds; a clock that is off must not decide.
  return distance(second) - distance(nearest) >= distinctMs ? nearest : null;
}

function fits(report: IncomingReport, { to, receiver, facts, part }: ReportablePart): boolean {
  if (part.state !== 'sent' && part.state !== 'unknown') return false;
  if (receiver !== report.receiver || part.messageReference !== report.messageReference || part.leftAt === null) return false;
  const { report: asked, validityMinutes } = factsOf(facts);
  if (!asked || !sameNumber(to, report.recipient)) return false;
  const age = report.receivedAt - part.leftAt;
  if (age < -minuteMs || age > (validityMinutes ?? 7 * 24 * 60) * minuteMs + reportGraceMs) return false;
  return report.submittedAt === null || Math.abs(report.submittedAt - part.leftAt) <= clockToleranceMs;
}

function sameNumber(one: string, other: string): boolean {
  const digits = (text: string): string => text.replace(/[^0-9*#abc]/g, '');
  const [a, b] = [digits(one), digits(other)];
  const short = Math.min(a.length, b.length);
  if (short < comparedDigits) return a === b;
  return a.slice(-comparedDigits) === b.slice(-comparedDigits);
}

/** Whether a report says more than the last one that counts: what is final stays. */
export function counts(status: number, before: number | null): boolean {
  return (
    before === null ||
    statusOutcome(before) === 'still-trying' ||
    (statusOutcome(before) !== 'completed' && statusOutcome(status) === 'completed')
  );
}
