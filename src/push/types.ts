import type { DecodeError, Diagnostic } from '../octets/index.js';
import type { ApplicationId, ContentType, HeaderField, WspPush } from '../wsp/index.js';

/** What carried a message. */
export type Binding = 'sms' | 'udp' | 'http' | 'sip' | 'obex';

/** A push message, whatever carried it. @see OMA-TS-DM_PushBinding-V1_3 5 */
export interface PushMessage {
  readonly kind: 'push';
  readonly binding: Binding;
  /** WDP destination port; null in bindings that have none. */
  readonly destinationPort: number | null;
  readonly contentType: ContentType;
  /** Null in bindings where none was sent and none is implied. */
  readonly applicationId: ApplicationId | null;
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array;
  /** The PDU where the binding is WSP. */
  readonly wsp: WspPush | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Why something that arrived is no push. */
export type NotPushReason = 'destination-port' | 'secure-port' | 'no-ports' | 'text-coding' | 'pdu-type' | 'malformed';

/** What arrived, and why it is no push. */
export interface NotPush {
  readonly kind: 'not-push';
  readonly binding: Binding;
  readonly reason: NotPushReason;
  /** WDP destination port; null where there is none or it was not read. */
  readonly destinationPort: number | null;
  /** Present where the reason is `malformed` or `pdu-type`. */
  readonly error: DecodeError | null;
  readonly diagnostics: readonly Diagnostic[];
}
