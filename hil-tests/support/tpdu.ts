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
export function deliverTpdu({ from, reference, total, sequence, payload, destinationPort = 2948, second = 0 }: PartToDeliver): string {
  const header = `0B0504${hex(destinationPort, 2)}23F00003${hex(reference)}${hex(total)}${hex(sequence)}`;
  const userData = `${header}${payload.toUpperCase()}`;
  const time = (value: number): string => swapped(String(value).padStart(2, '0'));
  const stamp = ['26', '11', '22', '19'].map(swapped).join('') + time(Math.floor(second / 60) % 60) + time(second % 60) + '00';
  return `44${hex(from.length)}91${swapped(from)}0004${stamp}${hex(userData.length / 2)}${userData}`;
}

/** The parts of a DM push with this body, split into so many parts. @see WAP-230-WSP 8.2.4.1 */
export function dmPushParts(body: string, parts: number, options: { from: string; reference: number; second?: number }): string[] {
  const push = `0106` + `03C2AF87` + body.toUpperCase();
  const size = 2 * Math.ceil(push.length / 2 / parts);
  return Array.from({ length: parts }, (_, index) =>
    deliverTpdu({ ...options, total: parts, sequence: index + 1, payload: push.slice(index * size, (index + 1) * size) }),
  );
}
