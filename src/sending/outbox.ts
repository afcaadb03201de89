import { BridgeError } from '../errors.js';
import type { Journal, OutboxPart, StoredSend } from '../journal/index.js';
import { toHex } from '../octets/index.js';
import type { Cancel, Clock, Logger } from '../runtime/index.js';
import { SendError } from './errors.js';
import { LeavingParts } from './leaving-parts.js';
import { type PlannedPart, type PlanOptions, planParts } from './plan.js';
import { checkContent, checkDestination, defaultPushesPerMinute, nextStart, type SendPolicy } from './policy.js';
import { carriedBy, factsOf, type PartError, type PartFate, partFate, type Receipt, receiptOf, type SendFacts } from './receipt.js';
import { counts, type IncomingReport, longestReportMs, matchReport } from './reports.js';
import { changed } from './submit-part.js';
import { checkTarget, isTarget } from './target.js';
import { type SendingModem, transmit } from './transmission.js';

/** What an outbox needs of a journal. */
export type OutboxStore = Pick<
  Journal,
  'enqueue' | 'recordSend' | 'cancelSend' | 'nextNumber' | 'openSends' | 'send' | 'sends' | 'sendStarts' | 'partsByReference'
>;

export interface OutboxOptions {
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: SendPolicy;
  /** Whether sends that an earlier run left in the queue go out too. */
  readonly resume: boolean;
}

/** A push to be sent: its WSP PDU and how it is to leave. */
export interface SendRequest extends Omit<PlanOptions, 'reference' | 'rejectDuplicates'> {
  readonly wsp: Uint8Array;
  /** What to call its type in lists. */
  readonly type?: string;
  /** Counted per destination where absent. */
  readonly reference?: number;
  /** Name of a modem; any where absent. */
  readonly modem?: string | null;
  /** Where to send without a modem: `udp://HOST:PORT` and the like; it then is the only part, whole. */
  readonly via?: string | null;
  /** The higher goes first; 0 unless given. */
  readonly priority?: number;
  /** Rather refuses than waits for the rate limit. */
  readonly noWait?: boolean;
  /** A part that may have left may be sent again. */
  readonly allowDuplicates?: boolean;
}

/** What followers of a send are told. */
export type SendEvent =
  | ({ readonly event: 'part'; readonly id: string; readonly to: string } & Pick<Receipt, 'modem' | 'via'> & PartFate)
  /** Nothing leaves before a time; null where no modem is there. */
  | { readonly event: 'waiting'; readonly id: string; readonly reason: 'rate-limit' | 'modem' | 'storage'; readonly until: string | null }
  | ({ readonly event: 'report'; readonly id: string } & PartFate)
  | Receipt;

type Follower = (event: SendEvent) => void;

const minuteMs = 60_000;
const storageRetryMs = 1000;
const idleCheckMs = 50;
const gone: PartError = { code: 'sending/interrupted', message: 'the program ended while this part was leaving' };
const untried: PartError = { code: 'sending/stopped', message: 'the program ended before this part' };
const expired: PartError = { code: 'sending/expired', message: 'it waited longer than its validity' };

/** What is to be sent, kept on disk, and the modems that send it: each in its own rate, one message at a time. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #modems = new Map<SendingModem, { wake: () => void; readonly ended: Promise<void> }>();
  readonly #busy = new Set<string>();
  /** Sends of this run, with when they were asked for: by a clock that never jumps, as {@link #now} has it. */
  readonly #own = new Map<string, number>();
  readonly #followers = new Map<string, Set<Follower>>();
  readonly #settling = new Set<Promise<void>>();
  readonly #leaving = new LeavingParts();
  readonly #stop = new AbortController();
  readonly #zero: number;
  #used = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#zero = options.clock.now() - options.clock.monotonic();
  }

  /** The time by the clock as it stood at the start, and by one that never jumps since: a clock that is set ends nobody's validity. */
  #now(): number {
    return this.#zero + this.#options.clock.monotonic();
  }

  /**
   * Closes what an earlier run left half done: a part that was leaving may or may not have left, and nothing is sent after it. What had not
   * begun stays queued. Call it once, before the first {@link attach}.
   */
  async recover(): Promise<readonly Receipt[]> {
    const { store, clock } = this.#options;
    const closed: Receipt[] = [];
    for (const send of store.openSends()) {
      if (send.state === 'queued') continue;
      const parts = send.parts.map((part) => {
        if (part.state === 'leaving') return changed(part, { state: 'unknown', error: gone });
        return part.state === 'queued' ? changed(part, { state: 'not-sent', error: untried }) : part;
      });
      await store.recordSend(send.id, { state: 'finished', finishedAt: clock.now(), parts });
      closed.push(receiptOf({ ...send, state: 'finished', parts }));
    }
    return closed;
  }

  /** Lets a modem send; the answer takes it away again, which resolves when what it was sending has ended. */
  attach(modem: SendingModem): () => Promise<void> {
    const detached = new AbortController();
    const state = { wake: (): void => {}, ended: Promise.resolve() };
    state.ended = this.#pump(modem, detached.signal, (wake) => {
      state.wake = wake;
    });
    this.#modems.set(modem, state);
    return async () => {
      this.#modems.delete(modem);
      detached.abort();
      state.wake();
      await state.ended;
    };
  }

  /** Whether something is queued for a modem or a target, or is leaving by it. */
  hasOpen(name: string): boolean {
    return this.#options.store.openSends().some(({ modem }) => modem === name);
  }

  /** Names of the modems that can send now. */
  get modems(): readonly string[] {
    return [...this.#modems.keys()].map(({ name }) => name).filter((name) => !isTarget(name));
  }

  /**
   * Checks a push against the policy as far as it can be without a modem.
   * @throws as {@link enqueue}
   */
  check(request: SendRequest): void {
    const parts = this.#plan(request, request.reference ?? 0);
    if (request.via == null) checkDestination(request.to, this.#options.policy);
    else checkTarget(request.via, this.#options.policy.allow);
    checkContent(request.wsp, request.via == null ? parts : []);
    this.#checkBudget(parts.length);
  }

  /**
   * Checks a push against the policy and takes it into the queue; the answer is its id, on disk.
   * @throws SendError `sending/destination-not-allowed`, `sending/content-not-allowed`, `sending/rate-not-allowed`, `sending/budget-not-allowed`, `sending/bad-number`, …
   */
  async enqueue(request: SendRequest): Promise<string> {
    const { store, clock } = this.#options;
    const { to, wsp, referenceBits = 8, allowDuplicates = false } = request;
    const modem = request.via ?? request.modem ?? null;
    if (this.#stop.signal.aborted) throw new SendError('sending/stopped', 'the program is ending');
    this.check(request);
    if (request.noWait === true) this.#checkRate(modem);
    const modulus = referenceBits === 16 ? 0x1_0000 : 0x100;
    const reference = request.reference ?? ((await store.nextNumber(`reference-${referenceBits}:${to}`, modulus)) + 1) % modulus;
    const facts: SendFacts = {
      type: request.type ?? '',
      octets: wsp.length,
      reference,
      report: request.report === true,
      allowDuplicates,
      validityMinutes: request.validityMinutes === undefined ? 24 * 60 : request.validityMinutes,
    };
    const parts = this.#plan(request, reference);
    const id = await store.enqueue({
      createdAt: clock.now(),
      to,
      modem,
      priority: request.priority ?? 0,
      facts: JSON.stringify(facts),
      parts,
    });
    this.#used += parts.length;
    this.#own.set(id, this.#now());
    this.#wakeAll();
    return id;
  }

  /** Calls back with everything that happens to a send from now on. */
  follow(id: string, follower: Follower): Cancel {
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers);
    followers.add(follower);
    return () => {
      followers.delete(follower);
      if (followers.size === 0) this.#followers.delete(id);
    };
  }

  /** The receipt of a send as it stands, and whether it has ended; null where there is no such send. */
  receipt(id: string): { readonly receipt: Receipt; readonly ended: boolean } | null {
    const send = this.#options.store.send(id);
    if (send === null) return null;
    return { receipt: receiptOf(send), ended: send.state === 'finished' || send.state === 'cancelled' };
  }

  /** Cancels a send of which nothing has left. @throws SendError `sending/too-late`; JournalError `journal/unknown-send` */
  async cancel(id: string): Promise<void> {
    if (!this.#busy.has(id) && (await this.#options.store.cancelSend(id))) {
      const send = this.#options.store.send(id);
      if (send !== null) this.#tell(id, receiptOf(send));
      return;
    }
    const state = this.#options.store.send(id)?.state;
    if (state === undefined) await this.#options.store.cancelSend(id);
    throw new SendError('sending/too-late', `the send ${id} is ${state ?? 'unknown'}, only what is queued can be cancelled`, {
      advice: `see wapbridge outbox show ${id}`,
    });
  }

  /**
   * Finds the part that a status report is about and writes the report down; null where that is not certain. The same report may come
   * again, also after a crash.
   */
  async report(report: IncomingReport): Promise<{ readonly send: string; readonly sequence: number } | null> {
    const { store } = this.#options;
    const match = (): ReturnType<typeof matchReport> =>
      matchReport(
        report,
        store.partsByReference(report.messageReference, report.receivedAt - longestReportMs, report.receivedAt + minuteMs),
      );
    await Promise.all(this.#settling);
    let found = match();
    if (found === null) {
      // A report can overtake the answer that says under which reference its message left.
      await this.#leaving.arrived(report.receiver);
      found = match();
    }
    if (found === null) return null;
    const { sendId: id, part } = found;
    if (counts(report.status, part.reportStatus)) {
      const { status: reportStatus, timeStamp: reportTime, receivedAt: reportedAt } = report;
      const reported: OutboxPart = { ...part, reportStatus, reportTime, reportedAt };
      await store.recordSend(id, { parts: [reported] });
      this.#tell(id, { event: 'report', id, ...partFate(reported, true) });
    }
    return { send: id, sequence: part.sequence };
  }

  /** Resolves when nobody waits any more for what this run was asked to send. */
  async idle(): Promise<void> {
    while (this.#followers.size > 0 && !this.#stop.signal.aborted) await this.#options.clock.sleep(idleCheckMs);
  }

  /** Lets parts that are under way end; nothing further leaves. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wakeAll();
    await Promise.all([...this.#modems.values()].map(({ ended }) => ended));
  }

  async #pump(modem: SendingModem, detached: AbortSignal, onWake: (wake: () => void) => void): Promise<void> {
    const { clock, log } = this.#options;
    while (!detached.aborted && !this.#stop.signal.aborted) {
      let woken = (): void => {};
      const called = new Promise<void>((resolve) => {
        woken = resolve;
      });
      onWake(woken);
      const send = await this.#next(modem);
      const startAt = send === null ? null : this.#startAt(modem);
      if (send === null || startAt === null) {
        await called;
        continue;
      }
      if (startAt > clock.now()) {
        this.#tell(send.id, { event: 'waiting', id: send.id, reason: 'rate-limit', until: new Date(startAt).toISOString() });
        const cancel = clock.after(startAt - clock.now(), woken, { keepAlive: true });
        await called;
        cancel();
        continue;
      }
      this.#busy.add(send.id);
      try {
        await this.#transmit(send, modem, detached);
      } catch (cause) {
        if (!this.#stop.signal.aborted)
          log.error('a send was broken off', { send: send.id, reason: cause instanceof Error ? cause.message : String(cause) });
      } finally {
        this.#busy.delete(send.id);
      }
    }
  }

  /** What a modem is to send next; what has waited longer than its validity is closed on the way. */
  async #next(modem: SendingModem): Promise<StoredSend | null> {
    const { store, clock, resume } = this.#options;
    for (const send of store.openSends()) {
      if (send.state !== 'queued' || this.#busy.has(send.id) || (!resume && !this.#own.has(send.id))) continue;
      const { validityMinutes } = factsOf(send.facts);
      if (validityMinutes !== null && this.#now() - (this.#own.get(send.id) ?? send.createdAt) > validityMinutes * minuteMs) {
        const parts = send.parts.map((part) => changed(part, { state: 'not-sent', error: expired }));
        await store.recordSend(send.id, { state: 'finished', finishedAt: clock.now(), parts });
        this.#tell(send.id, receiptOf({ ...send, state: 'finished', parts }));
      } else if (send.modem === modem.name || (send.modem === null && !isTarget(modem.name))) return send;
    }
    return null;
  }

  async #transmit(send: StoredSend, modem: SendingModem, detached: AbortSignal): Promise<void> {
    const { clock, store } = this.#options;
    const signal = AbortSignal.any([detached, this.#stop.signal]);
    await transmit(send, {
      clock,
      modem,
      signal,
      onLeaving: () => this.#leaving.leave(modem.receiver),
      record: (record) => this.#settle(this.#untilStored(send.id, () => store.recordSend(send.id, record))),
      onPart: (part) =>
        this.#tell(send.id, {
          event: 'part',
          id: send.id,
          to: send.to,
          ...carriedBy(part.modem),
          ...partFate(part, factsOf(send.facts).report),
        }),
    });
    const ended = store.send(send.id);
    if (ended !== null) this.#tell(send.id, receiptOf(ended));
  }

  async #settle(work: Promise<void>): Promise<void> {
    this.#settling.add(work);
    try {
      await work;
    } finally {
      this.#settling.delete(work);
    }
  }

  /** What cannot be written down must not leave, and what has left must be written down: it is tried until it is. */
  async #untilStored(id: string, write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (cause) {
        if (!(cause instanceof BridgeError) || this.#stop.signal.aborted) throw cause;
        this.#tell(id, { event: 'waiting', id, reason: 'storage', until: null });
        await this.#options.clock.sleep(storageRetryMs, { signal: this.#stop.signal });
      }
    }
  }

  #plan(request: SendRequest, reference: number): readonly PlannedPart[] {
    if (request.via != null) return [{ sequence: 1, pdu: toHex(request.wsp), tpduOctets: request.wsp.length }];
    return planParts(request.wsp, { ...request, reference, rejectDuplicates: request.allowDuplicates === true });
  }

  #startAt({ receiver, virtual }: SendingModem): number {
    const { store, clock, policy } = this.#options;
    const now = clock.now();
    if (virtual) return now;
    return nextStart(store.sendStarts(receiver, now - minuteMs), policy.pushesPerMinute ?? defaultPushesPerMinute, now);
  }

  #checkRate(name: string | null): void {
    const now = this.#options.clock.now();
    const able = [...this.#modems.keys()].filter((modem) => (name === null ? !isTarget(modem.name) : modem.name === name));
    if (able.length === 0) throw new SendError('sending/no-modem', 'no modem can send now', { advice: 'see wapbridge doctor' });
    const queued = this.#options.store
      .openSends()
      .filter(({ state, modem }) => state === 'queued' && (modem === null || modem === name)).length;
    const earliest = Math.min(...able.map((modem) => this.#startAt(modem)));
    const crowded = queued > 0 && able.every(({ virtual }) => !virtual);
    if (earliest <= now && !crowded) return;
    const limit = this.#options.policy.pushesPerMinute ?? defaultPushesPerMinute;
    throw new SendError(
      'sending/rate-not-allowed',
      `${limit} pushes a minute may leave, and the next not before ${new Date(earliest).toISOString()}`,
      {
        advice: 'leave --no-wait out, or try again then',
      },
    );
  }

  #checkBudget(parts: number): void {
    const { budget = null } = this.#options.policy;
    if (budget === null || this.#used + parts <= budget) return;
    throw new SendError(
      'sending/budget-not-allowed',
      `${parts} messages are over the budget: ${this.#used} of ${budget} are used in this run`,
      {
        advice: 'raise the budget, or start anew',
      },
    );
  }

  #wakeAll(): void {
    for (const { wake } of this.#modems.values()) wake();
  }

  #tell(id: string, event: SendEvent): void {
    for (const follower of [...(this.#followers.get(id) ?? [])]) follower(event);
  }
}
