import { setMaxListeners } from 'node:events';
import { Delivery, type DeliveryReceipt, type DeliveryStore, type Handover, type SinkPlan } from '../delivery/index.js';
import type { EndpointIntake, EndpointListener, EndpointSender, OpenListener } from '../endpoints/index.js';
import type { Journal } from '../journal/index.js';
import type { Modem, OpenModemOptions } from '../modem/index.js';
import { type Clock, type Logger, type Random, reached } from '../runtime/index.js';
import { Outbox, type SendPolicy } from '../sending/index.js';
import { type ControlHandlers, listenForRequests } from './control.js';
import type { DmPolicy } from './dm-policy.js';
import { DrivenModems } from './driven-modems.js';
import { EndpointCarriers } from './endpoint-carriers.js';
import { repetitionEvent } from './event-facts.js';
import type { BridgeEvent } from './events.js';
import { incomingReport } from './incoming-report.js';
import { Intake } from './intake.js';
import type { ModemToDrive } from './modem-loop.js';
import { presentError } from './present.js';
import { asBridgeError } from './reading.js';
import { Refusals } from './refusals.js';
import { type Route, sinksFor } from './routes.js';
import { sendHandlers } from './send-requests.js';
import { defaultSetLimits, type SetLimits } from './sets.js';
import { SharedCommits } from './shared-commits.js';

export interface BridgeOptions {
  /** Open, and this bridge's alone until it is closed. */
  readonly journal: Journal;
  readonly sinks: readonly SinkPlan[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Told of everything that happens, in order; it must not throw. */
  readonly onEvent: (event: BridgeEvent) => void;
  readonly routes?: readonly Route[];
  readonly limits?: SetLimits;
  /** Secrets that DM messages are checked with, and what must be authenticated to be handed on. */
  readonly dm?: DmPolicy;
  /** Where to and how much may be sent; without it only to the virtual bench. */
  readonly sendPolicy?: SendPolicy;
  /** Whether sends that an earlier run left in the queue go out too; they do unless told otherwise. */
  readonly resumeSends?: boolean;
  /** Whether messages are handed to their sinks; where not, they wait in the journal for a run that does. */
  readonly handOn?: boolean;
  /** How targets are sent to that need no modem; none can be where it is absent. */
  readonly openSender?: (target: string) => Promise<EndpointSender>;
  /** How modems are opened; for tests, which put a wire of their own behind it. */
  readonly openModem?: (name: string, options: OpenModemOptions) => Promise<Modem>;
}

/** How long sinks may take for what they are being handed when the bridge is closed. */
const drainMs = 2000;
/** How long a part that is leaving may take when the bridge is closed; after that nobody knows whether it left. */
const submitGraceMs = 5000;

/** The rooms put together: modems in, sinks out, and nothing lost between them. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #intake: Intake;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  readonly #driving = new Set<Promise<void>>();
  /** What is to be sent, and what became of it. */
  readonly outbox: Outbox;
  readonly #named: ModemToDrive[] = [];
  readonly #listeners: EndpointListener[] = [];
  readonly #refusals: Refusals;
  readonly #carriers: EndpointCarriers;
  readonly #driven: DrivenModems;
  #recovered: Promise<void> = Promise.resolve();
  #closeControl: () => Promise<void> = () => Promise.resolve();

  /** @throws SinkError `delivery/name-taken` where two sinks have one name */
  constructor(options: BridgeOptions) {
    // Every modem listens for the end, however many there are.
    setMaxListeners(0, this.#stop.signal);
    const { journal, clock, random, log, onEvent, routes = [], sinks, limits = defaultSetLimits } = options;
    this.#options = options;
    this.#driven = new DrivenModems(clock);
    const names = new Set(sinks.map(({ sink }) => sink.name));
    const commits = new SharedCommits(journal, clock);
    const store: DeliveryStore = {
      pendingDeliveries: (sink, query) => journal.pendingDeliveries(sink, query),
      dueDeliveries: (sink, now, most) => journal.dueDeliveries(sink, now, most),
      nextDueAt: (sink) => journal.nextDueAt(sink),
      followClock: () => journal.followClock(),
      handover: (id) => journal.handover(id),
      recordAttempt: (id, sink, attempt) => commits.soon(() => journal.recordAttempt(id, sink, attempt)),
    };
    const { sendPolicy = { allow: [] }, resumeSends = true } = options;
    this.outbox = new Outbox({ store: journal, clock, log, policy: sendPolicy, resume: resumeSends });
    this.#refusals = new Refusals(clock, onEvent);
    this.#carriers = new EndpointCarriers(this.outbox, clock, log, options.openSender);
    this.#delivery = new Delivery({ store, sinks: sinks.map(watched), clock, random, logger: log, onEvent });
    this.#intake = new Intake({
      journal,
      commits,
      clock,
      limits,
      ...(options.dm === undefined ? {} : { dm: options.dm }),
      sinksFor: (message) => sinksFor(message, routes, names),
      emit: onEvent,
      onMessage: (_id, to) => {
        if (this.#handsOn) this.#delivery.wake(to);
      },
      onReport: (report, tag, receiver) => this.outbox.report(incomingReport(report, tag, receiver)),
    });
  }

  /** Takes up what an earlier run left: parts that wait for their message, messages that wait for their sinks. Call it once, first. */
  start(): void {
    this.#intake.recover();
    reached('bridge:recovered');
    this.#recovered = this.#recoverOutbox();
    if (this.#handsOn) this.#delivery.start();
  }

  /**
   * Lets other commands of the same user ask for what only the writer of a state folder can do, until {@link close}.
   * @throws BridgeError `bridge/control-failed`
   */
  async listenForRequests(directory: string, handlers: ControlHandlers = {}): Promise<void> {
    this.#closeControl = await listenForRequests(directory, {
      ...sendHandlers(
        this.outbox,
        this.#options.clock,
        (word) => this.#modemNamed(word),
        (target) => this.attachTarget(target),
      ),
      modems: async () => ({ modems: this.#driven.list() }),
      ...handlers,
    });
  }

  /**
   * Drives a modem until {@link close}; one that is lost is opened again. Resolves when it is ready for the first time, rejects when the
   * first try fails; further tries follow all the same.
   */
  async drive(modem: ModemToDrive): Promise<void> {
    this.#named.push(modem);
    // The driver is loaded with the first modem: whoever only decodes needs no serial library.
    const { driveModem } = await import('./modem-loop.js');
    const { clock, onEvent, openModem } = this.#options;
    return new Promise((resolve, reject) => {
      const driving = driveModem(modem, {
        clock,
        intake: this.#intake,
        emit: (event) => {
          this.#driven.notice(event);
          onEvent(event);
        },
        signal: this.#stop.signal,
        attach: async (sending) => {
          await this.#recovered;
          return this.outbox.attach(sending);
        },
        onOpened: (failure) => (failure === null ? resolve() : reject(failure)),
        ...(openModem === undefined ? {} : { open: openModem }),
      })
        .then(resolve, reject)
        .finally(() => this.#driving.delete(driving));
      this.#driving.add(driving);
    });
  }

  /**
   * Opens a listener that needs no modem; what it receives goes the way of every message, until {@link close}.
   * @throws EndpointError `endpoints/address-in-use`, `endpoints/address-not-permitted`, `endpoints/bad-address`
   */
  async listenAt(open: OpenListener): Promise<EndpointListener> {
    const { clock, random, log, onEvent } = this.#options;
    const intake: EndpointIntake = {
      accept: (message) => this.#intake.accept(message),
      repeated: (message) => onEvent(repetitionEvent(message, clock.now())),
      refused: (refusal) => this.#refusals.tell(refusal),
      registration: (state) => onEvent({ event: 'registration', binding: 'sip', ...state }),
    };
    const listener = await open(intake, { clock, random, log });
    this.#listeners.push(listener);
    const { binding, address, port } = listener;
    onEvent({ event: 'listening', binding, address, port });
    return listener;
  }

  /**
   * Lets sends to a target that needs no modem leave.
   * @throws EndpointError `endpoints/bad-target`
   */
  async attachTarget(target: string): Promise<void> {
    await this.#recovered;
    await this.#carriers.attach(target);
  }

  /** Names of all sinks that are served. */
  get sinkNames(): readonly string[] {
    return this.#options.sinks.map(({ sink }) => sink.name);
  }

  /**
   * Hands a message over again at once, to all its sinks or to those named; the answer names them.
   * @throws JournalError `journal/unknown-message`, `journal/unknown-delivery`, `journal/not-stored`
   */
  async redeliver(id: string, sinks?: readonly string[]): Promise<readonly string[]> {
    const { journal } = this.#options;
    const again = await journal.redeliver(id, sinks ?? withheldSinks(journal, id));
    this.#delivery.retryNow(again);
    return again;
  }

  /** Answers what is being taken in, closes the modems, and lets hand-overs that are under way end. The journal stays the caller's to close. */
  async close(): Promise<void> {
    reached('bridge:closing');
    await this.#recovered;
    const grace = new AbortController();
    await Promise.race([this.outbox.close(), this.#options.clock.sleep(submitGraceMs, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    this.#stop.abort();
    await this.#carriers.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await Promise.all(this.#driving);
    await this.#intake.close();
    await this.#delivery.close({ drainMs });
    await this.#closeControl();
    reached('bridge:closed');
  }

  /** Resolves when nobody waits any more for what was asked to be sent. */
  idle(): Promise<void> {
    return this.outbox.idle();
  }

  /** The name of a modem that is driven here, from its name or its port. */
  #modemNamed(word: string): string | null {
    return this.#named.find(({ name, port }) => name === word || port === word)?.name ?? null;
  }

  get #handsOn(): boolean {
    return this.#options.handOn !== false;
  }

  async #recoverOutbox(): Promise<void> {
    try {
      for (const receipt of await this.outbox.recover()) this.#options.onEvent(receipt);
      if (this.#options.resumeSends !== false) await this.#carriers.resume(this.#options.journal.openSends());
    } catch (cause) {
      this.#options.onEvent({ event: 'error', ...presentError(asBridgeError(cause)) });
    }
  }
}

/** The sinks from which a message was withheld, where it was; undefined for those that it went to. */
export function withheldSinks(journal: Pick<Journal, 'message'>, id: string): readonly string[] | undefined {
  const message = journal.message(id);
  if (message === null || message.sinks.length > 0) return undefined;
  const facts: unknown = JSON.parse(message.facts);
  const withheld = typeof facts === 'object' && facts !== null && 'withheld' in facts ? facts.withheld : null;
  if (typeof withheld !== 'object' || withheld === null || !('sinks' in withheld) || !Array.isArray(withheld.sinks)) return undefined;
  return withheld.sinks.map(String);
}

/** A sink that says when it is asked and when it has answered. */
function watched(plan: SinkPlan): SinkPlan {
  const { sink } = plan;
  const accept = async (handover: Handover, options: { readonly signal: AbortSignal }): Promise<DeliveryReceipt> => {
    reached('sink:asked');
    const receipt = await sink.accept(handover, options);
    reached('sink:answered');
    return receipt;
  };
  return { ...plan, sink: { name: sink.name, kind: sink.kind, accept, close: () => sink.close() } };
}
