import { expect, test } from 'vitest';
import { type Annotation, DecodeError, fromHex, toHex } from '../octets/index.js';
import { decodePush } from './index.js';

/** Offset, octets, field and meaning of every line of the dump. */
function explain(hex: string, baseOffset = 0): string[] {
  const lines: string[] = [];
  const annotate = ({ offset, octets, field, meaning }: Annotation): void => {
    lines.push(`${offset} ${toHex(octets)} ${field}: ${meaning}`);
  };
  try {
    decodePush(fromHex(hex), { annotate, baseOffset });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    lines.push(`${error.offset} ${error.field} ${error.code}`);
  }
  return lines;
}

test('every octet of a push has a line that says what it is', () => {
  expect(explain('2506160CC281EA6E0085918092616200AF877F03828001B48702A4', 30)).toEqual([
    '30 25 push.transactionId: 37',
    '31 06 push.pduType: 0x06 (Push)',
    '32 16 push.headersLength: 22 octets of content type and headers',
    '33 0C push.contentType.length: 12 octets',
    '34 C2 push.contentType.media: 0x42 application/vnd.syncml.dm+wbxml',
    '35 81 push.contentType.parameters[0].name: charset',
    '36 EA push.contentType.parameters[0].value: utf-8',
    '37 6E00 push.contentType.parameters[1].name: n',
    '39 85 push.contentType.parameters[1].value: 5',
    '40 91 push.contentType.parameters[2].name: SEC',
    '41 80 push.contentType.parameters[2].value: NETWPIN',
    '42 92 push.contentType.parameters[3].name: MAC',
    '43 616200 push.contentType.parameters[3].value: ab',
    '46 AF push.headers[0].name: X-Wap-Application-Id',
    '47 87 push.headers[0].value: 7 x-wap-application:syncml.dm',
    '48 7F03 push.codePage: header code page 3 from here',
    '50 82 push.headers[1].name: page 3: 0x02',
    '51 80 push.headers[1].value: 0',
    '52 01 push.codePage: header code page 1 from here',
    '53 B4 push.headers[2].name: Push-Flag',
    '54 87 push.headers[2].value: authenticated, trusted, last',
    '55 02A4 push.body: body of 2 octets',
  ]);
});

test('the dump goes as far as the octets could be read', () => {
  expect(explain('010605C2AF')).toEqual([
    '0 01 push.transactionId: 1',
    '1 06 push.pduType: 0x06 (Push)',
    '2 05 push.headersLength: 5 octets of content type and headers',
    '2 push.headersLength wsp/headers-length',
  ]);
  expect(explain('010605C2AF870085')).toEqual([
    '0 01 push.transactionId: 1',
    '1 06 push.pduType: 0x06 (Push)',
    '2 05 push.headersLength: 5 octets of content type and headers',
    '3 C2 push.contentType.media: 0x42 application/vnd.syncml.dm+wbxml',
    '4 AF push.headers[0].name: X-Wap-Application-Id',
    '5 87 push.headers[0].value: 7 x-wap-application:syncml.dm',
    '6 push.headers[1].name wsp/bad-field-name',
  ]);
  expect(explain('0104')).toEqual(['0 01 push.transactionId: 1', '1 04 push.pduType: 0x04 (Reply)', '1 push.pduType wsp/pdu-type']);
  expect(explain('010A00')).toEqual(['0 01 push.transactionId: 1', '1 0A push.pduType: 0x0A', '1 push.pduType wsp/pdu-type']);
});

test('texts, application ids without a number and bodies are shown for what they are', () => {
  expect(explain('01060C612F6200AF78613A62008E0041')).toEqual([
    '0 01 push.transactionId: 1',
    '1 06 push.pduType: 0x06 (Push)',
    '2 0C push.headersLength: 12 octets of content type and headers',
    '3 612F6200 push.contentType.media: a/b',
    '7 AF push.headers[0].name: X-Wap-Application-Id',
    '8 78613A6200 push.headers[0].value: xa:b',
    '13 8E push.headers[1].name: Content-Location',
    '14 00 push.headers[1].value: ',
    '15 41 push.body: body of 1 octet',
  ]);
});
