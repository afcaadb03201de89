/** A PDU as the AT interface carries it. @see 3GPP TS 27.005 3.1 <pdu> */
export interface PduModeText {
  /** Upper-case hex of the service centre address with its length octet. */
  readonly serviceCentre: string;
  /** Upper-case hex. */
  readonly tpdu: string;
}

/** Splits what a host wrote after the prompt; null where it is no hex or its lengths do not fit. */
export function splitPduMode(text: string, tpduOctets: number): PduModeText | null {
  const hex = text.replace(/[\s\0]+/g, '').toUpperCase();
  if (hex.length < 4 || hex.length % 2 !== 0 || !/^[0-9A-F]+$/.test(hex)) return null;
  const centreOctets = 1 + Number.parseInt(hex.slice(0, 2), 16);
  if (hex.length / 2 !== centreOctets + tpduOctets || centreOctets > 12) return null;
  return { serviceCentre: hex.slice(0, 2 * centreOctets), tpdu: hex.slice(2 * centreOctets) };
}

/** The octet at a place, or 0 behind the end: a hostile TPDU may be cut anywhere. */
export function octetAt(hex: string, place: number): number {
  const digits = hex.slice(2 * place, 2 * place + 2);
  return digits.length === 2 ? Number.parseInt(digits, 16) : 0;
}

/** The message class of an SMS-DELIVER; null where it has none. @see 3GPP TS 23.038 4 */
export function messageClassOf(tpdu: string): number | null {
  const addressDigits = octetAt(tpdu, 1);
  const codingScheme = octetAt(tpdu, 4 + Math.ceil(addressDigits / 2));
  const group = codingScheme >> 4;
  const hasClass = (group < 8 && (codingScheme & 0x10) !== 0) || group === 15;
  return hasClass ? codingScheme & 3 : null;
}

/** TP-MTI: 0 DELIVER, 1 SUBMIT, 2 STATUS-REPORT or COMMAND. @see 3GPP TS 23.040 9.2.3.1 */
export function messageTypeOf(tpdu: string): number {
  return octetAt(tpdu, 0) & 3;
}
