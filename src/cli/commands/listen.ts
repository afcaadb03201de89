import { rmSync } from 'node:fs';
import {
  Bridge,
  type BridgeEvent,
  defaultSetLimits,
  type HealthEvent,
  listenersOf,
  openSinks,
  reached,
  senderOf,
} from '../../bridge/index.js';
import { defaultRetention, type JournalHealth, openJournal } from '../../journal/index.js';
import { keepYoungHeapSmall, temporaryFolder } from '../../runtime/index.js';
import { type CommandIo, defineCommand } from '../command.js';
import { dmPolicyOf } from '../dm-policy.js';
import { driveNamed } from '../drive.js';
import { endpointSettingsOf } from '../endpoint-settings.js';
import { exitCodes } from '../exit-codes.js';
import { holdProcess } from '../hold-process.js';
import { redeliverAsAsked } from '../inbox/redeliver.js';
import { End, MessageLimit } from '../listen-end.js';
import { configuredModems, journalLimits, limitsOf, routesOf } from '../listen-options.js';
import { type FoundModems, findModems, requestedModems } from '../listen-plan.js';
import { abandonedLines, withLimit } from '../listen-sinks.js';
import type { ListenTraces } from '../listen-traces.js';
import { stateFolderOf } from '../location.js';
import { wholeNumber } from '../numbers.js';
import { isQuietStep, presentEvent } from '../present-event.js';
import { glyphsOf } from '../present-message.js';
import { sendPolicyOf } from '../send-policy.js';
import { stdoutSink, wasPrinted } from '../stdout-sink.js';
import { upgradeLine } from '../upgrade-line.js';

/** What a run of `listen` is to do. */
interface Listening {
  readonly found: FoundModems;
  /** Where to receive WDP over UDP. */
  readonly udp: readonly string[];
  /** Where to receive OTA-HTTP. */
  readonly http: readonly string[];
  /** The SIP URI to take messages at. */
  readonly sip: string | undefined;
  /** Where to receive OBEX: addresses and devices. */
  readonly obex: readonly string[];
  readonly directory: string;
  /** Whether it is gone afterwards. */
  readonly forgets: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly exitAfter: number | undefined;
  readonly seed: number | undefined;
  readonly verbose: boolean;
  /** How modems receive of which the configuration does not say it. */
  readonly reception: 'auto' | 'direct' | 'stored' | undefined;
  /** Folder for traces of what crosses the ports. */
  readonly trace: string | undefined;
}

export const listenCommand = defineCommand({
  command: 'listen',
  describe: 'receives: drives the modems, rebuilds pushes, routes them and hands them on',
  examples: [
    ['$0 listen', 'on every known modem that is plugged in'],
    ['$0 listen --modem /dev/ttyUSB2 --json', 'on this modem, one JSON object a line'],
    ['$0 listen --modem /dev/ttyUSB2 --reception stored', "by way of the modem's memory"],
    ['$0 listen --http 4035 --udp 2948', 'without a modem: OTA-HTTP, and WDP over UDP, on this machine'],
    ['$0 listen --modem virtual', 'on an embedded virtual bench, with a small programme of pushes'],
  ],
  builder: (parser) =>
    parser
      .option('modem', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'auto, virtual, a device path, tcp://HOST:PORT or unix:PATH; may be repeated',
      })
      .option('sip', {
        type: 'string',
        requiresArg: true,
        describe: 'also receive SIP MESSAGE at this URI, such as sip:dev@127.0.0.1:5060; port 0 takes a free one',
      })
      .option('udp', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: '[HOST:]PORT: also receive WDP datagrams over UDP; alone, no modem is looked for; may be repeated',
      })
      .option('http', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: '[HOST:]PORT: also receive OTA-HTTP pushes, by HTTPS at 4036 and off loopback; may be repeated',
      })
      .option('obex', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: '[HOST:]PORT or the path of a serial device: also receive OBEX PUT; port 0 takes a free one; may be repeated',
      })
      .option('or-virtual', { type: 'boolean', default: false, describe: 'use the virtual bench where no modem is found' })
      .option('exit-after', { type: 'number', requiresArg: true, describe: 'end after so many messages have been handed on' })
      .option('reception', {
        choices: ['auto', 'direct', 'stored'] as const,
        requiresArg: true,
        describe: 'direct (+CMT, acknowledged by +CNMA) or stored (+CMTI, read and deleted); told from the modem where it is auto',
      })
      .option('trace', { type: 'string', requiresArg: true, describe: 'record what crosses the ports of the modems into this folder' })
      .option('seed', {
        type: 'number',
        requiresArg: true,
        describe: 'shuffles and repeats the parts of what the virtual bench delivers',
      }),
  run: async (options, io) => {
    // Asked for first: a signal that comes while modems are looked for ends the command as cleanly as any later one.
    io.stopSignal();
    const exitAfter = wholeNumber('--exit-after', options['exit-after'], 1, 1_000_000_000);
    const seed = wholeNumber('--seed', options.seed, 0, 4_294_967_295);
    const requests = requestedModems(options.modem, configuredModems(io.configuration?.content.modems));
    const { sip } = options;
    const [udp, http, obex] = [listOf(options.udp), listOf(options.http), listOf(options.obex)];
    const listens = udp.length > 0 || http.length > 0 || sip !== undefined || obex.length > 0;
    const onlyListeners = listens && options.modem === undefined && configuredModems(io.configuration?.content.modems).length === 0;
    const found = onlyListeners ? noModems : await findModems(requests, { orVirtual: options['or-virtual'], discover: pluggedIn });
    // docs/decisions/demo-state.md
    const forgets = found.modems.length === 0 && !listens && options['state-dir'] === undefined;
    const directory = forgets ? temporaryFolder('wapbridge-') : stateFolderOf(options, io.environment);
    try {
      const { json, quiet, verbose, trace, reception } = options;
      await listen({ found, udp, http, sip, obex, directory, forgets, json, quiet, verbose, exitAfter, seed, trace, reception }, io);
    } finally {
      if (forgets) rmSync(directory, { recursive: true, force: true });
    }
    return exitCodes.done;
  },
});

/** The addresses of an option that may be repeated, or stand in the configuration alone. */
function listOf(option: string | readonly string[] | undefined): readonly string[] {
  return option === undefined ? [] : typeof option === 'string' ? [option] : option;
}

const noModems: FoundModems = { modems: [], virtual: false, fellBack: false };

async function listen(
  { found, udp, http, sip, obex, directory, forgets, json, quiet, verbose, exitAfter, seed, trace, reception }: Listening,
  io: CommandIo,
): Promise<void> {
  const { clock, random, logger, output } = io;
  const config = io.configuration?.content;
  const endpoints = endpointSettingsOf(io, directory);
  const end = new End();
  const stop = io.stopSignal();
  stop.addEventListener('abort', () => end.now('stopped'), { once: true });
  if (stop.aborted) return;
  keepYoungHeapSmall();
  const say = (line: string): void => {
    if (quiet) return;
    io.errors.line(line);
    void io.errors.flush();
  };
  if (found.fellBack) say('No modem is plugged in: using the virtual bench.');

  // Other sinks go on without a reader of standard output; where it is the only one there is nothing left to do.
  const onClosed = (): void => {
    if (Object.keys(config?.sinks ?? {}).length === 0) end.now('unread');
  };
  const printedBefore = (id: string): boolean => wasPrinted(id, journal, config?.sinks);
  const stdout = stdoutSink({
    output,
    json,
    glyphs: glyphsOf(io.environment),
    inbox: forgets ? null : io.calling,
    printedBefore,
    onClosed,
  });
  const sinks = await openSinks(config?.sinks, {
    ...{ clock, environment: io.environment, stdout, allow: endpoints.allow },
    openSender: (target) => senderOf(target, endpoints),
  });
  const dm = await dmPolicyOf(config?.dm, io.environment);
  const journal = openJournal({
    directory,
    clock,
    random,
    logger,
    holder: { pid: process.pid, command: 'wapbridge listen' },
    onHealth: (health) => print(healthEvent(health)),
    onUpgrade: (octets) => {
      const line = upgradeLine(octets);
      if (line !== null) say(line);
    },
    onPoint: (point) => reached(`journal:${point}`),
    ...journalLimits(config?.limits, defaultRetention),
  });
  const served = sinks.map(({ sink }) => sink.name);
  for (const line of abandonedLines(journal.pendingSinks(), served, io.calling.again)) say(line);
  const limit = new MessageLimit(
    exitAfter,
    (id) => journal.message(id)?.settled === true,
    () => end.now('enough'),
  );
  const print = printer(io, { json, quiet, verbose, onClosed });
  const bridge = new Bridge({
    journal,
    sinks: withLimit(sinks, limit),
    clock,
    random,
    log: logger,
    routes: routesOf(config?.routes),
    limits: limitsOf(config?.limits, defaultSetLimits),
    dm,
    sendPolicy: sendPolicyOf(config?.sending),
    openSender: (target) => senderOf(target, endpoints),
    onEvent: (event) => {
      traces?.notice(event);
      // What is held back for the next run because enough was handed on has not failed.
      const heldBack = end.reason !== null && event.event === 'delivery-failed';
      // One line says that storing fails, and one that it works again; not one for every part that is refused meanwhile.
      const saidByHealth = event.event === 'error' && event.code === 'journal/not-stored';
      if (!heldBack && !saidByHealth) print(event);
      if (event.event === 'delivered' || (event.event === 'delivery-failed' && event.outcome !== 'later')) {
        limit.answered(event.id);
      }
    },
  });
  const traces = trace === undefined ? null : await beginTraces(trace, clock);
  const release = holdProcess(clock);
  let closeVirtual = (): Promise<void> => Promise.resolve();
  try {
    bridge.start();
    await bridge.listenForRequests(directory, { redeliver: (request) => redeliverAsAsked(bridge, request) });
    for (const open of await listenersOf({ udp, http, sip, obex }, endpoints)) await bridge.listenAt(open);
    const driven = found.modems.map((modem) =>
      driveNamed(bridge, { ...modem, reception: modem.reception ?? reception }, { directory, environment: io.environment, traces }),
    );
    if (found.virtual) {
      const { openDemonstration } = await import('../listen-virtual.js');
      const demonstration = await openDemonstration({ bridge, clock, random, seed, say, traces, calling: io.calling, reception });
      closeVirtual = () => demonstration.close();
      driven.push(demonstration.ready);
    }
    if (driven.length > 0)
      await Promise.race([end.reached, Promise.any(driven)]).catch((failures: unknown) => {
        throw failures instanceof AggregateError ? failures.errors[0] : failures;
      });
    await end.reached;
  } finally {
    await bridge.close();
    await closeVirtual();
    journal.close();
    traces?.close();
    release();
  }
}

/** Recording is loaded only where it is asked for. */
async function beginTraces(folder: string, clock: CommandIo['clock']): Promise<ListenTraces> {
  const { listenTraces } = await import('../listen-traces.js');
  return listenTraces(folder, clock);
}

/** Whether parts can be stored, as a line of its own: while they cannot, nothing is acknowledged. */
function healthEvent(health: JournalHealth): HealthEvent {
  if (health.state === 'storing') return { event: 'health', state: 'storing' };
  const { code, message, since } = health;
  return { event: 'health', state: 'failing', code, message, since: new Date(since).toISOString() };
}

/** Ports of known modems. The driver is loaded for it: whoever names another kind of modem does without. */
async function pluggedIn(): Promise<readonly string[]> {
  const { discoverModems } = await import('../../modem/index.js');
  return (await discoverModems()).flatMap(({ atPort }) => (atPort === null ? [] : [atPort]));
}

/** Events on standard output: objects with `--json`, else lines for people. */
function printer(
  io: CommandIo,
  {
    json,
    quiet,
    verbose,
    onClosed,
  }: { readonly json: boolean; readonly quiet: boolean; readonly verbose: boolean; readonly onClosed: () => void },
): (event: BridgeEvent) => void {
  const { output } = io;
  const glyphs = glyphsOf(io.environment);
  return (event) => {
    // The line of a message is its hand-on to the sink stdout, which alone prints it.
    if (event.event === 'message') return;
    if (json) {
      output.object(event);
    } else {
      if (quiet && (event.event === 'part' || (event.event === 'modem' && event.state !== 'lost' && event.state !== 'failed'))) return;
      if ((quiet && event.event === 'modem-note') || (!verbose && isQuietStep(event))) return;
      const line = presentEvent(event, output.terminal, glyphs, io.calling);
      if (line === null) return;
      output.line(line);
    }
    void output.written().then((read) => {
      if (!read) onClosed();
    });
  };
}
