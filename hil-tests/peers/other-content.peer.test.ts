import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packSuplInit, type SuplInitToPack } from '../../src/dm/supl-init.testing.js';
import { seededRandom } from '../../src/runtime/index.js';
import type { NdjsonObject } from '../support/lines.js';
import { describePeer } from '../support/peer.js';
import { type Scene, test } from '../support/scene.js';
import { dissectDatagramsFor } from './tshark.js';

const seed = Number(process.env.SEED ?? 2948);
const count = 300;

/** Octets as hex, written by nothing that the product uses. */
const hex = (value: number, octets = 1): string => value.toString(16).padStart(2 * octets, '0');
const text = (value: string): string => `${Buffer.from(value, 'utf8').toString('hex')}00`;
const counted = (octets: string): string => {
  const length = octets.length / 2;
  return length < 31
    ? `${hex(length)}${octets}`
    : `1f${length < 128 ? hex(length) : hex(0x80 | (length >> 7)) + hex(length & 0x7f)}${octets}`;
};

/** One header of a notification: its octets, what wapbridge is to say, and what tshark is to say under which field. */
interface MadeHeader {
  readonly octets: string;
  readonly ours: readonly [name: string, value: string | number];
  readonly tshark: readonly [field: string, value: string];
}

const mmsFields = {
  type: 'mmse.message_type',
  transactionId: 'mmse.transaction_id',
  version: 'mmse.mms_version',
  from: 'mmse.from',
  subject: 'mmse.subject',
  class: 'mmse.message_class.id',
  classText: 'mmse.message_class.str',
  size: 'mmse.message_size',
  expiryAbsolute: 'mmse.expiry.abs',
  expiryRelative: 'mmse.expiry.rel',
  location: 'mmse.content_location',
  priority: 'mmse.priority',
  report: 'mmse.delivery_report',
  date: 'mmse.date',
  to: 'mmse.to',
  status: 'mmse.status',
  messageId: 'mmse.message_id',
} as const;

describePeer('tshark on what other applications get', { tshark: 'tshark', text2pcap: 'wireshark-common' }, () => {
  test(`MMS messages: each header is what tshark says of it, for ${count} messages (seed ${seed})`, { timeout: 120_000 }, async ({
    scene,
  }) => {
    const random = seededRandom(seed);
    const made = Array.from({ length: count }, () => makeMms(random.fraction));
    const pdus = made.map((headers) => `010603beaf84${headers.map(({ octets }) => octets).join('')}`);
    const [dissected, decoded] = await Promise.all([dissectDatagramsFor(scene, pdus, mmsFields), decode(scene, pdus)]);
    for (const [index, headers] of made.entries()) {
      const content = decoded[index]?.content as { headers: unknown } | undefined;
      expect(content?.headers, pdus[index]).toEqual(headers.map(({ ours: [name, value] }) => ({ name, value })));
      expect(dissected[index], pdus[index]).toEqual(Object.fromEntries(headers.map(({ tshark }) => tshark)));
    }
  });

  test(`SUPL INIT: each field is what tshark says of it, for ${count} messages (seed ${seed})`, { timeout: 120_000 }, async ({ scene }) => {
    const random = seededRandom(seed);
    const made = Array.from({ length: count }, () => makeSuplInit(random.fraction));
    // This tshark knows the type by its name alone.
    const type = text('application/vnd.omaloc-supl-init');
    const pdus = made.map((init) => `0106${hex(type.length / 2 + 2)}${type}af90${packSuplInit(init)}`);
    const [dissected, decoded] = await Promise.all([dissectDatagramsFor(scene, pdus, suplFields), decode(scene, pdus)]);
    expect(decoded.map((line) => line.diagnostics)).toEqual(
      made.map(() => expect.not.arrayContaining([expect.objectContaining({ code: expect.stringMatching(/^(dm|octets)/) })])),
    );
    for (const [index, said] of dissected.entries()) {
      const content = decoded[index]?.content as { supl: OurSupl } | undefined;
      expect(inWordsOfTshark(content?.supl), pdus[index]).toEqual(said);
    }
  });
});

/** `decode` of WSP PDUs, as a process. */
async function decode(scene: Scene, pdus: readonly string[]): Promise<readonly NdjsonObject[]> {
  const file = join(scene.folder(), 'pushes.txt');
  writeFileSync(file, `${pdus.join('\n')}\n`);
  const run = scene.wapbridge(['decode', '--as', 'wsp', '--json', file]);
  expect((await run.exited).code, run.program.describe()).toBe(0);
  return run.events.items;
}

function makeMms(chance: () => number): readonly MadeHeader[] {
  const below = (limit: number): number => Math.floor(chance() * limit);
  const word = (): string =>
    Array.from({ length: 1 + below(chance() < 0.1 ? 120 : 20) }, () => 'abcXYZ019-./@+'.charAt(below(14))).join('');
  const names = (octets: string, field: string, name: string, all: readonly string[]): MadeHeader => {
    const at = below(all.length);
    return { octets: `${octets}${hex(0x80 + at)}`, ours: [name, all[at] ?? ''], tshark: [field, `0x${hex(0x80 + at)}`] };
  };
  const plain = (octets: string, field: string, name: string): MadeHeader => {
    const value = word();
    return { octets: `${octets}${text(value)}`, ours: [name, value], tshark: [field, value] };
  };
  const encoded = (octets: string, field: string, name: string): MadeHeader => {
    const value = word();
    const charset = ['', 'ea', '83', '84', '016a', '020003'][below(6)] ?? '';
    return {
      octets: `${octets}${charset === '' ? text(value) : counted(charset + text(value))}`,
      ours: [name, value],
      tshark: [field, value],
    };
  };
  // tshark takes the character set for one octet.
  const oneOctet = (make: () => MadeHeader): MadeHeader => {
    for (;;) {
      const header = make();
      if (!/(?:016a|020003)/.test(header.octets.slice(2, 12))) return header;
    }
  };
  const number = 1 + below(2 ** 31 - 1);
  const seconds = counted(hex(number, 4));
  const from = word();
  const all: readonly MadeHeader[] = [
    plain('98', 'transactionId', 'X-Mms-Transaction-Id'),
    { octets: '8d92', ours: ['X-Mms-MMS-Version', '1.2'], tshark: ['version', '1.2'] },
    chance() < 0.2
      ? { octets: '890181', ours: ['From', 'insert-address'], tshark: ['from', '<insert address>'] }
      : { octets: `89${counted(`80${text(from)}`)}`, ours: ['From', from], tshark: ['from', from] },
    oneOctet(() => encoded('96', 'subject', 'Subject')),
    chance() < 0.2
      ? plain('8a', 'classText', 'X-Mms-Message-Class')
      : names('8a', 'class', 'X-Mms-Message-Class', ['personal', 'advertisement', 'informational', 'auto']),
    { octets: `8e${seconds}`, ours: ['X-Mms-Message-Size', number], tshark: ['size', String(number)] },
    chance() < 0.5
      ? { octets: `88${counted(`81${seconds}`)}`, ours: ['X-Mms-Expiry', number], tshark: ['expiryRelative', `${number}.000000000`] }
      : { octets: `88${counted(`80${seconds}`)}`, ours: ['X-Mms-Expiry', iso(number)], tshark: ['expiryAbsolute', dateOfTshark(number)] },
    plain('83', 'location', 'X-Mms-Content-Location'),
    names('8f', 'priority', 'X-Mms-Priority', ['low', 'normal', 'high']),
    names('86', 'report', 'X-Mms-Delivery-Report', ['yes', 'no']),
    { octets: `85${seconds}`, ours: ['Date', iso(number)], tshark: ['date', dateOfTshark(number)] },
    oneOctet(() => encoded('97', 'to', 'To')),
    names('95', 'status', 'X-Mms-Status', [
      'expired',
      'retrieved',
      'rejected',
      'deferred',
      'unrecognised',
      'indeterminate',
      'forwarded',
      'unreachable',
    ]),
    plain('8b', 'messageId', 'Message-ID'),
  ];
  const types = ['m-notification-ind', 'm-delivery-ind', 'm-read-orig-ind'] as const;
  const type = types[below(3)] ?? types[0];
  const octet = { 'm-notification-ind': '82', 'm-delivery-ind': '86', 'm-read-orig-ind': '88' }[type];
  const first: MadeHeader = { octets: `8c${octet}`, ours: ['X-Mms-Message-Type', type], tshark: ['type', `0x${octet}`] };
  return [first, ...all.filter(() => chance() < 0.6)];
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');

/** As tshark writes an absolute time: `Aug 26, 2026 17:06:08.000000000 UTC`, the day in two columns. */
function dateOfTshark(seconds: number): string {
  const date = new Date(seconds * 1000);
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][date.getUTCMonth()];
  return `${month} ${String(date.getUTCDate()).padStart(2)}, ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)}.000000000 UTC`;
}

const suplFields = {
  major: 'ulp.maj',
  minor: 'ulp.min',
  service: 'ulp.servind',
  session: 'ulp.sessionID',
  domain: 'ulp.fqdn',
  address4: 'ulp.ipv4Address',
  address6: 'ulp.ipv6Address',
  method: 'ulp.posMethod',
  notification: 'ulp.notificationType',
  requestor: 'ulp.requestorId',
  requestorType: 'ulp.requestorIdType',
  client: 'ulp.clientName',
  clientType: 'ulp.clientNameType',
  horizontal: 'ulp.horacc',
  vertical: 'ulp.veracc',
  age: 'ulp.maxLocAge',
  delay: 'ulp.delay',
  mode: 'ulp.sLPMode',
} as const;

interface OurSupl {
  readonly version: string;
  readonly slpSessionId: string | null;
  readonly slpId: string | null;
  readonly slpAddress: string | null;
  readonly positionMethod: string;
  readonly notification: { readonly type: string; readonly requestor: OurName | null; readonly client: OurName | null } | null;
  readonly qualityOfPosition: {
    readonly horizontalAccuracy: number;
    readonly verticalAccuracy: number | null;
    readonly maximumLocationAge: number | null;
    readonly delay: number | null;
  } | null;
  readonly slpMode: string;
}
interface OurName {
  readonly name: string;
  readonly type: string | null;
}

const methods = [
  'agpsSETassisted',
  'agpsSETbased',
  'agpsSETassistedpref',
  'agpsSETbasedpref',
  'autonomousGPS',
  'aFLT',
  'eCID',
  'eOTD',
  'oTDOA',
];
const laterMethods = [
  'noPosition',
  'ver2-historicalDataRetrieval',
  'ver2-agnssSETassisted',
  'ver2-agnssSETbased',
  'ver2-agnssSETassistedpref',
];
const methodNames = [...methods, ...laterMethods, 'ver2-agnssSETbasedpref', 'ver2-autonomousGNSS', 'ver2-sessioninfoquery'];
const notifications = [
  'noNotificationNoVerification',
  'notificationOnly',
  'notificationAndVerficationAllowedNA',
  'notificationAndVerficationDeniedNA',
  'privacyOverride',
];
const nameTypes = ['logicalName', 'e-mailAddress', 'msisdn', 'url', 'sipUrl', 'min', 'mdn', 'iMSPublicidentity'];

function inWordsOfTshark(supl: OurSupl | undefined): Readonly<Record<string, string>> {
  const [major, minor, service] = (supl?.version ?? '').split('.');
  const addresses = [supl?.slpId ?? null, supl?.slpAddress ?? null].filter((address) => address !== null);
  const isV4 = (address: string): boolean => /^[\d.]+$/.test(address) && address.split('.').length === 4;
  const pick = (holds: (address: string) => boolean): string => addresses.filter(holds).join(' ');
  const { notification, qualityOfPosition: quality } = supl ?? { notification: null, qualityOfPosition: null };
  const said = {
    major,
    minor,
    service,
    session: supl?.slpSessionId?.toLowerCase(),
    domain: pick((address) => !isV4(address) && !address.includes(':')),
    address4: pick(isV4),
    address6: pick((address) => address.includes(':')),
    method: String(methodNames.indexOf(supl?.positionMethod ?? '')),
    notification: notification === null ? undefined : String(notifications.indexOf(notification.type)),
    requestor: notification?.requestor?.name,
    requestorType: typeNumber(notification?.requestor?.type),
    client: notification?.client?.name,
    clientType: typeNumber(notification?.client?.type),
    horizontal: quality?.horizontalAccuracy.toString(),
    vertical: quality?.verticalAccuracy?.toString(),
    age: quality?.maximumLocationAge?.toString(),
    delay: quality?.delay?.toString(),
    mode: supl?.slpMode === 'nonProxy' ? '1' : '0',
  };
  return Object.fromEntries(Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''));
}

const typeNumber = (type: string | null | undefined): string | undefined =>
  type === null || type === undefined ? undefined : String(nameTypes.indexOf(type));

function makeSuplInit(chance: () => number): SuplInitToPack {
  const below = (limit: number): number => Math.floor(chance() * limit);
  const maybe = <Value>(value: Value): Value | undefined => (chance() < 0.5 ? value : undefined);
  const address = (): string => {
    const kind = below(3);
    if (kind === 0) return Array.from({ length: 4 }, () => below(256)).join('.');
    // Without groups of nought, which are written in more than one way.
    if (kind === 1) return Array.from({ length: 8 }, () => (1 + below(0xffff)).toString(16)).join(':');
    return Array.from({ length: 1 + below(60) }, () => 'abzAZ09-.'.charAt(below(9)))
      .join('')
      .replace(/^[\d.]+$/, 'a');
  };
  const name = (): readonly [hex: string, type?: number] => {
    const octets = Array.from({ length: 1 + below(50) }, () => hex(0x61 + below(26))).join('');
    return chance() < 0.5 ? [octets] : [octets, below(8)];
  };
  const later = chance() < 0.5;
  const absent = <Member extends object>(members: { [Key in keyof Member]: Member[Key] | undefined }): Member =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Member;
  return absent<SuplInitToPack>({
    version: [later ? 2 : 1, below(3), below(5)],
    setSession: undefined,
    slpSession: { id: hex(below(2 ** 31), 4), slp: address() },
    message: undefined,
    positionMethod: below(later ? 17 : 10),
    notification: maybe(
      absent<NonNullable<SuplInitToPack['notification']>>({
        type: below(5),
        encoding: 2,
        requestor: maybe(name()),
        client: maybe(name()),
        addition: undefined,
      }),
    ),
    slp: maybe(address()),
    quality: maybe(
      absent<NonNullable<SuplInitToPack['quality']>>({
        horizontal: below(128),
        vertical: maybe(below(128)),
        age: maybe(below(65_536)),
        delay: maybe(below(8)),
      }),
    ),
    nonProxy: chance() < 0.5,
    mac: maybe('00'.repeat(8)),
    keyIdentity: maybe('a5'.repeat(16)),
    addition: undefined,
  });
}
