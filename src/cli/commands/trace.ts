import { readFile, writeFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { BridgeError } from '../../errors.js';
import { discoverModems, Modem, openPort, openTraceFile, parseTrace, replayTrace, TracingPort } from '../../modem/index.js';
import { type CommandIo, defineCommand, defineCommandGroup } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { findModems } from '../listen-plan.js';
import { wholeNumber } from '../numbers.js';
import { glyphsOf, visible } from '../present-message.js';
import { accessModems } from '../surveyed-modems.js';
import { freshTracePath } from '../trace-path.js';

const recordCommand = defineCommand({
  command: 'record',
  describe: 'sets a modem up and records what crosses its port; messages stay in the modem',
  examples: [['$0 trace record --modem /dev/ttyUSB2 --seconds 30', 'half a minute, into traces/']],
  builder: (parser) =>
    parser
      .option('modem', { type: 'string', requiresArg: true, describe: 'auto, virtual, a device path, tcp://HOST:PORT or unix:PATH' })
      .option('out', { type: 'string', requiresArg: true, describe: 'the file, which must not exist yet' })
      .option('seconds', { type: 'number', requiresArg: true, describe: 'end by itself after so long' }),
  run: async (options, io) => {
    const seconds = wholeNumber('--seconds', options.seconds, 1, 86_400);
    const access = await accessModems(options.modem === undefined ? undefined : [options.modem], io);
    try {
      const discover = async (): Promise<readonly string[]> =>
        (await discoverModems()).flatMap(({ atPort }) => (atPort === null ? [] : [atPort]));
      const found = await findModems(access.modems, { orVirtual: false, discover });
      const modem = found.modems[0] ?? { name: 'virtual', address: 'virtual', baudRate: undefined };
      const path = options.out ?? freshTracePath('traces', modem.name, io.clock);
      const { baudRate } = modem;
      const open =
        access.open ??
        (({ address }) => openPort(address, { clock: io.clock, signal: io.stopSignal(), ...(baudRate === undefined ? {} : { baudRate }) }));
      await record(await open(modem), { name: modem.address, path, seconds, json: options.json }, io);
    } finally {
      await access.close();
    }
    return exitCodes.done;
  },
});

interface Recording {
  readonly name: string;
  readonly path: string;
  readonly seconds: number | undefined;
  readonly json: boolean;
}

async function record(port: Duplex, { name, path, seconds, json }: Recording, io: CommandIo): Promise<void> {
  const { clock, output } = io;
  const stop = io.stopSignal();
  const file = openTraceFile(path, { by: 'record', reception: 'stored' });
  let entries = 0;
  const tracing = new TracingPort(port, {
    clock,
    record: (entry) => {
      entries += 1;
      file.record(entry);
    },
  });
  try {
    // Stored reception, and nothing deleted: whoever listens next finds every message.
    const modem = await Modem.open(tracing, { clock, portName: name, reception: 'stored', signal: stop });
    try {
      file.identify(modem.identity);
      await modem.status();
      io.errors.line(`recording ${visible(name, glyphsOf(io.environment))} into ${path}${seconds === undefined ? '; Ctrl-C ends it' : ''}`);
      await io.errors.flush();
      const over = new Promise<void>((resolve) => {
        stop.addEventListener('abort', () => resolve(), { once: true });
        if (stop.aborted) resolve();
        else clock.after(seconds === undefined ? mostRecordingMs : seconds * 1000, resolve, { keepAlive: true });
      });
      const lost = (async () => {
        for await (const received of modem.received()) io.logger.debug('a message stays in the modem', { storage: received.storage });
      })();
      await Promise.race([over, lost]);
    } finally {
      await modem.close();
    }
  } catch (cause) {
    if (!stop.aborted) throw cause;
  } finally {
    file.close();
    if (json) output.object({ event: 'trace', file: path, entries });
    else output.line(`${path}: ${entries} entries; it holds numbers and identities until it is redacted`);
  }
}

const mostRecordingMs = 86_400_000;

const replayCommand = defineCommand({
  command: 'replay <file>',
  describe: 'drives the modem of a recording, in no time, and says where the driver does something else',
  examples: [
    ['$0 trace replay traces/a.trace', 'holds the driver against the recording'],
    ['$0 listen --modem trace:traces/a.trace', 'one of listen --trace, as a modem like any other, at its own speed'],
  ],
  builder: (parser) => parser.positional('file', { type: 'string', demandOption: true, describe: 'a trace' }),
  run: async (options, io) => {
    const result = await replayTrace(parseTrace(await readText(options.file)));
    const { identity, received, failure, entries } = result;
    const seconds = Math.round(result.lastedMs / 100) / 10;
    if (options.json) {
      for (const { kind, pdu, storage } of received) io.output.object({ event: 'received', kind, pdu, storage });
      const known = { profile: identity?.profile ?? null, firmware: identity?.firmware ?? null };
      io.output.object({
        event: 'replayed',
        file: options.file,
        entries,
        seconds,
        messages: received.length,
        ...known,
        ended: failure?.code ?? null,
      });
      return exitCodes.done;
    }
    const glyphs = glyphsOf(io.environment);
    const model = [identity?.manufacturer, identity?.model].filter((word) => word !== undefined && word !== null).join(' ');
    io.output.line(visible(`${options.file}: ${entries} entries over ${seconds} s, the driver does what it did then`, glyphs));
    if (identity !== null) io.output.line(visible(`${model === '' ? 'a modem' : model}, profile ${identity.profile}`, glyphs));
    io.output.line(`${received.length} ${received.length === 1 ? 'message' : 'messages'} received`);
    for (const { kind, pdu, storage } of received)
      io.output.line(
        visible(
          `  ${kind}${storage === null ? '' : ` from ${storage.memory} ${storage.index}`} ${pdu.slice(0, 40)}${pdu.length > 40 ? '...' : ''}`,
          glyphs,
        ),
      );
    if (failure !== null) io.output.line(visible(`it ended with: ${failure.message} (${failure.code})`, glyphs));
    return exitCodes.done;
  },
});

const redactCommand = defineCommand({
  command: 'redact <file>',
  describe: 'puts stand-ins for IMEI, IMSI, card number, PIN and numbers, in PDUs as well',
  examples: [['$0 trace redact traces/a.trace --out a.trace', 'a trace that may be shown']],
  builder: (parser) =>
    parser
      .positional('file', { type: 'string', demandOption: true, describe: 'a trace' })
      .option('out', { type: 'string', requiresArg: true, describe: 'where to write it; standard output without' }),
  run: async (options, io) => {
    const text = await readText(options.file);
    parseTrace(text);
    const { redactTrace } = await import('../../capture/index.js');
    const redacted = redactTrace(text);
    if (options.out === undefined) {
      if (options.json) io.output.object({ event: 'redacted', file: options.file, out: null, text: redacted });
      else io.output.text(redacted);
      return exitCodes.done;
    }
    try {
      await writeFile(options.out, redacted, { flag: 'wx' });
    } catch (cause) {
      throw new BridgeError('cli/unwritable', `${options.out} cannot be written`, { cause, advice: 'name a file that does not exist yet' });
    }
    if (options.json) io.output.object({ event: 'redacted', file: options.file, out: options.out });
    else io.output.line(visible(`${options.out}: written, with stand-ins for what tells who it is`, glyphsOf(io.environment)));
    return exitCodes.done;
  },
});

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new BridgeError('cli/unreadable', `${file} cannot be read`, { cause, advice: 'check the path' });
  }
}

/** `wapbridge trace` */
export const traceCommand = defineCommandGroup('trace', 'records what crosses a modem’s port, plays it back, makes it fit to show', [
  recordCommand,
  replayCommand,
  redactCommand,
]);
