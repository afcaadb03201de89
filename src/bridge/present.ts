import type { BridgeError } from '../errors.js';
import { DecodeError, type Diagnostic, toHex } from '../octets/index.js';
import type { PushMessage } from '../push/index.js';
import type { RoutingVerdict } from '../routing/index.js';
import type { Concatenation, Ports, WdpDatagram } from '../sms/index.js';

/** A JSON object as `decode` and `listen` print it. */
export type Presented = Readonly<Record<string, unknown>>;

/** An error as `error` shows it; field and offset are null where no octets are concerned. */
export interface PresentedError {
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
  /** Octets from the start of the outermost input. */
  readonly offset: number | null;
}

/** `ports` of a part. */
export function presentPorts({ destination, source, bits }: Ports): Presented {
  return { destination, source, bits };
}

/** `concatenation` of a part. */
export function presentConcatenation({ reference, total, sequence, bits }: Concatenation): Presented {
  return { reference, total, sequence, bits };
}

/** `datagram` of a complete message. */
export function presentDatagram({ destinationPort, sourcePort, octets }: WdpDatagram): Presented {
  return { destinationPort, sourcePort, octets: toHex(octets) };
}

/**
 * Of the headers and parameters of a push, and of diagnostics of one kind, so many are listed: a header of two octets takes a hundred times
 * as many when it is shown, and no honest push has a tenth of them. What else came stands in the octets, which are always kept whole.
 */
const mostListed = 100;

interface Listed {
  readonly parameters: PushMessage['contentType']['parameters'];
  readonly headers: PushMessage['headers'];
}

/**
 * What is listed of a push: the header that says whom it is for wherever it stands, of the others the first. The bindings that carry headers
 * beside their octets bound them themselves, and they stand nowhere else: all of those are listed.
 */
function listedOf({ contentType, headers, wsp }: PushMessage): Listed {
  return {
    parameters: contentType.parameters.slice(0, mostListed),
    headers: wsp === null ? headers : headers.filter((_header, index) => index < mostListed || index === wsp.applicationIdHeader),
  };
}

/** Says what {@link presentPush} does not list of a push. */
export function leftOutOf(push: PushMessage): readonly Diagnostic[] {
  const listed = listedOf(push);
  return [
    ...leftOut('content type parameters', push.contentType.parameters.length, listed.parameters.length, push.contentType.offset),
    ...leftOut('headers', push.headers.length, listed.headers.length, push.headers[mostListed]?.offset),
  ];
}

function leftOut(what: string, sent: number, listed: number, offset: number | null = null): readonly Diagnostic[] {
  if (sent === listed) return [];
  return [{ code: 'bridge/left-out', message: `there are ${sent} ${what}, of which ${listed} are listed`, offset }];
}

/** `push` of a message; what only a WSP PDU has is null in other bindings. */
export function presentPush(push: PushMessage): Presented {
  const { contentType, applicationId, body, wsp } = push;
  const { parameters, headers } = listedOf(push);
  const parametersLeftOut = contentType.parameters.length - parameters.length;
  const headersLeftOut = push.headers.length - headers.length;
  return {
    transactionId: wsp?.transactionId ?? null,
    pduType: wsp?.pduType ?? null,
    headersLength: wsp?.headersLength ?? null,
    contentType: contentType.name,
    contentTypeCode: contentType.code,
    parameters: parameters.map(({ name, value, octets }) => ({ name, value, octets: toHex(octets) })),
    ...(parametersLeftOut === 0 ? {} : { parametersLeftOut }),
    applicationId: applicationId?.code ?? null,
    applicationUri: applicationId?.uri ?? null,
    headers: headers.map(({ name, value, octets }) => ({ name, value, octets: toHex(octets) })),
    ...(headersLeftOut === 0 ? {} : { headersLeftOut }),
    body: toHex(body),
  };
}

/** `verdict` of a message; `error` stands where the reason is `malformed` (or `pdu-type`, where there is one). */
export function presentVerdict(verdict: RoutingVerdict, error: BridgeError | null = null): Presented {
  return {
    verdict: verdict.verdict,
    rule: verdict.rule,
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    conditions: verdict.conditions.map(({ condition, expected, found, holds }) => ({ condition, expected, found, holds })),
    ...(error === null ? {} : { error: presentError(error) }),
  };
}

/**
 * `diagnostics`, in the order given; the offset is null where there is none. Of one code only the first are listed, so that none of another
 * code is lost among them; one at the end says how many more there were.
 */
export function presentDiagnostics(diagnostics: readonly Diagnostic[]): readonly Presented[] {
  const counts = new Map<string, number>();
  const listed = diagnostics.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= mostListed;
  });
  const many = [...counts].filter(([, count]) => count > mostListed);
  const more = many.flatMap(([code, count]) => leftOut(`diagnostics ${code}`, count, mostListed));
  return [...listed, ...more].map(({ code, message, offset }) => ({ code, message, offset }));
}

/** `error` of a line or a message that could not be decoded, and the fields of the `error` event. */
export function presentError(error: BridgeError): PresentedError {
  const where = error instanceof DecodeError ? { field: error.field, offset: error.offset } : { field: null, offset: null };
  return { code: error.code, message: error.message, ...where };
}
