/** Where messages are kept. @see 3GPP TS 27.005 3.1 <mem1> */
export type MemoryName = 'ME' | 'SM' | 'SR';

/** 0 received unread, 1 received read, 2 stored unsent, 3 stored sent. @see 3GPP TS 27.005 3.1 <stat> */
export type MessageStatus = 0 | 1 | 2 | 3;

/** A message in a memory. */
export interface StoredMessage {
  status: MessageStatus;
  /** Hex with the service centre address. */
  readonly pdu: string;
  readonly tpduOctets: number;
}

/** One memory with numbered places, counted from {@link firstIndex}. */
export class MessageStore {
  readonly name: MemoryName;
  readonly firstIndex: number;
  readonly #places: (StoredMessage | undefined)[];
  #used = 0;
  /** Shown as full whatever is inside: the fault `memory-full`. */
  blocked = false;

  constructor(name: MemoryName, capacity: number, firstIndex = 1) {
    this.name = name;
    this.firstIndex = firstIndex;
    this.#places = new Array<StoredMessage | undefined>(capacity).fill(undefined);
  }

  get capacity(): number {
    return this.#places.length;
  }

  get used(): number {
    return this.blocked ? this.capacity : this.#used;
  }

  get full(): boolean {
    return this.blocked || this.#used >= this.capacity;
  }

  /** Keeps a message at the first free place and says which; null when full. */
  put(message: StoredMessage): number | null {
    if (this.full) return null;
    const place = this.#places.indexOf(undefined);
    this.#places[place] = message;
    this.#used += 1;
    return place + this.firstIndex;
  }

  get(index: number): StoredMessage | undefined {
    return this.#places[index - this.firstIndex];
  }

  isIndex(index: number): boolean {
    return index >= this.firstIndex && index < this.firstIndex + this.capacity;
  }

  /** Whether there was anything to delete. */
  delete(index: number): boolean {
    if (this.get(index) === undefined) return false;
    this.#places[index - this.firstIndex] = undefined;
    this.#used -= 1;
    return true;
  }

  /** Used places in order. */
  *entries(): IterableIterator<readonly [index: number, message: StoredMessage]> {
    for (const [place, message] of this.#places.entries()) if (message !== undefined) yield [place + this.firstIndex, message];
  }
}
