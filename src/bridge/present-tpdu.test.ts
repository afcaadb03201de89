import { expect, test } from 'vitest';
import { fromHex } from '../octets/index.js';
import { decodePduMode } from '../sms/index.js';
import { presentTpdu } from './index.js';

const show = (hex: string, direction: 'from-modem' | 'to-modem' = 'from-modem'): unknown => {
  const { tpdu, serviceCentreAddress } = decodePduMode(fromHex(hex), { direction });
  return presentTpdu(tpdu, serviceCentreAddress);
};

// Made by hand from the layouts of 3GPP TS 23.040 9.2.2.1 to 9.2.2.3.
test('an SMS-DELIVER is shown with its addresses, time, header elements and user data', () => {
  expect(show('07915155000000F1440B915155550521F300F56211227024000A0F0B05040B8423F000032A02010106AB')).toMatchObject({
    type: 'SMS-DELIVER',
    serviceCentreAddress: '+15550000001',
    originatingAddress: '+15555550123',
    protocolIdentifier: 0,
    dataCodingScheme: 245,
    serviceCentreTimeStamp: '2026-11-22T07:42:00-05:00',
    userDataHeader: [
      { iei: 5, octets: '0B8423F0' },
      { iei: 0, octets: '2A0201' },
    ],
    userData: '0106AB',
    text: null,
  });
});

test('an SMS-SUBMIT shows its reference, destination and validity', () => {
  expect(show('0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB', 'to-modem')).toMatchObject({
    type: 'SMS-SUBMIT',
    serviceCentreAddress: null,
    messageReference: 0,
    destinationAddress: '+15555550123',
    validityPeriod: { format: 'relative', value: 167, minutes: 1440 },
    userData: '0106AB',
  });
});

test('an SMS-STATUS-REPORT shows what became of which message', () => {
  expect(show('00062A0B915155550521F36211227024000A6211227024900A00')).toMatchObject({
    type: 'SMS-STATUS-REPORT',
    messageReference: 42,
    recipientAddress: '+15555550123',
    status: 0,
    dischargeTime: '2026-11-22T07:42:09-05:00',
    parameterIndicator: null,
    text: null,
  });
});

test('what a report says of the parameters that follow is shown, null where a status report ends before it', () => {
  expect(show('00062A0B915155550521F36211227024000A6211227024900A000304F6')).toMatchObject({
    parameterIndicator: 3,
    protocolIdentifier: 4,
    dataCodingScheme: 0xf6,
  });
  expect(show('0000D500', 'to-modem')).toMatchObject({ type: 'SMS-DELIVER-REPORT', failureCause: 0xd5, parameterIndicator: 0 });
});

test('text is shown where the data coding scheme says that it is text', () => {
  expect(show('000409D0CF6690D80400006211223121002205E8329BFD06')).toMatchObject({
    originatingAddress: 'OMADM',
    text: 'hello',
    userDataHeader: [],
  });
});
