import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../runtime/index.js';
import { claimHolds, type DigestClaim, formatChallenge, parseClaim } from './digest.js';
import { parseSipUri, sameSipUri } from './uri.js';

/** How long a nonce may be used. */
const nonceMs = 300_000;
/** Nonces that were used by somebody with a password and whose counts are kept, unless told otherwise. */
const usualNonces = 10_000;
/** Counts that may overtake each other, as datagrams do. */
const window = 64;
const noncePattern = /^([0-9a-f]{12})([0-9a-f]{24})([0-9a-f]{32})$/;

/** What a request proves: it may pass, or it gets these challenges. */
export type DigestVerdict =
  | { readonly is: 'proved'; readonly username: string }
  | { readonly is: 'challenged'; readonly challenges: readonly string[]; readonly why: 'absent' | 'wrong' | 'stale' | 'replayed' };

/** A hash that is offered. */
export type OfferedAlgorithm = 'SHA-256' | 'MD5';

export interface DigestGuardOptions {
  readonly clock: Clock;
  readonly realm: string;
  readonly passwords: ReadonlyMap<string, string>;
  /** In the order offered, the one that is liked best first; both, the stronger first, unless given. @see RFC 8760 2.3 */
  readonly algorithms?: readonly OfferedAlgorithm[] | undefined;
  /** Nonces in use whose counts are kept; the oldest makes room, and is then stale. */
  readonly mostNonces?: number | undefined;
}

/** Counts of one nonce that were used: the highest, and which of those just below it. */
interface Counts {
  highest: number;
  readonly used: Set<number>;
}

/**
 * Asks senders for credentials and examines them. A nonce says itself when this listener made it, lives five minutes, and each of its
 * counts is good once: what was heard on the wire cannot be sent again. Only a nonce that came back with the right password takes
 * memory, so asking for many costs the asker alone.
 * @see RFC 3261 22; RFC 7616 3.3, 5.4; RFC 8760
 */
export class DigestGuard {
  readonly #clock: Clock;
  readonly #realm: string;
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #algorithms: readonly OfferedAlgorithm[];
  readonly #mostNonces: number;
  readonly #secret = randomBytes(32);
  readonly #counts = new Map<string, Counts>();
  /** Nonces made before this are stale, whatever else: their counts are no longer known. */
  #oldest = 0;

  constructor({ clock, realm, passwords, algorithms = ['SHA-256', 'MD5'], mostNonces = usualNonces }: DigestGuardOptions) {
    this.#clock = clock;
    this.#realm = realm;
    this.#passwords = passwords;
    this.#algorithms = algorithms;
    this.#mostNonces = mostNonces;
  }

  /** Nonces whose counts are kept. */
  get size(): number {
    return this.#counts.size;
  }

  /**
   * @param values of Authorization
   * @param uris of the request: the URI it was sent to first may have been replaced on its way, and still stands in To
   */
  examine(values: readonly string[], method: string, uris: readonly string[]): DigestVerdict {
    const claim = values.map(parseClaim).find((one) => one !== null && one.realm === this.#realm);
    // What was not offered is not taken: it may have been left out for its weakness.
    if (claim === undefined || claim === null || !this.#algorithms.some((one) => one === claim.algorithm)) return this.#challenge('absent');
    const password = this.#passwords.get(claim.username);
    // A name that is not known takes as long as a wrong password.
    const holds = claimHolds(claim, password ?? randomBytes(16).toString('hex'), method) && password !== undefined;
    if (!holds || !uris.some((uri) => sameUri(uri, claim.uri))) return this.#challenge('wrong');
    const madeAt = this.#madeAt(claim.nonce);
    const age = madeAt === null ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - madeAt;
    if (madeAt === null || age > nonceMs || age < 0 || madeAt < this.#oldest) return this.#challenge('stale');
    return this.#use(claim) ? { is: 'proved', username: claim.username } : this.#challenge('replayed');
  }

  /** Takes a count; false where it was taken before, or is so far back that nobody knows. */
  #use({ nonce, nonceCount }: DigestClaim): boolean {
    const counts = this.#counts.get(nonce) ?? { highest: 0, used: new Set<number>() };
    if (nonceCount < 1 || nonceCount <= counts.highest - window || counts.used.has(nonceCount)) return false;
    counts.highest = Math.max(counts.highest, nonceCount);
    counts.used.add(nonceCount);
    if (counts.used.size > window) for (const count of counts.used) if (count <= counts.highest - window) counts.used.delete(count);
    if (!this.#counts.has(nonce)) {
      this.#forget();
      this.#counts.set(nonce, counts);
    }
    return true;
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    for (const nonce of this.#counts.keys()) {
      const madeAt = this.#madeAt(nonce) ?? 0;
      const crowded = this.#counts.size >= this.#mostNonces;
      if (!crowded && now - madeAt <= nonceMs) break;
      // A nonce must not become new by being forgotten.
      if (now - madeAt <= nonceMs) this.#oldest = Math.max(this.#oldest, madeAt + 1);
      this.#counts.delete(nonce);
    }
  }

  /** When a nonce was made, by the monotonic clock; null where it is none of ours. */
  #madeAt(nonce: string): number | null {
    const [, time = '', chance = '', seal = ''] = noncePattern.exec(nonce) ?? [];
    if (seal === '') return null;
    const expected = this.#seal(time, chance);
    return timingSafeEqual(Buffer.from(seal), Buffer.from(expected)) ? Number.parseInt(time, 16) : null;
  }

  #seal(time: string, chance: string): string {
    return createHmac('sha256', this.#secret).update(`${time}${chance}`).digest('hex').slice(0, 32);
  }

  /** Challenges for a request that is refused for something else. */
  challenges(): readonly string[] {
    return this.#challenge('absent').challenges;
  }

  #challenge(why: 'absent' | 'wrong' | 'stale' | 'replayed'): Extract<DigestVerdict, { is: 'challenged' }> {
    const time = Math.floor(this.#clock.monotonic()).toString(16).padStart(12, '0');
    const chance = randomBytes(12).toString('hex');
    const nonce = `${time}${chance}${this.#seal(time, chance)}`;
    const challenge = { realm: this.#realm, nonce, opaque: null, qopAuth: true, stale: why === 'stale' };
    const challenges = this.#algorithms.map((algorithm) => formatChallenge({ ...challenge, algorithm }));
    return { is: 'challenged', challenges, why };
  }
}

function sameUri(one: string, other: string): boolean {
  if (one === other) return true;
  const [first, second] = [parseSipUri(one), parseSipUri(other)];
  return first !== null && second !== null && sameSipUri(first, second);
}
