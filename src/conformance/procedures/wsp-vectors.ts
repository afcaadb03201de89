import { dmTypeNames } from './push-bench.js';

/** A push up to its body, what tshark is to say of it, and what is to become of it. */
export interface PushVector {
  readonly head: string;
  readonly verdict: 'dm-application' | 'dm-notification' | 'other-application' | 'not-push';
  /** Of what is for the DM application. */
  readonly code?: number;
  /** As tshark prints it, up to its parameters. */
  readonly contentType?: string;
  readonly applicationId?: string;
  /** Why tshark is not asked for the application id. */
  readonly unlikeTshark?: string;
  /** Nothing stands behind the head. */
  readonly bare?: true;
}

export const syncMlDm = 'x-wap-application:syncml.dm';
const { wbxml, xml } = dmTypeNames;
const textOf = (text: string): string => `${Buffer.from(text, 'latin1').toString('hex').toUpperCase()}00`;
const octet = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();
const withLength = (headers: string): string => `0106${octet(headers.length / 2)}${headers}`;
/** In its general form: the length of what follows, or 1F and that length. */
const generalText = `1F${octet(wbxml.length + 1)}${textOf(wbxml)}`;
const mac = 'A826E31C03D00283F8AFF5170D91005DBE2883A0';
const secured = (method: number): string => `1F2DC291${octet(0x80 | method)}92${textOf(mac)}`;

const forDm = { verdict: 'dm-application', contentType: wbxml, applicationId: syncMlDm, code: 0x42 } as const;
const others = { verdict: 'other-application', applicationId: syncMlDm } as const;

/** All ways to write what is for the DM application, and what only looks like it. Made by hand from WAP-230-WSP 8.2.4.1, 8.4.2.1 and 8.4.2.24. */
export const pushVectors: readonly PushVector[] = [
  { head: withLength('C2AF87'), ...forDm },
  { head: withLength('C3AF87'), ...forDm, contentType: xml, code: 0x43 },
  { head: withLength(`${textOf(wbxml)}AF87`), ...forDm },
  { head: withLength(`${textOf(xml)}AF87`), ...forDm, contentType: xml, code: 0x43 },
  { head: withLength(`${generalText}AF87`), ...forDm },
  { head: withLength('03C281EAAF87'), ...forDm },
  { head: withLength(`${secured(0)}AF87`), ...forDm },
  { head: withLength(`${secured(1)}AF87`), ...forDm },
  { head: withLength(`0FC2${textOf('SEC')}${textOf('NETWORKID')}AF87`), ...forDm },
  {
    head: withLength(`C2${textOf('X-Wap-Application-Id')}${textOf(syncMlDm)}`),
    ...forDm,
    unlikeTshark: 'tshark 4.0 gives a header under its name no field of its own',
  },
  { head: withLength(`C2AF${textOf(syncMlDm)}`), ...forDm },
  { head: withLength('C2AF0107'), ...forDm, unlikeTshark: 'tshark 4.0 looks up the length of the integer instead of its value' },
  { head: withLength('C2'), verdict: 'other-application', contentType: wbxml },
  { head: withLength('C2AF82'), verdict: 'other-application', contentType: wbxml, applicationId: 'x-wap-application:wml.ua' },
  { head: withLength('C2AF85'), verdict: 'other-application', contentType: wbxml, applicationId: 'x-wap-application:push.syncml' },
  { head: withLength('B6AF87'), ...others, contentType: 'application/vnd.wap.connectivity-wbxml' },
  { head: withLength('AEAF87'), ...others, contentType: 'application/vnd.wap.sic' },
  { head: withLength(`${textOf(`${wbxml}x`)}AF87`), ...others, contentType: `${wbxml}x` },
  { head: withLength('C4AF87'), verdict: 'dm-notification', contentType: 'application/vnd.syncml.notification', applicationId: syncMlDm },
  // A reply, and headers that are longer than the whole.
  { head: '010403C2AF87', verdict: 'not-push' },
  { head: '01067FC2AF87', verdict: 'not-push', bare: true },
];

/** DM messages as libwbxml 0.11.8 wrote them: a Replace without a session, a generic alert, a bootstrap. */
export const dmDocuments: readonly string[] = [
  '02A4016A006D6C7103312E3200017203444D2F312E3300016503324600015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B604B03310001546E57032E2F44657644657461696C2F4578742F42656E63682F466C61670001015A00014703696E7400010100004FC30137010101120101',
  '02A4016A006D6C7103312E3200017203444D2F312E3300016503333000015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B464B033200014F03313232360001546757032E2F42656E63680001015A000153036F72672E6578616D706C652E62656E63682E6576656E740001470363687200014B03696E666F726D6174696F6E616C00010100004F03612662203C20C3A900010101120101',
  '02A4016A006D6C7103312E3200017203444D2F312E32000165033000015B033000016E5703494D45493A303034343031303133323433353436000101675703646D2E62656E63682E696E76616C6964000101016B454B03310001546E57032E2F496E626F780001015A0001470363687200015303746578742F706C61696E00010100004FC30568656C6C6F010101120101',
];
