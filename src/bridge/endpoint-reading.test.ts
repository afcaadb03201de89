import { expect, test } from 'vitest';
import type { EndpointMessage } from '../endpoints/index.js';
import { endpointFacts, endpointFingerprint, readEndpointFacts } from './endpoint-reading.js';

const message = (changes: Partial<EndpointMessage> = {}): EndpointMessage => ({
  binding: 'sip',
  from: 'sip:a@b.invalid',
  octets: Uint8Array.of(1, 2),
  envelope: { headers: [['Content-Type', 'application/vnd.syncml.dm+xml']] },
  retransmissionKey: 'call\ntag\n1 MESSAGE',
  ...changes,
});

test('what a protocol sends again is known by its key and its octets', () => {
  expect(endpointFingerprint(message())).toEqual(endpointFingerprint(message({ from: 'sip:by@another.way' })));
  for (const other of [{ octets: Uint8Array.of(1, 3) }, { retransmissionKey: 'call\ntag\n2 MESSAGE' }, { binding: 'obex' as const }])
    expect(endpointFingerprint(message(other))).not.toEqual(endpointFingerprint(message()));
  expect(endpointFingerprint(message({ retransmissionKey: null }))).toBeNull();
});

test('what is kept of a message is read again as it was, and what is none of it is passed over', () => {
  const { octets: _octets, ...known } = message({ envelope: { headers: [['A', 'b']], destinationPort: 2948, sourcePort: 9200 } });
  expect(readEndpointFacts({ binding: 'sip', facts: endpointFacts(message(known)) })).toEqual(known);
  expect(readEndpointFacts({ binding: 'sip', facts: '{"envelope":{"headers":[["A"],7]},"from":5}' })).toEqual({
    binding: 'sip',
    from: null,
    envelope: { headers: [] },
    retransmissionKey: null,
  });
});
