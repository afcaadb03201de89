import { BridgeError } from '../../errors.js';
import type { Clock, Logger, Random } from '../../runtime/index.js';
import { EndpointError } from '../errors.js';
import { octetsOf, parseNumber, textOf } from '../header-grammar.js';
import type { ClientTransactions } from './client-transactions.js';
import type { DigestCredentials } from './digest.js';
import { DigestClient, type DigestProof } from './digest-client.js';
import { dmFeatureTag } from './examine-request.js';
import { formatSipMessage, type HeaderToWrite } from './format-message.js';
import { headerList, headerValue, type SipResponse } from './message.js';
import type { OpenCarrier } from './open-carrier.js';
import { redirectOf } from './redirect.js';
import { formatHost, parseSipAddress, parseSipUri, type SipUri, sameSipUri } from './uri.js';
import { formatVia, routeThrough } from './via.js';

/** Where and as whom to register. */
export interface RegistrationOptions {
  readonly registrar: SipUri;
  /** Address of record, such as `sip:dev1@bench.invalid`. */
  readonly aor: string;
  /** Identifies this device for good, such as `urn:uuid:…`. @see RFC 5626 4.1 */
  readonly instance: string;
  readonly credentials?: DigestCredentials | undefined;
  /** Where requests go in place of the registrar. @see RFC 3261 8.1.2 */
  readonly proxy?: SipUri | undefined;
  /** Seconds that are asked for; by default an hour. */
  readonly expiresSeconds?: number | undefined;
}

/** What became of a registration. */
export interface RegistrationState {
  readonly state: 'registered' | 'failed' | 'ended';
  readonly registrar: string;
  readonly aor: string;
  readonly expiresSeconds: number | null;
  /** Address that leads to this device alone; null where the registrar gives none. @see RFC 5627 */
  readonly publicGruu: string | null;
  readonly temporaryGruu: string | null;
}

/** Opens the way to a registrar; `onLost` is told when it is closed by the other end. */
export type OpenRegistrarCarrier = (
  uri: SipUri,
  options: { readonly signal: AbortSignal; readonly onLost: () => void },
) => Promise<OpenCarrier>;

export interface RegistrationSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly transactions: ClientTransactions;
  readonly open: OpenRegistrarCarrier;
  readonly onState: (state: RegistrationState) => void;
  readonly refused: (code: `endpoints/${string}`, message: string, from: string) => void;
}

const usualExpiresSeconds = 3600;
const longestPauseMs = 60_000;
const mostRedirects = 3;
/** Answers to one attempt: challenges, a longer time, redirections. */
const mostTries = 8;
/** How long the registrar may take to hear that the device is leaving. */
const leaveMs = 1000;

/**
 * Registers as soon as it can, again before the registration ends, and after a pause that grows where it cannot.
 * @see OMA-TS-DM_PushBinding-V1_3 5.2; RFC 3261 10; RFC 3840 4; RFC 5627 4.1
 */
export class SipRegistration {
  readonly #options: RegistrationOptions;
  readonly #with: RegistrationSurroundings;
  readonly #stop = new AbortController();
  readonly #digest: DigestClient;
  readonly #callId: string;
  readonly #tag: string;
  #sequence = 0;
  /** The address that was registered last. */
  #contact: SipUri | null = null;
  #expires: number;
  #registered = false;
  #running: Promise<void> = Promise.resolve();
  #wake = new AbortController();

  constructor(options: RegistrationOptions, surroundings: RegistrationSurroundings) {
    this.#options = options;
    this.#with = surroundings;
    this.#digest = new DigestClient(options.credentials ?? null, surroundings.random);
    this.#callId = surroundings.random.uuid();
    this.#tag = surroundings.random.uuid().slice(0, 13);
    this.#expires = options.expiresSeconds ?? usualExpiresSeconds;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends it, and tells the registrar so where it can. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (!this.#registered) return;
    const signal = new AbortController();
    const cancel = this.#with.clock.after(leaveMs, () => signal.abort(), { keepAlive: true });
    await this.#register(0, signal.signal).catch((error: unknown) => this.#with.log.debug('not deregistered', { error: String(error) }));
    cancel();
  }

  async #run(): Promise<void> {
    const { random, onState, refused } = this.#with;
    const { signal } = this.#stop;
    const { registrar, aor } = this.#options;
    for (let failures = 0; !signal.aborted; ) {
      let pauseMs: number;
      try {
        const response = await this.#register(this.#expires, signal);
        const state = this.#read(response);
        failures = 0;
        // What the registrar granted for no time has ended before it began.
        if (state.expiresSeconds === 0) throw new EndpointError('endpoints/sip-not-registered', 'the registrar granted no time');
        onState({ state: 'registered', registrar: registrar.text, aor, ...state });
        // In good time before the end, so that a lost request can come again.
        const seconds = state.expiresSeconds;
        pauseMs = 1000 * Math.max(1, seconds > 120 ? seconds - 60 : seconds / 2);
      } catch (error) {
        if (signal.aborted) return;
        const known = error instanceof RegistrarRefusal ? error : null;
        failures += 1;
        const message = error instanceof BridgeError ? error.message : String(error);
        refused('endpoints/sip-not-registered', `not registered at ${registrar.text}: ${message}`, registrar.text);
        onState({ state: 'failed', registrar: registrar.text, aor, expiresSeconds: null, publicGruu: null, temporaryGruu: null });
        const grown = Math.min(longestPauseMs, 1000 * 2 ** Math.min(failures - 1, 6)) * (0.5 + random.fraction() / 2);
        // A password that was refused will be refused again, and registrars lock out those who insist.
        const least = known?.forbids === true ? longestPauseMs : 0;
        pauseMs = Math.max(grown, least, Math.min(known?.retryAfterMs ?? 0, 3_600_000));
      }
      await this.#pause(pauseMs);
    }
  }

  /** Waits, less where the way to the registrar is lost meanwhile: nothing could come by it any more. */
  async #pause(pauseMs: number): Promise<void> {
    const { clock, random } = this.#with;
    this.#wake = new AbortController();
    const { signal } = this.#stop;
    const either = AbortSignal.any([signal, this.#wake.signal]);
    await clock.sleep(pauseMs, { signal: either }).catch(() => undefined);
    if (!signal.aborted && this.#wake.signal.aborted) {
      // A registrar that has just been restarted has many to hear.
      await clock.sleep(1000 * (0.5 + random.fraction()), { signal }).catch(() => undefined);
    }
  }

  /** One registration with all that the registrar asks in between. @throws EndpointError */
  async #register(expires: number, signal: AbortSignal): Promise<SipResponse> {
    let registrar = this.#options.registrar;
    let asked = expires;
    let redirects = 0;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const { response, proof } = await this.#ask(registrar, asked, signal);
      const { status } = response;
      if (status >= 200 && status < 300) {
        this.#registered = asked > 0;
        return response;
      }
      const least = parseNumber(headerValue(response, 'min-expires'), 0x7fff_ffff);
      const elsewhere = redirectOf(response);
      if (status === 423 && least !== null && least > asked) {
        asked = least;
        this.#expires = least;
      } else if (elsewhere !== null && redirects < mostRedirects) {
        registrar = elsewhere;
        redirects += 1;
      } else if (!this.#digest.learn(response, proof)) throw new RegistrarRefusal(response);
    }
    throw new EndpointError('endpoints/sip-not-registered', `the registrar did not come to an end in ${mostTries} answers`);
  }

  async #ask(
    registrar: SipUri,
    expires: number,
    signal: AbortSignal,
  ): Promise<{ readonly response: SipResponse; readonly proof: DigestProof }> {
    const { random, transactions, open } = this.#with;
    const { aor, instance, proxy } = this.#options;
    const carrier = await open(proxy ?? registrar, { signal, onLost: () => this.#wake.abort() });
    const { address, port } = carrier.local;
    const branch = `z9hG4bK${random.uuid()}`;
    const user = parseSipUri(aor)?.user;
    const transport = carrier.transport === 'UDP' ? '' : `;transport=${carrier.transport.toLowerCase()}`;
    const contact = `<sip:${user === null || user === undefined ? '' : `${user}@`}${formatHost(address)}:${port}${transport}>`;
    const uri = `${registrar.scheme}:${formatHost(registrar.host)}${registrar.port === null ? '' : `:${registrar.port}`}`;
    const proof = this.#digest.prove('REGISTER', uri);
    this.#sequence += 1;
    const headers: HeaderToWrite[] = [
      ['Via', formatVia(carrier.transport, { address, port }, branch)],
      ...routeThrough(proxy),
      ['Max-Forwards', '70'],
      ['From', `<${octetsOf(aor)}>;tag=${this.#tag}`],
      ['To', `<${octetsOf(aor)}>`],
      ['Call-ID', this.#callId],
      ['CSeq', `${this.#sequence} REGISTER`],
      ['Contact', `${contact};+sip.instance="<${instance}>";${dmFeatureTag};expires=${expires}`],
      ['Supported', 'gruu, path'],
      ['Allow', 'MESSAGE, OPTIONS'],
      ...proof.headers,
    ];
    const octets = formatSipMessage(`REGISTER ${uri} SIP/2.0`, headers);
    this.#contact = uriOf(contact);
    return { response: await transactions.request({ octets, branch, method: 'REGISTER' }, carrier, signal), proof };
  }

  /** What the registrar granted this device, which it is known by its instance from others of the same address of record. */
  #read(response: SipResponse): {
    readonly expiresSeconds: number;
    readonly publicGruu: string | null;
    readonly temporaryGruu: string | null;
  } {
    const contacts = headerList(response, 'contact')
      .map(parseSipAddress)
      .filter((address) => address !== null);
    // A registrar that does not give the instance back still gives the address.
    const ours =
      contacts.find(({ parameters }) => parameters.get('+sip.instance')?.toLowerCase() === `<${this.#options.instance.toLowerCase()}>`) ??
      contacts.find(({ uri }) => this.#isContact(uri));
    const granted = parseNumber(ours?.parameters.get('expires') ?? headerValue(response, 'expires'), 0x7fff_ffff);
    const gruu = (name: string): string | null => {
      const value = ours?.parameters.get(name);
      return typeof value === 'string' && parseSipUri(value) !== null ? textOf(value) : null;
    };
    return { expiresSeconds: granted ?? this.#expires, publicGruu: gruu('pub-gruu'), temporaryGruu: gruu('temp-gruu') };
  }

  #isContact(text: string): boolean {
    const uri = parseSipUri(text);
    return uri !== null && this.#contact !== null && sameSipUri(uri, this.#contact);
  }
}

function uriOf(contact: string): SipUri | null {
  return parseSipUri(parseSipAddress(contact)?.uri ?? '');
}

/** The registrar said no. */
class RegistrarRefusal extends EndpointError {
  readonly retryAfterMs: number;
  /** User or password were refused. */
  readonly forbids: boolean;

  constructor(response: SipResponse) {
    const { status, reason } = response;
    const forbids = status === 401 || status === 403 || status === 407;
    const advice = forbids ? 'check user and password' : undefined;
    super(
      'endpoints/sip-not-registered',
      `the registrar answered ${status} ${textOf(reason).slice(0, 80)}`,
      advice === undefined ? {} : { advice },
    );
    this.forbids = forbids;
    this.retryAfterMs = 1000 * (parseNumber(headerValue(response, 'retry-after')?.split(/[ ;(]/)[0], 86_400) ?? 0);
  }
}
