import type { OutboxPart, SendRecord, StoredSend } from '../journal/index.js';
import type { ModemDriver } from '../modem/index.js';
import { fromHex, toHex } from '../octets/index.js';
import type { Clock } from '../runtime/index.js';
import { reached } from '../runtime/index.js';
import { decodePduMode, encodePduMode } from '../sms/index.js';
import { factsOf, type PartError } from './receipt.js';
import { changed, type FailedTry, judgeFailure } from './submit-part.js';

/** A modem that sends. */
export interface SendingModem {
  /** As events call it. */
  readonly name: string;
  /** Its subscription, as the bridge names those who receive. */
  readonly receiver: string;
  /** It plays a modem, or its SIM belongs to a test network: no rate limit. */
  readonly virtual: boolean;
  readonly driver: {
    submit(
      ...given: Parameters<ModemDriver['submit']>
    ): Promise<Pick<Awaited<ReturnType<ModemDriver['submit']>>, never> & { readonly messageReference: number | null }>;
  };
}

export interface TransmissionOptions {
  readonly clock: Clock;
  readonly modem: SendingModem;
  /** Resolves once it is on disk. */
  readonly record: (record: SendRecord) => Promise<void>;
  /** Called before a part leaves; what it gives, once its fate is on disk or cannot be had. */
  readonly onLeaving?: () => () => void;
  /** Told of each part whose fate is on disk. */
  readonly onPart: (part: OutboxPart) => void;
  /** Aborted when the program ends: the part under way is finished, no further one begins. */
  readonly signal: AbortSignal;
}

/** How often a part whose fate is unknown is sent again where duplicates are allowed. */
const mostDoubtfulTries = 3;
const doubtfulDelayMs = 5000;
const stopped: PartError = { code: 'sending/stopped', message: 'the program was ended before this part' };

/**
 * Sends the parts of a message in their order by one modem. Before the modem is asked it is on disk that the part is leaving, and what
 * became of it before the next one leaves: both in one commit. The first part that does not leave ends the send.
 */
export async function transmit(send: StoredSend, options: TransmissionOptions): Promise<void> {
  const { clock, modem, record, onLeaving, onPart, signal } = options;
  const { allowDuplicates } = factsOf(send.facts);
  const leaving = (part: OutboxPart): OutboxPart =>
    changed(part, { state: 'leaving', tries: part.tries + 1, modem: modem.name, leftAt: clock.now() });
  const [first, ...rest] = send.parts;
  if (first === undefined) return;
  let current = leaving(first);
  await record({ state: 'sending', receiver: modem.receiver, startedAt: clock.now(), parts: [current] });
  const waiting = [...rest];
  for (;;) {
    const arrived = onLeaving?.() ?? (() => {});
    const more = await one().finally(arrived);
    if (!more) return;
  }

  /** Sends one part and writes down what became of it; false when there is nothing more to be done. */
  async function one(): Promise<boolean> {
    const settled = await submit(current, waiting.length > 0);
    const next = waiting.shift();
    if (settled.state !== 'sent' || next === undefined || signal.aborted) {
      const why: PartError =
        settled.state === 'sent'
          ? stopped
          : { code: 'sending/earlier-part', message: `part ${settled.sequence} did not leave for certain, and this one was not tried` };
      const left = (next === undefined ? [] : [next, ...waiting]).map((part) => changed(part, { state: 'not-sent', error: why }));
      await record({ state: 'finished', finishedAt: clock.now(), parts: [settled, ...left] });
      for (const part of [settled, ...left]) onPart(part);
      return false;
    }
    current = leaving(next);
    await record({ parts: [settled, current] });
    onPart(settled);
    return true;
  }

  /** Asks the modem until it has taken the part or that is of no more use. */
  async function submit(asked: OutboxPart, more: boolean): Promise<OutboxPart> {
    let part = asked;
    for (;;) {
      reached('send:submitting');
      const failed = await tryOnce(part, more);
      reached('send:submitted');
      if (!('advice' in failed)) return failed;
      const pause = pauseAfter(failed, part.tries, allowDuplicates);
      if (pause === null || signal.aborted) {
        return changed(part, { state: failed.state, error: failed.error });
      }
      if (failed.advice.do === 'without-validity') part = withoutValidity(part);
      await record({ parts: [changed(part, { state: failed.state === 'unknown' ? 'unknown' : 'queued', error: failed.error })] });
      await clock.sleep(pause, { signal }).catch(() => undefined);
      if (signal.aborted) return changed(part, { state: failed.state, error: failed.error });
      part = leaving(part);
      await record({ parts: [part] });
    }
  }

  async function tryOnce(part: OutboxPart, more: boolean): Promise<OutboxPart | FailedTry> {
    try {
      const { messageReference } = await modem.driver.submit(part.pdu, part.tpduOctets, { more });
      return changed(part, { state: 'sent', messageReference, error: null });
    } catch (cause) {
      const failed = judgeFailure(cause);
      return failed.state === 'sent' ? changed(part, { state: 'sent', error: failed.error }) : failed;
    }
  }
}

/** How long to wait before the next try; null where there is none. */
function pauseAfter({ advice }: FailedTry, tries: number, allowDuplicates: boolean): number | null {
  if (advice.do === 'retry') return advice.delaysMs[tries - 1] ?? null;
  if (advice.do === 'without-validity') return tries === 1 ? 0 : null;
  return advice.do === 'doubt' && allowDuplicates && tries < mostDoubtfulTries ? doubtfulDelayMs : null;
}

/** The same part for a service centre that takes no validity period. */
function withoutValidity(part: OutboxPart): OutboxPart {
  const { tpdu, serviceCentreAddress } = decodePduMode(fromHex(part.pdu), { direction: 'to-modem' });
  if (tpdu.type !== 'SMS-SUBMIT') return part;
  const octets = encodePduMode({ serviceCentreAddress, tpdu: { ...tpdu, validityPeriod: null } });
  return { ...part, pdu: toHex(octets), tpduOctets: octets.length - 1 };
}
