import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../octets/index.js';
import { messageClassOf } from './pdu-mode.js';
import {
  addressField,
  buildDeliver,
  buildStatusReport,
  parseSubmission,
  serviceCentreField,
  timestampField,
  withMoreMessages,
} from './tpdu.js';

const now = Date.UTC(2026, 10, 22, 19, 38, 50);

describe('an SMS-SUBMIT', () => {
  // 23.040 9.2.2.2, made by hand: ports 2948 from 9200, concatenation 42 part 1 of 2, validity A7 (24 hours).
  const submit = '51000B915155550521F30004A70F0B05040B8423F000032A02010106AB';

  test('is read field by field', () => {
    expect(parseSubmission(submit, now)).toEqual({
      messageReference: 0,
      rejectDuplicates: false,
      statusReportRequested: false,
      hasUserDataHeader: true,
      replyPath: false,
      destination: '0B915155550521F3',
      destinationNumber: '+15555550123',
      protocolIdentifier: 0,
      dataCodingScheme: 4,
      validityMs: 24 * 3_600_000,
      userDataLength: 15,
      userData: '0B05040B8423F000032A02010106AB',
    });
  });

  test.each([
    ['8F', 12 * 3_600_000],
    ['00', 300_000],
    ['C4', 30 * 86_400_000],
    ['FF', 63 * 7 * 86_400_000],
  ])('relative validity %s lasts %d milliseconds', (octet, validityMs) => {
    expect(parseSubmission(submit.replace('04A7', `04${octet}`), now)?.validityMs).toBe(validityMs);
  });

  test('absolute validity counts from now, with its zone', () => {
    // 23.040 9.2.3.12.2: 2026-11-22 20:38:50 at +01:00 is one hour of 0 from 19:38:50 UTC; a minute later is 60 seconds.
    expect(parseSubmission(submit.replace(/^51/, '59').replace('04A7', '0462112202930540'), now)?.validityMs).toBe(60_000);
  });

  test('with lengths that do not fit is refused, whatever octets it has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 180 }), (octets) => {
        const read = parseSubmission(toHex(octets), now);
        return read === null || read.userData.length <= 280;
      }),
    );
  });
});

describe('an SMS-DELIVER', () => {
  const elements = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 12 })), { minLength: 0, maxLength: 4 });

  test('keeps header, PID, DCS and body octet by octet', () => {
    fc.assert(
      fc.property(elements, fc.uint8Array({ maxLength: 80 }), fc.nat(255), fc.nat(255), (header, body, pid, dcs) => {
        const ies = header.map(([type, data]) => toHex(Uint8Array.of(type, data.length, ...data))).join('');
        const udh = header.length === 0 ? '' : toHex(Uint8Array.of(ies.length / 2)) + ies;
        const userData = udh + toHex(body);
        const length = userData.length / 2;
        const tpdu = buildDeliver({
          originator: '+15550000001',
          protocolIdentifier: pid,
          dataCodingScheme: dcs,
          timestamp: now,
          userDataLength: length,
          userData,
          hasUserDataHeader: header.length > 0,
        });
        const octet = (value: number): string => toHex(Uint8Array.of(value));
        const first = header.length > 0 ? '44' : '04';
        expect(tpdu).toBe(`${first}0B915155000000F1${octet(pid)}${octet(dcs)}62112291830500${octet(length)}${userData}`);
      }),
    );
  });

  test.each([
    ['00', null],
    ['04', null],
    ['F5', 1],
    ['F6', 2],
    ['16', 2],
    ['D0', null],
    ['E2', null],
  ])('with DCS %s is of class %s', (dcs, messageClass) => {
    expect(messageClassOf(`040B915155000000F100${dcs}6211229183050000`)).toBe(messageClass);
  });

  test('says with TP-MMS 0 that more wait', () => {
    expect([withMoreMessages('44AB', true), withMoreMessages('40AB', false)]).toEqual(['40AB', '44AB']);
  });
});

test('a status report is laid out as 23.040 9.2.2.3 says', () => {
  // Made by hand from at 23.040 9.2.2.3: reference 42, delivered ten seconds after it was submitted.
  expect(buildStatusReport(42, '0B915155550521F3', now, now + 10_000, 0)).toBe('062A0B915155550521F3621122918305006211229193000000');
});

test('numbers and times are written as 23.040 9.1.2.5 and 9.2.3.11 say', () => {
  expect([addressField('+15550000001'), serviceCentreField('+1555'), timestampField(now)]).toEqual([
    '0B915155000000F1',
    '03915155',
    '62112291830500',
  ]);
});
