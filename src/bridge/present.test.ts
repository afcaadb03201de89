import { expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import { DecodeError } from '../octets/index.js';
import { fromWdp, type PushMessage } from '../push/index.js';
import { parseContentType } from '../wsp/index.js';
import { leftOutOf, presentDiagnostics, presentError, presentPush, presentVerdict } from './index.js';
import { draftOfEndpoint } from './message.js';

test('a push is shown with numbers and names side by side and octets in upper-case hex', () => {
  const shown = presentPush({
    kind: 'push',
    binding: 'sms',
    destinationPort: 2948,
    contentType: {
      code: 0x42,
      name: 'application/vnd.syncml.dm+wbxml',
      parameters: [{ name: 'charset', token: 1, value: 'utf-8', octets: Uint8Array.of(0x81, 0xea) }],
      octets: Uint8Array.of(0x03, 0xc2, 0x81, 0xea),
    },
    applicationId: { code: 7, uri: 'x-wap-application:syncml.dm', present: true },
    headers: [
      { name: 'X-Wap-Application-Id', code: 0x2f, page: 1, value: 'x-wap-application:syncml.dm', octets: Uint8Array.of(0xaf, 0x87) },
    ],
    body: Uint8Array.of(0x02, 0xa4, 0x01),
    wsp: null,
    diagnostics: [],
  });
  expect(shown).toEqual({
    transactionId: null,
    pduType: null,
    headersLength: null,
    contentType: 'application/vnd.syncml.dm+wbxml',
    contentTypeCode: 66,
    parameters: [{ name: 'charset', value: 'utf-8', octets: '81EA' }],
    applicationId: 7,
    applicationUri: 'x-wap-application:syncml.dm',
    headers: [{ name: 'X-Wap-Application-Id', value: 'x-wap-application:syncml.dm', octets: 'AF87' }],
    body: '02A401',
  });
});

/** X-Wap-Application-Id comes last, behind headers of two octets each: unknown ones, and Age again and again. */
function crowdedDatagram(count: number): Uint8Array {
  const headers = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? [0xfc, 0x80] : [0x85, 0x80])).flat();
  const block = [0xc2, ...headers, 0xaf, 0x87];
  return Uint8Array.from([1, 6, 0x80 | (block.length >> 14), 0x80 | ((block.length >> 7) & 0x7f), block.length & 0x7f, ...block, 2]);
}

function crowded(count: number): PushMessage {
  const arrival = fromWdp({ destinationPort: 2948, sourcePort: 9200, portBits: 16, octets: crowdedDatagram(count) });
  if (arrival.kind !== 'push') throw new Error(`no push: ${arrival.error?.message ?? arrival.reason}`);
  return arrival;
}

test('of thousands of headers the first hundred are listed and whom the push is for, and how many are not', () => {
  const push = crowded(20_000);
  const shown = presentPush(push) as { headers: { name: string }[]; headersLeftOut: number; applicationId: number };
  expect([shown.headers.length, shown.headersLeftOut, shown.applicationId]).toEqual([101, 19_900, 7]);
  expect(shown.headers.at(-1)?.name).toBe('X-Wap-Application-Id');
  const diagnostics = presentDiagnostics([...push.diagnostics, ...leftOutOf(push)]) as { code: string; message: string; offset: number }[];
  expect(diagnostics.filter(({ code }) => code === 'bridge/left-out')).toEqual([
    { code: 'bridge/left-out', message: 'there are 20001 headers, of which 101 are listed', offset: 6 + 200 },
    {
      code: 'bridge/left-out',
      message: 'there are 10000 diagnostics wsp/unknown-header, of which 100 are listed',
      offset: null,
    },
    {
      code: 'bridge/left-out',
      message: 'there are 9999 diagnostics wsp/repeated-header, of which 100 are listed',
      offset: null,
    },
  ]);
  expect(JSON.stringify([shown, diagnostics]).length).toBeLessThan(2 * 40_000);
});

test('what is kept of a datagram with thousands of headers has all its octets, says first what is left out, and is a few times as long', () => {
  const octets = crowdedDatagram(20_000);
  const message = {
    binding: 'udp',
    from: '127.0.0.1:9',
    envelope: { headers: [], destinationPort: 2948, sourcePort: 9200 },
    octets,
  } as const;
  const tag = { id: '1', position: 1, receivedAt: 0, pdu: '', modem: null };
  const { facts } = draftOfEndpoint({ ...message, retransmissionKey: null }, tag);
  expect(facts).toMatchObject({
    datagram: { octets: Buffer.from(octets).toString('hex').toUpperCase() },
    push: { headersLeftOut: 19_900 },
  });
  expect((facts.diagnostics as { code: string }[])[0]).toMatchObject({ code: 'bridge/left-out' });
  expect(JSON.stringify(facts).length).toBeLessThan(5 * octets.length);
});

test('headers that stand beside the octets are listed all: their binding bounds them, and they stand nowhere else', () => {
  const push: PushMessage = { ...crowded(128), wsp: null };
  expect((presentPush(push) as { headers: unknown[] }).headers).toHaveLength(129);
  expect(leftOutOf(push)).toEqual([]);
});

test('a push with a hundred headers is shown whole', () => {
  const shown = presentPush(crowded(99));
  expect(shown).not.toHaveProperty('headersLeftOut');
  expect(leftOutOf(crowded(99))).toEqual([]);
});

test('of thousands of parameters the first hundred are listed, and how many are not', () => {
  const contentType = parseContentType(`application/vnd.syncml.dm+xml${';a=b'.repeat(5000)}`);
  const push: PushMessage = { ...crowded(1), contentType };
  const shown = presentPush(push) as { parameters: unknown[]; parametersLeftOut: number };
  expect([shown.parameters.length, shown.parametersLeftOut]).toEqual([100, 4900]);
  expect(leftOutOf(push)).toMatchObject([{ code: 'bridge/left-out', message: expect.stringContaining('5000 content type parameters') }]);
});

test('a diagnostic of another kind is not lost among thousands of one', () => {
  const many = Array.from({ length: 5000 }, () => ({ code: 'wsp/unknown-header', message: 'x', offset: 1 }) as const);
  const other = { code: 'wsp/application-id-absent', message: 'none', offset: null } as const;
  const shown = presentDiagnostics([...many, other, ...many]);
  expect(shown.filter(({ code }) => code === other.code)).toEqual([other]);
  expect(shown).toHaveLength(102);
});

test('a verdict shows its reason and its error only where there is one', () => {
  const conditions = [
    { condition: 'destination-port', expected: [2948], found: 2948, holds: true },
    { condition: 'application-id', expected: [7], found: null, holds: null },
    { condition: 'content-type', expected: [66, 67], found: null, holds: null },
  ] as const;
  expect(presentVerdict({ verdict: 'other-application', rule: null, conditions })).toEqual({
    verdict: 'other-application',
    rule: null,
    conditions,
  });
  const error = new DecodeError('octets/truncated', 'wsp.headers needs 4 octets, 2 left', 'wsp.headers', 31);
  expect(presentVerdict({ verdict: 'not-push', rule: null, reason: 'malformed', conditions }, error)).toMatchObject({
    reason: 'malformed',
    error: { code: 'octets/truncated', field: 'wsp.headers', offset: 31 },
  });
});

test('errors and diagnostics have an offset of null where no octet stands for them', () => {
  expect(presentError(new BridgeError('octets/truncated', 'short'))).toEqual({
    code: 'octets/truncated',
    message: 'short',
    field: null,
    offset: null,
  });
  expect(
    presentDiagnostics([
      { code: 'wsp/text-content-type', message: 'sent as text', offset: 3 },
      { code: 'wsp/application-id-absent', message: 'none', offset: null },
    ]),
  ).toEqual([
    { code: 'wsp/text-content-type', message: 'sent as text', offset: 3 },
    { code: 'wsp/application-id-absent', message: 'none', offset: null },
  ]);
});
