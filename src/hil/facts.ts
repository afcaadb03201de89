import type { BridgeEvent } from '../bridge/index.js';
import type { Moment } from './moments.js';

/** What an event of the bridge is on the timeline: one line without a number of anybody. */
export function factsOf(event: BridgeEvent): Omit<Moment, 'at' | 'modem'> | null {
  const shown = { event: { ...event } };
  switch (event.event) {
    case 'part': {
      const { concatenation, missing, reassembly } = event;
      const place = concatenation === undefined ? 'message' : `part ${concatenation['sequence']} of ${concatenation['total']}`;
      const rest = missing === undefined || missing.length === 0 ? '' : `, missing ${missing.join(', ')}`;
      return { kind: 'part', facts: `${place} received: ${reassembly ?? 'undecodable'}${rest}`, ...shown };
    }
    case 'message':
      return { kind: 'message', facts: `complete: ${event.verdict}`, event: { ...event.facts, id: event.id } };
    case 'report':
      return { kind: 'report', facts: `status report for reference ${event.messageReference}: ${event.status}`, ...shown };
    case 'modem':
      return { kind: 'modem', facts: `modem ${event.state}${event.code === undefined ? '' : ` (${event.code})`}`, ...shown };
    case 'incomplete':
    case 'expired':
      return { kind: 'other', facts: `${event.event}, missing ${event.missing.join(', ')}`, ...shown };
    case 'delivery-failed':
      return { kind: 'other', facts: `hand-on to ${event.sink} failed: ${event.reason}`, ...shown };
    case 'error':
      return { kind: 'other', facts: `error ${event.code}`, ...shown };
    case 'delivered':
      return null;
    default:
      return { kind: 'other', facts: event.event, ...shown };
  }
}
