import { wholeNumber } from './command-line.js';
import type { CommandTable, Firmware } from './firmware.js';
import { submit } from './message-commands.js';
import type { MemoryName, MessageStatus, MessageStore, StoredMessage } from './message-store.js';
import { octetAt } from './pdu-mode.js';
import { messageError, noResult, ok, type Reply } from './reply.js';

const readable: readonly MemoryName[] = ['ME', 'SM', 'SR'];
const writable: readonly MemoryName[] = ['ME', 'SM'];

/** Without the memory of status reports where a quirk takes it away. */
const readableBy = ({ profile }: Firmware): readonly MemoryName[] =>
  profile.quirks.has('stored-reports-unreadable') ? writable : readable;

const memoryNamed = (name: string | null | undefined, among: readonly MemoryName[]): MemoryName | undefined =>
  among.find((memory) => memory === (name ?? '').toUpperCase());

const readStore = ({ stores, settings }: Firmware): MessageStore => stores[settings.memories[0]];

const usage = ({ used, capacity }: MessageStore): string => `${used},${capacity}`;

/** A message as +CMGR and +CMGL show it; a status report has no status that means anything, yet firmware prints one. */
const headed = (head: string, { status, tpduOctets, pdu }: StoredMessage): readonly string[] => [`${head}${status},,${tpduOctets}`, pdu];

function markRead(message: StoredMessage): void {
  if (message.status === 0) message.status = 1;
}

/** Which statuses `AT+CMGD=<index>,<flag>` deletes. @see 3GPP TS 27.005 3.5.4 */
const deletedByFlag: readonly (readonly MessageStatus[])[] = [[], [1], [1, 3], [1, 2, 3], [0, 1, 2, 3]];

/** Memories, and the messages in them. @see 3GPP TS 27.005 3.2.2 and 4.1 to 4.7 */
export const storageCommands: CommandTable = {
  '+CPMS': {
    test: (firmware) => {
      const list = (names: readonly MemoryName[]): string => `(${names.map((name) => `"${name}"`).join(',')})`;
      return ok(`+CPMS: ${list(readableBy(firmware))},${list(writable)},${list(writable)}`);
    },
    read: (firmware) => {
      firmware.polled();
      firmware.silence();
      return ok(`+CPMS: ${firmware.settings.memories.map((name) => `"${name}",${usage(firmware.stores[name])}`).join(',')}`);
    },
    set: (firmware, names) => {
      const now = firmware.settings.memories;
      const chosen = [readableBy(firmware), writable, writable].map((among, place) => {
        const name = names[place];
        return name === undefined || name === null ? now[place] : memoryNamed(name, among);
      });
      const [read, write, receive] = chosen;
      if (names.length > 3 || read === undefined || write === undefined || receive === undefined) return messageError(302);
      firmware.settings.memories = [read, write, receive];
      return ok(`+CPMS: ${[read, write, receive].map((name) => usage(firmware.stores[name])).join(',')}`);
    },
  },
  '+CMGL': {
    test: () => ok('+CMGL: (0-4)'),
    execute: (firmware) => list(firmware, 0),
    set: (firmware, [status]) => {
      const value = wholeNumber(status, 0, 4);
      return value === null || value === undefined ? messageError(304) : list(firmware, value);
    },
  },
  '+CMGR': {
    test: () => ok(),
    set: (firmware, [index]) => {
      firmware.polled();
      const message = readStore(firmware).get(wholeNumber(index, 0, 9999) ?? -1);
      if (message === undefined) return messageError(321);
      const lines = headed('+CMGR: ', message);
      markRead(message);
      return ok(...lines);
    },
  },
  '+CMGD': {
    test: (firmware) => ok(`+CMGD: (${[...readStore(firmware).entries()].map(([index]) => index).join(',')}),(0-4)`),
    set: (firmware, [index, flag]) => {
      const store = readStore(firmware);
      const place = wholeNumber(index, 0, 9999);
      const how = wholeNumber(flag, 0, 4) ?? (flag === undefined || flag === null ? 0 : null);
      if (how === null || place === null || place === undefined) return messageError(304);
      if (how === 0) {
        if (!store.isIndex(place)) return messageError(321);
        store.delete(place);
      } else {
        const statuses = deletedByFlag[how] ?? [];
        for (const [used, message] of [...store.entries()]) if (statuses.includes(message.status)) store.delete(used);
      }
      firmware.memoryFreed();
      return ok();
    },
  },
  '+CMSS': {
    test: () => ok(),
    set: (firmware, [index, address]) => {
      const message = firmware.stores[firmware.settings.memories[1]].get(wholeNumber(index, 0, 9999) ?? -1);
      if (message === undefined) return messageError(321);
      if (address !== undefined && address !== null) return messageError(303);
      const centre = 2 * (1 + octetAt(message.pdu, 0));
      return submit(firmware, message.pdu.slice(0, centre), message.pdu.slice(centre), '+CMSS', () => {
        message.status = 3;
      });
    },
  },
};

function list(firmware: Firmware, status: number): Reply {
  if (firmware.profile.quirks.has('lists-no-messages')) return noResult();
  firmware.polled();
  const lines: string[] = [];
  for (const [index, message] of readStore(firmware).entries()) {
    if (status !== 4 && message.status !== status) continue;
    lines.push(...headed(`+CMGL: ${index},`, message));
    markRead(message);
  }
  return ok(...lines);
}
