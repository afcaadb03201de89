import { BridgeError } from '../errors.js';
import { isWhole } from '../modem/index.js';
import type { IncomingPdu } from './intake.js';

/** Lines remembered as refused; of more the oldest are forgotten, and would be refused once more. */
const mostLines = 256;
/** After so many in a row from one receiver the next is kept as it is: its line does not get better. */
const mostInARow = 5;

type SpoiledPdu = Pick<IncomingPdu, 'pdu' | 'tpduOctets'>;

/**
 * Tells PDUs that lost octets on the line between modem and host, as a serial port without flow control loses them, from those that were
 * sent so: an unreadable one that is not as long as was announced is to come again, once. What comes again just so was no accident.
 */
export class SpoiledPdus {
  readonly #lines = new Set<string>();
  readonly #inARow = new Map<string, number>();

  /** Whether a PDU that cannot be read should be refused, so that it comes again. */
  isToComeAgain({ pdu, tpduOctets }: SpoiledPdu, receiver: string): boolean {
    const line = `${receiver}\n${pdu}`;
    const inARow = this.#inARow.get(receiver) ?? 0;
    if (isWhole({ pdu, tpduOctets }) || this.#lines.has(line) || inARow >= mostInARow) {
      this.#inARow.delete(receiver);
      return false;
    }
    this.#inARow.set(receiver, inARow + 1);
    this.#lines.add(line);
    for (const oldest of this.#lines) {
      if (this.#lines.size <= mostLines) break;
      this.#lines.delete(oldest);
    }
    return true;
  }

  /** A PDU was read: the line is not hopeless. */
  read(receiver: string): void {
    this.#inARow.delete(receiver);
  }
}

/** What is said of a PDU that was refused for what its line lost. */
export function spoiledError({ pdu, tpduOctets }: SpoiledPdu): BridgeError {
  const came = `${pdu.length} characters came where a TPDU of ${tpduOctets} octets was announced`;
  return new BridgeError('bridge/spoiled-pdu', `a PDU lost octets on its line and was refused, so that it comes again: ${came}`, {
    advice: 'where it happens often, check the cable, or use a lower speed or flow control',
  });
}
