import { randomBytes } from 'node:crypto';
import { DecodeError } from '../../octets/index.js';
import {
  decodeChallenge,
  decodeResponse,
  encodeChallenge,
  encodeResponse,
  nonceOctets,
  type ObexChallenge,
  obexDigest,
  sameDigest,
  userIdWanted,
} from './authentication.js';
import { headerId } from './codes.js';
import { type ObexHeader, octetsHeader } from './header.js';

/** One side of a shared secret. */
export interface ObexCredentials {
  /** At most 20 octets; null where none is told. */
  readonly user: string | null;
  readonly password: string;
}

export interface ObexGuardOptions {
  /** Those who may prove themselves; where a peer tells no user id each of them is tried. */
  readonly peers: readonly ObexCredentials[];
  readonly realm: string | null;
}

/** What a peer has proved. */
export type ObexProof = { readonly is: 'proved'; readonly by: ObexCredentials } | { readonly is: 'absent' | 'wrong' | 'replayed' };

/**
 * Asks the other side of one connection to prove itself. Each nonce is made by chance, is good once and on this connection alone, so that
 * nothing that was heard on the wire can be said again.
 * @see IrOBEX 1.3, 3.5
 */
export class ObexGuard {
  readonly #options: ObexGuardOptions;
  #open: Uint8Array | null = null;
  /** The one before the open one: who answers it says something again. */
  readonly #used: Uint8Array[] = [];

  constructor(options: ObexGuardOptions) {
    this.#options = options;
  }

  /** A fresh challenge; it takes the place of the one before. */
  challenge(): ObexHeader {
    this.#spend();
    const nonce = randomBytes(nonceOctets);
    this.#open = nonce;
    const value = encodeChallenge({
      nonce,
      options: this.#options.peers.some(({ user }) => user !== null) ? userIdWanted : 0,
      realm: this.#options.realm,
    });
    return { id: headerId.challenge, kind: 'octets', value };
  }

  /** Examines what stands in the headers; the open nonce is used up by it. @throws DecodeError */
  examine(headers: readonly ObexHeader[]): ObexProof {
    const octets = octetsHeader(headers, headerId.response);
    if (octets === undefined) return { is: 'absent' };
    const open = this.#open;
    this.#spend();
    const response = decodeResponse(octets);
    if (response === null) return { is: 'wrong' };
    if (this.#used.some((nonce) => nonce !== open && this.#matches(response, nonce) !== null)) return { is: 'replayed' };
    if (open === null) return { is: 'replayed' };
    if (response.nonce !== null && !sameDigest(response.nonce, open)) return { is: 'replayed' };
    const by = this.#matches(response, open);
    return by === null ? { is: 'wrong' } : { is: 'proved', by };
  }

  #matches(
    { digest, userId }: { readonly digest: Uint8Array; readonly userId: Uint8Array | null },
    nonce: Uint8Array,
  ): ObexCredentials | null {
    let found: ObexCredentials | null = null;
    for (const one of this.#options.peers) {
      // Every one is computed, so that the time says nothing about which of them is known.
      const holds = sameDigest(digest, obexDigest(nonce, one.password));
      const named = userId === null || one.user === null || sameDigest(userId, Buffer.from(one.user, 'utf8'));
      if (holds && named) found ??= one;
    }
    return found;
  }

  #spend(): void {
    if (this.#open === null) return;
    this.#used.push(this.#open);
    if (this.#used.length > 4) this.#used.shift();
    this.#open = null;
  }
}

/** Answers the challenge in these headers, where there is one; null where it cannot be read or nothing is there to answer it with. */
export function answerTo(headers: readonly ObexHeader[], credentials: ObexCredentials | null): ObexHeader | null {
  const octets = octetsHeader(headers, headerId.challenge);
  if (octets === undefined || credentials === null) return null;
  let challenge: ObexChallenge | null;
  try {
    challenge = decodeChallenge(octets);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    challenge = null;
  }
  if (challenge === null) return null;
  const { user, password } = credentials;
  const value = encodeResponse({
    digest: obexDigest(challenge.nonce, password),
    userId: user === null ? null : Buffer.from(user, 'utf8'),
    nonce: challenge.nonce,
  });
  return { id: headerId.response, kind: 'octets', value };
}
