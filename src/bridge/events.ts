import type { RegistrationState } from '../endpoints/index.js';
import type { ModemNote } from '../modem/index.js';
import type { Receipt } from '../sending/index.js';
import type { PresentedError } from './present.js';

/** What became of a part, as `decode` and `listen` say it. */
export type PartReassembly = 'single' | 'pending' | 'complete' | 'duplicate' | 'conflict';

/** A modem changed its state. */
export interface ModemEvent {
  readonly event: 'modem';
  readonly modem: string;
  readonly state: 'opening' | 'ready' | 'lost' | 'failed';
  readonly port: string;
  readonly profile: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  /** Why it was lost or could not be opened. */
  readonly reason?: string;
  readonly code?: string;
}

/** A step of setting a modem up or keeping it: what was tried, what the modem refused, what was put right. It ends nothing. */
export interface ModemNoteEvent {
  readonly event: 'modem-note';
  readonly modem: string;
  readonly port: string;
  readonly note: ModemNote;
  readonly detail: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** A part is on disk and acknowledged. Of a message that came without a modem only its repetition is one. */
export interface PartEvent {
  readonly event: 'part';
  readonly receivedAt: string;
  readonly binding: string;
  readonly modem: string | null;
  readonly from: string | null;
  /** Null where the PDU could not be decoded. */
  readonly reassembly: PartReassembly | null;
  readonly ports?: Readonly<Record<string, unknown>>;
  readonly concatenation?: Readonly<Record<string, unknown>>;
  /** Sequence numbers still missing, where the set is not whole. */
  readonly missing?: readonly number[];
  /** Null where the binding is not SMS. */
  readonly pdu: string | null;
}

/** A set of parts that is not whole: `incomplete` once after the soft limit, `expired` when it is given up. */
export interface SetEvent {
  readonly event: 'incomplete' | 'expired';
  /** Why it was given up. */
  readonly reason?: string;
  readonly binding: string;
  readonly modem: string | null;
  readonly from: string;
  readonly concatenation: { readonly reference: number; readonly total: number; readonly bits: 8 | 16 };
  /** When its first part came. */
  readonly since: string;
  readonly missing: readonly number[];
  readonly parts: readonly { readonly sequence: number; readonly receivedAt: string; readonly pdu: string }[];
}

/** A status report: a message sent earlier was delivered, or was not. */
export interface ReportEvent {
  readonly event: 'report';
  readonly receivedAt: string;
  readonly modem: string | null;
  readonly to: string;
  readonly messageReference: number;
  readonly status: number;
  readonly serviceCentreTimeStamp: string | null;
  readonly dischargeTime: string | null;
  /** Id of the send it is about; null where that is not certain. */
  readonly send?: string | null;
  /** The part of that send. */
  readonly sequence?: number | null;
  readonly pdu: string;
}

/** A sink has said yes, and that is on disk. */
export interface DeliveredEvent {
  readonly event: 'delivered';
  readonly id: string;
  readonly sink: string;
  /** Tries it took. */
  readonly attempts: number;
}

/** A sink has not taken a message; `later` means that it is tried again. */
export interface DeliveryFailedEvent {
  readonly event: 'delivery-failed';
  readonly id: string;
  readonly sink: string;
  readonly outcome: 'later' | 'refused' | 'dead';
  readonly reason: string;
  readonly attempts: number;
  /** Milliseconds since 1970 before which it is not tried again; null where it is not. */
  readonly nextAttemptAt: number | null;
}

/** A listener is open. */
export interface ListeningEvent {
  readonly event: 'listening';
  readonly binding: string;
  readonly address: string;
  /** Null where it is a device. */
  readonly port: number | null;
}

/** A registration at a SIP registrar has changed. */
export interface RegistrationEvent extends RegistrationState {
  readonly event: 'registration';
  readonly binding: 'sip';
}

/** Something went wrong that stops nothing else. */
export interface ErrorEvent extends PresentedError {
  readonly event: 'error';
  /** Where a listener refused a peer: its binding, and who it was. */
  readonly binding?: string;
  readonly from?: string | null;
  /** Refusals before this one that were not told, because there were too many. */
  readonly untold?: number;
  readonly modem?: string;
}

/** Parts can no longer be stored, or can again; while they cannot, nothing is acknowledged and the network keeps it. */
export interface HealthEvent {
  readonly event: 'health';
  readonly state: 'failing' | 'storing';
  readonly code?: string;
  readonly message?: string;
  /** Since when it fails. */
  readonly since?: string;
}

/** A message is complete and on disk; `facts` is what every sink is handed. */
export interface MessageEvent {
  readonly event: 'message';
  readonly id: string;
  readonly verdict: string;
  readonly sinks: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A message is complete and on disk, and no sink has it: what the configuration wants authenticated is not. */
export interface WithheldEvent {
  readonly event: 'withheld';
  readonly id: string;
  readonly verdict: string;
  readonly from: string | null;
  readonly reason: string;
}

/** What happens in a bridge, as it happens. All but `message` serialise as they stand; its line is the hand-on of the sink `stdout`. */
export type BridgeEvent =
  | ModemEvent
  | ListeningEvent
  | RegistrationEvent
  | ModemNoteEvent
  | PartEvent
  | MessageEvent
  | WithheldEvent
  | SetEvent
  | ReportEvent
  | DeliveredEvent
  | DeliveryFailedEvent
  | HealthEvent
  | Receipt
  | ErrorEvent;
