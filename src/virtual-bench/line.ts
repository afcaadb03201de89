/** What a line tells the modem behind it. */
export interface LineHandlers {
  /** Octets the host has sent; they are only valid during the call. */
  data(octets: Uint8Array): void;
  /** A host has opened the port. */
  attached(): void;
  /** No host has the port open any more. */
  detached(): void;
}

/** The modem's end of a serial line: a pseudo-terminal, a TCP connection or a pair in memory. */
export interface Line {
  /** What a host opens: a device path, `tcp://HOST:PORT`, or a name in memory. */
  readonly port: string;
  /** Octets written and not yet taken by the host; a modem that sees this grow stops talking of its own accord. */
  readonly backlogOctets: number;
  /** Starts to call back; once. */
  start(handlers: LineHandlers): void;
  /** Sends to the host. Without one attached the octets are lost, as on a cable nobody holds. */
  write(octets: Uint8Array): void;
  /** Unplugs: a host that has the port open sees it hang up. */
  close(): Promise<void>;
}

/** A host that takes nothing stops the modem from reading at this many waiting octets, and loses what comes after four times as many. */
export const backlogLimitOctets = 65_536;
