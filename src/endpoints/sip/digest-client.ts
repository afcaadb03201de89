import type { Random } from '../../runtime/index.js';
import { textOf } from '../header-grammar.js';
import { chooseChallenges, type DigestChallenge, type DigestCredentials, formatAuthorization } from './digest.js';
import type { HeaderToWrite } from './format-message.js';
import type { SipResponse } from './message.js';

const rooms = [
  { status: 401, challenge: 'www-authenticate', answer: 'Authorization' },
  { status: 407, challenge: 'proxy-authenticate', answer: 'Proxy-Authorization' },
] as const;

/** Realms whose challenges are kept; servers that make up new ones must not fill the memory. */
const mostKnown = 16;

interface Known {
  readonly header: (typeof rooms)[number]['answer'];
  readonly challenge: DigestChallenge;
  uses: number;
}

/** What one request says of who we are. */
export interface DigestProof {
  readonly headers: readonly HeaderToWrite[];
  /** The challenges that it answers, and how often each had been answered by then. */
  readonly answered: ReadonlyMap<Known, number>;
}

/**
 * Proves who we are to servers that ask, and goes on proving it with the nonce they gave until they give another. Requests may be under
 * way side by side: what a refusal means is judged by what the refused request itself said.
 * @see RFC 3261 22; RFC 7616 3.4
 */
export class DigestClient {
  readonly #credentials: DigestCredentials | null;
  readonly #random: Random;
  /** By header field and realm. @see RFC 3261 22.3 */
  readonly #known = new Map<string, Known>();

  constructor(credentials: DigestCredentials | null, random: Random) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /** Header fields for the next request. */
  prove(method: string, uri: string): DigestProof {
    const credentials = this.#credentials;
    const answered = new Map<Known, number>();
    const headers: HeaderToWrite[] = [];
    if (credentials === null) return { headers, answered };
    for (const known of this.#known.values()) {
      known.uses += 1;
      answered.set(known, known.uses);
      const clientNonce = this.#random.uuid().replaceAll('-', '');
      const input = { ...credentials, challenge: known.challenge, method, uri, clientNonce, nonceCount: known.uses };
      headers.push([known.header, formatAuthorization(input)]);
    }
    return { headers, answered };
  }

  /**
   * Learns from a refusal. True where the same request with other proof may pass: credentials that were wrong with a fresh nonce are
   * wrong, and are not tried again.
   */
  learn(response: SipResponse, { answered }: DigestProof): boolean {
    const room = rooms.find(({ status }) => status === response.status);
    if (room === undefined || this.#credentials === null) return false;
    // Header fields of this kind are no lists: their own commas stand between parameters.
    const values = response.headers.filter(({ name }) => name === room.challenge).map(({ value }) => textOf(value));
    let hope = false;
    for (const challenge of chooseChallenges(values)) {
      const key = `${room.answer} ${challenge.realm}`;
      const [, tried] = [...answered].find(([known]) => known.header === room.answer && known.challenge.realm === challenge.realm) ?? [];
      // A nonce that was good for requests before may have aged without its server saying so.
      hope ||= tried === undefined || challenge.stale || tried > 1;
      this.#known.delete(key);
      for (const oldest of this.#known.keys()) {
        if (this.#known.size < mostKnown) break;
        this.#known.delete(oldest);
      }
      this.#known.set(key, { header: room.answer, challenge, uses: 0 });
    }
    return hope;
  }
}
