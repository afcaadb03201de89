import type { Random } from '../../runtime/index.js';
import { chooseChallenge, type DigestChallenge, type DigestCredentials, formatAuthorization } from './digest.js';
import type { HeaderToWrite } from './format-message.js';
import { textOf } from './grammar.js';
import type { SipResponse } from './message.js';

const rooms = [
  { status: 401, challenge: 'www-authenticate', answer: 'Authorization' },
  { status: 407, challenge: 'proxy-authenticate', answer: 'Proxy-Authorization' },
] as const;

/** Proves who we are to servers that ask, and goes on proving it with the nonce they gave until they give another. @see RFC 3261 22 */
export class DigestClient {
  readonly #credentials: DigestCredentials | null;
  readonly #random: Random;
  readonly #known = new Map<string, { readonly challenge: DigestChallenge; count: number }>();

  constructor(credentials: DigestCredentials | null, random: Random) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /** Header fields for the next request. */
  headers(method: string, uri: string): HeaderToWrite[] {
    const credentials = this.#credentials;
    if (credentials === null) return [];
    return [...this.#known].map(([name, known]): HeaderToWrite => {
      known.count += 1;
      const clientNonce = this.#random.uuid().replaceAll('-', '');
      return [name, formatAuthorization({ ...credentials, challenge: known.challenge, method, uri, clientNonce, nonceCount: known.count })];
    });
  }

  /** Learns from a refusal; true where the same request with other proof may pass: credentials that were wrong once are not tried again. */
  learn(response: SipResponse): boolean {
    const room = rooms.find(({ status }) => status === response.status);
    if (room === undefined || this.#credentials === null) return false;
    // Header fields of this kind are no lists: their own commas stand between parameters.
    const values = response.headers.filter(({ name }) => name === room.challenge).map(({ value }) => textOf(value));
    const challenge = chooseChallenge(values);
    if (challenge === null) return false;
    const before = this.#known.get(room.answer);
    this.#known.set(room.answer, { challenge, count: 0 });
    // A nonce that was good for requests before may have aged without its server saying so.
    return before === undefined || challenge.stale || before.count > 1;
  }
}
