import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { base64 } from './base64.js';
import { type DmNotification, encodeTrigger, type NotificationTrigger } from './notification.js';

/** How a message is vouched for. */
export type AuthenticationMethod = 'NETWPIN' | 'USERPIN' | 'USERNETWPIN' | 'USERPINMAC' | 'digest';

/** What is known of who sent a message; it travels beside the verdict and never changes it. */
export interface Authentication {
  /** `none`: nothing vouches for it. `mac-unverifiable`: something does, but the key to check it is not here. */
  readonly result: 'none' | 'mac-ok' | 'mac-bad' | 'mac-unverifiable';
  readonly method: AuthenticationMethod | null;
  /** The key rule that matched; null where none did. */
  readonly rule: string | null;
  /** It matched, but the key can be found by trying (a short PIN). */
  readonly weak: boolean;
}

/** Secrets that bootstraps may be keyed with; never shown, logged or kept. */
export interface BootstrapSecrets {
  /** Digits of the receiving SIM's IMSI. */
  readonly imsi?: string | undefined;
  /** PINs that users may have been told. */
  readonly pins?: readonly string[] | undefined;
}

/** What a bootstrap carries of its authentication: the SEC and MAC parameters of its content type. */
export interface BootstrapClaim {
  readonly security: string | null;
  readonly mac: string | null;
}

const none: Authentication = { result: 'none', method: null, rule: null, weak: false };
const utf8 = new TextEncoder();

/**
 * An IMSI as a SIM keeps it: parity digit first, then the digits, two to an octet with the low one first.
 * @param imsi 6 to 15 digits
 * @see 3GPP TS 11.11 10.3.2 (EF IMSI), without its length octet
 */
export function imsiSemiOctets(imsi: string): Uint8Array {
  const digits = imsi.length % 2 === 1 ? `9${imsi}` : `1${imsi}F`;
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(`${digits.charAt(2 * index + 1)}${digits.charAt(2 * index)}`, 16),
  );
}

/** One way to make the key of a MAC. */
interface KeyRule {
  readonly rule: string;
  readonly key: Uint8Array;
}

/**
 * The keys a method may mean: client provisioning and device management say different things, and servers do either.
 * @see OMA-WAP-TS-ProvBoot-V1_1, OMA-TS-DM_Security-V1_2_1 (bootstrap, transport neutral security)
 */
export function candidateKeys(method: Exclude<AuthenticationMethod, 'digest'>, { imsi, pins = [] }: BootstrapSecrets): readonly KeyRule[] {
  const networkKeys: readonly KeyRule[] =
    imsi === undefined
      ? []
      : [
          { rule: 'imsi-semi-octets', key: imsiSemiOctets(imsi) },
          { rule: 'imsi-digits', key: utf8.encode(imsi) },
        ];
  if (method === 'NETWPIN') return networkKeys;
  if (method === 'USERPIN') return pins.map((pin) => ({ rule: 'pin-digits', key: utf8.encode(pin) }));
  if (method === 'USERPINMAC') return pins.map((pin) => ({ rule: 'first-half-of-pin', key: utf8.encode(pin.slice(0, pin.length / 2)) }));
  return pins.flatMap((pin) =>
    networkKeys.flatMap(({ rule, key }) => {
      const digits = utf8.encode(pin);
      const dm = { rule: `pin-colon-${rule}`, key: join(digits, utf8.encode(':'), key) };
      return rule === 'imsi-semi-octets' ? [{ rule: 'imsi-semi-octets-then-pin', key: join(key, digits) }, dm] : [dm];
    }),
  );
}

function join(...pieces: readonly Uint8Array[]): Uint8Array {
  const octets = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    octets.set(piece, at);
    at += piece.length;
  }
  return octets;
}

/** The MAC of a bootstrap as its parameter holds it: upper-case hex of HMAC-SHA1 over the body. */
export function bootstrapMac(key: Uint8Array, body: Uint8Array): string {
  return createHmac('sha1', key).update(body).digest('hex').toUpperCase();
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function isMethod(security: string): security is Exclude<AuthenticationMethod, 'digest'> {
  return security === 'NETWPIN' || security === 'USERPIN' || security === 'USERNETWPIN' || security === 'USERPINMAC';
}

/**
 * Checks who vouches for a bootstrap, by every key rule its method may mean, in constant time.
 * @param body the octets after the WSP headers, exactly as received
 */
export function authenticateBootstrap(claim: BootstrapClaim, body: Uint8Array, secrets: BootstrapSecrets): Authentication {
  const security = claim.security?.toUpperCase() ?? null;
  if (security === null && claim.mac === null) return none;
  if (security === null || !isMethod(security)) return { result: 'mac-unverifiable', method: null, rule: null, weak: false };
  if (security === 'USERPINMAC') return authenticateUserPinMac(body, secrets);
  if (claim.mac === null) return { result: 'mac-bad', method: security, rule: null, weak: false };
  const keys = candidateKeys(security, secrets);
  if (keys.length === 0) return { result: 'mac-unverifiable', method: security, rule: null, weak: false };
  const sent = utf8.encode(claim.mac.toUpperCase());
  let matched: string | null = null;
  for (const { rule, key } of keys) if (equal(utf8.encode(bootstrapMac(key, body)), sent)) matched ??= rule;
  return {
    result: matched === null ? 'mac-bad' : 'mac-ok',
    method: security,
    rule: matched,
    weak: matched !== null && security === 'USERPIN',
  };
}

/** No MAC travels: the second half of the PIN the user was told is made of it. */
function authenticateUserPinMac(body: Uint8Array, secrets: BootstrapSecrets): Authentication {
  const pins = (secrets.pins ?? []).filter((pin) => pin.length >= 10 && pin.length % 2 === 0);
  if (pins.length === 0) return { result: 'mac-unverifiable', method: 'USERPINMAC', rule: null, weak: false };
  let matched = false;
  for (const pin of pins) matched = equal(utf8.encode(userPinMac(pin.slice(0, pin.length / 2), body)), utf8.encode(pin)) || matched;
  return { result: matched ? 'mac-ok' : 'mac-bad', method: 'USERPINMAC', rule: matched ? 'first-half-of-pin' : null, weak: matched };
}

/** The whole PIN that the user is told for a first half and a body. */
export function userPinMac(firstHalf: string, body: Uint8Array): string {
  const mac = createHmac('sha1', utf8.encode(firstHalf)).update(body).digest();
  return firstHalf + Array.from(mac.subarray(0, firstHalf.length), (octet) => String(octet % 10)).join('');
}

/** Secrets of one DM server. */
export interface NotificationSecrets {
  readonly password: string;
  readonly nonce: Uint8Array;
}

function md5(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** The digest of a notification. @see OMA-TS-DM_Notification-V1_2_1 6.2 */
export function notificationDigest(serverId: string, { password, nonce }: NotificationSecrets, trigger: Uint8Array): Uint8Array {
  return md5(base64(md5(serverId, ':', password)), ':', nonce, ':', base64(md5(trigger)));
}

/**
 * A whole notification: the digest that the secrets give, then the trigger.
 * @throws EncodeError `dm/not-encodable`
 * @see OMA-TS-DM_Notification-V1_2_1 6.2
 */
export function encodeNotification(trigger: NotificationTrigger, secrets: NotificationSecrets): Uint8Array {
  const octets = encodeTrigger(trigger);
  return join(notificationDigest(trigger.serverId, secrets, octets), octets);
}

/** Nonces tried when the agreed one does not fit: the texts do not say which of the two the default nonce is. */
const defaultNonces: readonly (readonly [rule: string, nonce: Uint8Array])[] = [
  ['default-nonce-as-text', utf8.encode('0x00000000')],
  ['default-nonce-as-octets', new Uint8Array(4)],
];

/** Checks a notification's digest with the secrets of the server it names; null where none are known. */
export function authenticateNotification(notification: DmNotification, secrets: NotificationSecrets | null): Authentication {
  if (secrets === null) return { result: 'mac-unverifiable', method: 'digest', rule: null, weak: false };
  let matched: string | null = null;
  for (const [rule, nonce] of [['agreed-nonce', secrets.nonce] as const, ...defaultNonces]) {
    const digest = notificationDigest(notification.serverId, { password: secrets.password, nonce }, notification.trigger);
    if (equal(digest, notification.digest)) matched ??= rule;
  }
  return { result: matched === null ? 'mac-bad' : 'mac-ok', method: 'digest', rule: matched, weak: false };
}
