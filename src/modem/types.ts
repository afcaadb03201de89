/** Where a modem keeps a short message. @see 3GPP TS 27.005 3.2.2 */
export interface StorageLocation {
  /** Memory name such as `ME` or `SM`. */
  readonly memory: string;
  readonly index: number;
}

/** A PDU a modem handed over, octets still opaque; it waits for {@link ModemDriver.acknowledge}. */
export interface ReceivedPdu {
  readonly kind: 'deliver' | 'status-report';
  /** Upper-case hex, service centre address included; exactly what stood on the line where that was hex, else the line itself. */
  readonly pdu: string;
  /** The TPDU length the modem announced, in octets without the service centre address; null where it announced none. */
  readonly tpduOctets: number | null;
  /** Set for a stored message; null for one delivered directly (+CMT, +CDS). */
  readonly storage: StorageLocation | null;
  /** Milliseconds on the injected clock when the last octet had been read. */
  readonly receivedAt: number;
}

/** What a modem says of itself; null where it would not. */
export interface ModemIdentity {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly imei: string | null;
  /** Secret: never shown, logged or traced unredacted. */
  readonly imsi: string | null;
  readonly profile: string;
}

/** How a TPDU is submitted. */
export interface SubmitOptions {
  readonly signal?: AbortSignal;
  /** Another part follows at once: the link to the network is kept (+CMMS). */
  readonly more?: boolean;
}

/** What the bridge asks of a modem; the one class that answers is `Modem`. */
export interface ModemDriver {
  readonly identity: ModemIdentity;
  /** PDUs as they come, each to be acknowledged; ends when the modem is closed, fails with `PortClosedError` when it is lost. One consumer. */
  received(): AsyncIterable<ReceivedPdu>;
  /**
   * Says that a PDU is on disk: +CNMA for one delivered directly, +CMGD for a stored one. `refused` sends a negative
   * acknowledgement where the modem has one, so that the service centre keeps the message.
   */
  acknowledge(received: ReceivedPdu, verdict?: 'stored' | 'refused'): Promise<void>;
  /**
   * Submits a TPDU. `pdu` is hex with the service centre address, `tpduOctets` counts without it. Nothing is tried twice.
   * @throws AtError when it was refused; TimeoutError, whose code is `at/outcome-unknown` where it may have left, also by the port's end;
   * PortClosedError where it has not
   */
  submit(pdu: string, tpduOctets: number, options?: SubmitOptions): Promise<{ readonly messageReference: number }>;
  close(): Promise<void>;
}

/** What happens at a modem, for people and for `listen --json`. */
export type ModemEvent =
  | {
      readonly kind: 'state';
      readonly state: 'opening' | 'ready' | 'lost' | 'failed';
      /** The port by the name it was asked for. */
      readonly port: string;
      readonly profile: string | null;
      readonly manufacturer: string | null;
      readonly model: string | null;
      readonly firmware: string | null;
      /** Why it was lost or failed, one line; null otherwise. */
      readonly reason: string | null;
      /** The error's code where there is one. */
      readonly code: string | null;
    }
  /** Something worth knowing that ends nothing. `detail` may hold text from the modem: escape it. */
  | { readonly kind: 'note'; readonly port: string; readonly note: ModemNote; readonly detail: string };

/** The kinds of note a modem driver gives: the steps of setting a modem up and keeping it, and what is odd on the way. */
export type ModemNote =
  | 'service'
  | 'memories'
  | 'step-refused'
  | 'armed'
  | 'reception-not-as-asked'
  | 'swept'
  | 'set-up-again'
  | 'says-ok-to-everything'
  | 'polling-only'
  | 'rearmed'
  | 'memory-filling'
  | 'memory-full'
  | 'restarted'
  | 'reset'
  | 'reset-withheld'
  | 'announcements-elsewhere'
  | 'acknowledgement-refused'
  | 'too-many-unacknowledged'
  | 'broken-unsolicited'
  | 'stray-line'
  | 'overlong-line'
  | 'resync'
  | 'trouble';
