import { basicCommands, registerCommand, rememberedCommands } from './basic-commands.js';
import { type ParsedCommand, parseArguments } from './command-line.js';
import type { CommandTable, Firmware } from './firmware.js';
import { identityCommands } from './identity-commands.js';
import { messageCommands } from './message-commands.js';
import { networkCommands } from './network-commands.js';
import { quirkCommand } from './quirk-commands.js';
import { equipmentError, error, messageError, ok, type Reply } from './reply.js';
import { storageCommands } from './storage-commands.js';

const messageTable: CommandTable = { ...messageCommands, ...storageCommands };
const table: ReadonlyMap<string, CommandTable[string]> = new Map(
  Object.entries({ ...rememberedCommands, ...identityCommands, ...networkCommands, ...messageTable }),
);

/** Runs one command. Unknown commands and forms answer ERROR. */
export function runCommand(firmware: Firmware, command: ParsedCommand): Reply {
  const { name, form, argument } = command;
  if (/^S\d+$/.test(name)) return registerCommand(firmware, Number(name.slice(1)), form, argument);
  const basic = basicCommands[name];
  if (basic !== undefined) return basic(firmware, argument);
  if (name === '+CLAC') return ok(...Object.keys(basicCommands).filter((letter) => letter.length === 1), ...table.keys());
  const handler = quirkCommand(firmware, name) ?? table.get(name);
  if (handler === undefined) return error;
  if (handler.withoutSim !== true && form !== 'test' && firmware.sim.state !== 'READY') {
    const isPin = firmware.sim.state === 'SIM PIN';
    return name in messageTable ? messageError(isPin ? 311 : 316) : equipmentError(isPin ? 11 : 12);
  }
  if (firmware.messagesLate && name in messageTable) return error;
  if (form === 'set') return handler.set?.(firmware, parseArguments(argument), argument) ?? error;
  return handler[form]?.(firmware) ?? error;
}
