import { expect, test } from 'vitest';
import { encodeTrigger, encodeWbxml, parseXml } from '../dm/index.js';
import { fromHex } from '../octets/index.js';
import { checkBody } from './check-body.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const syncMl = utf8('<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD></SyncHdr><SyncBody><Final/></SyncBody></SyncML>');

test('a body that is what it is said to be gives nothing to say', () => {
  expect(checkBody('dm+xml', syncMl)).toBeNull();
  expect(checkBody('dm+wbxml', encodeWbxml(parseXml(syncMl).root))).toBeNull();
  const trigger = encodeTrigger({ version: 11, uiMode: 'background', initiator: 'server', sessionId: 1, serverId: 'a' });
  expect(checkBody('notification', Uint8Array.from([...new Uint8Array(16), ...trigger]))).toBeNull();
});

test.each([
  ['dm+wbxml', syncMl],
  ['dm+xml', fromHex('02A4016A00')],
  ['dm+xml', utf8('<wap-provisioningdoc/>')],
  ['notification', utf8('short')],
  ['dm+wbxml', fromHex('030B6A0045')],
] as const)('a body that is not %s is told of', (type, body) => {
  expect(checkBody(type, body)).toMatchObject({ code: 'sending/odd-body' });
});
