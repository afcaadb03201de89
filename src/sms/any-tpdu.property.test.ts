import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propertyRuns } from '../octets/property-runs.testing.js';
import { addressFromText, dataFields, decodePduMode, encodePduMode, serviceCentreAddressFromText, userDataHeader } from './index.js';
import type {
  ReportParameters,
  SmsCommand,
  SmsDeliver,
  SmsDeliverReport,
  SmsStatusReport,
  SmsSubmit,
  SmsSubmitReport,
  Tpdu,
} from './types.js';

const octet = fc.integer({ min: 0, max: 255 });
const seven = fc.uint8Array({ minLength: 7, maxLength: 7 });
const digits = fc.stringMatching(/^\+?[0-9*#abc]{1,20}$/);
const name = fc.stringMatching(/^[A-Za-z0-9 ]{1,11}$/).filter((text) => /[A-Z d-z]/.test(text));
const address = fc.oneof(digits, name).map((text) => addressFromText(text));
const serviceCentre = fc.option(digits.map((text) => serviceCentreAddressFromText(text)));
const header = fc
  .array(fc.record({ identifier: octet, octets: fc.uint8Array({ maxLength: 9 }) }), { minLength: 1, maxLength: 6 })
  .map((elements) => userDataHeader(elements));
const fields = fc.tuple(fc.option(header), fc.uint8Array({ maxLength: 70 })).map(([found, data]) => dataFields(found, data));
const eightBit = fc.constantFrom(0x04, 0xf4, 0xf5, 0xf6, 0xf7, 0x14, 0x15, 0x16, 0x17, 0x24);
const noOctets = new Uint8Array(0);

const parameters: fc.Arbitrary<ReportParameters & { readonly parameterIndicator: number }> = fc
  .record({ protocolIdentifier: fc.option(octet), dataCodingScheme: eightBit, data: fc.option(fields) })
  .map(({ protocolIdentifier, dataCodingScheme, data }) => ({
    parameterIndicator: (protocolIdentifier === null ? 0 : 1) | (data === null ? 0 : 6),
    parameterIndicatorExtension: noOctets,
    protocolIdentifier,
    dataCodingScheme: data === null ? null : dataCodingScheme,
    userDataLength: data?.userDataLength ?? null,
    userDataHeader: data?.userDataHeader ?? null,
    userData: data?.userData ?? noOctets,
    unknownParameters: noOctets,
  }));
const cause = fc.option(fc.integer({ min: 0x80, max: 0xff }));
const common = { firstOctet: fc.constant(0), diagnostics: fc.constant([]) };

const deliver: fc.Arbitrary<SmsDeliver> = fc
  .record({
    type: fc.constant('SMS-DELIVER' as const),
    ...common,
    moreMessagesToSend: fc.boolean(),
    loopPrevention: fc.boolean(),
    statusReportIndication: fc.boolean(),
    replyPath: fc.boolean(),
    originatingAddress: address,
    protocolIdentifier: octet,
    dataCodingScheme: eightBit,
    serviceCentreTimeStamp: seven,
    fields,
  })
  .map(({ fields: data, ...rest }) => ({ ...rest, ...data }));
const submit: fc.Arbitrary<SmsSubmit> = fc
  .record({
    type: fc.constant('SMS-SUBMIT' as const),
    ...common,
    rejectDuplicates: fc.boolean(),
    statusReportRequest: fc.boolean(),
    replyPath: fc.boolean(),
    messageReference: octet,
    destinationAddress: address,
    protocolIdentifier: octet,
    dataCodingScheme: eightBit,
    validityPeriod: fc.oneof(
      fc.constant(null),
      fc.record({ format: fc.constant('relative' as const), value: octet }),
      fc.record({ format: fc.constantFrom('absolute' as const, 'enhanced' as const), octets: seven }),
    ),
    fields,
  })
  .map(({ fields: data, ...rest }) => ({ ...rest, ...data }));
const statusReport: fc.Arbitrary<SmsStatusReport> = fc
  .record({
    type: fc.constant('SMS-STATUS-REPORT' as const),
    ...common,
    moreMessagesToSend: fc.boolean(),
    loopPrevention: fc.boolean(),
    qualifier: fc.constantFrom('submit' as const, 'command' as const),
    messageReference: octet,
    recipientAddress: address,
    serviceCentreTimeStamp: seven,
    dischargeTime: seven,
    status: octet,
    parameters,
  })
  .map(({ parameters: found, ...rest }) => ({ ...rest, ...found }));
const deliverReport: fc.Arbitrary<SmsDeliverReport> = fc
  .record({ type: fc.constant('SMS-DELIVER-REPORT' as const), ...common, failureCause: cause, parameters })
  .map(({ parameters: found, ...rest }) => ({ ...rest, ...found }));
const submitReport: fc.Arbitrary<SmsSubmitReport> = fc
  .record({ type: fc.constant('SMS-SUBMIT-REPORT' as const), ...common, failureCause: cause, serviceCentreTimeStamp: seven, parameters })
  .map(({ parameters: found, ...rest }) => ({ ...rest, ...found }));
const command: fc.Arbitrary<SmsCommand> = fc.record({
  type: fc.constant('SMS-COMMAND' as const),
  ...common,
  statusReportRequest: fc.boolean(),
  messageReference: octet,
  protocolIdentifier: octet,
  commandType: octet,
  messageNumber: octet,
  destinationAddress: address,
  userDataHeader: fc.option(header),
  commandData: fc.uint8Array({ maxLength: 60 }),
});

describe('any value that is written is read back as it was', () => {
  test.each<[string, 'from-modem' | 'to-modem', fc.Arbitrary<Tpdu>]>([
    ['an SMS-DELIVER', 'from-modem', deliver],
    ['an SMS-SUBMIT', 'to-modem', submit],
    ['an SMS-STATUS-REPORT', 'from-modem', statusReport],
    ['an SMS-DELIVER-REPORT', 'to-modem', deliverReport],
    ['an SMS-SUBMIT-REPORT', 'from-modem', submitReport],
    ['an SMS-COMMAND', 'to-modem', command],
  ])('%s', (_, direction, values) => {
    fc.assert(
      fc.property(values, serviceCentre, (tpdu, serviceCentreAddress) => {
        const octets = encodePduMode({ serviceCentreAddress, tpdu });
        const read = decodePduMode(octets, { direction });
        expect(read.serviceCentreAddress).toEqual(serviceCentreAddress);
        expect({ ...read.tpdu, diagnostics: [], firstOctet: 0 }).toEqual(tpdu);
        expect(read.tpduOctets).toBe(octets.length - 1 - (serviceCentreAddress?.octets.length ?? 0));
        expect(encodePduMode(read)).toEqual(octets);
      }),
      { numRuns: propertyRuns(150) },
    );
  });
});
