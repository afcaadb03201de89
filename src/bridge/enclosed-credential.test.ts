import { describe, expect, test } from 'vitest';
import { encodeWbxml, parseXml } from '../dm/index.js';
import { enclosedCredential } from './enclosed-credential.js';

const message = (cred: string, source = '<LocName>bench</LocName>') =>
  `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID><Target><LocURI>x</LocURI></Target><Source><LocURI>y</LocURI>${source}</Source>${cred}</SyncHdr><SyncBody><Final/></SyncBody></SyncML>`;
const cred = (type: string) =>
  `<Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">${type}</Type></Meta><Data>YRNXcJ3cAVnQQAtGeGmTwA==</Data></Cred>`;
const xml = 'application/vnd.syncml.dm+xml';
const octets = (text: string) => new TextEncoder().encode(text);

describe('the credential inside a DM message', () => {
  test('is found in XML and in WBXML alike, with the name of its source', () => {
    const text = message(cred('syncml:auth-md5'));
    const found = { kind: 'md5', user: 'bench', text: 'YRNXcJ3cAVnQQAtGeGmTwA==' };
    expect(enclosedCredential(`${xml}; charset=utf-8`, octets(text))).toEqual(found);
    expect(enclosedCredential('Application/vnd.syncml.dm+wbxml', encodeWbxml(parseXml(octets(text)).root))).toEqual(found);
    expect(enclosedCredential(xml, octets(message(cred('syncml:auth-basic'), '')))).toMatchObject({ kind: 'basic', user: null });
  });

  test.each([
    ['no credential', xml, message('')],
    ['one of another type', xml, message(cred('syncml:auth-x'))],
    ['one without data', xml, message('<Cred><Data></Data></Cred>')],
    ['another content type', 'text/xml', message(cred('syncml:auth-md5'))],
    ['no document', xml, '<SyncML>'],
  ])('is absent where there is %s', (_name, type, text) => {
    expect(enclosedCredential(type, octets(text))).toBeNull();
  });
});
