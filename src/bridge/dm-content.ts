import {
  type Authentication,
  authenticateBootstrap,
  authenticateNotification,
  type DmMessageContext,
  type DmNotification,
  decodeMms,
  decodeNotification,
  decodeSuplInit,
  decodeWbxml,
  describeDmMessage,
  type ElementNode,
  type NotificationSecrets,
  parseXml,
  syncMl12,
} from '../dm/index.js';
import { type Annotate, type Annotation, DecodeError, type Diagnostic, toHex } from '../octets/index.js';
import type { PushMessage } from '../push/index.js';
import type { Verdict } from '../routing/index.js';
import type { Announcement } from './announced-sessions.js';
import { boundedSummary, boundedXml } from './bounded-content.js';
import type { Presented } from './present.js';

/** What messages are checked with; never shown, logged or kept. */
export interface DmSecrets {
  /** Of the SIM that received the message. */
  readonly imsi?: string | undefined;
  readonly pins?: readonly string[] | undefined;
  /** The secrets shared with a DM server, or null where none are known. */
  readonly server?: ((serverId: string) => NotificationSecrets | null) | undefined;
}

/** What the body of a push says: the members that `decode` and `listen` show of it, and what was odd. */
export interface DmContent {
  readonly members: Presented;
  readonly diagnostics: readonly Diagnostic[];
  /** Null for what nobody can vouch for. */
  readonly authentication: Authentication | null;
  readonly kind: 'bootstrap' | 'notification' | 'other';
  /** It is named, but could not be read. */
  readonly unread?: true;
}

/** The IMSI of the SIM that received it would tell more of who vouches for it. */
export function needsImsi({ authentication }: DmContent): boolean {
  if (authentication?.result !== 'mac-unverifiable') return false;
  return authentication.method === 'NETWPIN' || authentication.method === 'USERNETWPIN';
}

export interface ReadBodyOptions {
  readonly annotate?: Annotate | undefined;
  /** Offset of the body's first octet from the start of the outermost input. */
  readonly bodyOffset?: number;
  /** Notes that a notification announced its session, and tells the announcement that it repeats. */
  readonly announced?: ((notification: DmNotification, authentication: Authentication) => Announcement | null) | undefined;
}

const nothing: DmContent = { members: {}, diagnostics: [], authentication: null, kind: 'other' };

/** Content types whose documents are shown in brief: none of them is ever applied, fetched or answered. */
const documents: ReadonlyMap<number, { readonly kind: string; readonly form: 'wbxml' | 'xml' }> = new Map([
  [0x2d, { kind: 'service-indication', form: 'xml' }],
  [0x2e, { kind: 'service-indication', form: 'wbxml' }],
  [0x2f, { kind: 'service-loading', form: 'xml' }],
  [0x30, { kind: 'service-loading', form: 'wbxml' }],
  [0x35, { kind: 'client-provisioning', form: 'xml' }],
  [0x36, { kind: 'client-provisioning', form: 'wbxml' }],
  [0x0304, { kind: 'email-notification', form: 'xml' }],
  [0x030a, { kind: 'email-notification', form: 'wbxml' }],
]);

/** Kinds of the MMS messages that are pushed, by their type. */
const mmsKinds: Readonly<Record<string, string>> = {
  'm-notification-ind': 'mms-notification',
  'm-delivery-ind': 'mms-delivery-report',
  'm-read-orig-ind': 'mms-read-report',
};
const contentTypeMms = 0x3e;
const contentTypeSuplInit = 0x0312;

/** Reads the body of a push as far as its type is known; what cannot be read becomes a diagnostic and stays octets, not annotated half. */
export function readDmContent(push: PushMessage, verdict: Verdict, secrets: DmSecrets = {}, options: ReadBodyOptions = {}): DmContent {
  const { annotate } = options;
  if (annotate === undefined) return readContent(push, verdict, secrets, options);
  const annotations: Annotation[] = [];
  const content = readContent(push, verdict, secrets, { ...options, annotate: (annotation) => annotations.push(annotation) });
  if (content.unread !== true && Object.keys(content.members).some((member) => member !== 'authentication'))
    for (const annotation of annotations) annotate(annotation);
  return content;
}

function readContent(push: PushMessage, verdict: Verdict, secrets: DmSecrets, options: ReadBodyOptions): DmContent {
  const { code } = push.contentType;
  try {
    if (verdict === 'dm-application' && (code === 0x42 || code === 0x43))
      return readMessage(push, code === 0x42 ? 'wbxml' : 'xml', secrets, options);
    if (verdict === 'dm-notification' && code === 0x44) return readNotification(push, secrets, options);
    if (verdict === 'dm-notification') return { ...nothing, diagnostics: [notRead], authentication: unverifiable, kind: 'notification' };
    if (verdict === 'other-application' && code === contentTypeMms) return readMms(push, options);
    if (verdict === 'other-application' && code === contentTypeSuplInit) return readSuplInit(push, options);
    const document = verdict === 'other-application' && code !== null ? documents.get(code) : undefined;
    return document === undefined ? nothing : readBriefly(push, document, options);
  } catch (caught) {
    if (!(caught instanceof DecodeError)) throw caught;
    const authentication = verdict === 'dm-application' ? vouch(push, secrets) : verdict === 'dm-notification' ? unverifiable : null;
    return {
      ...nothing,
      members: authentication === null ? {} : { authentication },
      diagnostics: [{ code: caught.code, message: caught.message, offset: caught.offset }],
      authentication,
      kind: verdict === 'dm-notification' ? 'notification' : isSecured(push) ? 'bootstrap' : 'other',
    };
  }
}

/** An MMS message in brief: its headers; what they name is never fetched. */
function readMms({ body }: PushMessage, { annotate, bodyOffset = 0 }: ReadBodyOptions): DmContent {
  const { messageType, headers, diagnostics } = decodeMms(body, { annotate, baseOffset: bodyOffset });
  const kind = mmsKinds[messageType ?? ''] ?? 'mms-message';
  return { ...nothing, members: { content: { kind, xml: null, octets: body.length, headers } }, diagnostics };
}

/** The begin of a location session in brief. */
function readSuplInit({ body }: PushMessage, { annotate, bodyOffset = 0 }: ReadBodyOptions): DmContent {
  return named('supl-init', body, () => {
    const { diagnostics, ...supl } = decodeSuplInit(body, { annotate, baseOffset: bodyOffset });
    return { content: { xml: null, octets: body.length, supl }, diagnostics };
  });
}

/** A document of another application as XML. */
function readBriefly(
  push: PushMessage,
  { kind, form }: { readonly kind: string; readonly form: 'wbxml' | 'xml' },
  options: ReadBodyOptions,
): DmContent {
  return named(kind, push.body, () => {
    const { root, diagnostics } = readRoot(push, form, options);
    const bounded = boundedXml(root, push.body.length);
    return { content: bounded.shown, diagnostics: [...bounded.diagnostics, ...diagnostics] };
  });
}

/** What another application gets: what cannot be read is named all the same, with a diagnostic. */
function named(
  kind: string,
  body: Uint8Array,
  read: () => { readonly content: Presented; readonly diagnostics: readonly Diagnostic[] },
): DmContent {
  try {
    const { content, diagnostics } = read();
    return { ...nothing, members: { content: { kind, ...content } }, diagnostics };
  } catch (caught) {
    if (!(caught instanceof DecodeError)) throw caught;
    const { code, message, offset } = caught;
    const members = { content: { kind, xml: null, octets: body.length } };
    return { ...nothing, members, diagnostics: [{ code, message, offset }], unread: true };
  }
}

const unverifiable: Authentication = { result: 'mac-unverifiable', method: 'digest', rule: null, weak: false };

const notRead: Diagnostic = {
  code: 'dm/notification-1-3',
  message: 'a notification of DM 1.3, whose layout was not at hand: its octets are handed on unread',
  offset: null,
};

function readRoot(
  push: PushMessage,
  form: 'wbxml' | 'xml',
  { annotate, bodyOffset = 0 }: ReadBodyOptions,
): { readonly root: ElementNode; readonly diagnostics: readonly Diagnostic[] } {
  const { body } = push;
  return form === 'wbxml'
    ? decodeWbxml(body, { annotate, baseOffset: bodyOffset, fallbackType: syncMl12 })
    : parseXml(body, { baseOffset: bodyOffset, charset: textParameter(push, 'CHARSET') });
}

function readMessage(push: PushMessage, form: DmMessageContext['form'], secrets: DmSecrets, options: ReadBodyOptions): DmContent {
  const { root, diagnostics } = readRoot(push, form, options);
  const described = describeDmMessage(root, { form, secured: isSecured(push) });
  const authentication = vouch(push, secrets);
  const bounded = boundedSummary(described.summary, root, push.body.length);
  return {
    members: { dm: bounded.shown, authentication },
    diagnostics: [...bounded.diagnostics, ...diagnostics, ...described.diagnostics],
    authentication,
    kind: described.summary.kind === 'bootstrap' ? 'bootstrap' : 'other',
  };
}

function readNotification(push: PushMessage, secrets: DmSecrets, { annotate, bodyOffset = 0, announced }: ReadBodyOptions): DmContent {
  const notification = decodeNotification(push.body, { annotate, baseOffset: bodyOffset });
  const authentication = authenticateNotification(notification, secrets.server?.(notification.serverId) ?? null);
  const repeats = announced?.(notification, authentication) ?? null;
  return {
    members: { notification: { ...presentNotification(notification), ...(repeats === null ? {} : { repeats }) }, authentication },
    diagnostics: [
      ...notification.diagnostics,
      ...(repeats === null ? [] : [sessionRepeated(notification, repeats, bodyOffset + sessionIdOffset)]),
    ],
    authentication,
    kind: 'notification',
  };
}

/** Octets of a notification before its session id: the digest, and the bits before it in the trigger. */
const sessionIdOffset = 21;

function sessionRepeated({ sessionId, serverId }: DmNotification, earlier: Announcement, offset: number): Diagnostic {
  const session = `session ${sessionId.toString(16).toUpperCase()} of ${serverId}`;
  const first = `a notification of ${earlier.receivedAt} (${earlier.authentication}) announced it`;
  return {
    code: 'dm/session-repeated',
    message: `${session} is no new one, ${first}: a client acts on it once (OMA-TS-DM_Notification-V1_2_1 6.2)`,
    offset,
  };
}

/** `notification` of a DM notification. */
export function presentNotification(notification: DmNotification): Presented {
  const { digest, version, uiMode, initiator, sessionId, serverId, vendorSpecific } = notification;
  return {
    digest: toHex(digest),
    version: `${Math.floor(version / 10)}.${version % 10}`,
    uiMode,
    initiator,
    sessionId,
    serverId,
    vendorSpecific: toHex(vendorSpecific),
  };
}

function vouch(push: PushMessage, secrets: DmSecrets): Authentication {
  return authenticateBootstrap({ security: textParameter(push, 'SEC'), mac: textParameter(push, 'MAC') }, push.body, secrets);
}

function isSecured(push: PushMessage): boolean {
  return textParameter(push, 'SEC') !== null || textParameter(push, 'MAC') !== null;
}

function textParameter({ contentType }: PushMessage, wanted: string): string | null {
  const found = contentType.parameters.find(({ name }) => name.toUpperCase() === wanted);
  return found === undefined ? null : String(found.value);
}
