import type { Generation } from './generation.js';

/** The sets that wait for parts: found by the hash of their key, and in the order in which they were opened. */
export class OpenSets<Tag> {
  /** The newest set of each hash; the older ones hang on it. */
  readonly #byHash = new Map<number, Generation<Tag>>();
  #first: Generation<Tag> | undefined;
  #last: Generation<Tag> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The set that was opened first. */
  get oldest(): Generation<Tag> | undefined {
    return this.#first;
  }

  /** The newest set whose key has that hash; `older` leads on. */
  newest(hash: number): Generation<Tag> | undefined {
    return this.#byHash.get(hash);
  }

  /** All of them, oldest first. */
  all(): Generation<Tag>[] {
    const sets: Generation<Tag>[] = [];
    for (let set = this.#first; set !== undefined; set = set.after) sets.push(set);
    return sets;
  }

  add(set: Generation<Tag>): void {
    set.older = this.#byHash.get(set.keyHash);
    this.#byHash.set(set.keyHash, set);
    set.before = this.#last;
    if (this.#last === undefined) this.#first = set;
    else this.#last.after = set;
    this.#last = set;
    this.#size += 1;
  }

  /** Takes out a set that is in. */
  remove(set: Generation<Tag>): void {
    const newest = this.#byHash.get(set.keyHash);
    if (newest === set) {
      if (set.older === undefined) this.#byHash.delete(set.keyHash);
      else this.#byHash.set(set.keyHash, set.older);
    } else {
      let newer = newest;
      while (newer !== undefined && newer.older !== set) newer = newer.older;
      if (newer !== undefined) newer.older = set.older;
    }
    if (set.before === undefined) this.#first = set.after;
    else set.before.after = set.after;
    if (set.after === undefined) this.#last = set.before;
    else set.after.before = set.before;
    set.older = undefined;
    set.before = undefined;
    set.after = undefined;
    this.#size -= 1;
  }
}
