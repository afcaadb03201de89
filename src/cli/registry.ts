import type { Command } from './command.js';

/** A command by name, loaded only when it is asked for: starting stays quick, and `decode` loads neither serialport nor SQLite. */
export interface RegisteredCommand {
  readonly name: string;
  readonly describe: string;
  load(): Promise<Command>;
}

/** Every command, in the order in which help lists them. */
export const registry: readonly RegisteredCommand[] = [];
