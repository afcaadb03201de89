import { isObject, type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json-view.js';
import { asCalled, type Calling } from './program.js';
import { escapeText, styled, type Terminal } from './terminal.js';

/** What is told of a send while it goes on, for people; null where there is nothing to say. */
export function presentSendEvent(event: JsonObject, total: number, terminal: Terminal): string | null {
  switch (textAt(event, 'event')) {
    case 'part':
      return partLine(event, total, terminal);
    case 'waiting': {
      const until = textAt(event, 'until');
      const why = { 'rate-limit': 'the rate limit', modem: 'a modem', storage: 'the disk' }[textAt(event, 'reason') ?? ''] ?? 'its turn';
      return `waiting for ${why}${until === null ? '' : `, until ${until}`}`;
    }
    case 'report':
      return `part ${numberAt(event, 'sequence') ?? 0}: ${textAt(event, 'report') ?? 'reported'}`;
    default:
      return null;
  }
}

function partLine(part: JsonObject, total: number, terminal: Terminal): string {
  const outcome = textAt(part, 'outcome') ?? '';
  const reference = numberAt(part, 'messageReference');
  const error = objectAt(part, 'error');
  const words = `part ${numberAt(part, 'sequence') ?? 0} of ${total}: ${outcome}${reference === null ? '' : `, reference ${reference}`}`;
  const report = textAt(part, 'report');
  const fate = report === null ? '' : `, ${report}`;
  const why = error === null ? '' : `: ${escapeText(textAt(error, 'message') ?? '')} (${textAt(error, 'code') ?? ''})`;
  return styled(terminal, outcome === 'sent' ? 'green' : outcome === 'unknown' ? 'yellow' : 'red', `${words}${fate}`) + why;
}

/** A receipt in a few lines: what became of the whole, and of each part where they differ. */
export function presentReceipt(receipt: JsonObject, terminal: Terminal): readonly string[] {
  const parts = objectsAt(receipt, 'parts');
  const outcome = textAt(receipt, 'outcome') ?? 'unknown';
  const count = (state: string): number => parts.filter((part) => part.outcome === state).length;
  const whole = ` of ${parts.length} ${parts.length === 1 ? 'part' : 'parts'}`;
  const counts = ['sent', 'not-sent', 'unknown', 'queued', 'leaving']
    .filter((state) => count(state) > 0)
    .map((state, at) => `${count(state)}${at === 0 ? whole : ''} ${state}`);
  const delivered = parts.filter((part) => part.report === 'delivered').length;
  const reported = parts.some((part) => part.report !== null) ? `, ${delivered} delivered` : '';
  const style = outcome === 'sent' ? 'green' : outcome === 'unknown' ? 'yellow' : 'red';
  const head = styled(terminal, style, `${outcome}: ${counts.join(', ')}${reported}`);
  return [`${head} (${textAt(receipt, 'id') ?? ''})`];
}

/** The one line that says why a send did not come to what was asked for: what, which part, what to do. */
export function failureLine(receipt: JsonObject, calling: Calling): string {
  const parts = objectsAt(receipt, 'parts');
  const outcome = textAt(receipt, 'outcome') ?? 'unknown';
  const failed = parts.find((part) => part.outcome !== 'sent') ?? parts.find((part) => part.report !== 'delivered') ?? null;
  const error = objectAt(failed, 'error');
  const sequence = numberAt(failed, 'sequence');
  const report =
    textAt(failed, 'report') === 'failed' ? 'the network reports that it was not delivered' : 'no report has come that it was delivered';
  const cancelled = outcome === 'not-sent' && error === null ? 'it was given up before it left' : 'nobody knows whether it left';
  const why = textAt(error, 'message') ?? (outcome === 'sent' ? report : cancelled);
  const advice = textAt(error, 'advice') ?? `see wapbridge outbox show ${textAt(receipt, 'id') ?? ''}`;
  return `wapbridge: ${outcome}: ${sequence === null ? '' : `part ${sequence} of ${parts.length}: `}${escapeText(why)}; ${escapeText(asCalled(advice, calling))}`;
}

/** Each part of a receipt on a line. */
export function presentParts(receipt: JsonObject, terminal: Terminal): readonly string[] {
  const parts = objectsAt(receipt, 'parts');
  return parts.map((part) => partLine(part, parts.length, terminal));
}

/** One line that counts up, for a terminal. */
export class SendProgress {
  readonly #total: number;
  #left = 0;
  #reported = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** The line after an event. */
  after(event: unknown): string {
    if (isObject(event)) {
      if (event.event === 'part' && event.outcome === 'sent') this.#left += 1;
      if (event.event === 'report' && event.report !== 'pending') this.#reported += 1;
    }
    const filled = Math.round((20 * this.#left) / Math.max(1, this.#total));
    const reported = this.#reported === 0 ? '' : `, ${this.#reported} reported`;
    return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${this.#left} of ${this.#total} parts sent and acknowledged${reported}`;
  }
}
