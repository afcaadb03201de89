import type { Clock } from '../../runtime/index.js';
import { quoted } from '../header-grammar.js';
import { DigestGuard } from '../sip/digest-guard.js';
import {
  type CredentialKind,
  type DigestClaimed,
  digestMatches,
  entityDigest,
  hmacDigest,
  hmacHeader,
  md5Digest,
  parseBasic,
  parseHmac,
  parseMd5,
  sameText,
} from './credentials.js';
import { Nonces, type UsedNonces } from './nonces.js';

/** Realm that senders are asked for. */
export const realm = 'wapbridge';

/** A sender that is known. */
export interface KnownSender {
  readonly user: string;
  readonly password: string;
  /** Agreed beforehand, each good for one message. */
  readonly nonces: readonly string[];
}

/** A credential that a message brings inside, as SyncML has it. @see OMA-TS-SyncML_RepPro-V1_2, Cred */
export interface EnclosedCredential {
  readonly kind: 'basic' | 'md5';
  /** Who the message says to be from; null where it does not. */
  readonly user: string | null;
  /** As it stands there. */
  readonly text: string;
}

export interface CredentialGuardOptions {
  readonly clock: Clock;
  readonly senders: readonly KnownSender[];
  /** All of these must be shown. */
  readonly kinds: readonly CredentialKind[];
  readonly used: UsedNonces;
  /** Finds a credential inside a message, where somebody can read that. */
  readonly enclosed?: ((contentType: string, body: Uint8Array) => EnclosedCredential | null) | undefined;
}

/** What is examined of a request. */
export interface RequestToExamine {
  readonly method: string;
  /** As it stands in the first line. */
  readonly uri: string;
  /** All values of a header field, by its name in lower case. */
  readonly values: (name: string) => readonly string[];
  /** The entity as it was sent. */
  readonly entity: Uint8Array;
  /** The push inside it. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** May pass, with header fields for the answer; or not, with the challenges for 401. */
export type CredentialVerdict =
  | { readonly is: 'proved'; readonly user: string; readonly headers: readonly (readonly [string, string])[] }
  | { readonly is: 'refused'; readonly why: string; readonly challenges: readonly string[] };

type Found = { readonly user: string; readonly nonce: string | null } | string;

/** Examines what senders show, kind by kind; a nonce that was used once proves nothing any more. */
export class CredentialGuard {
  readonly #options: CredentialGuardOptions;
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #nonces: Nonces;
  readonly #digest: DigestGuard;

  constructor(options: CredentialGuardOptions) {
    const { senders, clock, used } = options;
    this.#options = options;
    this.#passwords = new Map(senders.map(({ user, password }) => [user, password]));
    this.#nonces = new Nonces({ clock, used, agreed: new Map(senders.map(({ user, nonces }) => [user, nonces])) });
    this.#digest = new DigestGuard({ clock, realm, passwords: this.#passwords });
  }

  examine(request: RequestToExamine): CredentialVerdict {
    const { kinds } = this.#options;
    const users = new Set<string>();
    const nonces = new Set<string>();
    for (const kind of kinds) {
      if (kind === 'digest') continue;
      const found = this.#find(kind, request);
      if (typeof found === 'string') return this.#refuse(found);
      users.add(found.user);
      if (found.nonce !== null) nonces.add(found.nonce);
    }
    if (kinds.includes('digest')) {
      // Last, since it uses its nonce up.
      const proof = this.#digest.examine(request.values('authorization'), request.method, [request.uri]);
      if (proof.is === 'challenged') return this.#refuse(`credentials are ${proof.why}`, proof.challenges);
      users.add(proof.username);
    }
    const [user = ''] = users;
    if (users.size !== 1) return this.#refuse('credentials are of two users');
    for (const nonce of nonces) this.#nonces.use(user, nonce);
    return { is: 'proved', user, headers: nonces.size === 0 ? [] : [['Authentication-Info', `nextnonce="${this.#nonces.next()}"`]] };
  }

  #find(kind: Exclude<CredentialKind, 'digest'>, request: RequestToExamine): Found {
    if (kind === 'hmac') {
      const sent = request.values(hmacHeader);
      if (sent.length === 0) return `there is no ${hmacHeader}`;
      const claim = sent.length === 1 ? parseHmac(sent[0] ?? '') : null;
      if (claim === null) return `${hmacHeader} cannot be read`;
      const entity = entityDigest(request.entity);
      return this.#holds(claim, (password, nonce) => hmacDigest({ user: claim.user, password }, nonce, entity));
    }
    if (kind === 'md5') {
      const claim = first(request.values('authorization').map(parseMd5)) ?? this.#enclosedMd5(request);
      if (claim === null) return 'there is no MD5 credential';
      return this.#holds(claim, (password, nonce) => md5Digest({ user: claim.user, password }, nonce));
    }
    const basic = first(request.values('authorization').map(parseBasic)) ?? this.#enclosedBasic(request);
    if (basic === null) return 'there is no Basic credential';
    const password = this.#passwords.get(basic.user);
    // A name that is not known takes as long as a wrong password.
    const holds = sameText(basic.password, password ?? '') && password !== undefined;
    return holds ? { user: basic.user, nonce: null } : 'credentials are wrong';
  }

  /** Looks for the good nonce that a digest was made with. */
  #holds(claim: DigestClaimed, digestWith: (password: string, nonce: string) => Buffer): Found {
    const password = this.#passwords.get(claim.user);
    let found: string | null = null;
    for (const nonce of this.#nonces.good(claim.user)) {
      if (digestMatches(digestWith(password ?? '', nonce), claim.digest)) found = nonce;
    }
    if (found !== null && password !== undefined) return { user: claim.user, nonce: found };
    return 'credentials are wrong, or made with a nonce that is not good any more';
  }

  #enclosedMd5(request: RequestToExamine): DigestClaimed | null {
    const found = this.#enclosed(request, 'md5');
    return found === null ? null : { user: found.user, digest: found.text };
  }

  #enclosedBasic(request: RequestToExamine) {
    const found = this.#enclosed(request, 'basic');
    return found === null ? null : parseBasic(`Basic ${found.text}`);
  }

  /** Where a message does not say who it is from and one sender is known, it is taken to be that one: the digest tells. */
  #enclosed({ contentType, body }: RequestToExamine, kind: 'basic' | 'md5'): { readonly user: string; readonly text: string } | null {
    const found = this.#options.enclosed?.(contentType, body) ?? null;
    if (found === null || found.kind !== kind) return null;
    const only = this.#options.senders.length === 1 ? this.#options.senders[0]?.user : undefined;
    const user = found.user ?? only ?? null;
    return user === null && kind === 'md5' ? null : { user: user ?? '', text: found.text };
  }

  #refuse(why: string, ofDigest: readonly string[] | null = null): Extract<CredentialVerdict, { is: 'refused' }> {
    const challenges = this.#options.kinds.flatMap((kind): readonly string[] => {
      if (kind === 'basic') return [`Basic realm=${quoted(realm)}, charset="UTF-8"`];
      if (kind === 'hmac') return [`SyncML-HMAC realm=${quoted(realm)}, nonce="${this.#nonces.shared()}", algorithm=MD5`];
      if (kind === 'md5') return [`SyncML-MD5 realm=${quoted(realm)}, nonce="${this.#nonces.shared()}"`];
      return ofDigest ?? this.#digest.challenges();
    });
    return { is: 'refused', why, challenges };
  }
}

function first<Value>(values: readonly (Value | null)[]): Value | null {
  return values.find((value) => value !== null) ?? null;
}
