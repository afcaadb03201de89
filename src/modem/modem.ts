import type { Duplex } from 'node:stream';
import { hasQuirk, type ModemProfile } from '../profiles/index.js';
import { Mailbox } from '../runtime/index.js';
import { Acknowledger } from './acknowledger.js';
import { AnnouncementWatch } from './announcement-watch.js';
import { parseStoredIndication } from './answer-values.js';
import { AtEngine, type LineOddity } from './at-engine.js';
import { DirectDeliveries } from './direct-deliveries.js';
import { AtError, PortClosedError } from './errors.js';
import { identify } from './identify.js';
import { isHexLine } from './line-protocol.js';
import { LineWatch } from './line-watch.js';
import { MessageStore } from './message-store.js';
import type { ModemOptions } from './modem-options.js';
import { closePort } from './port.js';
import { Rounds } from './rounds.js';
import {
  armIndications,
  ask,
  attempt,
  awaitMessages,
  chooseAcknowledgedService,
  chooseMemories,
  choosePduMode,
  type Indications,
  type Memories,
  readIndications,
  restart,
  type SetUpTools,
  settleDown,
  switchRadioOn,
  wakeUp,
} from './set-up.js';
import { fullIndicator, fullSignals, restartSignals, simSignals } from './signals.js';
import { readySim } from './sim.js';
import { type ModemStatus, readCardNumber, readStatus } from './status.js';
import { Submitter } from './submitter.js';
import type { ModemDriver, ModemIdentity, ModemNote, ReceivedPdu, SubmitOptions } from './types.js';

const lateAcknowledgementMs = 12_000;
const restartSettlesMs = 2_000;
/** Between two looks at the memories of a modem that announces nothing. */
const pollEveryMs = 5_000;
const mostUnacknowledged = 1_024;
/** Drives one modem over one byte stream. It cannot tell a USB port from a virtual modem or a recording. */
export class Modem implements ModemDriver {
  readonly #port: Duplex;
  readonly #options: ModemOptions;
  readonly #engine: AtEngine;
  readonly #watch = new LineWatch((note, detail) => this.#note(note, detail));
  readonly #mailbox = new Mailbox<ReceivedPdu>();
  readonly #ended = new AbortController();
  readonly #tools: SetUpTools;
  readonly #rounds: Rounds;
  readonly #submitter: Submitter;
  readonly #announcements: AnnouncementWatch;
  readonly #direct: DirectDeliveries;
  #identity: ModemIdentity = { manufacturer: null, model: null, firmware: null, imei: null, imsi: null, profile: '' };
  #profile: ModemProfile | null = null;
  #acknowledger: Acknowledger | null = null;
  #store: MessageStore | null = null;
  #indications: Indications | null = null;
  #acknowledged = false;
  #directInVain = false;
  #restoring = false;
  #fullIndicator: string | null = null;
  #lost: PortClosedError | null = null;
  #earlyLines: (readonly [string, string | null])[] | null = [];

  private constructor(port: Duplex, options: ModemOptions) {
    this.#port = port;
    this.#options = options;
    this.#engine = new AtEngine(port, options.clock, {
      onUnsolicited: (line, pdu) => this.#unsolicited(line, pdu),
      onLost: (reason) => this.#lose(reason),
      onOddity: (oddity) => this.#odd(oddity),
    });
    this.#announcements = new AnnouncementWatch(options.clock, () => {
      this.#note(
        'announcements-elsewhere',
        `messages come and are not announced here: the memories are looked at every ${pollEveryMs / 1_000} s`,
      );
      this.#rounds.start();
    });
    this.#direct = new DirectDeliveries(
      options.clock,
      { mostUnacknowledged },
      {
        onPdu: (received) => this.#mailbox.put(received),
        // Not acknowledged, so the network keeps it.
        onTooMany: (line) => this.#note('too-many-unacknowledged', line),
      },
    );
    const everyMs = (): number =>
      this.#indications === null || this.#announcements.missing ? pollEveryMs : (options.tendEveryMs ?? 60_000);
    this.#rounds = new Rounds(
      options.clock,
      everyMs,
      () => this.#tend(),
      (cause) => this.#trouble(cause),
    );
    this.#tools = {
      engine: this.#engine,
      clock: options.clock,
      signal: this.#ended.signal,
      tell: (note, detail) => this.#note(note, detail),
    };
    this.#submitter = new Submitter(this.#tools, { onMemoryFull: () => this.#rounds.soon() });
  }

  /**
   * Brings a modem from any state to one in which nothing is lost: known settings, both ways of reception armed, memories swept.
   * The port is the modem's from then on; it is closed when this fails.
   * @throws ModemError, AtError, TimeoutError, PortClosedError, `signal.reason`
   */
  static async open(port: Duplex, options: ModemOptions): Promise<Modem> {
    const modem = new Modem(port, options);
    const onAbort = (): void => modem.#ended.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      options.signal?.throwIfAborted();
      await modem.#bringUp();
      return modem;
    } catch (cause) {
      await modem.close();
      options.signal?.throwIfAborted();
      throw cause;
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  get identity(): ModemIdentity {
    return this.#identity;
  }

  /** Whether messages come by +CMT (`direct`), by +CMTI (`stored`), or are only found by looking (`polling`). */
  get reception(): 'direct' | 'stored' | 'polling' {
    return this.#indications === null ? 'polling' : this.#indications.direct ? 'direct' : 'stored';
  }

  /** Why the modem was lost, or null. */
  get lost(): PortClosedError | null {
    return this.#lost;
  }

  received(): AsyncIterable<ReceivedPdu> {
    return this.#mailbox;
  }

  async acknowledge(received: ReceivedPdu, verdict: 'stored' | 'refused' = 'stored'): Promise<void> {
    if (received.storage !== null) {
      if (verdict === 'refused') return this.#store?.release(received);
      return this.#store?.delete(received);
    }
    this.#direct.answered();
    if (verdict === 'refused') return this.#acknowledger?.refuse();
    try {
      await this.#acknowledger?.accept({ expected: this.#acknowledged });
    } catch (cause) {
      if (cause instanceof AtError) {
        this.#note('acknowledgement-refused', cause.message);
        // What it delivers directly can be kept and never be acknowledged, so that it stops: what it stores can be deleted.
        this.#directInVain = this.#acknowledged && this.#acknowledger?.everTaken === false;
        this.#rounds.soon();
      }
      throw cause;
    }
    // The modem has given up on a message that waited this long, and announces nothing more.
    if (this.#options.clock.now() - received.receivedAt > lateAcknowledgementMs) this.#rounds.soon();
  }

  submit(pdu: string, tpduOctets: number, options: SubmitOptions = {}): Promise<{ readonly messageReference: number }> {
    return this.#submitter.submit(pdu, tpduOctets, options);
  }

  /** How the modem stands with its SIM and network. */
  status(): Promise<ModemStatus> {
    return readStatus(this.#tools);
  }

  /** The SIM card's serial number, or null. Secret: never shown or logged unredacted. */
  cardNumber(): Promise<string | null> {
    return readCardNumber(this.#tools);
  }

  async close(): Promise<void> {
    this.#shutDown(new PortClosedError('modem/closed', 'The modem was closed'));
    this.#mailbox.close();
    await closePort(this.#port, this.#options.clock);
  }

  async #bringUp(): Promise<void> {
    const { portName, answerWithinMs } = this.#options;
    await wakeUp(this.#tools, { portName, answerWithinMs, describe: () => this.#watch.describe() });
    await attempt(this.#tools, 'ATE0');
    await attempt(this.#tools, 'AT+CMEE=1');
    await this.#identify();
    if (this.#options.reset === true) await restart(this.#tools, this.#profile, portName);
    await this.#prepare();
    this.#rounds.start();
  }

  async #identify(): Promise<void> {
    const { identity, profile } = await identify(this.#tools, this.#options.profile);
    this.#profile = profile;
    this.#acknowledger = new Acknowledger(this.#engine, profile);
    this.#identity = identity;
  }

  /** Everything that a restart of the modem undoes. */
  async #prepare(): Promise<void> {
    const profile = this.#profile;
    if (profile === null) return;
    const tools = this.#tools;
    this.#submitter.reset(profile);
    this.#announcements.watch(false);
    await settleDown(tools, profile);
    await switchRadioOn(tools);
    await readySim(tools, profile, this.#options.pin);
    await awaitMessages(tools, profile);
    await choosePduMode(tools);
    await attempt(tools, 'AT+CSCS="GSM"');
    const imsi = await ask(tools, 'AT+CIMI');
    this.#identity = { ...this.#identity, imsi: imsi !== null && /^\d{5,16}$/.test(imsi) ? imsi : null };
    const wanted =
      this.#options.reception ?? (hasQuirk(profile, 'stores-direct-messages-too') ? 'stored' : undefined) ?? profile.reception ?? 'direct';
    this.#acknowledged = await chooseAcknowledgedService(tools, profile);
    this.#note(
      'service',
      this.#acknowledged ? 'what is delivered is acknowledged (+CSMS)' : 'nothing that is delivered is acknowledged (+CSMS)',
    );
    // What a host before this one left unanswered; a message that has come here is itself the one the modem waits for.
    const seen = this.#earlyLines?.some(([, pdu]) => pdu !== null) ?? true;
    const forget = (): unknown => (this.#earlyLines = this.#earlyLines?.filter(([, pdu]) => pdu === null) ?? null);
    if (this.#acknowledged && !seen) await this.#acknowledger?.refuse(forget);
    const store = this.#useStore(profile, await chooseMemories(tools, profile));
    await store.sweep();
    await this.#arm(wanted === 'direct' && this.#acknowledged && !this.#directInVain);
    this.#openGates();
    await store.sweep();
    this.#fullIndicator = await fullIndicator(tools);
    this.#announcements.watch(true);
  }

  #useStore(profile: ModemProfile, memories: Memories): MessageStore {
    if (this.#store !== null) {
      this.#store.reset(memories);
      return this.#store;
    }
    const store = new MessageStore(this.#tools, profile, memories, {
      onMessage: (received) => this.#mailbox.put(received),
      onFound: () => this.#announcements.found(),
      onSwept: (memory, found) => this.#note('swept', `${memory}: ${found === 0 ? 'nothing new' : `${found} found`}`),
      onFilling: (memory, used, total) => this.#note('memory-filling', `${memory} holds ${used} of ${total}`),
      onTrouble: (what, cause) => this.#note('trouble', `${what}: ${cause instanceof Error ? cause.message : String(cause)}`),
    });
    this.#store = store;
    return store;
  }

  async #arm(direct: boolean): Promise<void> {
    const profile = this.#profile;
    if (profile === null) return;
    this.#indications = await armIndications(this.#tools, profile, { direct });
    if (this.#indications === null) this.#note('polling-only', 'the modem takes no +CNMI: its memories are looked at instead');
    else {
      const { values, direct: isDirect } = this.#indications;
      this.#note('armed', `messages come ${isDirect ? 'directly (+CMT)' : 'stored (+CMTI)'}, +CNMI ${values.join(',')}`);
      if (this.#options.reception === 'direct' && !isDirect) {
        const why = this.#acknowledged && !this.#directInVain ? 'takes no +CNMI for it' : 'acknowledges none of it';
        this.#note('reception-not-as-asked', `direct reception was asked for and the modem ${why}: messages are stored first`);
      }
    }
  }

  /** Lines that came before the store was there are looked at now. */
  #openGates(): void {
    const early = this.#earlyLines ?? [];
    this.#earlyLines = null;
    for (const [line, pdu] of early) this.#unsolicited(line, pdu);
  }

  async #tend(): Promise<void> {
    const profile = this.#profile;
    if (profile === null) return;
    // A modem may have fallen back to text mode, in which no PDU would come, or to a service without acknowledgements.
    await attempt(this.#tools, 'AT+CMGF=0');
    if (this.#acknowledged && !(await chooseAcknowledgedService(this.#tools, profile)))
      this.#note('trouble', 'acknowledged delivery (+CSMS) is no longer in force');
    const inForce = await readIndications(this.#tools);
    const wanted = this.#indications;
    if (this.#directInVain && wanted?.direct === true) await this.#arm(false);
    else if (wanted !== null && inForce !== null && (inForce[1] !== wanted.values[1] || inForce[3] !== wanted.values[3])) {
      this.#note('rearmed', `+CNMI had become ${inForce.join(',')}`);
      // Something was delivered to nobody: what is stored can be found by looking, and is lost to no one.
      await this.#arm(wanted.direct && !this.#announcements.disarmed());
    }
    await this.#store?.sweep();
  }

  async #restore(): Promise<void> {
    await this.#options.clock.sleep(restartSettlesMs, { signal: this.#tools.signal });
    await attempt(this.#tools, 'ATE0');
    await attempt(this.#tools, 'AT+CMEE=1');
    await this.#prepare();
    this.#note('set-up-again', 'everything that a restart undoes is in force again');
  }

  #restarted(line: string): void {
    // Some say so twice, and again while they are set up.
    if (this.#restoring || this.#ended.signal.aborted) return;
    this.#restoring = true;
    this.#note('restarted', line);
    const forgotten = this.#engine.underWay;
    this.#options.clock.after(restartSettlesMs, () => this.#engine.expire(forgotten, 'the modem restarted'));
    const restore = async (): Promise<void> => {
      await this.#restore().catch((cause: unknown) => this.#notRestored(cause));
      this.#restoring = false;
    };
    void this.#rounds.instead(restore);
  }

  /** A modem that cannot be set up again is one that is lost: its owner opens it anew. */
  #notRestored(cause: unknown): void {
    this.#trouble(cause);
    if (this.#ended.signal.aborted) return;
    this.#lose(new PortClosedError('modem/port-lost', 'The modem restarted and could not be set up again', { cause }));
  }

  #unsolicited(line: string, pdu: string | null): void {
    this.#watch.announced();
    if (this.#ended.signal.aborted) return;
    if (this.#earlyLines !== null) {
      if (this.#earlyLines.length < mostUnacknowledged) this.#earlyLines.push([line, pdu]);
      return;
    }
    if (pdu !== null) this.#delivered(line, pdu);
    else if (line.startsWith('+CMTI:') || line.startsWith('+CDSI:')) this.#announced(line);
    else if (restartSignals.test(line)) this.#restarted(line);
    else if (simSignals.test(line)) this.#rounds.soon();
    else if (fullSignals.test(line) || line === this.#fullIndicator) {
      this.#note('memory-full', line);
      this.#rounds.soon();
    }
  }

  #delivered(line: string, pdu: string): void {
    if (line.startsWith('+CBM:')) return;
    this.#announcements.heard();
    this.#direct.take(line, pdu);
    if (!isHexLine(pdu)) this.#rounds.soon();
  }

  #announced(line: string): void {
    this.#announcements.heard();
    const location = parseStoredIndication(line);
    const store = this.#store;
    if (location === null || location.index === null || store === null) {
      this.#rounds.soon();
      return;
    }
    void store.announced({ memory: location.memory, index: location.index }).catch((cause: unknown) => {
      this.#trouble(cause);
      this.#rounds.soon();
    });
  }

  #odd(oddity: LineOddity): void {
    this.#watch.see(oddity);
    if (oddity.what === 'stray-line') this.#direct.takeStray(oddity.line);
    // A message that was announced and did not come waits unacknowledged, and the modem may fall silent for it.
    if (oddity.what === 'broken-unsolicited' && this.#earlyLines === null) this.#rounds.soon();
  }

  #trouble(cause: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#note('trouble', cause instanceof Error ? cause.message : String(cause));
  }

  #note(note: ModemNote, detail: string): void {
    this.#options.onEvent?.({ kind: 'note', port: this.#options.portName, note, detail });
  }

  #lose(reason: PortClosedError): void {
    this.#lost ??= reason;
    this.#shutDown(reason);
    this.#mailbox.fail(reason);
    void closePort(this.#port, this.#options.clock);
  }

  #shutDown(reason: PortClosedError): void {
    this.#rounds.stop();
    this.#direct.close();
    this.#announcements.watch(false);
    this.#engine.detach(reason);
    if (!this.#ended.signal.aborted) this.#ended.abort(reason);
  }
}
