import { type EndpointMessage, longestRepetitionMs } from '../endpoints/index.js';
import type { BridgeError } from '../errors.js';
import type { AppendedPart, Journal } from '../journal/index.js';
import { fromHex, toHex } from '../octets/index.js';
import { type Clock, reached } from '../runtime/index.js';
import type { CompleteMessage, IncompleteSet, SmsStatusReport } from '../sms/index.js';
import { AnnouncedSessions } from './announced-sessions.js';
import { AwaitedSims } from './awaited-sims.js';
import type { DmPolicy } from './dm-policy.js';
import { endpointFacts, endpointFingerprint, readEndpointFacts } from './endpoint-reading.js';
import { expiredEvent, incompleteEvent, partEvent, repetitionEvent, reportEvent } from './event-facts.js';
import type { BridgeEvent, PartReassembly } from './events.js';
import {
  draftOf,
  draftOfEndpoint,
  draftOfUnjudged,
  draftOfUnreadable,
  type MessageDraft,
  reportToComplete,
  toComplete,
  type UnjudgedMessage,
} from './message.js';
import { presentError } from './present.js';
import { asBridgeError, fingerprintOf, type Reading, readPdu } from './reading.js';
import { isSim, receiverIn } from './receiver.js';
import { PartSets, type PartTag, type SetLimits } from './sets.js';
import type { SharedCommits } from './shared-commits.js';

/** A PDU as it comes in, from whatever carries short messages. */
export interface IncomingPdu {
  /** Hex with the service centre address, or the line as it stood where that was no hex. */
  readonly pdu: string;
  /** The TPDU length the modem announced; null where it announced none. The octets count, not this. */
  readonly tpduOctets: number | null;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly receivedAt: number;
}

/** Who received a PDU, and how to answer. */
export interface Origin {
  /** Name of the modem, as events show it. */
  readonly modem: string;
  /** Stands for the subscription, whatever the modem is called now: part of the key of every set. */
  readonly receiver: string;
  /** Of the SIM, for the keys of bootstraps; it is neither kept nor shown. */
  readonly imsi?: string | null;
  acknowledge(verdict: 'stored' | 'refused'): Promise<void>;
}

export interface IntakeOptions {
  readonly journal: Pick<Journal, 'complete' | 'expire' | 'openParts' | 'notifications'>;
  readonly commits: SharedCommits;
  readonly clock: Clock;
  readonly limits: SetLimits;
  readonly dm?: DmPolicy;
  /** Names of the sinks that are to have a message. */
  readonly sinksFor: (message: MessageDraft) => readonly string[];
  readonly emit: (event: BridgeEvent) => void;
  /** Finds the part that a status report is about, and writes the report down there. */
  readonly onReport?: (
    report: SmsStatusReport,
    tag: PartTag,
    receiver: string,
  ) => Promise<{ readonly send: string; readonly sequence: number } | null>;
  /** A message is on disk with its deliveries. */
  readonly onMessage: (id: string, sinks: readonly string[]) => void;
}

/** What stands beside a part's octets in the journal, so that it can be read again. */
interface PartFacts {
  readonly tpduOctets: number | null;
  readonly receiver: string;
}

/** What a part has led to: what is said of it, and what is then to be written. */
interface Consequence {
  readonly reassembly: PartReassembly | null;
  readonly missing: readonly number[] | null;
  /** `first` is called before the first event that this leads to. */
  readonly act: ((first: () => void) => void) | null;
}

const retryDelaysMs: readonly number[] = [100, 500, 2000];
const longestRetryMs = 5000;

/**
 * From a PDU to a message on disk: stores, acknowledges, decodes, joins, judges. All that follows the acknowledgement is done
 * again by {@link recover} from what is on disk.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #sets: PartSets;
  readonly #sessions: AnnouncedSessions;
  readonly #sims: AwaitedSims;
  readonly #stop = new AbortController();
  readonly #writing = new Set<Promise<void>>();

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#sessions = new AnnouncedSessions((limit) => options.journal.notifications(limit));
    this.#sims = new AwaitedSims(options.clock);
    this.#sets = new PartSets(options.clock, options.limits, {
      incomplete: (set) => options.emit(incompleteEvent(set)),
      expired: (set, reason) => this.#giveUp(set, reason),
    });
  }

  /** Runs the open parts of the journal again, in the order in which they came. Call it once, before the first {@link take}. */
  recover(): void {
    for (const stored of this.#options.journal.openParts()) {
      const tag = { id: stored.id, position: stored.position, receivedAt: stored.receivedAt, pdu: stored.octets, modem: stored.source };
      if (stored.binding !== 'sms') this.#finishEndpoint({ ...readEndpointFacts(stored), octets: fromHex(stored.octets) }, tag);
      else this.#follow(readPdu(stored.octets), tag, receiverIn(stored.facts), null).act?.(() => {});
      reached('part:recovered');
    }
    this.#sets.check();
  }

  /** Stores a PDU, acknowledges it once it is on disk, and follows it as far as it goes. Never rejects for what the PDU holds. */
  async take(received: IncomingPdu, origin: Origin): Promise<void> {
    const reading = readPdu(received.pdu);
    reached('pdu:received');
    const appended = await this.#append(received, reading, origin);
    if (appended === null) {
      reached('part:refusing');
      return this.#answer(origin, 'refused');
    }
    reached('part:stored');
    // The acknowledgement leaves first; what the part means is found out while the modem answers.
    const answered = this.#answer(origin, 'stored');
    reached('part:acknowledging');
    const tag: PartTag = { ...appended, receivedAt: received.receivedAt, pdu: received.pdu, modem: origin.modem };
    const consequence: Consequence =
      appended.duplicateOf === null
        ? this.#follow(reading, tag, origin.receiver, origin.imsi ?? null)
        : { reassembly: 'duplicate', missing: null, act: null };
    let told = false;
    const tell = (): void => {
      if (told) return;
      told = true;
      this.#options.emit(partEvent(reading, tag, consequence.reassembly, consequence.missing));
      reached('part:told');
    };
    // A message does not wait for the modem's answer, which on a busy line comes behind the whole next part; its last part is told with it.
    consequence.act?.(tell);
    reached('part:followed');
    await answered;
    reached('part:acknowledged');
    tell();
  }

  /**
   * Stores a message that came without a modem; resolves once it is on disk, and only then may its sender be told so. Rejects where it
   * could not be stored. What it means is found out afterwards, and again after a restart.
   */
  async accept(message: EndpointMessage): Promise<{ readonly duplicate: boolean }> {
    const receivedAt = this.#options.clock.now();
    reached('endpoint:received');
    const pdu = toHex(message.octets);
    const appended = await this.#options.commits.append({
      receivedAt,
      binding: message.binding,
      source: null,
      octets: pdu,
      facts: endpointFacts(message),
      fingerprint: endpointFingerprint(message),
      duplicateWithinMs: longestRepetitionMs,
    });
    reached('endpoint:stored');
    const duplicate = appended.duplicateOf !== null;
    if (duplicate) this.#options.emit(repetitionEvent(message, receivedAt));
    else this.#finishEndpoint(message, { ...appended, receivedAt, pdu, modem: null });
    return { duplicate };
  }

  /** The IMSI of a SIM that receives is known now: what an earlier run received with it and could not judge any more is judged. */
  simKnown(receiver: string, imsi: string): void {
    this.#sims.known(receiver, imsi);
  }

  #finishEndpoint(message: EndpointMessage, tag: PartTag): void {
    const { binding, from, octets } = message;
    const draft = this.#surely(
      () => draftOfEndpoint(message, tag, { policy: this.#options.dm, sessions: this.#sessions }),
      () => ({ binding, parts: [tag], from, datagram: null, octets }),
    );
    this.#finish(draft);
  }

  /**
   * A draft whatever happens: a message that a fault of ours keeps from being judged is handed on as it came. Its parts are on disk, so that
   * it would else meet every start of the program, and end it.
   */
  #surely(draft: () => MessageDraft, asItCame: () => UnjudgedMessage): MessageDraft {
    try {
      return draft();
    } catch (caught) {
      const error = asBridgeError(caught);
      this.#complain(error);
      return draftOfUnjudged(asItCame(), error);
    }
  }

  /** Resolves when all that was complete is on disk, or the intake is closed. */
  async flush(): Promise<void> {
    while (this.#writing.size > 0) {
      this.#options.commits.release();
      await Promise.all(this.#writing);
    }
  }

  /** Stops timers and retries; sets in progress stay on disk. */
  async close(): Promise<void> {
    this.#sets.close();
    this.#sims.close();
    this.#stop.abort();
    await this.flush();
  }

  async #append(received: IncomingPdu, reading: Reading, origin: Origin): Promise<AppendedPart | null> {
    const facts: PartFacts = { tpduOctets: received.tpduOctets, receiver: origin.receiver };
    try {
      return await this.#options.commits.append({
        receivedAt: received.receivedAt,
        binding: 'sms',
        source: origin.modem,
        octets: received.pdu,
        facts: JSON.stringify(facts),
        fingerprint: fingerprintOf(reading, origin.receiver, received.pdu),
      });
    } catch (caught) {
      this.#complain(asBridgeError(caught), origin.modem);
      return null;
    }
  }

  /** A part is on disk whatever becomes of its acknowledgement: what is not heard is delivered again, and is then a duplicate. */
  async #answer(origin: Origin, verdict: 'stored' | 'refused'): Promise<void> {
    try {
      await origin.acknowledge(verdict);
    } catch (caught) {
      this.#complain(asBridgeError(caught), origin.modem);
    }
  }

  #follow(reading: Reading, tag: PartTag, receiver: string, imsi: string | null): Consequence {
    if (reading.kind === 'unreadable') {
      return { reassembly: null, missing: null, act: (first) => this.#finish(draftOfUnreadable(tag, reading.error), first) };
    }
    if (reading.kind === 'report') {
      const act = (first: () => void): void => this.#takeReport(reading.report, tag, receiver, first);
      return { reassembly: 'single', missing: null, act };
    }
    const outcome = this.#sets.accept(receiver, reading.part, tag);
    switch (outcome.state) {
      case 'single':
      case 'complete':
        return {
          reassembly: outcome.state,
          missing: null,
          act: (first) => this.#judge(outcome.message, { receiver, imsi }, first),
        };
      case 'pending':
      case 'conflict':
        return { reassembly: outcome.state, missing: outcome.set.missing, act: null };
      case 'duplicate':
        return { reassembly: 'duplicate', missing: null, act: () => this.#setAside(tag, `repeats part ${outcome.of.id}`) };
    }
  }

  #judge(message: CompleteMessage<PartTag>, of: { readonly receiver: string; readonly imsi: string | null }, first: () => void): void {
    const { dm } = this.#options;
    const { datagram } = message;
    const from = message.parts[0]?.part.address.text ?? null;
    const draft = (imsi: string | null, policy = dm): MessageDraft =>
      this.#surely(
        () => draftOf(message, { policy, receiver: of.receiver, imsi, sessions: this.#sessions }),
        () => ({ binding: 'sms', parts: message.parts.map(({ tag }) => tag), from, datagram, octets: datagram?.octets ?? null }),
      );
    // Its SIM told its IMSI when the message came, so it will be known again: this is what an earlier run left. No other IMSI will do.
    const isLeft = of.imsi === null && isSim(of.receiver);
    const judged = draft(of.imsi, isLeft && dm !== undefined ? { ...dm, imsi: undefined } : dm);
    if (isLeft && judged.needsImsi) this.#sims.hold(of.receiver, (imsi) => this.#finish(draft(imsi), first));
    else this.#finish(judged, first);
  }

  #takeReport(report: SmsStatusReport, tag: PartTag, receiver: string, first: () => void): void {
    const { onReport, emit, journal, clock } = this.#options;
    this.#write(
      async () => (await onReport?.(report, tag, receiver)) ?? null,
      (about) => {
        const event = { ...reportEvent(report, tag), send: about?.send ?? null, sequence: about?.sequence ?? null };
        first();
        emit(event);
        const kept = reportToComplete(tag, report, { ...event }, clock.now());
        this.#write(
          () => journal.complete(kept),
          () => undefined,
        );
      },
    );
  }

  #finish(draft: MessageDraft, first: () => void = () => {}): void {
    reached('message:judged');
    // Routing has said whose it is; what is withheld stays in the inbox, from where it can be released.
    const routed = this.#options.sinksFor(draft);
    const sinks = draft.withheld === null ? routed : [];
    const facts = draft.withheld === null ? draft.facts : { ...draft.facts, withheld: { reason: draft.withheld, sinks: routed } };
    const message = toComplete({ ...draft, facts }, this.#options.clock.now(), sinks);
    this.#write(
      () => this.#options.journal.complete(message),
      ({ id }) => {
        reached('message:stored');
        first();
        if (draft.withheld !== null)
          this.#options.emit({ event: 'withheld', id, verdict: draft.verdict, from: draft.from, reason: draft.withheld });
        else this.#options.emit({ event: 'message', id, verdict: draft.verdict, sinks, facts: { ...draft.facts, id } });
        this.#options.onMessage(id, sinks);
      },
    );
  }

  #giveUp(set: IncompleteSet<PartTag>, reason: string): void {
    reached('set:expiring');
    const ids = set.parts.map(({ tag }) => tag.id);
    this.#write(
      () => this.#options.journal.expire(ids, reason),
      () => this.#options.emit(expiredEvent(set, reason)),
    );
  }

  #setAside(tag: PartTag, reason: string): void {
    this.#write(
      () => this.#options.journal.expire([tag.id], reason),
      () => undefined,
    );
  }

  /** Writes until it is written: the parts are acknowledged, so the only other end is that of the program, after which they run again. */
  #write<Written>(write: () => Promise<Written>, then: (written: Written) => void): void {
    const run = async (): Promise<void> => {
      for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
        const outcome = await this.#options.commits.soon(write).then(
          (written) => ({ written }),
          (reason: unknown) => ({ reason }),
        );
        if ('written' in outcome) return then(outcome.written);
        if (attempt === 0) this.#complain(asBridgeError(outcome.reason));
        await this.#pause(retryDelaysMs[attempt] ?? longestRetryMs);
      }
    };
    const running = run().finally(() => this.#writing.delete(running));
    this.#writing.add(running);
  }

  async #pause(ms: number): Promise<void> {
    await this.#options.clock.sleep(ms, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #complain(error: BridgeError, modem?: string): void {
    this.#options.emit({ event: 'error', ...presentError(error), ...(modem === undefined ? {} : { modem }) });
  }
}
