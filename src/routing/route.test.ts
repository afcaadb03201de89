import { describe, expect, test } from 'vitest';
import { fromHex } from '../octets/index.js';
import { type Binding, fromWdp, type NotPushReason, notPush, type PushMessage } from '../push/index.js';
import { dmNotificationConditions, dmPushConditions, route, routingRules } from './index.js';
import { routeVectors } from './route.vectors.js';

const overWdp = (hex: string, destinationPort = 2948, binding: 'sms' | 'udp' = 'sms') =>
  fromWdp({ destinationPort, sourcePort: 9200, portBits: 16, octets: fromHex(hex) }, { binding });

/** A message of a binding that has no numbers. */
const overText = (binding: Binding, name: string | null, applicationId: PushMessage['applicationId']): PushMessage => ({
  kind: 'push',
  binding,
  destinationPort: null,
  contentType: { code: null, name, parameters: [], octets: new Uint8Array(0) },
  applicationId,
  headers: [],
  body: new Uint8Array(0),
  wsp: null,
  diagnostics: [],
});

const dmId = { code: 7, uri: 'x-wap-application:syncml.dm', present: true };

describe('route', () => {
  test.each(routeVectors)('$id is $verdict: $why', ({ hex, verdict }) => {
    expect(route(overWdp(hex)).verdict).toBe(verdict);
  });

  test.each(routeVectors.filter(({ verdict }) => verdict === 'dm-application'))('$id is not for DM on another port', ({ hex }) => {
    expect(route(overWdp(hex, 2949)).verdict).toBe('not-push');
    expect(route(overWdp(hex, 9200)).verdict).toBe('not-push');
  });

  test.each(['sms', 'udp'] as const)('DM-PUSH rule 5.1.3: a DM message over %s is shown with all that was found', (binding) => {
    expect(route(overWdp('010603C2AF87', 2948, binding))).toEqual({
      verdict: 'dm-application',
      rule: 'OMA-TS-DM_PushBinding-V1_3 5.1.3',
      conditions: [
        { condition: 'destination-port', expected: [2948], found: 2948, holds: true },
        { condition: 'application-id', expected: [7], found: 7, holds: true },
        { condition: 'content-type', expected: [66, 67], found: 66, holds: true },
      ],
    });
  });

  test('a push that says it came to another port is not for DM, whatever else holds', () => {
    const message = overWdp('010603C2AF87');
    if (message.kind !== 'push') throw new TypeError('no push');
    const { verdict, conditions } = route({ ...message, destinationPort: 9200 });
    expect(verdict).toBe('other-application');
    expect(conditions.map(({ holds }) => holds)).toEqual([false, true, true]);
  });

  test.each([
    ['C4', 0x44],
    ['D8', 0x58],
  ])('a notification (%s) is for the notification input of DM', (octet, found) => {
    expect(route(overWdp(`010603${octet}AF87`))).toEqual({
      verdict: 'dm-notification',
      rule: 'OMA-TS-DM_Notification-V1_3',
      conditions: [
        { condition: 'destination-port', expected: [2948], found: 2948, holds: true },
        { condition: 'application-id', expected: [7], found: 7, holds: true },
        { condition: 'content-type', expected: [68, 88], found, holds: true },
      ],
    });
  });

  test.each([
    ['another application', '010603C2AF82', 2, false, 66, true],
    ['no application id', '010601C2', 2, false, 66, true],
    ['any application', '010603C2AF80', 0, false, 66, true],
    ['an application id without a number', '010607C2AF783A626300', 'x:bc', false, 66, true],
    ['an application id that cannot be read', '010603C2AF00', null, false, 66, true],
    ['a notification for another application', '010603C4AF82', 2, false, 68, false],
    ['another content type', '010603B6AF87', 7, true, 54, false],
    ['a content type without a number', '010606612F6200AF87', 7, true, 'a/b', false],
    ['a content type without a name', '010603D9AF87', 7, true, 0x59, false],
  ])('%s is for someone else', (_, hex, id, idHolds, type, typeHolds) => {
    expect(route(overWdp(hex))).toEqual({
      verdict: 'other-application',
      rule: null,
      conditions: [
        { condition: 'destination-port', expected: [2948], found: 2948, holds: true },
        { condition: 'application-id', expected: [7], found: id, holds: idHolds },
        { condition: 'content-type', expected: [66, 67], found: type, holds: typeHolds },
      ],
    });
  });

  const reasons: readonly (readonly [NotPushReason, number | null, boolean | null])[] = [
    ['destination-port', 9200, false],
    ['secure-port', 2949, false],
    ['no-ports', null, null],
    ['text-coding', 2948, true],
    ['pdu-type', 2948, true],
    ['malformed', null, null],
  ];
  test.each(reasons)('no push for the reason %s, port %s: the rest was not examined', (reason, destinationPort, holds) => {
    expect(route(notPush(reason, { destinationPort }))).toEqual({
      verdict: 'not-push',
      rule: null,
      reason,
      conditions: [
        { condition: 'destination-port', expected: [2948], found: destinationPort, holds },
        { condition: 'application-id', expected: [7], found: null, holds: null },
        { condition: 'content-type', expected: [66, 67], found: null, holds: null },
      ],
    });
  });

  test.each([
    ['sip', '5.2'],
    ['http', '5.3'],
    ['obex', '5.4'],
  ] as const)('over %s the MIME name counts, by clause %s, and a port does not', (binding, clause) => {
    expect(route(overText(binding, 'Application/vnd.syncml.DM+xml', null))).toEqual({
      verdict: 'dm-application',
      rule: `OMA-TS-DM_PushBinding-V1_3 ${clause}`,
      conditions: [
        { condition: 'destination-port', expected: [2948], found: null, holds: null },
        { condition: 'application-id', expected: [7], found: null, holds: null },
        {
          condition: 'content-type',
          expected: ['application/vnd.syncml.dm+wbxml', 'application/vnd.syncml.dm+xml'],
          found: 'Application/vnd.syncml.DM+xml',
          holds: true,
        },
      ],
    });
    expect(route(overText(binding, 'application/vnd.syncml.dm+wbxml', dmId)).verdict).toBe('dm-application');
    expect(route(overText(binding, 'application/vnd.syncml.dm+wbxml', { ...dmId, code: 2 })).verdict).toBe('other-application');
    expect(route(overText(binding, 'application/vnd.syncml.dm+wbxmlx', dmId)).verdict).toBe('other-application');
    expect(route(overText(binding, null, dmId)).verdict).toBe('other-application');
    for (const name of ['application/vnd.syncml.notification', 'application/vnd.syncml.dm.notification']) {
      expect(route(overText(binding, name, dmId))).toMatchObject({ verdict: 'dm-notification', rule: 'OMA-TS-DM_Notification-V1_3' });
    }
  });
});

test('the rules are three rows of data each', () => {
  expect(routingRules.map(({ verdict, conditions }) => [verdict, conditions])).toEqual([
    ['dm-application', dmPushConditions],
    ['dm-notification', dmNotificationConditions],
  ]);
  expect(dmPushConditions.map(({ condition, expected }) => [condition, expected])).toEqual([
    ['destination-port', [2948]],
    ['application-id', [7]],
    ['content-type', [0x42, 0x43]],
  ]);
});
