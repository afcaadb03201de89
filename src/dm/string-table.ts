import type { ElementNode } from './document.js';

const utf8 = new TextEncoder();

/** The string table of a document that is being written; each string stands in it once. */
export class StringTable {
  readonly #indexes = new Map<string, number>();
  readonly #strings: Uint8Array[] = [];
  #length = 0;

  /** Takes a string up and gives its index. */
  add(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const octets = utf8.encode(text);
    const index = this.#length;
    this.#indexes.set(text, index);
    this.#strings.push(octets);
    this.#length += octets.length + 1;
    return index;
  }

  indexOf(text: string): number | undefined {
    return this.#indexes.get(text);
  }

  /** Takes up every text of four characters or more that stands at least twice: shorter ones save nothing over a reference. */
  collect(root: ElementNode): void {
    const uses = new Map<string, number>();
    const open: ElementNode[] = [root];
    for (let element = open.pop(); element !== undefined; element = open.pop()) {
      for (const node of element.children) {
        if (node.kind === 'element') open.push(node);
        else if (node.kind === 'text' && node.text.length >= 4) uses.set(node.text, (uses.get(node.text) ?? 0) + 1);
      }
    }
    for (const [text, count] of uses) if (count >= 2) this.add(text);
  }

  /** The table as it stands in the document. */
  octets(): Uint8Array {
    const octets = new Uint8Array(this.#length);
    let at = 0;
    for (const string of this.#strings) {
      octets.set(string, at);
      at += string.length + 1;
    }
    return octets;
  }
}
