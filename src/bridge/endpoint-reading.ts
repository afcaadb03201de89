import { createHash } from 'node:crypto';
import type { EndpointMessage } from '../endpoints/index.js';
import type { StoredPart } from '../journal/index.js';
import type { EndpointBinding, HeaderLine } from '../push/index.js';

/** What stands beside the octets of such a message in the journal, so that it can be read again. */
export function endpointFacts({ from, envelope, retransmissionKey }: EndpointMessage): string {
  return JSON.stringify({ from, envelope, retransmissionKey });
}

/** Reads {@link endpointFacts}; what an older or a foreign hand wrote counts as far as it can be read. */
export function readEndpointFacts({ binding, facts: json }: Pick<StoredPart, 'binding' | 'facts'>): Omit<EndpointMessage, 'octets'> {
  const facts = objectOf(JSON.parse(json));
  const envelope = objectOf(facts.envelope);
  const number = (name: string): Record<string, number> => (typeof envelope[name] === 'number' ? { [name]: envelope[name] } : {});
  return {
    binding: isEndpointBinding(binding) ? binding : 'udp',
    from: typeof facts.from === 'string' ? facts.from : null,
    envelope: {
      headers: Array.isArray(envelope.headers) ? envelope.headers.filter(isHeaderLine) : [],
      ...number('destinationPort'),
      ...number('sourcePort'),
    },
    retransmissionKey: typeof facts.retransmissionKey === 'string' ? facts.retransmissionKey : null,
  };
}

/**
 * Null where the protocol does not send again: two equal messages are then two messages. What comes again has the same octets; other
 * octets under the same key are another message, whatever its sender did.
 */
export function endpointFingerprint({ binding, octets, retransmissionKey }: EndpointMessage): Uint8Array | null {
  if (retransmissionKey === null) return null;
  return createHash('sha256').update(`endpoint:${binding}\0`, 'utf8').update(`${retransmissionKey}\0`, 'utf8').update(octets).digest();
}

function isEndpointBinding(word: string): word is EndpointBinding {
  return word === 'udp' || word === 'http' || word === 'sip' || word === 'obex';
}

function isHeaderLine(value: unknown): value is HeaderLine {
  return Array.isArray(value) && value.length === 2 && value.every((text) => typeof text === 'string');
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
