import type { PartArrangement, PushToCompose, PushType } from '../sending/index.js';

/** A push that one modem of a bench sends to another. */
export interface PushToSend {
  /** Name of the modem whose SIM is to receive it. */
  readonly to: string;
  readonly type: PushType;
  readonly body: Uint8Array;
  /** Awkward but legal ways to write it. */
  readonly forms?: NonNullable<PushToCompose['forms']>;
  readonly arrangement?: PartArrangement;
  /** Asks for a status report of every part; each comes as a moment. */
  readonly report?: boolean;
}

/** What became of one part. `unknown`: the modem did not say whether it left. */
export interface SentPart {
  readonly sequence: number;
  readonly outcome: 'sent' | 'not-sent' | 'unknown';
  readonly messageReference: number | null;
  /** From the command to its answer. */
  readonly tookMs: number;
  readonly error: string | null;
}

/** What became of a push. */
export interface SendReceipt {
  readonly outcome: 'sent' | 'partly-sent' | 'not-sent' | 'unknown';
  readonly from: string;
  readonly to: string;
  readonly parts: readonly SentPart[];
}

/** What routing says of a message that a bench hands on. */
export const verdicts = ['dm-application', 'dm-notification', 'other-application', 'not-push'] as const;

/** What a push that is waited for must be; what is left out may be anything. */
export interface ExpectedPush {
  readonly verdict?: (typeof verdicts)[number];
  /** Modem that receives it. */
  readonly at?: string;
  /** Modem whose SIM sent it. */
  readonly from?: string;
  readonly parts?: number;
  readonly contentType?: string;
  /** Octets, exactly. */
  readonly body?: Uint8Array;
  /** Why it is no push. */
  readonly reason?: string;
  /** Milliseconds, or text such as `60s`; by default 10 s on a virtual bench, and on a real one a minute and 12 s for each part. */
  readonly within?: number | string;
}
