import { Cursor, type CursorOptions, type Diagnostic, toHex } from '../octets/index.js';
import { BitReader } from './bit-reader.js';
import { textOf } from './charset.js';

/** Where a location platform is: its name, or its address in the usual notation. */
export type SlpAddress = string;

/** Who asks where the device is, as the platform says it: text, or hex where its coding is not read. */
export interface SuplRequestor {
  readonly name: string;
  /** `logicalName`, `msisdn` and so on; null where it was not sent. */
  readonly type: string | null;
}

/** How good a position is to be, in the units of the standard. @see OMA-TS-ULP 7.15 */
export interface QualityOfPosition {
  readonly horizontalAccuracy: number;
  readonly verticalAccuracy: number | null;
  readonly maximumLocationAge: number | null;
  readonly delay: number | null;
}

/** What a SUPL INIT says, in brief: a platform wants a location session. It is never answered. @see OMA-TS-ULP 11.2.1 */
export interface SuplInit {
  /** `1.0.0`, `2.0.4` … */
  readonly version: string;
  /** The session id that the platform gave, hex; null where there is none. */
  readonly slpSessionId: string | null;
  readonly slpId: SlpAddress | null;
  readonly positionMethod: string;
  /** What the user is to be told and asked; null where that was not sent. */
  readonly notification: { readonly type: string; readonly requestor: SuplRequestor | null; readonly client: SuplRequestor | null } | null;
  /** Where to answer, where it is not the device's own platform. */
  readonly slpAddress: SlpAddress | null;
  readonly qualityOfPosition: QualityOfPosition | null;
  readonly slpMode: 'proxy' | 'nonProxy';
  readonly diagnostics: readonly Diagnostic[];
}

const messages = ['SUPL INIT', 'SUPL START', 'SUPL RESPONSE', 'SUPL POS INIT', 'SUPL POS', 'SUPL END', 'SUPL AUTH REQ', 'SUPL AUTH RESP'];

/** PosMethod: ten values of version 1.0, then those that version 2.0 added. @see OMA-TS-ULP 11.5 */
const positionMethods = [
  'agpsSETassisted',
  'agpsSETbased',
  'agpsSETassistedpref',
  'agpsSETbasedpref',
  'autonomousGPS',
  'aFLT',
  'eCID',
  'eOTD',
  'oTDOA',
  'noPosition',
  'ver2-historicalDataRetrieval',
  'ver2-agnssSETassisted',
  'ver2-agnssSETbased',
  'ver2-agnssSETassistedpref',
  'ver2-agnssSETbasedpref',
  'ver2-autonomousGNSS',
  'ver2-sessioninfoquery',
];
const positionMethodsOfVersion1 = 10;

/** NotificationType. @see OMA-TS-ULP 11.2.1 */
const notificationTypes = [
  'noNotificationNoVerification',
  'notificationOnly',
  'notificationAndVerficationAllowedNA',
  'notificationAndVerficationDeniedNA',
  'privacyOverride',
];

/** FormatIndicator. @see OMA-TS-ULP 11.2.1 */
const formatIndicators = ['logicalName', 'e-mailAddress', 'msisdn', 'url', 'sipUrl', 'min', 'mdn', 'iMSPublicidentity'];

/** EncodingType: `ucs2`, `gsmDefault`, `utf8`. */
const encodingUcs2 = 0;
const encodingUtf8 = 2;

/** Characters of a fully qualified domain name, in the order in which six bits number them. @see ITU-T X.691 30.5 */
const domainCharacters = '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const mostNameOctets = 50;
const utf16 = new TextDecoder('utf-16be');

/**
 * Reads a SUPL INIT as it is pushed: one ULP PDU in unaligned PER. What later versions added is passed over.
 * @throws DecodeError `octets/truncated`, `dm/not-supl-init`, `dm/supl-not-read`
 * @see OMA-TS-ULP 11.1, 11.2.1, 11.5 (the ASN.1 as it stands in Wireshark's sources)
 */
export function decodeSuplInit(octets: Uint8Array, options: CursorOptions = {}): SuplInit {
  const { baseOffset = 0, field = 'supl' } = options;
  const diagnostics: Diagnostic[] = [];
  const reader = new BitReader(octets, field, baseOffset);
  const length = reader.bits('length', 16);
  const version = [reader.bits('version.maj', 8), reader.bits('version.min', 8), reader.bits('version.servind', 8)].join('.');
  const hasSetSession = reader.flag('sessionID');
  const hasSlpSession = reader.flag('sessionID');
  if (hasSetSession) passSetSession(reader);
  const slpSessionId = hasSlpSession ? toHex(reader.octets('slpSessionID.sessionID', 4)) : null;
  const slpId = hasSlpSession ? readSlpAddress(reader, 'slpSessionID.slpId') : null;
  readMessageKind(reader);
  const extended = reader.flag('message');
  const has = (name: string): boolean => reader.flag(name);
  const [hasNotification, hasSlpAddress, hasQuality] = [has('notification'), has('sLPAddress'), has('qoP')];
  const [hasMac, hasKeyIdentity] = [has('mac'), has('keyIdentity')];
  const positionMethod = nameOf(positionMethods, reader.enumerated('posMethod', positionMethodsOfVersion1, true));
  const notification = hasNotification ? readNotification(reader) : null;
  const slpAddress = hasSlpAddress ? readSlpAddress(reader, 'sLPAddress') : null;
  const qualityOfPosition = hasQuality ? readQuality(reader) : null;
  const slpMode = reader.flag('sLPMode') ? 'nonProxy' : 'proxy';
  if (hasMac) reader.octets('mac', 8);
  if (hasKeyIdentity) reader.octets('keyIdentity', 16);
  if (extended) reader.skipAdditions('message');
  if (length !== octets.length) {
    const message = `the SUPL message says that it has ${length} octets, it has ${octets.length} (OMA-TS-ULP 11.1)`;
    diagnostics.push({ code: 'dm/supl-length', message, offset: baseOffset });
  }
  const said = { version, slpSessionId, slpId, positionMethod, notification, slpAddress, qualityOfPosition, slpMode } as const;
  if (options.annotate !== undefined) annotate(octets, options, reader.octetsRead, said);
  return { ...said, diagnostics };
}

/** The id that the device gave: not sent in a SUPL INIT, and it may hold an IMSI, so it is passed over. */
function passSetSession(reader: BitReader): void {
  const field = 'setSessionID';
  reader.bits(field, 16);
  if (reader.flag(field)) reader.fail('dm/supl-not-read', field, `the ${field} is of a kind that later versions added`);
  const kind = reader.bits(field, 3);
  if (kind === 2) {
    // A mobile identification number has 34 bits.
    reader.bits(field, 2);
    reader.octets(field, 4);
  } else if (kind === 4) passCharacters(reader, field, reader.bits(field, 10) + 1);
  else if (kind === 5) readIpAddress(reader, field);
  else if (kind <= 3) reader.octets(field, 8);
  else reader.fail('dm/supl-not-read', field, `the ${field} is of kind ${kind}, of which there is none`);
}

/** Characters of seven bits. */
function passCharacters(reader: BitReader, field: string, count: number): void {
  for (let index = 0; index < count; index += 1) reader.bits(field, 7);
}

function readMessageKind(reader: BitReader): void {
  const later = reader.flag('message');
  const kind = later ? null : reader.bits('message', 3);
  if (kind === 0) return;
  reader.fail(
    'dm/not-supl-init',
    'message',
    `the message is a ${kind === null ? 'message of version 2' : messages[kind]}, and no SUPL INIT`,
  );
}

function readSlpAddress(reader: BitReader, field: string): SlpAddress {
  if (reader.flag(field)) reader.fail('dm/supl-not-read', field, `${field} is of a kind that later versions added`);
  if (!reader.flag(field)) return readIpAddress(reader, field);
  const length = reader.bits(field, 8) + 1;
  if (length > 255) reader.fail('dm/supl-not-read', field, `${field} is a name of ${length} characters, 255 are possible`);
  return Array.from({ length }, () => domainCharacters.charAt(reader.bits(field, 6))).join('');
}

function readIpAddress(reader: BitReader, field: string): string {
  if (!reader.flag(field)) return reader.octets(field, 4).join('.');
  const octets = reader.octets(field, 16);
  return (
    toHex(octets)
      .toLowerCase()
      .match(/.{4}/g)
      ?.map((group) => group.replace(/^0{1,3}/, ''))
      .join(':') ?? ''
  );
}

function readNotification(reader: BitReader): NonNullable<SuplInit['notification']> {
  const field = 'notification';
  const extended = reader.flag(field);
  const [hasEncoding, hasRequestor, hasRequestorType, hasClient, hasClientType] = Array.from({ length: 5 }, () => reader.flag(field));
  const type = nameOf(notificationTypes, reader.enumerated(`${field}.notificationType`, notificationTypes.length, true));
  const encoding = hasEncoding === true ? reader.enumerated(`${field}.encodingType`, 3, true) : null;
  const requestor = readName(reader, `${field}.requestorId`, {
    encoding,
    present: hasRequestor === true,
    typed: hasRequestorType === true,
  });
  const client = readName(reader, `${field}.clientName`, { encoding, present: hasClient === true, typed: hasClientType === true });
  if (extended) reader.skipAdditions(field);
  return { type, requestor, client };
}

function readName(
  reader: BitReader,
  field: string,
  how: { readonly encoding: number | null; readonly present: boolean; readonly typed: boolean },
): SuplRequestor | null {
  const length = how.present ? reader.bits(field, 6) + 1 : 0;
  if (length > mostNameOctets) reader.fail('dm/supl-not-read', field, `${field} has ${length} octets, ${mostNameOctets} are possible`);
  const octets = reader.octets(field, length);
  const type = how.typed ? nameOf(formatIndicators, reader.enumerated(`${field}Type`, formatIndicators.length, true)) : null;
  if (!how.present) return null;
  const text = how.encoding === encodingUcs2 ? utf16.decode(octets) : how.encoding === encodingUtf8 ? textOf(octets, 0) : null;
  return { name: text ?? toHex(octets), type };
}

function readQuality(reader: BitReader): QualityOfPosition {
  const field = 'qoP';
  const extended = reader.flag(field);
  const [hasVertical, hasAge, hasDelay] = [reader.flag(field), reader.flag(field), reader.flag(field)];
  const quality = {
    horizontalAccuracy: reader.bits(`${field}.horacc`, 7),
    verticalAccuracy: hasVertical ? reader.bits(`${field}.veracc`, 7) : null,
    maximumLocationAge: hasAge ? reader.bits(`${field}.maxLocAge`, 16) : null,
    delay: hasDelay ? reader.bits(`${field}.delay`, 3) : null,
  };
  if (extended) reader.skipAdditions(field);
  return quality;
}

function nameOf(names: readonly string[], index: number): string {
  return names[index] ?? `value ${index}`;
}

/** The fields of a packed message share octets, so that only those at its begin have some to themselves. */
function annotate(octets: Uint8Array, options: CursorOptions, read: number, said: Omit<SuplInit, 'diagnostics'>): void {
  const cursor = new Cursor(octets, { field: 'supl', ...options });
  cursor.u16('length', (value) => `${value} octets`);
  cursor.bytes('version', 3, () => said.version);
  const about = [
    `session ${said.slpSessionId ?? 'none'}`,
    ...(said.slpId === null ? [] : [`of ${said.slpId}`]),
    said.positionMethod,
    ...(said.notification === null ? [] : [said.notification.type]),
    said.slpMode,
  ];
  cursor.bytes('message', read - 5, () => `SUPL INIT: ${about.join(', ')}`);
  cursor.rest('rest', (rest) => `${rest.length} octets after the message`);
}
