import { hasQuirk, type ModemProfile } from '../profiles/index.js';
import { reached } from '../runtime/index.js';
import { findLine, isWhole, messageType, parseFields, parseListing, parseRead, type StoredMessage } from './answer-values.js';
import { AtError, TimeoutError } from './errors.js';
import { attempt, choosePduMode, type SetUpTools, sameMemory } from './set-up.js';
import { Turns } from './turns.js';
import type { ReceivedPdu, StorageLocation } from './types.js';

/** What a store tells its owner. */
export interface MessageStoreListeners {
  readonly onMessage: (received: ReceivedPdu) => void;
  /** A memory is filling up: said at 80 % and above. */
  readonly onFilling: (memory: string, used: number, total: number) => void;
  /** A memory was looked at, and so many messages in it were handed over. */
  readonly onSwept?: (memory: string, found: number) => void;
  /** A message was found by looking that nobody had seen before. */
  readonly onFound?: () => void;
  readonly onTrouble: (what: string, cause: unknown) => void;
}

interface Held {
  readonly received: ReceivedPdu;
  /** The owner has it on disk; only the deletion is still to be done. */
  settled: boolean;
  /** When its slot was seen to hold it. */
  readAt: number;
}

const mostWaitingReads = 4_096;
/** A slot read this long ago may hold another message by now. */
const trustMs = 10_000;
/** How long after an announcement its slot is looked at again where it was empty. */
const lagRetriesMs: readonly number[] = [500, 2_000];
const mostSlots = 1_024;
/** How often a slot is read anew whose message lost octets on the line, other ones each time. */
const mostReadings = 4;
/** After so many messages in a row that were read twice for their length and were the same, lengths are not looked at any more. */
const mostFalseLengths = 3;
/** After so many the slots of a modem are no longer asked for one by one. */
const mostRefusedReadings = 3;
/** How the memory of a modem that takes no +CPMS is called. */
const unnamedMemory = 'unnamed';

/** Reads and deletes messages in a modem's memories, and hands each over once. */
export class MessageStore {
  readonly #tools: SetUpTools;
  readonly #listeners: MessageStoreListeners;
  readonly #turns = new Turns();
  readonly #held = new Map<string, Held>();
  readonly #waitingReads = new Set<string>();
  /** Handed over once, not taken, and to be found again. */
  readonly #released = new Set<string>();
  #memories: readonly string[] = [];
  #receiving: string | null = null;
  #current: string | null = null;
  /** Whether the modem lets a memory be chosen; where it does not, the one there is is read under whatever name. */
  #chooses = true;
  readonly #lists: boolean;
  #listingWorks: boolean;
  /** How often in a row +CMGR was refused of a slot that the list then showed. */
  #refusedReadings = 0;
  /** How often in a row a message of another length than was announced came again just so. */
  #falseLengths = 0;

  constructor(
    tools: SetUpTools,
    profile: ModemProfile,
    memories: { readonly swept: readonly string[]; readonly receiving: string | null },
    listeners: MessageStoreListeners,
  ) {
    this.#tools = tools;
    this.#listeners = listeners;
    this.#lists = !hasQuirk(profile, 'lists-no-messages');
    this.#listingWorks = this.#lists;
    this.reset(memories);
  }

  /** Says that the modem was set up anew and which memory it reads now. */
  reset(memories: { readonly swept: readonly string[]; readonly receiving: string | null }): void {
    this.#chooses = memories.swept.length > 0;
    this.#memories = this.#chooses ? memories.swept : [unnamedMemory];
    this.#receiving = memories.receiving;
    this.#current = memories.receiving;
    this.#listingWorks = this.#lists;
  }

  /** Reads what +CMTI or +CDSI announced. An index already waiting is not read twice. */
  async announced({ memory, index }: StorageLocation): Promise<void> {
    reached('modem:announced');
    const spelled = this.#chooses ? (this.#memories.find((name) => sameMemory(name, memory)) ?? memory) : unnamedMemory;
    const location = { memory: spelled, index };
    const key = keyOf(location);
    if (this.#waitingReads.has(key)) return;
    if (this.#waitingReads.size >= mostWaitingReads) return;
    // Some modems announce a message before they can read it; meanwhile the line is free for others.
    for (const delayMs of lagRetriesMs) {
      if ((await this.#readInTurn(location)) || this.#waitingReads.has(key)) return;
      this.#waitingReads.add(key);
      await this.#tools.clock.sleep(delayMs, { signal: this.#tools.signal }).finally(() => this.#waitingReads.delete(key));
    }
    await this.#readInTurn(location);
  }

  /** Reads a slot when its turn comes; false where there was nothing in it. */
  async #readInTurn(location: StorageLocation): Promise<boolean> {
    const key = keyOf(location);
    this.#waitingReads.add(key);
    return this.#turns.take('next', async () => {
      this.#waitingReads.delete(key);
      await this.#select(location.memory);
      const message = await this.#readSlot(location.index);
      if (message !== null) this.#take(location, message);
      return message !== null || this.#held.has(key);
    });
  }

  /** Reads every memory and hands over what is new in it. */
  async sweep(): Promise<void> {
    for (const memory of this.#memories) {
      await this.#turns
        .take('later', () => this.#sweepOne(memory))
        .catch((cause: unknown) => {
          if (!(cause instanceof AtError || cause instanceof TimeoutError)) throw cause;
          this.#listeners.onTrouble(`memory ${memory} could not be swept`, cause);
        });
    }
  }

  /** Deletes a message that is on disk, unless its slot holds another by now. */
  async delete(received: ReceivedPdu): Promise<void> {
    const { storage } = received;
    if (storage === null) return;
    const key = keyOf(storage);
    const held = this.#held.get(key);
    if (held?.received !== received || held.settled) return;
    held.settled = true;
    await this.#turns.take('soon', () => this.#deleteHeld(storage, held));
  }

  /** Leaves a message where it is; the next sweep hands it over again. */
  release(received: ReceivedPdu): void {
    if (received.storage === null) return;
    const key = keyOf(received.storage);
    if (this.#held.get(key)?.received !== received) return;
    this.#held.delete(key);
    if (this.#released.size < mostWaitingReads) this.#released.add(key);
  }

  async #deleteHeld(location: StorageLocation, held: Held): Promise<void> {
    const key = keyOf(location);
    if (this.#held.get(key) !== held) return;
    await this.#select(location.memory);
    if (this.#tools.clock.monotonic() - held.readAt > trustMs) {
      const now = await this.#readSlot(location.index);
      if (now === null || now.pdu !== held.received.pdu) {
        this.#held.delete(key);
        if (now !== null) this.#take(location, now);
        return;
      }
    }
    reached('modem:deleting');
    await this.#tools.engine.command(`AT+CMGD=${location.index}`).catch((cause: unknown) => {
      // Somebody was faster: the slot is empty, as it should be.
      if (isEmptySlot(cause)) return;
      // Where the modem says no more than ERROR, the slot itself tells.
      if (!(cause instanceof AtError && cause.family === 'final')) throw cause;
      return this.#readSlot(location.index).then((now) => {
        if (now !== null && now.pdu === held.received.pdu) throw cause;
      });
    });
    reached('modem:deleted');
    this.#held.delete(key);
    // Under another name, such as MT, it may be the same slot, which is free for another message now.
    for (const other of this.#held.values()) if (other.received.pdu === held.received.pdu) other.readAt = Number.NEGATIVE_INFINITY;
  }

  /** A slot of the selected memory; null when it is empty. One that lost octets on the line is read anew. */
  async #readSlot(index: number, { orListed = true } = {}): Promise<StoredMessage | null> {
    const message = await this.#readSlotOnce(index, orListed);
    return message === null || !this.#isSpoiled(message) ? message : this.#readAgain(index, message, orListed);
  }

  #isSpoiled(message: StoredMessage): boolean {
    return this.#falseLengths < mostFalseLengths && !isWhole(message);
  }

  /** What a slot holds when it is read anew until it is whole or comes just so again, or what it was seen to hold where that gives nothing. */
  async #readAgain(index: number, seen: StoredMessage, orListed = true): Promise<StoredMessage> {
    let last = seen;
    for (let tries = 0; tries < mostReadings; tries += 1) {
      const again = await this.#readSlotOnce(index, orListed);
      if (again === null) return last;
      if (again.pdu === last.pdu) {
        this.#falseLengths += 1;
        return again;
      }
      last = again;
      if (isWhole(again)) break;
    }
    if (isWhole(last)) this.#falseLengths = 0;
    return last;
  }

  async #readSlotOnce(index: number, orListed: boolean): Promise<StoredMessage | null> {
    for (let tries = this.#refusedReadings < mostRefusedReadings ? 2 : 0; tries > 0; tries -= 1) {
      let refused = false;
      const lines = await this.#tools.engine.command(`AT+CMGR=${index}`).catch((cause: unknown) => {
        refused = isRefusedReading(cause);
        if (isEmptySlot(cause) || refused) return [];
        throw cause;
      });
      const message = parseRead(lines);
      if (refused) break;
      if (message !== 'text-mode') {
        this.#refusedReadings = 0;
        return message;
      }
      await choosePduMode(this.#tools);
    }
    // Many say no more than ERROR of an empty slot; some that list their messages refuse to show a single one.
    if (!orListed || !this.#listingWorks) return null;
    const listed = (await this.#list())?.find((entry) => entry.index === index) ?? null;
    if (listed !== null) this.#refusedReadings += 1;
    return listed;
  }

  async #sweepOne(wanted: string): Promise<void> {
    reached('modem:sweeping');
    const total = await this.#select(wanted, { always: true });
    const memory = this.#chooses ? wanted : unnamedMemory;
    let found = 0;
    const entries = this.#listingWorks ? await this.#list() : null;
    if (entries !== null) {
      for (const entry of entries) {
        const message = this.#isSpoiled(entry) ? await this.#readAgain(entry.index, entry) : entry;
        if (this.#found({ memory, index: entry.index }, message)) found += 1;
      }
    } else {
      for (let index = 0; index <= Math.min(total ?? 50, mostSlots) + 1; index += 1) {
        const message = await this.#readSlot(index, { orListed: false }).catch((cause: unknown) => {
          if (cause instanceof AtError) return null;
          throw cause;
        });
        if (message !== null && this.#found({ memory, index }, message)) found += 1;
      }
    }
    for (const [key, held] of this.#held) {
      const { storage } = held.received;
      if (!held.settled || storage?.memory !== memory || this.#held.get(key) !== held) continue;
      // One message that cannot be deleted is no reason to leave the others.
      await this.#deleteHeld(storage, held).catch((cause: unknown) => {
        if (!(cause instanceof AtError)) throw cause;
        this.#listeners.onTrouble(`message ${storage.index} of memory ${memory} could not be deleted`, cause);
      });
    }
    if (this.#receiving !== null) await this.#select(this.#receiving);
    this.#listeners.onSwept?.(memory, found);
  }

  /** The messages of the selected memory, or null where the modem cannot list. */
  async #list(): Promise<readonly (StoredMessage & { readonly index: number })[] | null> {
    for (let tries = 2; tries > 0; tries -= 1) {
      try {
        const entries = parseListing(await this.#tools.engine.command('AT+CMGL=4', { signal: this.#tools.signal }));
        if (entries !== 'text-mode') return entries;
        await choosePduMode(this.#tools);
      } catch (cause) {
        if (cause instanceof AtError && (cause.number === 321 || cause.number === 22)) return [];
        if (cause instanceof TimeoutError) this.#listingWorks = false;
        else if (!(cause instanceof AtError)) throw cause;
        return null;
      }
    }
    return null;
  }

  #found(location: StorageLocation, message: StoredMessage): boolean {
    const isNew = this.#take(location, message);
    if (isNew && !this.#released.delete(keyOf(location))) this.#listeners.onFound?.();
    return isNew;
  }

  /** Hands a message over, unless it was already or is none that was received; whether it did. */
  #take(location: StorageLocation, message: StoredMessage): boolean {
    const type = messageType(message.pdu);
    // What was composed here (status 2 and 3) stays; a received message that a modem shows so is known by its type.
    if ((message.status ?? 0) >= 2 && (type === 1 || type === null)) return false;
    const key = keyOf(location);
    if (this.#held.get(key)?.received.pdu === message.pdu) return false;
    const received: ReceivedPdu = {
      kind: type === 2 ? 'status-report' : 'deliver',
      pdu: message.pdu,
      tpduOctets: message.tpduOctets,
      storage: location,
      receivedAt: this.#tools.clock.now(),
    };
    reached('modem:read');
    this.#held.set(key, { received, settled: false, readAt: this.#tools.clock.monotonic() });
    this.#listeners.onMessage(received);
    return true;
  }

  /** Makes a memory the one that is read; gives its capacity where the modem says it. */
  async #select(memory: string, { always = false }: { readonly always?: boolean } = {}): Promise<number | null> {
    if (!this.#chooses || (this.#current === memory && !always)) return null;
    this.#current = null;
    const alone = await attempt(this.#tools, `AT+CPMS="${memory}"`);
    // A modem that wants all three is told to go on receiving where it did; one that took nothing so far takes nothing at all.
    const lines =
      alone ??
      (await this.#tools.engine.command(`AT+CPMS="${memory}","${memory}","${this.#receiving ?? memory}"`).catch((cause: unknown) => {
        if (this.#receiving !== null || !(cause instanceof AtError)) throw cause;
        this.#chooses = false;
        this.#memories = [unnamedMemory];
        return [];
      }));
    if (!this.#chooses) return null;
    this.#current = memory;
    const line = findLine(lines, '+CPMS:');
    if (line === null) return null;
    const numbers = parseFields(line)
      .filter((field) => /^\d{1,5}$/.test(field))
      .map(Number);
    const [used, total] = numbers;
    if (used === undefined || total === undefined) return null;
    if (total > 0 && used >= total * 0.8) this.#listeners.onFilling(memory, used, total);
    return total;
  }
}

/** Whether an error may say that there is no reading of slots: a bare ERROR, operation not allowed or not supported. @see 3GPP TS 27.005 3.2.5 */
function isRefusedReading(cause: unknown): boolean {
  return (
    cause instanceof AtError && (cause.family === 'final' || (cause.family === 'cms' && (cause.number === 302 || cause.number === 303)))
  );
}

/** Whether an error says that there is nothing in a slot. @see 3GPP TS 27.005 3.2.5, 3GPP TS 27.007 9.2.1 */
function isEmptySlot(cause: unknown): boolean {
  return cause instanceof AtError && (cause.number === 321 || cause.number === 21 || cause.number === 22);
}

function keyOf({ memory, index }: StorageLocation): string {
  return `${memory}:${index}`;
}
