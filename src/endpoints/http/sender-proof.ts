import { parseParameters, splitOutside } from '../header-grammar.js';
import { formatBasic, formatHmac, formatMd5, type HttpCredentials, hmacHeader } from './credentials.js';
import { answerValues, type HttpAnswer } from './judge-answer.js';
import type { UsedNonces } from './nonces.js';
import type { HttpHeader } from './types.js';

export interface SenderProofOptions extends HttpCredentials {
  readonly kind: 'hmac' | 'basic' | 'md5';
  /** Agreed beforehand, each good for one message. */
  readonly nonces: readonly string[];
  /** Which of them went out already. */
  readonly used: UsedNonces;
}

const schemes = { hmac: 'syncml-hmac', md5: 'syncml-md5' } as const;

/** Proves who sends, request by request: each nonce is used once, whether agreed beforehand, asked for by a challenge or given with an answer. */
export class SenderProof {
  readonly #options: SenderProofOptions;
  #next: string | null = null;

  constructor(options: SenderProofOptions) {
    this.#options = options;
  }

  /** Header fields for the next request; none where no nonce is known, since a challenge brings one. */
  headers(entity: Uint8Array): readonly HttpHeader[] {
    const { kind } = this.#options;
    if (kind === 'basic') return [['Authorization', formatBasic(this.#options)]];
    const nonce = this.#takeNonce();
    if (nonce === null) return [];
    return kind === 'hmac'
      ? [[hmacHeader, formatHmac(this.#options, nonce, entity)]]
      : [['Authorization', formatMd5(this.#options, nonce)]];
  }

  /** Learns the nonce that an answer gives; true where it came with a challenge, so that the same request may pass with it. */
  learn(answer: HttpAnswer): boolean {
    const { kind } = this.#options;
    if (kind === 'basic') return false;
    const next = parseParameters(splitOutside(answerValues(answer, 'authentication-info').join(','), ',')).get('nextnonce');
    if (typeof next === 'string' && next !== '') this.#next = next;
    if (answer.status !== 401) return false;
    for (const challenge of answerValues(answer, 'www-authenticate')) {
      const [, scheme = '', rest = ''] = /^([^ \t]+)[ \t]+(.*)$/s.exec(challenge) ?? [];
      const nonce = scheme.toLowerCase() === schemes[kind] ? parseParameters(splitOutside(rest, ',')).get('nonce') : undefined;
      if (typeof nonce !== 'string' || nonce === '') continue;
      this.#next = nonce;
      return true;
    }
    return false;
  }

  #takeNonce(): string | null {
    const given = this.#next;
    this.#next = null;
    if (given !== null) return given;
    const { nonces, used, user } = this.#options;
    const agreed = nonces.find((nonce) => !used.has(user, nonce)) ?? null;
    if (agreed !== null) used.add(user, agreed);
    return agreed;
  }
}
