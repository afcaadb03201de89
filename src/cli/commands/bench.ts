import { BridgeError } from '../../errors.js';
import { type Cancel, seededRandom } from '../../runtime/index.js';
import {
  BenchControl,
  type BenchModem,
  faultTable,
  listenForControl,
  openVirtualBench,
  readControlLines,
} from '../../virtual-bench/index.js';
import { type CommandIo, defineCommand } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import type { Output } from '../output.js';
import { beside } from '../present-message.js';
import { escapeText, styled } from '../terminal.js';

const mostModems = 256;
const holdMs = 24 * 60 * 60 * 1000;

const benchActions = ['check', 'suggest', 'schema'] as const;

/** What `wapbridge bench` does instead of running virtual modems. */
export type BenchAction = (typeof benchActions)[number];

/** `wapbridge bench` */
export const benchCommand = defineCommand({
  command: 'bench [action] [file]',
  describe: 'runs virtual modems on a virtual network, for any program to open',
  examples: [
    ['$0 bench --modems 2 --link ports', 'two modems, at ports/modem-1 and ports/modem-2'],
    ['$0 bench --tcp 7001', 'one modem at tcp://127.0.0.1:7001'],
    ['$0 bench --faults', 'what can be made to go wrong'],
    ['$0 bench suggest > bench.yaml', 'a first bench file for the modems that are plugged in'],
    ['$0 bench check bench.yaml', 'whether a bench file fits what is plugged in; sends nothing'],
  ],
  builder: (parser) =>
    parser
      .positional('action', { choices: benchActions, describe: 'about bench files: check one, suggest one, print their schema' })
      .positional('file', { type: 'string', describe: 'the bench file to check' })
      .option('modems', { type: 'number', default: 1, requiresArg: true, describe: `how many modems, 1 to ${mostModems}` })
      .option('link', { type: 'string', requiresArg: true, describe: 'folder for links named modem-1, modem-2 …' })
      .option('tcp', {
        type: 'number',
        requiresArg: true,
        describe: 'loopback TCP port of the first modem instead of a pseudo-terminal; 0 takes free ones',
      })
      .option('profile', { type: 'string', default: 'plain-27005', requiresArg: true, describe: 'firmware to play' })
      .option('echo', { choices: ['on', 'off'] as const, default: 'on' as const, requiresArg: true, describe: 'echo after power-on' })
      .option('baud', { type: 'number', requiresArg: true, describe: 'pace the lines at so many bits a second' })
      .option('control', { type: 'string', requiresArg: true, describe: 'unix socket for commands' })
      .option('seed', { type: 'number', requiresArg: true, describe: 'make chance repeat itself' })
      .option('faults', { type: 'boolean', default: false, describe: 'list the faults and end' }),
  run: async (options, io) => {
    const { output } = io;
    if (options.action !== undefined) {
      const { runBenchAction } = await import('../bench-actions.js');
      return runBenchAction(options.action, options.file, options.json, io);
    }
    if (options.faults) {
      listFaults(output, options.json);
      return exitCodes.done;
    }
    checkWhole('modems', options.modems, 1, mostModems);
    checkWhole('tcp', options.tcp, 0, 65_536 - options.modems);
    checkWhole('baud', options.baud, 300, 4_000_000);
    checkWhole('seed', options.seed, 0, 2 ** 32 - 1);
    const stop = io.stopSignal();
    const announce = (modem: BenchModem, port: string): void => {
      const tty = modem.port;
      if (options.json)
        output.object({ event: 'virtual-modem', name: modem.name, port, tty, number: modem.number, profile: modem.profile });
      else output.line(`${styled(output.terminal, 'bold', modem.name)}  ${escapeText(port)}  ${modem.number}  ${modem.profile}`);
      void output.flush();
    };
    const bench = await openVirtualBench({
      modems: options.modems,
      transport: options.tcp === undefined ? 'pty' : 'tcp',
      clock: io.clock,
      random: options.seed === undefined ? io.random : seededRandom(options.seed),
      baud: options.baud,
      profile: options.profile,
      echo: options.echo === 'on',
      tcpPort: options.tcp,
      link: options.link,
      onPluggedIn: announce,
    });
    const closers = [() => bench.close()];
    try {
      const control = new BenchControl(bench);
      if (options.control !== undefined) closers.unshift(await listenForControl(options.control, control));
      if (!options.json && options.control !== undefined) output.line(`commands  ${escapeText(options.control)}`);
      void output.flush();
      if (!stop.aborted) await runUntilStopped(io, control, stop);
    } finally {
      for (const close of closers) await close();
    }
    return exitCodes.done;
  },
});

/** Answers commands on standard input until a signal comes; the end of standard input changes nothing. */
async function runUntilStopped({ stdin, output, logger, clock }: CommandIo, control: BenchControl, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  // An ended standard input and modems that nobody opens would let the process run out of things to wait for.
  let release: Cancel = () => {};
  const hold = (): void => {
    release = clock.after(holdMs, hold, { keepAlive: true });
  };
  hold();
  readControlLines(stdin, control, (answer) => {
    output.object(answer);
    void output.flush();
  }).catch((error: unknown) => {
    logger.debug('standard input cannot be read', { reason: error instanceof Error ? error.message : String(error) });
  });
  try {
    await stopped;
  } finally {
    release();
    stdin.destroy();
  }
}

function listFaults(output: Output, json: boolean): void {
  const width = Math.max(...faultTable.map(({ name }) => name.length));
  for (const { name, sentence, parameters } of faultTable) {
    if (json) {
      output.object({ event: 'fault', name, sentence, parameters });
      continue;
    }
    const numbers = parameters.map((parameter) => `${parameter.name}=${parameter.initial}`).join(' ');
    const said = `${sentence}${numbers === '' ? '' : ` [${numbers}]`}`;
    for (const line of beside(output.terminal, name.padEnd(width + 2), said)) output.line(line);
  }
}

/** @throws BridgeError `cli/usage` */
function checkWhole(name: string, value: number | undefined, lowest: number, highest: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= lowest && value <= highest)) return;
  throw new BridgeError('cli/usage', `--${name} is ${Number.isNaN(value) ? 'no number' : String(value)}`, {
    advice: `give a whole number from ${lowest} to ${highest}`,
  });
}
