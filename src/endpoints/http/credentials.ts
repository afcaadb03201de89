import { createHash, timingSafeEqual } from 'node:crypto';
import { parseParameters, quoted, splitOutside } from '../header-grammar.js';

/** Who sends, and what proves it. */
export interface HttpCredentials {
  readonly user: string;
  readonly password: string;
}

/** How a sender proves who it is; `digest` is HTTP's own, the others are those of SyncML. @see OMA-TS-DM_Security-V1_2_1 5.3, 5.4; RFC 7616 */
export type CredentialKind = 'hmac' | 'basic' | 'md5' | 'digest';

/** The header field of a message's MAC. @see OMA-TS-DM_Security-V1_2_1 5.4 */
export const hmacHeader = 'x-syncml-hmac';

function md5(...pieces: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** The digest of the credential `syncml:auth-md5`: 16 octets. @see OMA-TS-DM_Security-V1_2_1 5.3 */
export function md5Digest({ user, password }: HttpCredentials, nonce: string): Buffer {
  return md5(md5(`${user}:${password}`).toString('base64'), ':', nonce);
}

/** The digest of `x-syncml-hmac` over an entity: 16 octets. It is not the usual HMAC, which hashes twice. @see OMA-TS-DM_Security-V1_2_1 5.4 */
export function hmacDigest({ user, password }: HttpCredentials, nonce: string, entityDigest: string): Buffer {
  return md5(md5(`${user}:${password}`).toString('base64'), ':', nonce, ':', entityDigest);
}

/** What of an entity goes into its MAC. */
export function entityDigest(entity: Uint8Array): string {
  return md5(entity).toString('base64');
}

/** A value of `x-syncml-hmac`. */
export function formatHmac(credentials: HttpCredentials, nonce: string, entity: Uint8Array): string {
  const mac = hmacDigest(credentials, nonce, entityDigest(entity)).toString('base64');
  return `algorithm=MD5, username=${quoted(octetsOf(credentials.user))}, mac=${mac}`;
}

/** A value of Authorization for `syncml:auth-md5`, which has no header field of its own. */
export function formatMd5(credentials: HttpCredentials, nonce: string): string {
  return `SyncML-MD5 username=${quoted(octetsOf(credentials.user))}, digest="${md5Digest(credentials, nonce).toString('base64')}"`;
}

/** @see RFC 7617 */
export function formatBasic({ user, password }: HttpCredentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** What a header field claims: a user, and the digest that only who knows the password can make. */
export interface DigestClaimed {
  readonly user: string;
  readonly digest: string;
}

/** Reads `x-syncml-hmac`; null where user or MAC are missing or the algorithm is not MD5. The order of its parts is free. */
export function parseHmac(value: string): DigestClaimed | null {
  return claimed(value, 'mac');
}

/** Reads Authorization of the scheme SyncML-MD5; null for another. */
export function parseMd5(value: string): DigestClaimed | null {
  const [, rest] = /^syncml-md5[ \t]+(.*)$/is.exec(value) ?? [];
  return rest === undefined ? null : claimed(rest, 'digest');
}

function claimed(value: string, name: string): DigestClaimed | null {
  const parameters = parseParameters(splitOutside(value, ','));
  const user = parameters.get('username') ?? '';
  const digest = parameters.get(name) ?? '';
  const algorithm = parameters.get('algorithm') ?? 'MD5';
  if (user === '' || digest === '' || algorithm.toUpperCase() !== 'MD5') return null;
  return { user: Buffer.from(user, 'latin1').toString('utf8'), digest };
}

/** Reads Authorization of the scheme Basic; null for another, and for what is no `user:password`. */
export function parseBasic(value: string): HttpCredentials | null {
  const [, encoded] = /^basic[ \t]+([A-Za-z0-9+/]+={0,2})[ \t]*$/i.exec(value) ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Whether a digest is the one given as base64: of its 16 octets, or of their 32 hexadecimal digits as some senders write it; the
 * padding may be missing. Compared in constant time.
 */
export function digestMatches(digest: Buffer, given: string): boolean {
  if (given.length > 64 || !/^[A-Za-z0-9+/]*={0,2}$/.test(given)) return false;
  const octets = Buffer.from(given, 'base64');
  if (octets.length === 16) return timingSafeEqual(octets, digest);
  if (octets.length !== 32) return false;
  const sent = Buffer.from(octets.toString('latin1').toLowerCase(), 'latin1');
  return timingSafeEqual(sent, Buffer.from(digest.toString('hex'), 'latin1'));
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
