import { openSinks, senderOf, withheldSinks } from '../../bridge/index.js';
import type { DeliveryReceipt, SinkPlan } from '../../delivery/index.js';
import { openJournal } from '../../journal/index.js';
import type { CommandIo } from '../command.js';
import { endpointSettingsOf } from '../endpoint-settings.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { glyphsOf } from '../present-message.js';
import { asCalled } from '../program.js';
import { stdoutSink, wasPrinted } from '../stdout-sink.js';
import { wholeId } from './entries.js';
import { factsOf } from './present-entry.js';
import { checkSinks } from './redeliver.js';

/** What `inbox redeliver` is asked for. */
export interface Redelivery {
  /** An id, or the beginning of the only one that begins so. */
  readonly id: string;
  readonly sinks: readonly string[] | undefined;
  readonly directory: string;
  readonly json: boolean;
}

const standardTimeoutMs = 30_000;

/**
 * Hands a message over again where nobody else holds the state folder: each sink is asked once, now. What says "later" stays pending
 * for the next `listen`. The exit code is 5 where a sink did not take it, which is also said in one line on standard error.
 * @throws JournalError, SinkError, BridgeError `cli/usage`
 */
export async function redeliverHere({ id: given, sinks, directory, json }: Redelivery, io: CommandIo): Promise<ExitCode> {
  const { clock, random, logger, output, environment, configuration } = io;
  const glyphs = glyphsOf(environment);
  const printedBefore = (id: string): boolean => wasPrinted(id, journal, configuration?.content.sinks);
  const stdout = stdoutSink({ output, json, glyphs, inbox: io.calling, printedBefore, onClosed: () => {} });
  const endpoints = endpointSettingsOf(io, directory);
  const plans = await openSinks(configuration?.content.sinks, {
    ...{ clock, environment, stdout, allow: endpoints.allow },
    openSender: (target) => senderOf(target, endpoints),
  });
  checkSinks(
    sinks,
    plans.map(({ sink }) => sink.name),
  );
  const journal = openJournal({
    directory,
    clock,
    random,
    logger,
    holder: { pid: process.pid, command: 'wapbridge inbox redeliver' },
    retention: null,
    receives: false,
  });
  const untaken: string[] = [];
  let wholeOf = given;
  try {
    const id = wholeId(journal, given);
    wholeOf = id;
    for (const name of await journal.redeliver(id, sinks ?? withheldSinks(journal, id))) {
      const plan = plans.find(({ sink }) => sink.name === name);
      const message = journal.message(id);
      const pending = journal.details(id)?.deliveries.find(({ sink }) => sink === name);
      if (message === null || pending === undefined) continue;
      const attempts = pending.attempts + 1;
      const receipt: DeliveryReceipt =
        plan === undefined
          ? { outcome: 'later', reason: 'the configuration has no sink of this name' }
          : await ask(plan, { id, facts: factsOf(message), body: message.body, attempt: attempts }, io);
      const at = clock.now();
      const reason = receipt.outcome === 'taken' ? null : receipt.reason;
      if (plan !== undefined) await journal.recordAttempt(id, name, { at, outcome: receipt.outcome, reason, nextAttemptAt: at });
      if (receipt.outcome !== 'taken') untaken.push(name);
      if (json)
        output.object(
          receipt.outcome === 'taken'
            ? { event: 'delivered', id, sink: name, attempts }
            : { event: 'delivery-failed', id, sink: name, outcome: receipt.outcome, reason, attempts, nextAttemptAt: null },
        );
      else if (receipt.outcome !== 'taken') output.line(`${id} not taken by ${name}: ${reason}`);
      else if (name !== 'stdout') output.line(`${id} taken by ${name}`);
    }
  } finally {
    for (const { sink } of plans) await sink.close();
    journal.close();
  }
  if (untaken.length === 0) return exitCodes.done;
  const advice = asCalled(`see wapbridge inbox show ${wholeOf}`, io.calling);
  io.errors.line(`wapbridge: ${wholeOf} was not taken by ${untaken.join(', ')}; ${advice}`);
  return exitCodes.refused;
}

async function ask(
  { sink, timeoutMs = standardTimeoutMs }: SinkPlan,
  handover: Parameters<SinkPlan['sink']['accept']>[0],
  { clock }: CommandIo,
): Promise<DeliveryReceipt> {
  const abort = new AbortController();
  const cancel = clock.after(timeoutMs, () => abort.abort(), { keepAlive: true });
  try {
    return await sink.accept(handover, { signal: abort.signal });
  } catch (caught) {
    return { outcome: 'later', reason: caught instanceof Error ? caught.message : String(caught) };
  } finally {
    cancel();
  }
}
