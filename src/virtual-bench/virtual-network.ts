import type { Clock, Random } from '../runtime/index.js';
import type { Letter } from './lane.js';
import { Mailroom } from './mailroom.js';
import { type NetworkFaults, shuffled, strikes } from './network-faults.js';
import type { DeliveryOutcome } from './reception.js';
import { TimeStamps } from './time-stamps.js';
import { buildDeliver, buildStatusReport, parseSubmission, type Submission, serviceCentreField, withMoreMessages } from './tpdu.js';
import type { VirtualModem } from './virtual-modem.js';

/** The service centre's number. */
export const serviceCentreNumber = '+1555';

const reorderPatienceMs = 500;
const largestMailroom = 100_000;
const longestLog = 10_000;

/** What the network saw, for tests to judge. */
export type NetworkEvent =
  | { readonly at: number; readonly kind: 'submitted'; readonly from: string; readonly to: string; readonly tpdu: string }
  | { readonly at: number; readonly kind: 'submit-refused'; readonly from: string; readonly tpdu: string; readonly error: number }
  | { readonly at: number; readonly kind: 'attempt'; readonly to: string; readonly tpdu: string; readonly outcome: DeliveryOutcome }
  | { readonly at: number; readonly kind: 'lost' | 'expired'; readonly to: string; readonly tpdu: string };

/** {@link NetworkEvent} with its place in the log, counted from 1. */
export type LoggedEvent = NetworkEvent & { readonly sequence: number };

/** How a delivery asked for by a test ends first. */
export type FirstOutcome = DeliveryOutcome | 'lost' | 'expired';

interface Subscriber {
  readonly modem: VirtualModem;
  readonly mailroom: Mailroom;
  readonly faults: NetworkFaults;
  /** Of what it sends. */
  readonly timeStamps: TimeStamps;
  gathered: (() => void)[];
}

/** The service centre and the air between virtual modems: keeps what cannot be delivered yet and tries again. */
export class VirtualNetwork {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #serviceCentre = serviceCentreField(serviceCentreNumber);
  readonly counters = { submitted: 0, delivered: 0, refused: 0, unacknowledged: 0, lost: 0 };
  #log: LoggedEvent[] = [];
  #sequence = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Joins a modem under its number. */
  join(modem: VirtualModem): void {
    const faults: NetworkFaults = {};
    const mailroom = new Mailroom(this.#clock, {
      take: (pdu, settle) => modem.take(pdu, settle),
      answerLost: () => strikes(this.#random, faults.loseAnswer),
    });
    const subscriber: Subscriber = { modem, mailroom, faults, timeStamps: new TimeStamps(), gathered: [] };
    this.#subscribers.set(modem.identity.number, subscriber);
    modem.connect({
      submit: (tpdu, finish) => finish(this.#submit(subscriber, tpdu)),
      available: () => mailroom.available(),
    });
  }

  /** Faults of the network towards one modem, to be set and cleared. */
  faultsOf(modem: VirtualModem): NetworkFaults {
    return this.#subscriber(modem)?.faults ?? {};
  }

  /** Messages waiting for a modem. */
  waitingFor(modem: VirtualModem): number {
    return this.#subscriber(modem)?.mailroom.size ?? 0;
  }

  /** Why a modem did not take the last message offered; null when it did. */
  refusalOf(modem: VirtualModem): string | null {
    return this.#subscriber(modem)?.mailroom.refusal ?? null;
  }

  /** What happened after a place in the log, at most the last 10,000. */
  log(after = 0): readonly LoggedEvent[] {
    return this.#log.slice(-longestLog).filter(({ sequence }) => sequence > after);
  }

  /** Delivers a ready SMS-DELIVER (or SMS-STATUS-REPORT), octets as they are; calls back with the first outcome. */
  deliver(modem: VirtualModem, tpdu: string, first: (outcome: FirstOutcome) => void): void {
    const subscriber = this.#subscriber(modem);
    if (subscriber === undefined) return;
    const kind = (Number.parseInt(tpdu.slice(0, 2), 16) & 3) === 2 ? 'status-report' : 'deliver';
    this.#carry(subscriber, { kind, expiresAt: null, tpdu: () => tpdu }, first);
  }

  close(): void {
    for (const { mailroom } of this.#subscribers.values()) mailroom.close();
  }

  #subscriber(modem: VirtualModem): Subscriber | undefined {
    return this.#subscribers.get(modem.identity.number);
  }

  /** A modem hands in an SMS-SUBMIT; the number of a +CMS ERROR, or null. */
  #submit(sender: Subscriber, tpdu: string): number | null {
    const refused = (error: number): number => {
      this.#note({ at: this.#clock.now(), kind: 'submit-refused', from: sender.modem.name, tpdu, error });
      return error;
    };
    const { refuseSubmit } = sender.faults;
    if (refuseSubmit !== undefined && strikes(this.#random, refuseSubmit)) return refused(refuseSubmit.error);
    const now = this.#clock.now();
    const submission = parseSubmission(tpdu, now);
    // 96: invalid mandatory information, the RP cause for what cannot be read (3GPP TS 24.011 8.2.5.4).
    if (submission === null) return refused(96);
    const recipient = this.#subscribers.get(submission.destinationNumber) ?? this.#subscribers.get(`+${submission.destinationNumber}`);
    if (recipient === undefined) return refused(1);
    if (recipient.mailroom.size >= largestMailroom) return refused(42);
    this.counters.submitted += 1;
    this.#note({ at: now, kind: 'submitted', from: sender.modem.name, to: recipient.modem.name, tpdu });
    this.#forward(sender, recipient, submission, sender.timeStamps.give(whatTellsApart(submission), now));
    return null;
  }

  #forward(sender: Subscriber, recipient: Subscriber, submission: Submission, submittedAt: number): void {
    const deliver = buildDeliver({
      originator: sender.modem.identity.number,
      protocolIdentifier: submission.protocolIdentifier,
      dataCodingScheme: submission.dataCodingScheme,
      timestamp: submittedAt,
      userDataLength: submission.userDataLength,
      userData: submission.userData,
      hasUserDataHeader: submission.hasUserDataHeader,
      replyPath: submission.replyPath,
    });
    const waiting = withMoreMessages(deliver, true);
    const expiresAt = submission.validityMs === null ? null : this.#clock.monotonic() + submission.validityMs;
    this.#carry(recipient, { kind: 'deliver', expiresAt, tpdu: (moreWait) => (moreWait ? waiting : deliver) }, (outcome) => {
      const final = outcome === 'acknowledged' || outcome === 'stored';
      if (!submission.statusReportRequested || (!final && outcome !== 'expired')) return;
      // TP-ST: 0x00 received by the other station, 0x46 validity expired (23.040 9.2.3.15).
      this.#report(sender, submission, submittedAt, final ? 0x00 : 0x46);
    });
  }

  #report(sender: Subscriber, submission: Submission, submittedAt: number, status: number): void {
    const tpdu = buildStatusReport(
      submission.messageReference,
      submission.destination,
      submittedAt,
      Math.max(submittedAt, this.#clock.now()),
      status,
    );
    const send = (): void => this.#put(sender, { kind: 'status-report', expiresAt: null, tpdu: () => tpdu }, () => {});
    const late = sender.faults.lateReportsMs ?? 0;
    if (late > 0) this.#clock.after(late, send);
    else send();
  }

  /** Takes a message towards a modem, through whatever faults the network has for it. `outcome` hears of every attempt. */
  #carry(to: Subscriber, message: Pick<Letter, 'kind' | 'expiresAt' | 'tpdu'>, outcome: (outcome: FirstOutcome) => void): void {
    const { faults } = to;
    if (strikes(this.#random, faults.lose)) {
      this.counters.lost += 1;
      this.#note({ at: this.#clock.now(), kind: 'lost', to: to.modem.name, tpdu: message.tpdu(false) });
      outcome('lost');
      return;
    }
    const copies = strikes(this.#random, faults.duplicate) ? 2 : 1;
    const put = (): void => {
      for (let copy = 0; copy < copies; copy += 1) this.#put(to, message, copy === 0 ? outcome : () => {});
    };
    const delayed = (faults.delayMs ?? 0) > 0 ? () => void this.#clock.after(faults.delayMs ?? 0, put) : put;
    const gather = faults.reorder ?? 0;
    if (gather < 2) {
      delayed();
      return;
    }
    to.gathered.push(delayed);
    if (to.gathered.length >= gather) this.#releaseGathered(to);
    else if (to.gathered.length === 1) this.#clock.after(reorderPatienceMs, () => this.#releaseGathered(to));
  }

  #releaseGathered(to: Subscriber): void {
    const gathered = to.gathered;
    to.gathered = [];
    for (const send of shuffled(this.#random, gathered)) send();
  }

  #put(to: Subscriber, message: Pick<Letter, 'kind' | 'expiresAt' | 'tpdu'>, outcome: (outcome: FirstOutcome) => void): void {
    let offered = message.tpdu(false);
    to.mailroom.put({
      ...message,
      tpdu: (moreWait) => {
        offered = message.tpdu(moreWait);
        return offered;
      },
      serviceCentre: this.#serviceCentre,
      attempted: (result) => {
        this.#count(result);
        this.#note({ at: this.#clock.now(), kind: 'attempt', to: to.modem.name, tpdu: offered, outcome: result });
        outcome(result);
      },
      expired: () => {
        this.#note({ at: this.#clock.now(), kind: 'expired', to: to.modem.name, tpdu: message.tpdu(false) });
        outcome('expired');
      },
    });
  }

  #count(outcome: DeliveryOutcome): void {
    if (outcome === 'refused') this.counters.refused += 1;
    else if (outcome === 'unacknowledged') this.counters.unacknowledged += 1;
    else this.counters.delivered += 1;
  }

  #note(event: NetworkEvent): void {
    this.#sequence += 1;
    this.#log.push({ ...event, sequence: this.#sequence });
    if (this.#log.length > 2 * longestLog) this.#log = this.#log.slice(-longestLog);
  }
}

/** All that an SMS-DELIVER, and an SMS-STATUS-REPORT, of one sender says beside its time stamp. */
function whatTellsApart(submission: Submission): readonly string[] {
  const { destination, protocolIdentifier, dataCodingScheme, userDataLength, userData, messageReference, statusReportRequested } =
    submission;
  const deliver = `${destination} ${protocolIdentifier} ${dataCodingScheme} ${userDataLength} ${userData}`;
  return statusReportRequested ? [deliver, `${destination} report ${messageReference}`] : [deliver];
}
