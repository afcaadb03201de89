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
  /** Submits a TPDU. `pdu` is hex with the service centre address, `tpduOctets` counts without it. @throws AtError, TimeoutError, PortClosedError */
  submit(pdu: string, tpduOctets: number, options?: { readonly signal?: AbortSignal }): Promise<{ readonly messageReference: number }>;
  close(): Promise<void>;
}
