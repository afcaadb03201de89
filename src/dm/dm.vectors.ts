/**
 * Bodies, MACs and notifications made for this project by hand from OMA-TS-DM_RepPro, OMA-TS-DM_Security and OMA-TS-DM_Notification 1.2.1; the
 * bodies were read alike by Wireshark 4.0.17 and libwbxml 0.11.8, the MACs and digests computed alike by Python, Node and OpenSSL.
 */
export const bodies = {
  bootstrap_dm12: {
    wbxml:
      '02A4016A006D6C7103312E3200017203444D2F312E32000165033000015B033000016E5703494D45493A303034343031303133323433353436000101675703646D2E62656E63682E696E76616C6964000101016B454B03310001546E57032E2F496E626F780001015A0001470363687200015303746578742F706C61696E00010100004FC30568656C6C6F010101120101',
    xml: '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/OMA-TS-SyncML_RepPro_DTD-V1_2.dtd">\n<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>0</SessionID><MsgID>0</MsgID><Target><LocURI>IMEI:004401013243546</LocURI></Target><Source><LocURI>dm.bench.invalid</LocURI></Source></SyncHdr><SyncBody><Add><CmdID>1</CmdID><Item><Target><LocURI>./Inbox</LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta><Data>hello</Data></Item></Add><Final/></SyncBody></SyncML>\n',
  },
  sessionless_replace: {
    wbxml:
      '02A4016A006D6C7103312E3200017203444D2F312E3300016503324600015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B604B03310001546E57032E2F44657644657461696C2F4578742F42656E63682F466C61670001015A00014703696E7400010100004FC30137010101120101',
    xml: '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/OMA-TS-SyncML_RepPro_DTD-V1_2.dtd">\n<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.3</VerProto><SessionID>2F</SessionID><MsgID>1</MsgID><Target><LocURI>IMEI:004401013243546</LocURI></Target><Source><LocURI>http://dm.bench.invalid/dm</LocURI></Source></SyncHdr><SyncBody><Replace><CmdID>1</CmdID><Item><Target><LocURI>./DevDetail/Ext/Bench/Flag</LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>7</Data></Item></Replace><Final/></SyncBody></SyncML>\n',
  },
  generic_alert_1226: {
    wbxml:
      '02A4016A006D6C7103312E3200017203444D2F312E3300016503333000015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B464B033200014F03313232360001546757032E2F42656E63680001015A000153036F72672E6578616D706C652E62656E63682E6576656E740001470363687200014B03696E666F726D6174696F6E616C00010100004F03612662203C20C3A900010101120101',
    xml: '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/OMA-TS-SyncML_RepPro_DTD-V1_2.dtd">\n<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.3</VerProto><SessionID>30</SessionID><MsgID>1</MsgID><Target><LocURI>IMEI:004401013243546</LocURI></Target><Source><LocURI>http://dm.bench.invalid/dm</LocURI></Source></SyncHdr><SyncBody><Alert><CmdID>2</CmdID><Data>1226</Data><Item><Source><LocURI>./Bench</LocURI></Source><Meta><Type xmlns="syncml:metinf">org.example.bench.event</Type><Format xmlns="syncml:metinf">chr</Format><Mark xmlns="syncml:metinf">informational</Mark></Meta><Data>a&amp;b &lt; é</Data></Item></Alert><Final/></SyncBody></SyncML>\n',
  },
  bootstrap_with_embedded_tnds_wbxml: {
    wbxml:
      '02A4016A006D6C7103312E320001016B454B03310001546E57032E2F496E626F780001015A00014703786D6C000153036170706C69636174696F6E2F766E642E73796E636D6C2E646D746E64732B7762786D6C00010100004FC3380200006A1B2D2F2F4F4D412F2F4454442D444D2D44444620312E322F2F454E000002607703312E3200016466034F70000176037600010101010101120101',
    xml: null,
  },
} as const;

/** MACs over the body bootstrap_dm12. */
export const macs = [
  { security: 'NETWPIN', rule: 'imsi-semi-octets', mac: 'A826E31C03D00283F8AFF5170D91005DBE2883A0' },
  { security: 'USERPIN', rule: 'pin-digits', mac: '05CBBD49467443D78A45B8031FE60DC3944B50E6' },
  { security: 'USERNETWPIN', rule: 'imsi-semi-octets-then-pin', mac: '145D37708C3F90B02761543A94EB5BE7B2D50C32' },
  { security: 'USERNETWPIN', rule: 'pin-colon-imsi-semi-octets', mac: '0CB1CA0BF6A9195C04210CD9D2D6EF5055ADFE25' },
  { security: 'USERNETWPIN', rule: 'pin-colon-imsi-digits', mac: '7D873F3527E1489D42D3392FD79671A70ABEFABE' },
  { security: 'NETWPIN', rule: 'imsi-digits', mac: '7F895B5D61F9503EF02F233B96BE4345279682E3' },
] as const;

/** PIN that a user is told with USERPINMAC for its first half, over the body bootstrap_dm12. */
export const userPinMacs = [{ firstHalf: '73914', pin: '7391474769' }] as const;

/** IMSIs as a SIM keeps them. @see 3GPP TS 11.11 10.3.2; two independent programs agree */
export const imsiKeys = [
  { imsi: '001010123456789', key: '0910101032547698' },
  { imsi: '00101012345678', key: '01101010325476F8' },
] as const;

/** One notification with each of its digests; the nonce in octets. */
const bench = {
  serverId: 'dm.bench.invalid',
  password: 'srvpwd',
  version: 11,
  uiMode: 'background',
  initiator: 'server',
  sessionId: 0x2f,
  trigger: '02D8000000002F10646D2E62656E63682E696E76616C6964',
} as const;
export const notifications = [
  { ...bench, rule: 'agreed-nonce', nonce: '6E6F6E63653031', digest: '30805BDC1B19B5E20E8C67C0E798F719' },
  { ...bench, rule: 'default-nonce-as-text', nonce: '30783030303030303030', digest: 'FA145640A6C4E1BD3878DE82BA4AC15F' },
  { ...bench, rule: 'default-nonce-as-octets', nonce: '00000000', digest: '7F1F712A9AE09F3EF6B9DF133FEE9554' },
] as const;

/** Pieces of the digest of the first notification, in octets. */
export const notificationPieces = { credentials: 'C6D0D73DF26D3DE4EB6643BDBADB0363', trigger: 'B6614587EB42360230B4B64D79E4ACAA' } as const;

/** The first notification as a push of transaction 6. */
export const notificationPush = '060603C4AF8730805BDC1B19B5E20E8C67C0E798F71902D8000000002F10646D2E62656E63682E696E76616C6964';

/** The eight octets between digest and server id where every field has its other extreme. */
export const otherTrigger = {
  version: 12,
  uiMode: 'user-interaction',
  initiator: 'client',
  sessionId: 0xffff,
  octets: '0330000000FFFF10',
} as const;
