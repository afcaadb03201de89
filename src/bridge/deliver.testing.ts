/** One part, as a test writes it. */
export interface TestPart {
  /** Digits of an international number. */
  readonly from?: string;
  /** Null leaves the concatenation element out. */
  readonly concatenation?: { readonly reference: number; readonly total: number; readonly sequence: number } | null;
  /** Destination port; null leaves the port element out. */
  readonly port?: number | null;
  readonly dataCodingScheme?: number;
  /** User data after the header, hex. */
  readonly payload: string;
  /** TP-SCTS, hex. */
  readonly timeStamp?: string;
}

const hex = (value: number, octets = 1): string =>
  value
    .toString(16)
    .toUpperCase()
    .padStart(2 * octets, '0');

/**
 * An SMS-DELIVER with an empty service centre address, put together octet by octet so that no encoder of ours judges our decoder.
 * @see 3GPP TS 23.040 9.2.2.1
 */
export function deliverPdu(part: TestPart): string {
  const { from = '15550000002', concatenation = null, port = 2948, dataCodingScheme = 4, timeStamp = '62112291830500' } = part;
  const ports = port === null ? '' : `0504${hex(port, 2)}23F0`;
  const concatenated =
    concatenation === null ? '' : `0003${hex(concatenation.reference)}${hex(concatenation.total)}${hex(concatenation.sequence)}`;
  const elements = `${ports}${concatenated}`;
  const userData = `${elements === '' ? '' : hex(elements.length / 2)}${elements}${part.payload.toUpperCase()}`;
  const digits = `${from}${from.length % 2 === 1 ? 'F' : ''}`.replace(/(.)(.)/g, '$2$1');
  const first = elements === '' ? '04' : '44';
  return `00${first}${hex(from.length)}91${digits}00${hex(dataCodingScheme)}${timeStamp}${hex(userData.length / 2)}${userData}`;
}

/** A DM push, `application/vnd.syncml.dm+wbxml` for application id 7, in so many parts. @see WAP-230-WSP 8.2.4.1 */
export function dmPush(
  body: string,
  parts: number,
  options: { readonly reference?: number; readonly from?: string; readonly timeStamp?: string } = {},
): string[] {
  const { reference = 1, ...rest } = options;
  const octets = `010603C2AF87${body}`;
  if (parts === 1) return [deliverPdu({ ...rest, payload: octets })];
  const size = 2 * Math.ceil(octets.length / 2 / parts);
  return Array.from({ length: parts }, (_, index) =>
    deliverPdu({
      ...rest,
      concatenation: { reference, total: parts, sequence: index + 1 },
      payload: octets.slice(index * size, (index + 1) * size),
    }),
  );
}

/** A status report for reference 42: delivered. Vector: the worked example of 3GPP TS 23.040 9.2.2.3's layout, made by hand. */
export const statusReportPdu = '00062A0B915155550521F36211227024000A6211227024900A00';
