import type { EndpointBinding, MessageEnvelope, PushMessage } from '../push/index.js';
import type { Clock, Logger, Random } from '../runtime/index.js';
import type { RegistrationState } from './sip/registration.js';

/** What a listener gives to be kept: all that is needed to read the message again after a crash. */
export interface EndpointMessage {
  readonly binding: EndpointBinding;
  /** Who sent it, as it is shown; null where unknown. */
  readonly from: string | null;
  /** As received: the datagram of UDP, the entity of a request, the body of a message or an object. */
  readonly octets: Uint8Array;
  readonly envelope: MessageEnvelope;
  /** Equal keys and octets within `longestRepetitionMs` are one message that its protocol sent again; null where it never does. */
  readonly retransmissionKey: string | null;
}

/** Why a peer was refused; it becomes an `error` event. Nothing secret stands in it. */
export interface Refusal {
  readonly binding: EndpointBinding;
  readonly from: string | null;
  readonly code: `endpoints/${string}` | `push/${string}`;
  readonly message: string;
}

/** Where a listener takes what it receives. */
export interface EndpointIntake {
  /**
   * Resolves once the message is on disk: only then may its sender hear "accepted". Rejects where it could not be stored: the sender is
   * then to try again.
   */
  accept(message: EndpointMessage): Promise<{ readonly duplicate: boolean }>;
  /** Tells of a message that its protocol sent again after it was taken, and that was answered as before. */
  repeated(message: Pick<EndpointMessage, 'binding' | 'from'>): void;
  /** Tells of a peer that was refused, not of every one where there are many. */
  refused(refusal: Refusal): void;
  /** A registration at a SIP registrar has changed. */
  registration(state: RegistrationState): void;
}

/** A listener that is open. */
export interface EndpointListener {
  readonly binding: EndpointBinding;
  /** As bound; the path where it is a device. */
  readonly address: string;
  /** Null where it is a device. */
  readonly port: number | null;
  /** Takes no more; what is being taken in is answered, within a bound. */
  close(): Promise<void>;
}

/** What listeners and senders need of the world. */
export interface EndpointSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Opens a listener.
 * @throws EndpointError `endpoints/address-in-use`, `endpoints/address-not-permitted`, `endpoints/bad-address`
 */
export type OpenListener = (intake: EndpointIntake, surroundings: EndpointSurroundings) => Promise<EndpointListener>;

/** What would leave for a push. */
export interface EndpointPreview {
  /** Start line and header fields, where the binding has them. */
  readonly lines: readonly string[];
  /** The octets behind them, or all there are. */
  readonly octets: Uint8Array;
}

/** Sends pushes to one target. */
export interface EndpointSender {
  /**
   * Resolves when the receiver's protocol has said "accepted", or over UDP when the datagram has left.
   * @throws EndpointError `endpoints/not-reached`, `endpoints/refused`, `endpoints/try-later`: it was not taken; `endpoints/no-answer`: nobody knows
   */
  send(push: PushMessage, options: { readonly signal: AbortSignal }): Promise<void>;
  /** What would leave for a push; neither credentials nor what only the connection knows stand in it. */
  preview(push: PushMessage): EndpointPreview;
  close(): Promise<void>;
}
