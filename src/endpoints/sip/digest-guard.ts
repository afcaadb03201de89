import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/index.js';
import { claimHolds, formatChallenge, parseClaim } from './digest.js';

/** How long a nonce may be used. */
const nonceMs = 300_000;
const mostNonces = 10_000;

/** What a request proves: it may pass, or it gets these challenges. */
export type DigestVerdict =
  | { readonly is: 'proved'; readonly username: string }
  | { readonly is: 'challenged'; readonly challenges: readonly string[]; readonly why: 'absent' | 'wrong' | 'stale' | 'replayed' };

/**
 * Asks senders for credentials and examines them. A nonce is of this listener's making, lives five minutes, and each of its counts is
 * good once: what was heard on the wire cannot be sent again.
 * @see RFC 3261 22; RFC 7616 3.3, 5.4; RFC 8760
 */
export class DigestGuard {
  readonly #clock: Clock;
  readonly #realm: string;
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #nonces = new Map<string, { readonly madeAt: number; lastCount: number }>();

  constructor({
    clock,
    realm,
    passwords,
  }: { readonly clock: Clock; readonly realm: string; readonly passwords: ReadonlyMap<string, string> }) {
    this.#clock = clock;
    this.#realm = realm;
    this.#passwords = passwords;
  }

  /** @param values of Authorization */
  examine(values: readonly string[], method: string, uri: string): DigestVerdict {
    const claim = values.map(parseClaim).find((one) => one !== null && one.realm === this.#realm);
    if (claim === undefined || claim === null) return this.#challenge('absent');
    const password = this.#passwords.get(claim.username);
    // A name that is not known takes as long as a wrong password.
    const holds = claimHolds(claim, password ?? randomBytes(16).toString('hex'), method) && password !== undefined;
    if (!holds || claim.uri !== uri) return this.#challenge('wrong');
    const nonce = this.#nonces.get(claim.nonce);
    if (nonce === undefined || this.#clock.monotonic() - nonce.madeAt > nonceMs) return this.#challenge('stale');
    if (claim.nonceCount <= nonce.lastCount) return this.#challenge('replayed');
    nonce.lastCount = claim.nonceCount;
    return { is: 'proved', username: claim.username };
  }

  /** Challenges for a request that is refused for something else. */
  challenges(): readonly string[] {
    return this.#challenge('absent').challenges;
  }

  #challenge(why: 'absent' | 'wrong' | 'stale' | 'replayed'): Extract<DigestVerdict, { is: 'challenged' }> {
    const now = this.#clock.monotonic();
    for (const [nonce, { madeAt }] of this.#nonces) {
      if (this.#nonces.size < mostNonces && now - madeAt <= nonceMs) break;
      this.#nonces.delete(nonce);
    }
    const nonce = randomBytes(16).toString('hex');
    this.#nonces.set(nonce, { madeAt: now, lastCount: 0 });
    const challenge = { realm: this.#realm, nonce, opaque: null, qopAuth: true, stale: why === 'stale' };
    // The stronger first. @see RFC 8760 2.3
    const challenges = (['SHA-256', 'MD5'] as const).map((algorithm) => formatChallenge({ ...challenge, algorithm }));
    return { is: 'challenged', challenges, why };
  }
}
