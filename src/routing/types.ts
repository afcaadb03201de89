import type { NotPushReason } from '../push/index.js';

export type Verdict = 'dm-application' | 'dm-notification' | 'other-application' | 'not-push';

/** One of the three conditions of OMA-TS-DM_PushBinding-V1_3 5.1.3 with what was found. */
export interface Condition {
  readonly condition: 'destination-port' | 'application-id' | 'content-type';
  readonly expected: readonly (number | string)[];
  /** Number, or text where what was sent has no number; null where it was not examined or the binding does not have it. */
  readonly found: number | string | null;
  /** Null where it was not examined; it then does not count. */
  readonly holds: boolean | null;
}

/** Where a message belongs, by which rule, and why; it follows from the conditions alone. */
export interface RoutingVerdict {
  readonly verdict: Verdict;
  /** Document and clause of the rule that holds; null where none does. */
  readonly rule: string | null;
  /** All three, always in this order: destination port, application id, content type. */
  readonly conditions: readonly [Condition, Condition, Condition];
  /** Present exactly where the verdict is `not-push`. */
  readonly reason?: NotPushReason;
}
