import { type Diagnostic, newOctets } from '../octets/index.js';
import type { Held } from './generation.js';
import type { CompleteMessage, ShortMessagePart } from './types.js';

/**
 * What the parts of a message make, given in order: a datagram where sequence 1 has ports and the data is 8-bit.
 * @see WAP-259-WDP, 3GPP TS 23.040 9.2.3.24.4
 */
export function completeMessage<Tag>(parts: readonly Held<Tag>[]): CompleteMessage<Tag> {
  const first = parts[0]?.part;
  const ports = first?.ports ?? null;
  const diagnostics: Diagnostic[] = [];
  for (const { part } of parts) if ((part.ports === null) !== (ports === null)) diagnostics.push(portsMissing(part, ports === null));
  if (ports === null || first?.alphabet !== '8-bit') return { parts, datagram: null, diagnostics };
  const { destination: destinationPort, source: sourcePort, bits: portBits } = ports;
  return { parts, datagram: { destinationPort, sourcePort, portBits, octets: joined(parts, first) }, diagnostics };
}

function portsMissing(part: ShortMessagePart, firstHasNone: boolean): Diagnostic {
  const sequence = part.concatenation?.sequence ?? 1;
  const message = firstHasNone
    ? `part ${sequence} has ports and part 1 has none: those of part 1 count, so this is no datagram`
    : `part ${sequence} has no ports: those of part 1 count`;
  return { code: 'sms/ports-missing', message, offset: null };
}

function joined<Tag>(parts: readonly Held<Tag>[], first: ShortMessagePart): Uint8Array {
  if (parts.length === 1) return first.octets;
  let length = 0;
  for (const { part } of parts) length += part.octets.length;
  const octets = newOctets(length);
  let position = 0;
  for (const { part } of parts) {
    octets.set(part.octets, position);
    position += part.octets.length;
  }
  return octets;
}
