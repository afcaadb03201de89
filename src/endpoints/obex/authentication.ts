import { createHash, timingSafeEqual } from 'node:crypto';
import { Cursor, OctetWriter } from '../../octets/index.js';

/** What Authenticate Challenge asks. @see IrOBEX 1.3, 3.5.1 */
export interface ObexChallenge {
  /** 16 octets. */
  readonly nonce: Uint8Array;
  /** Bit 0: a user id is wanted; bit 1: whoever answers may read only. */
  readonly options: number;
  /** Shown to whoever has to find a password; null where there is none. */
  readonly realm: string | null;
}

/** What Authenticate Response proves. @see IrOBEX 1.3, 3.5.2 */
export interface ObexResponse {
  /** 16 octets: MD5 of nonce, colon and password. */
  readonly digest: Uint8Array;
  readonly userId: Uint8Array | null;
  /** Which challenge is answered, where several are open; null where it is the last. */
  readonly nonce: Uint8Array | null;
}

export const nonceOctets = 16;
export const mostUserIdOctets = 20;
/** The challenge wants a user id. */
export const userIdWanted = 0x01;

interface Tag {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** @throws DecodeError `octets/truncated` */
function readTags(octets: Uint8Array, field: string): readonly Tag[] {
  const cursor = new Cursor(octets, { field });
  const tags: Tag[] = [];
  while (cursor.remaining > 0) {
    const tag = cursor.u8('tag');
    tags.push({ tag, value: cursor.bytes('value', cursor.u8('length')) });
  }
  return tags;
}

function tagValue(tags: readonly Tag[], wanted: number): Uint8Array | null {
  return tags.find(({ tag }) => tag === wanted)?.value ?? null;
}

function writeTags(tags: readonly Tag[]): Uint8Array {
  const writer = new OctetWriter();
  for (const { tag, value } of tags) writer.u8('tag', tag).u8('length', value.length).bytes(value);
  return writer.toOctets();
}

/** Null where it holds no nonce of 16 octets. @throws DecodeError `octets/truncated` */
export function decodeChallenge(octets: Uint8Array): ObexChallenge | null {
  const tags = readTags(octets, 'challenge');
  const nonce = tagValue(tags, 0);
  if (nonce === null || nonce.length !== nonceOctets) return null;
  return { nonce, options: tagValue(tags, 1)?.[0] ?? 0, realm: realmOf(tagValue(tags, 2)) };
}

/** The first octet says how the text is written: 0 ASCII, 1 to 9 a part of ISO 8859, 255 UTF-16. */
function realmOf(value: Uint8Array | null): string | null {
  if (value === null || value.length === 0) return null;
  const text = Buffer.from(value.subarray(1));
  if (value[0] !== 255) return text.toString('latin1');
  return text.length % 2 === 0 ? text.swap16().toString('utf16le') : null;
}

/** The realm is written as ASCII. @throws EncodeError `octets/out-of-range` */
export function encodeChallenge({ nonce, options, realm }: ObexChallenge): Uint8Array {
  const tags: Tag[] = [
    { tag: 0, value: nonce },
    { tag: 1, value: Uint8Array.of(options) },
  ];
  if (realm !== null) tags.push({ tag: 2, value: Uint8Array.of(0, ...Buffer.from(realm, 'latin1')) });
  return writeTags(tags);
}

/** Null where it holds no digest of 16 octets, or a nonce or user id of a length they cannot have. @throws DecodeError `octets/truncated` */
export function decodeResponse(octets: Uint8Array): ObexResponse | null {
  const tags = readTags(octets, 'response');
  const [digest, userId, nonce] = [tagValue(tags, 0), tagValue(tags, 1), tagValue(tags, 2)];
  if (digest === null || digest.length !== 16 || (nonce !== null && nonce.length !== nonceOctets)) return null;
  return userId !== null && userId.length > mostUserIdOctets ? null : { digest, userId, nonce };
}

export function encodeResponse({ digest, userId, nonce }: ObexResponse): Uint8Array {
  const tags: Tag[] = [{ tag: 0, value: digest }];
  if (userId !== null) tags.push({ tag: 1, value: userId });
  if (nonce !== null) tags.push({ tag: 2, value: nonce });
  return writeTags(tags);
}

/** MD5 of nonce, colon and password. @see IrOBEX 1.3, 3.5.2.1 */
export function obexDigest(nonce: Uint8Array, password: string): Uint8Array {
  return createHash('md5').update(nonce).update(':').update(password, 'utf8').digest();
}

/** Compares in a time that says nothing about where they differ. */
export function sameDigest(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
