import type { Cancel, Clock } from '../runtime/index.js';
import { announcedOctets, isHexLine, tpduOctets } from './line-protocol.js';
import type { ReceivedPdu } from './types.js';

/** How long the rest of a PDU may take that was torn by another line, or wrapped; a whole one takes a third of a second at 9600 baud. */
const restWithinMs = 500;
/** After so many in a row whose rest never came, the lengths that the modem announces are not waited for any more. */
const mostInVain = 3;

export interface DirectDeliveryListeners {
  readonly onPdu: (received: ReceivedPdu) => void;
  /** Too many wait for their acknowledgement: this one is not handed over, so the network keeps it. */
  readonly onTooMany: (line: string) => void;
}

interface HeldPdu {
  readonly line: string;
  pdu: string;
}

/** What is delivered directly (+CMT, +CDS): hands it over, counts what waits for its acknowledgement, and joins PDUs that came torn. */
export class DirectDeliveries {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #listeners: DirectDeliveryListeners;
  #unacknowledged = 0;
  #held: HeldPdu | null = null;
  #inVain = 0;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, { mostUnacknowledged }: { readonly mostUnacknowledged: number }, listeners: DirectDeliveryListeners) {
    this.#clock = clock;
    this.#most = mostUnacknowledged;
    this.#listeners = listeners;
  }

  /** Takes an unsolicited line and the line behind it; a PDU shorter than was announced waits for its rest. */
  take(line: string, pdu: string): void {
    this.#letGo();
    this.#held = { line, pdu };
    if (this.#inVain < mostInVain && isHexLine(pdu) && lacking(line, pdu) > 0) this.#await();
    else this.#letGo();
  }

  /** Takes a line that nothing else claims: the rest of a PDU, or nothing to this. */
  takeStray(line: string): void {
    const held = this.#held;
    if (held === null || !isHexLine(line) || lacking(held.line, held.pdu + line) < 0) return;
    held.pdu += line.toUpperCase();
    if (lacking(held.line, held.pdu) > 0) {
      this.#await();
      return;
    }
    this.#inVain = 0;
    this.#letGo();
  }

  /** One was acknowledged or refused. */
  answered(): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - 1);
  }

  /** Forgets what waits for its rest: unacknowledged, it comes again. */
  close(): void {
    this.#cancel();
    this.#held = null;
  }

  #await(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(restWithinMs, () => {
      this.#inVain += 1;
      this.#letGo();
    });
  }

  #letGo(): void {
    const held = this.#held;
    this.close();
    if (held === null) return;
    const { line, pdu } = held;
    if (this.#unacknowledged >= this.#most) {
      this.#listeners.onTooMany(line);
      return;
    }
    this.#unacknowledged += 1;
    this.#listeners.onPdu({
      kind: line.startsWith('+CDS:') ? 'status-report' : 'deliver',
      pdu,
      tpduOctets: announcedOctets(line),
      storage: null,
      receivedAt: this.#clock.now(),
    });
  }
}

/** Digits that a PDU lacks of what was announced for it; below 0 where it has more. */
function lacking(line: string, pdu: string): number {
  const announced = announcedOctets(line);
  if (announced === null) return 0;
  const octets = tpduOctets(pdu);
  return octets === null ? 2 * announced : 2 * (announced - octets) - (pdu.length % 2);
}
