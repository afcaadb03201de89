import type { Command } from './command.js';

/** A command by name, loaded only when it is asked for: starting stays quick, and `decode` loads neither serialport nor SQLite. */
export interface RegisteredCommand {
  readonly name: string;
  readonly describe: string;
  /** It reads no configuration by itself, so that a bad one cannot stop it. */
  readonly withoutConfiguration?: boolean;
  load(): Promise<Command>;
}

/** Every command, in the order in which help lists them. */
export const registry: readonly RegisteredCommand[] = [
  {
    name: 'listen',
    describe: 'receives: drives the modems, rebuilds pushes, routes them and hands them on',
    load: async () => (await import('./commands/listen.js')).listenCommand,
  },
  {
    name: 'decode',
    describe: 'says what octets or a modem log mean, and whom a push is for',
    load: async () => (await import('./commands/decode.js')).decodeCommand,
  },
  {
    name: 'send',
    describe: 'sends a push through a modem, and says of each part whether it left',
    load: async () => (await import('./commands/send.js')).sendCommand,
  },
  {
    name: 'outbox',
    describe: 'lists what is to be sent and what was, and cancels what has not begun',
    load: async () => (await import('./commands/outbox.js')).outboxCommand,
  },
  {
    name: 'encode',
    describe: 'makes the PDUs of a push, offline',
    load: async () => (await import('./commands/encode.js')).encodeCommand,
  },
  {
    name: 'modems',
    describe: 'modems found: ports, firmware, SIM, registration, storage',
    load: async () => (await import('./commands/modems.js')).modemsCommand,
  },
  {
    name: 'doctor',
    describe: 'what is wrong with this bench, and the command that mends it',
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  {
    name: 'bench',
    describe: 'runs virtual modems on a virtual network, for any program to open',
    load: async () => (await import('./commands/bench.js')).benchCommand,
  },
  {
    name: 'convert',
    describe: 'turns a document from XML into WBXML or back',
    load: async () => (await import('./commands/convert.js')).convertCommand,
  },
  {
    name: 'inbox',
    describe: 'what has been received: list, show, redeliver, export',
    load: async () => (await import('./commands/inbox.js')).inboxCommand,
  },
  {
    name: 'trace',
    describe: "records what crosses a modem's port, plays it back, makes it fit to show",
    load: async () => (await import('./commands/trace.js')).traceCommand,
  },
  {
    name: 'conformance',
    describe: 'the static conformance statement, from tests it runs',
    load: async () => (await import('./commands/conformance.js')).conformanceCommand,
  },
  {
    name: 'config',
    describe: 'checks a configuration file, or prints the schema of all of them',
    withoutConfiguration: true,
    load: async () => (await import('./commands/config.js')).configCommand,
  },
];
