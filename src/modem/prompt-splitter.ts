import { Transform, type TransformCallback } from 'node:stream';
import { reached } from '../runtime/index.js';

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const blank = 0x20;
const tabulator = 0x09;
const deleted = 0x7f;
const greaterThan = 0x3e;

export interface PromptSplitterOptions {
  /** Lines are cut here; what follows up to the next line end is dropped. */
  readonly mostLineOctets?: number;
  /** Called once for each line that was cut. */
  readonly onOverlong?: () => void;
}

/**
 * Makes every line end with one LF: CR, LF and any run of them end a line, empty lines vanish, control characters are dropped, and the
 * prompt `> `, which no line end follows, becomes a line of its own. A line's length is bounded.
 * @see 3GPP TS 27.005 3.5.1 (the prompt), ITU-T V.250 5.7 (line ends)
 */
export class PromptSplitter extends Transform {
  readonly #mostLineOctets: number;
  readonly #onOverlong: () => void;
  #lineOctets = 0;
  #fresh = true;
  #skipBlank = false;
  #cutting = false;

  constructor({ mostLineOctets = 4_096, onOverlong = () => {} }: PromptSplitterOptions = {}) {
    super();
    this.#mostLineOctets = mostLineOctets;
    this.#onOverlong = onOverlong;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    reached('modem:octets');
    const out = Buffer.allocUnsafe(chunk.length * 3);
    let length = 0;
    for (const octet of chunk) {
      if (octet === carriageReturn || octet === lineFeed) {
        if (this.#lineOctets > 0) {
          out[length] = lineFeed;
          length += 1;
        }
        this.#lineOctets = 0;
        this.#fresh = true;
        this.#skipBlank = false;
        this.#cutting = false;
        continue;
      }
      if (this.#cutting || (octet < blank && octet !== tabulator) || octet === deleted) continue;
      if (this.#skipBlank) {
        this.#skipBlank = false;
        if (octet === blank) continue;
      }
      if (this.#fresh && octet === greaterThan) {
        out[length] = greaterThan;
        out[length + 1] = blank;
        out[length + 2] = lineFeed;
        length += 3;
        this.#fresh = false;
        this.#skipBlank = true;
        continue;
      }
      this.#fresh = false;
      out[length] = octet;
      length += 1;
      this.#lineOctets += 1;
      if (this.#lineOctets >= this.#mostLineOctets) {
        out[length] = lineFeed;
        length += 1;
        this.#lineOctets = 0;
        this.#cutting = true;
        this.#onOverlong();
      }
    }
    if (length > 0) done(null, out.subarray(0, length));
    else done();
  }
}
