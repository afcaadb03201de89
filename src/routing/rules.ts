import { type Binding, dmMessageTypes } from '../push/index.js';
import type { Verdict } from './types.js';

/** One row of a rule: what must be found for it to hold. */
export interface ConditionRow {
  readonly condition: 'destination-port' | 'application-id' | 'content-type';
  /** Assigned numbers. */
  readonly expected: readonly number[];
  /** MIME names, for bindings that have no numbers; present for content types. */
  readonly names?: readonly string[];
}

/** The three rows of a rule: destination port, application id, content type. */
export type ConditionRows = readonly [ConditionRow, ConditionRow, ConditionRow];

/** A rule that sends a push to an application. */
export interface RoutingRule {
  readonly verdict: Exclude<Verdict, 'other-application' | 'not-push'>;
  /** What the rule is called where a WDP datagram carried the push. */
  readonly document: string;
  readonly conditions: ConditionRows;
}

/** Who a DM message is for. @see OMA-TS-DM_PushBinding-V1_3 5.1.3 */
export const dmPushConditions: ConditionRows = [
  { condition: 'destination-port', expected: [2948] },
  { condition: 'application-id', expected: [0x07] },
  { condition: 'content-type', expected: [0x42, 0x43], names: dmMessageTypes },
];

/** Who a DM notification is for: the same rule with other content types. @see OMA-TS-DM_Notification-V1_3 */
export const dmNotificationConditions: ConditionRows = [
  { condition: 'destination-port', expected: [2948] },
  { condition: 'application-id', expected: [0x07] },
  {
    condition: 'content-type',
    expected: [0x44, 0x58],
    names: ['application/vnd.syncml.notification', 'application/vnd.syncml.dm.notification'],
  },
];

/** The rules in the order they are tried. */
export const routingRules: readonly RoutingRule[] = [
  { verdict: 'dm-application', document: 'OMA-TS-DM_PushBinding-V1_3', conditions: dmPushConditions },
  { verdict: 'dm-notification', document: 'OMA-TS-DM_Notification-V1_3', conditions: dmNotificationConditions },
];

/** The clause of OMA-TS-DM_PushBinding-V1_3 that speaks of a binding. */
export const clauseOfBinding: Readonly<Record<Binding, string>> = { sms: '5.1.3', udp: '5.1.3', sip: '5.2', http: '5.3', obex: '5.4' };
