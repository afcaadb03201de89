import { Bridge, defaultSetLimits, previewOf, sendControlRequest, senderOf } from '../bridge/index.js';
import { addressFromHere } from '../config/index.js';
import type { SinkPlan } from '../delivery/index.js';
import { defaultRetention } from '../journal/index.js';
import { toHex } from '../octets/index.js';
import { reached } from '../runtime/index.js';
import { planParts, type SendRequest, sendPush } from '../sending/index.js';
import type { CommandIo } from './command.js';
import { dmPolicyOf } from './dm-policy.js';
import { driveNamed } from './drive.js';
import { endpointSettingsOf } from './endpoint-settings.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { isObject, type JsonObject, objectsAt, textAt } from './json-view.js';
import { configuredModems, journalLimits, limitsOf, routesOf } from './listen-options.js';
import { findModems, requestedModems } from './listen-plan.js';
import { stateFolderOf } from './location.js';
import { wholeNumber } from './numbers.js';
import { failureLine, presentParts, presentReceipt, presentSendEvent, SendProgress } from './present-send.js';
import { type PushInput, readPush } from './push-input.js';
import type { PushArguments } from './push-options.js';
import { encodedLines, encodedObject, offlineReference, previewLines, warn } from './run-encode.js';
import { sendPolicyOf } from './send-policy.js';
import { unlessStopped } from './unless-stopped.js';
import { becomeWriter } from './writer.js';

/** What the command line says beside the push. */
export interface SendArguments extends PushArguments {
  readonly modem: string | undefined;
  readonly via: string;
  readonly 'report-timeout': number;
  readonly 'dry-run': boolean;
  readonly wait: boolean;
  readonly priority: number;
  readonly budget: number | undefined;
  readonly 'allow-duplicates': boolean;
}

/** Sends a push and shows what became of it. */
export async function runSend(options: SendArguments, io: CommandIo): Promise<ExitCode> {
  const via = options.via === 'modem' ? null : options.via;
  const push = await readPush(options, io, via);
  const budget = wholeNumber('--budget', options.budget, 0, 1_000_000_000);
  const priority = wholeNumber('--priority', options.priority, -1000, 1000) ?? 0;
  const reportSeconds = wholeNumber('--report-timeout', options['report-timeout'], 0, 31_536_000) ?? 0;
  // Whether it can be cut into parts is known before anything is opened; without a modem it goes whole.
  const parts = via !== null ? [] : planParts(push.wsp, { ...push.plan, to: push.to, reference: push.reference ?? offlineReference });
  warn(push, options.quiet, io);
  if (options['dry-run'] && via !== null) {
    await previewAtTarget(via, push, options, io);
    return exitCodes.done;
  }
  if (options['dry-run']) {
    const reference = push.reference ?? offlineReference;
    if (options.json) io.output.object(encodedObject(push, reference, parts));
    else for (const line of encodedLines(push, reference, parts)) io.output.line(line);
    return exitCodes.done;
  }
  const request: SendRequest = {
    ...push.plan,
    to: push.to,
    wsp: push.wsp,
    type: push.type,
    via,
    priority,
    noWait: !options.wait,
    allowDuplicates: options['allow-duplicates'],
    ...(push.reference === undefined ? {} : { reference: push.reference }),
  };
  const shown = shower(options, push, via === null ? parts.length : 1, io);
  const reportsWithinMs = options.report ? 1000 * reportSeconds : null;
  const receipt = await deliver({ options, request, budget, reportsWithinMs, tell: shown.tell }, io);
  shown.end(receipt);
  const exitCode = exitCodeOfReceipt(receipt, options.report);
  if (exitCode !== exitCodes.done) io.errors.line(failureLine(receipt, io.calling));
  return exitCode;
}

/** Shows what would leave for a target; credentials are made when it leaves. */
async function previewAtTarget(via: string, push: PushInput, options: SendArguments, io: CommandIo): Promise<void> {
  const { environment, output } = io;
  const directory = stateFolderOf(options, environment);
  const sender = await senderOf(via, endpointSettingsOf(io, directory));
  try {
    const preview = previewOf(sender, push.wsp);
    if (options.json) {
      const { lines, octets } = preview;
      output.object({ ...encodedObject(push, push.reference ?? offlineReference, []), via, lines, octets: toHex(octets) });
    } else for (const line of previewLines(push, via, preview)) output.line(line);
  } finally {
    await sender.close();
  }
}

/** What is to be sent, and how. */
interface Sending {
  readonly options: SendArguments;
  readonly request: SendRequest;
  readonly budget: number | undefined;
  readonly reportsWithinMs: number | null;
  readonly tell: (event: JsonObject) => void;
}

async function deliver(sending: Sending, io: CommandIo): Promise<JsonObject> {
  const { options, request, reportsWithinMs, tell } = sending;
  const { clock, random, logger } = io;
  const config = io.configuration?.content;
  const directory = stateFolderOf(options, io.environment);
  const stop = io.stopSignal();
  const dm = await dmPolicyOf(config?.dm, io.environment);
  const writer = await becomeWriter(
    {
      directory,
      clock,
      random,
      logger,
      holder: { pid: process.pid, command: 'wapbridge send' },
      onPoint: (point) => reached(`journal:${point}`),
      ...journalLimits(config?.limits, defaultRetention),
    },
    stop,
  );
  if (writer.kind === 'other') {
    const { connection } = writer;
    const onStop = (): void => connection.close();
    stop.addEventListener('abort', onStop, { once: true });
    try {
      const modem = options.modem === undefined || options.modem === 'auto' ? null : addressFromHere(options.modem);
      return await connection.ask(sendControlRequest({ ...request, modem }, { reportsWithinMs }), tell);
    } finally {
      stop.removeEventListener('abort', onStop);
      connection.close();
    }
  }
  const { journal } = writer;
  const bridge = new Bridge({
    journal,
    sinks: waitingSinks(Object.keys(config?.sinks ?? {})),
    clock,
    random,
    log: logger,
    routes: routesOf(config?.routes),
    limits: limitsOf(config?.limits, defaultSetLimits),
    onEvent: () => {},
    dm,
    sendPolicy: sendPolicyOf(config?.sending, sending.budget),
    openSender: (target) => senderOf(target, endpointSettingsOf(io, directory)),
    resumeSends: false,
    handOn: false,
  });
  let closeBench = (): Promise<void> => Promise.resolve();
  try {
    bridge.start();
    await bridge.listenForRequests(directory);
    // What the policy refuses is refused before a modem is opened.
    bridge.outbox.check(request);
    // A modem may take long to answer, or never do: nothing is queued yet, so that a signal ends it at once.
    if (request.via != null) await unlessStopped(stop, bridge.attachTarget(request.via));
    else
      await openModem(bridge, directory, options, io, (close) => {
        closeBench = close;
      });
    const receipt = await sendPush(bridge.outbox, request, {
      clock,
      signal: stop,
      tell: (event) => tell({ ...event }),
      ...(reportsWithinMs === null ? {} : { reportsWithinMs }),
    });
    await bridge.idle();
    return { ...receipt };
  } finally {
    await bridge.close();
    await closeBench();
    journal.close();
  }
}

/** Sinks by their names alone, so that what comes in meanwhile waits for them: this command hands nothing on. */
function waitingSinks(names: readonly string[]): readonly SinkPlan[] {
  return [...new Set([...names, 'stdout'])].map((name) => ({
    sink: {
      name,
      kind: 'waiting',
      accept: () => Promise.resolve({ outcome: 'later', reason: 'wapbridge listen hands it on' }),
      close: () => Promise.resolve(),
    },
  }));
}

/** Opens the one modem that is to send; where it is on a virtual bench, `onBench` is told how to end that. */
async function openModem(
  bridge: Bridge,
  directory: string,
  options: SendArguments,
  io: CommandIo,
  onBench: (close: () => Promise<void>) => void,
): Promise<void> {
  const stop = io.stopSignal();
  const asked = options.modem === undefined ? undefined : [options.modem];
  const requests = requestedModems(asked, configuredModems(io.configuration?.content.modems));
  const { modems, virtual } = await findModems(requests, { orVirtual: false, discover: pluggedIn });
  const [modem] = modems;
  if (virtual) {
    const { openVirtualBench } = await import('../virtual-bench/index.js');
    const bench = await openVirtualBench({ modems: 2, transport: 'pty', clock: io.clock, random: io.random });
    onBench(() => bench.close());
    const first = bench.modems[0];
    if (first !== undefined) await unlessStopped(stop, bridge.drive({ name: first.name, port: first.port }));
    return;
  }
  if (modem !== undefined) await unlessStopped(stop, driveNamed(bridge, modem, { directory, environment: io.environment }));
}

async function pluggedIn(): Promise<readonly string[]> {
  const { discoverModems } = await import('../modem/index.js');
  return (await discoverModems()).flatMap(({ atPort }) => (atPort === null ? [] : [atPort]));
}

/** Shows a send as it goes on: objects with `--json`, else a line that counts up on a terminal, else a line a part. */
function shower(options: SendArguments, push: PushInput, total: number, { output, errors }: CommandIo) {
  const { json, quiet } = options;
  const onTerminal = errors.isTerminal && total > 1;
  const progress = new SendProgress(total);
  const tell = (event: JsonObject): void => {
    if (json) {
      output.object(event);
      void output.flush();
      return;
    }
    if (quiet) return;
    const waiting = event.event === 'waiting';
    if (onTerminal && !waiting) errors.text(`\r${progress.after(event)}`);
    else {
      const line = presentSendEvent(event, total, errors.terminal);
      if (line !== null) errors.line(line);
    }
    void errors.flush();
  };
  const end = (receipt: JsonObject): void => {
    if (json) {
      output.object(receipt);
      return;
    }
    if (onTerminal && !quiet) errors.line('');
    output.line(`${push.type}, ${push.bodyOctets} octets to ${push.to}`);
    for (const line of presentReceipt(receipt, output.terminal)) output.line(line);
    if (receipt.outcome !== 'sent') for (const line of presentParts(receipt, output.terminal)) output.line(`  ${line}`);
  };
  return { tell, end };
}

/** 0 for what was sent and, where that was asked for, delivered; else what the first error of a part means. */
function exitCodeOfReceipt(receipt: JsonObject, report: boolean): ExitCode {
  const parts = objectsAt(receipt, 'parts');
  if (receipt.outcome === 'sent') {
    return !report || parts.every((part) => part.report === 'delivered') ? exitCodes.done : exitCodes.refused;
  }
  const codes = parts.flatMap(({ error }) => (isObject(error) ? [textAt(error, 'code') ?? ''] : []));
  return codes[0] === 'modem/port-lost' ? exitCodes.noDevice : exitCodes.refused;
}
