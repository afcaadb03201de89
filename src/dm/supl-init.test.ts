import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Annotation, DecodeError, fromHex } from '../octets/index.js';
import { propertyRuns } from '../octets/property-runs.testing.js';
import { decodeSuplInit } from './index.js';
import { packSuplInit, type SuplInitToPack } from './supl-init.testing.js';

const read = (init: SuplInitToPack) => decodeSuplInit(fromHex(packSuplInit(init)));
const codeOf = (hex: string): string => {
  try {
    decodeSuplInit(fromHex(hex));
    return 'read';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${error.code} at ${error.offset}`;
  }
};

/** Packed by hand, bit by bit, from the ASN.1 of OMA-TS-ULP 11; tshark says the same of it. */
const packed = '002C0100004000000050EE31D41ABD9B2D71A81A34C8161382844167656E7403640079600020406080A0C0E0';
const session = { id: '00000001', slp: 'slp.example.com' } as const;

describe('SUPL INIT in brief', () => {
  test('all that is asked is read, and the dump covers the message', () => {
    const annotations: Annotation[] = [];
    const init = decodeSuplInit(fromHex(packed), { annotate: (annotation) => annotations.push(annotation), baseOffset: 9 });
    expect(init).toEqual({
      version: '1.0.0',
      slpSessionId: '00000001',
      slpId: 'slp.example.com',
      positionMethod: 'agpsSETassistedpref',
      notification: { type: 'notificationOnly', requestor: { name: 'Agent', type: 'logicalName' }, client: null },
      slpAddress: null,
      qualityOfPosition: { horizontalAccuracy: 50, verticalAccuracy: null, maximumLocationAge: 60, delay: 5 },
      slpMode: 'nonProxy',
      diagnostics: [],
    });
    expect(annotations.map(({ offset, field }) => `${offset} ${field}`)).toEqual(['9 supl.length', '11 supl.version', '14 supl.message']);
    expect(annotations.reduce((sum, { octets }) => sum + octets.length, 0)).toBe(packed.length / 2);
  });

  test('the least that can be sent', () => {
    expect(read({})).toMatchObject({
      slpSessionId: null,
      slpId: null,
      positionMethod: 'agpsSETassisted',
      notification: null,
      slpMode: 'proxy',
    });
  });

  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1'],
    ['h-SLP.mnc001.mcc001.pub.3gppnetwork.org', 'h-SLP.mnc001.mcc001.pub.3gppnetwork.org'],
    ['a'.repeat(255), 'a'.repeat(255)],
  ])('a platform at %s', (slp, shown) => {
    expect(read({ slpSession: { id: 'FFFFFFFF', slp }, slp })).toMatchObject({ slpSessionId: 'FFFFFFFF', slpId: shown, slpAddress: shown });
  });

  test('what version 2 added is named or passed over, and what follows it is read', () => {
    const added = read({
      version: [2, 0, 4],
      positionMethod: 13,
      notification: { type: 1, encoding: 2, requestor: ['C3A4', 2], addition: '00'.repeat(3) },
      addition: 'FF'.repeat(200),
      mac: '00'.repeat(8),
      keyIdentity: '11'.repeat(16),
    });
    expect(added).toMatchObject({
      version: '2.0.4',
      positionMethod: 'ver2-agnssSETassistedpref',
      notification: { requestor: { name: '\u00e4', type: 'msisdn' } },
      diagnostics: [],
    });
    expect(read({ positionMethod: 40 }).positionMethod).toBe('value 40');
  });

  test('names are read in the coding that is named, and are octets where it is not read', () => {
    const named = (encoding: number, hex: string) => read({ notification: { type: 4, encoding, client: [hex] } }).notification;
    expect(named(0, '00E400620041')).toEqual({ type: 'privacyOverride', requestor: null, client: { name: '\u00e4bA', type: null } });
    expect(named(1, 'E8329B')?.client?.name).toBe('E8329B');
    expect(named(2, 'FF')?.client?.name).toBe('FF');
  });

  test.each([
    ['imsi', 3, '0910101032547698'],
    ['min', 2, 'ABCDEF0142'],
  ])('the id of the device is passed over and never shown: %s', (_name, kind, hex) => {
    const setSession: SuplInitToPack['setSession'] = (bits) => {
      bits.number(7, 16).number(0, 1).number(kind, 3);
      if (kind === 2) bits.octets(hex.slice(0, 8)).number(1, 2);
      else bits.octets(hex);
    };
    const init = read({ setSession, slpSession: session, nonProxy: true });
    expect(init).toMatchObject({ slpId: 'slp.example.com', slpMode: 'nonProxy' });
    expect(JSON.stringify(init)).not.toContain(hex.slice(0, 6));
  });

  test('a network access identifier and an address as id of the device are passed over', () => {
    const nai: SuplInitToPack['setSession'] = (bits) => bits.number(7, 16).number(0, 1).number(4, 3).number(2, 10).number(0x1abcd, 21);
    const address: SuplInitToPack['setSession'] = (bits) => bits.number(7, 16).number(0, 1).number(5, 3).number(0, 1).octets('C0000207');
    for (const setSession of [nai, address]) expect(read({ setSession, slpSession: session }).slpId).toBe('slp.example.com');
  });

  test('a length that is not so is a diagnostic', () => {
    expect(decodeSuplInit(fromHex(`0001${packed.slice(4)}`)).diagnostics).toMatchObject([{ code: 'dm/supl-length', offset: 0 }]);
    expect(decodeSuplInit(fromHex(`${packed}0000`)).diagnostics).toMatchObject([{ code: 'dm/supl-length' }]);
  });

  test.each([
    ['another message', packSuplInit({ message: { later: false, index: 5 } }), 'dm/not-supl-init at 5'],
    ['a message of version 2', packSuplInit({ message: { later: true, index: 3 } }), 'dm/not-supl-init at 5'],
    ['nothing', '', 'octets/truncated at 0'],
    ['half of it', packed.slice(0, 40), 'octets/truncated at 19'],
    ['an address of a kind that later versions added', '000A0100004000000020', 'dm/supl-not-read at 9'],
    ['more additions than any version has', `${packSuplInit({ addition: '00' }).slice(0, 14)}FFFFFFFF`, 'dm/supl-not-read at 7'],
  ])('%s is refused where it stands', (_name, hex, code) => {
    expect(codeOf(hex)).toBe(code);
  });

  test('whatever the octets are, they are read or refused within the input', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.tuple(fc.nat(packed.length / 2 - 1), fc.nat(255)).map(([at, value]) => fromHex(packed).with(at, value)),
    );
    fc.assert(
      fc.property(hostile, (octets) => {
        try {
          decodeSuplInit(octets);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          expect(error.offset).toBeLessThanOrEqual(octets.length);
        }
      }),
      { numRuns: propertyRuns(500) },
    );
  });
});
