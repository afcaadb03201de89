import { DecodeError, type Diagnostic } from '../octets/index.js';
import { applicationIds, headerFields, parseContentType } from '../wsp/index.js';
import { fromHttpRequest } from './from-http.js';
import { fromWdp } from './from-wdp.js';
import type { NotPush, PushMessage } from './types.js';

/** One header line of a binding that writes its headers as text. */
export type HeaderLine = readonly [name: string, value: string];

/** What stood around the octets of a message that came without a modem: text alone, so that it can be kept and read again. */
export interface MessageEnvelope {
  /** In the order sent. */
  readonly headers: readonly HeaderLine[];
  /** WDP ports, where the binding has them. */
  readonly destinationPort?: number;
  readonly sourcePort?: number;
}

/** What carried a message that came without a modem. */
export type EndpointBinding = 'udp' | 'http' | 'sip' | 'obex';

/**
 * Reads a message that came without a modem, now or after a restart; what is no push comes back with the reason, never as an exception.
 * @see OMA-TS-DM_PushBinding-V1_3 5.1, 5.2, 5.3, 5.4
 */
export function fromEndpoint(binding: EndpointBinding, envelope: MessageEnvelope, octets: Uint8Array): PushMessage | NotPush {
  if (binding === 'udp') {
    const { destinationPort = 0, sourcePort = 0 } = envelope;
    return fromWdp({ destinationPort, sourcePort, portBits: 16, octets }, { binding });
  }
  if (binding === 'http') {
    try {
      const { headers, body, diagnostics } = fromHttpRequest(envelope.headers, octets);
      return fromHeaders(binding, headers, body, diagnostics);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return { kind: 'not-push', binding, reason: 'malformed', destinationPort: null, error, diagnostics: [] };
    }
  }
  return fromHeaders(binding, envelope.headers, octets);
}

/** Makes a push of header lines and a body, as the bindings of 5.2, 5.3 and 5.4 carry it. */
export function fromHeaders(
  binding: EndpointBinding,
  lines: readonly HeaderLine[],
  body: Uint8Array,
  diagnostics: readonly Diagnostic[] = [],
): PushMessage {
  const headerValue = (wanted: string): string | undefined => lines.find(([name]) => name.toLowerCase() === wanted)?.[1];
  const id = headerValue('x-wap-application-id');
  return {
    kind: 'push',
    binding,
    destinationPort: null,
    contentType: parseContentType(headerValue('content-type') ?? ''),
    applicationId: id === undefined ? null : applicationIdOf(id),
    headers: lines.map(([name, value]) => ({
      name,
      code: headerFields.code(name) ?? null,
      page: 1,
      value,
      octets: latin1(`${name}: ${value}`),
    })),
    body,
    wsp: null,
    diagnostics,
  };
}

/** An application id as text: its URN, the end of it, or its number. @see WAP-235-PushOTA, X-Wap-Application-Id */
function applicationIdOf(text: string): NonNullable<PushMessage['applicationId']> {
  const value = text.trim();
  if (/^(?:0x[0-9a-f]{1,6}|\d{1,8})$/i.test(value)) {
    const code = Number(value);
    return { code, uri: applicationIds.name(code) ?? null, present: true };
  }
  const code = applicationIds.code(value) ?? null;
  return { code, uri: (code === null ? undefined : applicationIds.name(code)) ?? value, present: true };
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** Header field that counts how often a push was carried on to another binding. */
export const hopsHeader = 'X-Wapbridge-Hops';
