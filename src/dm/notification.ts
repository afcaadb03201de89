import { Cursor, type CursorOptions, type Diagnostic, EncodeError, OctetWriter } from '../octets/index.js';

/** How the user is to be asked. @see OMA-TS-DM_Notification-V1_2_1 6.2 */
export type UiMode = 'not-specified' | 'background' | 'informative' | 'user-interaction';
const uiModes: readonly UiMode[] = ['not-specified', 'background', 'informative', 'user-interaction'];

/** A DM notification (Package#0) of DM 1.2 and before. @see OMA-TS-DM_Notification-V1_2_1 6.2 */
export interface DmNotification {
  /** MD5, 16 octets. */
  readonly digest: Uint8Array;
  /** In tenths: 11 is 1.1. */
  readonly version: number;
  readonly uiMode: UiMode;
  readonly initiator: 'client' | 'server';
  /** Bits kept for future use; 0 in what the specification defines. */
  readonly futureUse: number;
  readonly sessionId: number;
  readonly serverId: string;
  readonly vendorSpecific: Uint8Array;
  /** Everything after the digest: what the digest is made over. */
  readonly trigger: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a notification.
 * @throws DecodeError `octets/truncated`, `dm/bad-server-id`
 */
export function decodeNotification(octets: Uint8Array, options: CursorOptions = {}): DmNotification {
  const cursor: Cursor = new Cursor(octets, { field: 'notification', ...options });
  const diagnostics: Diagnostic[] = [];
  const digest = cursor.bytes('digest', 16, () => 'MD5 digest');
  const trigger = octets.subarray(16);
  const flagsOffset = cursor.offset;
  const high = cursor.u16(
    'flags',
    (value) =>
      `version ${(value >> 6) & 0x3ff}, ui-mode ${uiModes[(value >> 4) & 3]}, initiator ${(value & 8) === 0 ? 'client' : 'server'}`,
  );
  const low = cursor.bytes('future-use', 3, () => 'for future use');
  const futureUse = ((high & 7) << 24) | ((low[0] ?? 0) << 16) | ((low[1] ?? 0) << 8) | (low[2] ?? 0);
  const sessionId = cursor.u16('sessionId', (value) => `session ${value.toString(16).toUpperCase()}`);
  const lengthOffset = cursor.offset;
  const length = cursor.u8('serverId.length', (value) => `${value} octets of server id`);
  if (length === 0) cursor.fail('dm/bad-server-id', 'serverId.length', 'a notification names its server; the length is 0', lengthOffset);
  const id = cursor.bytes('serverId', length, (value) => latin1(value));
  const vendorSpecific = cursor.rest('vendorSpecific', (value) => `${value.length} octets of the vendor's own`);
  if (futureUse !== 0)
    diagnostics.push({
      code: 'dm/future-use-bits',
      message: `bits for future use are set (0x${futureUse.toString(16)})`,
      offset: flagsOffset,
    });
  if (sessionId === 0)
    diagnostics.push({ code: 'dm/session-id-zero', message: 'the session id is 0; 1 to FFFF are usable', offset: lengthOffset - 2 });
  return {
    digest,
    version: high >> 6,
    uiMode: uiModes[(high >> 4) & 3] ?? 'not-specified',
    initiator: (high & 8) === 0 ? 'client' : 'server',
    futureUse,
    sessionId,
    serverId: utf8OrLatin1(id),
    vendorSpecific,
    trigger,
    diagnostics,
  };
}

/** What a notification is made of, its digest apart. */
export interface NotificationTrigger {
  /** In tenths, 0 to 1023. */
  readonly version: number;
  readonly uiMode: UiMode;
  readonly initiator: 'client' | 'server';
  readonly sessionId: number;
  readonly serverId: string;
  readonly futureUse?: number;
  readonly vendorSpecific?: Uint8Array;
}

/**
 * The octets after the digest.
 * @throws EncodeError `dm/not-encodable`
 */
export function encodeTrigger(trigger: NotificationTrigger): Uint8Array {
  const id = new TextEncoder().encode(trigger.serverId);
  const bounds = (field: string, value: number, low: number, high: number): void => {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new EncodeError('dm/not-encodable', `${field} is ${value}, it can be ${low} to ${high}`, field);
  };
  bounds('version', trigger.version, 0, 1023);
  bounds('sessionId', trigger.sessionId, 0, 0xffff);
  bounds('serverId.length', id.length, 1, 255);
  const future = trigger.futureUse ?? 0;
  bounds('futureUse', future, 0, 2 ** 27 - 1);
  const high = (trigger.version << 6) | (uiModes.indexOf(trigger.uiMode) << 4) | (trigger.initiator === 'server' ? 8 : 0) | (future >>> 24);
  return new OctetWriter(32)
    .u16('flags', high)
    .u8('futureUse', (future >>> 16) & 0xff)
    .u16('futureUse', future & 0xffff)
    .u16('sessionId', trigger.sessionId)
    .u8('serverId.length', id.length)
    .bytes(id)
    .bytes(trigger.vendorSpecific ?? new Uint8Array(0))
    .toOctets();
}

function latin1(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}

function utf8OrLatin1(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return latin1(octets); // the decoder's only way of saying that octets are no UTF-8
  }
}
