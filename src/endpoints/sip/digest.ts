import { createHash, timingSafeEqual } from 'node:crypto';
import { isToken, type Parameters, parseParameters, quoted, splitOutside, trimBlanks } from '../header-grammar.js';

/** Hash of a digest scheme; `-sess` mixes both nonces into the secret. */
export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';

/** What somebody is asked to prove. @see RFC 3261 22; RFC 8760; RFC 7616 3.3 */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  /** Whether `qop=auth` is offered; without it the older form is used. */
  readonly qopAuth: boolean;
  /** The nonce was too old and nothing else was wrong. */
  readonly stale: boolean;
}

export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

const algorithms: Readonly<Record<string, DigestAlgorithm>> = {
  '': 'MD5',
  md5: 'MD5',
  'md5-sess': 'MD5-sess',
  'sha-256': 'SHA-256',
  'sha-256-sess': 'SHA-256-sess',
};

/** The parameters of a `Digest …` value; null for another scheme. */
export function digestParameters(value: string): Parameters | null {
  const [, rest] = /^Digest[ \t]+(.*)$/is.exec(value) ?? [];
  return rest === undefined ? null : parseParameters(splitOutside(rest, ','));
}

/** Reads a challenge; null where it is of a scheme, an algorithm or a quality that is not known. */
export function parseChallenge(value: string): DigestChallenge | null {
  const parameters = digestParameters(value);
  if (parameters === null) return null;
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const algorithm = algorithms[(parameters.get('algorithm') ?? '').toLowerCase()];
  const qop = parameters.get('qop');
  if (typeof realm !== 'string' || typeof nonce !== 'string' || algorithm === undefined) return null;
  const offered = typeof qop === 'string' ? qop.split(',').map((one) => trimBlanks(one).toLowerCase()) : [];
  if (offered.length > 0 && !offered.includes('auth')) return null;
  return {
    realm,
    nonce,
    opaque: parameters.get('opaque') ?? null,
    algorithm,
    qopAuth: offered.includes('auth'),
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/** Of each realm the strongest challenge that is understood, the first of equals. @see RFC 8760 2.4; RFC 3261 22.3 */
export function chooseChallenges(values: readonly string[]): readonly DigestChallenge[] {
  const chosen = new Map<string, DigestChallenge>();
  for (const challenge of values.map(parseChallenge)) {
    if (challenge === null) continue;
    const best = chosen.get(challenge.realm);
    const stronger = challenge.algorithm.startsWith('SHA-256') && best?.algorithm.startsWith('SHA-256') === false;
    if (best === undefined || stronger) chosen.set(challenge.realm, challenge);
  }
  return [...chosen.values()];
}

export interface DigestInput extends DigestCredentials {
  readonly challenge: DigestChallenge;
  readonly method: string;
  readonly uri: string;
  readonly clientNonce: string;
  /** From 1, one more with each use of the nonce. */
  readonly nonceCount: number;
}

/** The digest itself, lower-case hex. @see RFC 7616 3.4.1; RFC 2617 3.2.2 */
export function digestResponse({ username, password, challenge, method, uri, clientNonce, nonceCount }: DigestInput): string {
  const { realm, nonce, algorithm, qopAuth } = challenge;
  const hash = (text: string): string =>
    createHash(algorithm.startsWith('SHA-256') ? 'sha256' : 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const secret = hash(`${username}:${realm}:${password}`);
  const session = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${clientNonce}`) : secret;
  const request = hash(`${method}:${uri}`);
  return qopAuth
    ? hash(`${session}:${nonce}:${formatCount(nonceCount)}:${clientNonce}:auth:${request}`)
    : hash(`${session}:${nonce}:${request}`);
}

/** The value of Authorization or Proxy-Authorization. */
export function formatAuthorization(input: DigestInput): string {
  const { challenge, username, uri, clientNonce, nonceCount } = input;
  const pieces = [
    `username=${quoted(username)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${digestResponse(input)}"`,
    `algorithm=${challenge.algorithm}`,
  ];
  if (challenge.opaque !== null) pieces.push(`opaque=${quoted(challenge.opaque)}`);
  if (challenge.qopAuth) pieces.push('qop=auth', `nc=${formatCount(nonceCount)}`, `cnonce="${clientNonce}"`);
  else if (challenge.algorithm.endsWith('-sess')) pieces.push(`cnonce="${clientNonce}"`);
  return `Digest ${pieces.join(', ')}`;
}

/** The value of WWW-Authenticate. */
export function formatChallenge({ realm, nonce, algorithm, stale }: DigestChallenge): string {
  const old = stale ? ', stale=true' : '';
  return `Digest realm=${quoted(realm)}, nonce="${nonce}", algorithm=${algorithm}, qop="auth"${old}`;
}

function formatCount(count: number): string {
  return count.toString(16).padStart(8, '0');
}

/** What Authorization claims. */
export interface DigestClaim {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly clientNonce: string;
  readonly nonceCount: number;
}

/** Reads what Authorization claims; null where something is missing, or it is without `qop=auth`, which nothing would keep from being replayed. */
export function parseClaim(value: string): DigestClaim | null {
  const parameters = digestParameters(value);
  if (parameters === null) return null;
  const text = (name: string): string => parameters.get(name) ?? '';
  const algorithm = algorithms[text('algorithm').toLowerCase()];
  const count = text('nc');
  const claim = { username: text('username'), realm: text('realm'), nonce: text('nonce'), uri: text('uri'), response: text('response') };
  if (algorithm === undefined || text('qop').toLowerCase() !== 'auth' || !/^[0-9a-f]{8}$/i.test(count)) return null;
  if (Object.values(claim).includes('') || !isToken(claim.response) || text('cnonce') === '') return null;
  return { ...claim, algorithm, clientNonce: text('cnonce'), nonceCount: Number.parseInt(count, 16) };
}

/** Whether a claim was made with the password; compared in constant time. */
export function claimHolds(claim: DigestClaim, password: string, method: string): boolean {
  const { username, realm, nonce, uri, clientNonce, nonceCount, algorithm } = claim;
  const challenge = { realm, nonce, opaque: null, algorithm, qopAuth: true, stale: false };
  const expected = digestResponse({ username, password, challenge, method, uri, clientNonce, nonceCount });
  const given = claim.response.toLowerCase();
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
