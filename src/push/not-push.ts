import type { DecodeError, Diagnostic } from '../octets/index.js';
import type { Binding, NotPush, NotPushReason } from './types.js';

/** What is known of a message that is no push. */
export interface NotPushFacts {
  /** By default `sms`. */
  readonly binding?: Binding;
  readonly destinationPort?: number | null;
  readonly error?: DecodeError | null;
  readonly diagnostics?: readonly Diagnostic[];
}

const noDiagnostics: readonly Diagnostic[] = Object.freeze([]);

/** States why a message is no push; `no-ports`, `text-coding` and a malformed TPDU have no datagram to look at. */
export function notPush(reason: NotPushReason, facts: NotPushFacts = {}): NotPush {
  return {
    kind: 'not-push',
    binding: facts.binding ?? 'sms',
    reason,
    destinationPort: facts.destinationPort ?? null,
    error: facts.error ?? null,
    diagnostics: facts.diagnostics ?? noDiagnostics,
  };
}
