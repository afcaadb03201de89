import { expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import { DecodeError } from '../octets/index.js';
import { presentDiagnostics, presentError, presentPush, presentVerdict } from './index.js';

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
