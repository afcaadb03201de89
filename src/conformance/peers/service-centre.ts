/** One part of a message to a WDP port, as a network would build it. */
export interface PartToDeliver {
  /** Digits of an international number. */
  readonly from: string;
  readonly reference: number;
  readonly total: number;
  readonly sequence: number;
  /** User data after the header, in hex; at most 128 octets. */
  readonly payload: string;
  readonly destinationPort?: number;
  /** Seconds after the full hour, so that no two parts look alike by chance. */
  readonly second?: number;
  /** Whether it says which part it is; it does unless told otherwise. */
  readonly concatenated?: boolean;
}

const hex = (value: number, octets = 1): string =>
  value
    .toString(16)
    .toUpperCase()
    .padStart(2 * octets, '0');
const swapped = (digits: string): string => `${digits}${digits.length % 2 === 1 ? 'F' : ''}`.replace(/(.)(.)/g, '$2$1');

/**
 * An SMS-DELIVER of one part, 8-bit data, written octet by octet and by nothing that the product or the virtual network uses.
 * @see 3GPP TS 23.040 9.2.2.1, 9.2.3.24.1, 9.2.3.24.4
 */
export function deliverTpdu({
  from,
  reference,
  total,
  sequence,
  payload,
  destinationPort = 2948,
  second = 0,
  concatenated = true,
}: PartToDeliver): string {
  const elements = `0504${hex(destinationPort, 2)}23F0${concatenated ? `0003${hex(reference)}${hex(total)}${hex(sequence)}` : ''}`;
  const header = `${hex(elements.length / 2)}${elements}`;
  const userData = `${header}${payload.toUpperCase()}`;
  const time = (value: number): string => swapped(String(value).padStart(2, '0'));
  const stamp = ['26', '11', '22', '19'].map(swapped).join('') + time(Math.floor(second / 60) % 60) + time(second % 60) + '00';
  return `44${hex(from.length)}91${swapped(from)}0004${stamp}${hex(userData.length / 2)}${userData}`;
}

/** A datagram to port 2948 in so many parts of about the same size. */
export function deliverTpdus(datagram: string, parts: number, options: { from: string; reference: number; second?: number }): string[] {
  const size = 2 * Math.ceil(datagram.length / 2 / parts);
  return Array.from({ length: parts }, (_, index) =>
    deliverTpdu({ ...options, total: parts, sequence: index + 1, payload: datagram.slice(index * size, (index + 1) * size) }),
  );
}
