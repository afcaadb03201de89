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

/** `push` of a message; what only a WSP PDU has is null in other bindings. */
export function presentPush(push: PushMessage): Presented {
  const { contentType, applicationId, headers, body, wsp } = push;
  return {
    transactionId: wsp?.transactionId ?? null,
    pduType: wsp?.pduType ?? null,
    headersLength: wsp?.headersLength ?? null,
    contentType: contentType.name,
    contentTypeCode: contentType.code,
    parameters: contentType.parameters.map(({ name, value, octets }) => ({ name, value, octets: toHex(octets) })),
    applicationId: applicationId?.code ?? null,
    applicationUri: applicationId?.uri ?? null,
    headers: headers.map(({ name, value, octets }) => ({ name, value, octets: toHex(octets) })),
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

/** `diagnostics`, in the order given; the offset is null where there is none. */
export function presentDiagnostics(diagnostics: readonly Diagnostic[]): readonly Presented[] {
  return diagnostics.map(({ code, message, offset }) => ({ code, message, offset }));
}

/** `error` of a line or a message that could not be decoded, and the fields of the `error` event. */
export function presentError(error: BridgeError): PresentedError {
  const where = error instanceof DecodeError ? { field: error.field, offset: error.offset } : { field: null, offset: null };
  return { code: error.code, message: error.message, ...where };
}
