import type { LineOddity } from './at-engine.js';
import type { ModemNote } from './types.js';

const mostSampleCharacters = 60;

/** A late answer may hold the identity of a subscriber or a card: of long numbers only the beginning is told. */
function withoutIdentities(line: string): string {
  return line.replace(/\d{10,}/g, (digits) => `${digits.slice(0, 5)}${'*'.repeat(digits.length - 5)}`);
}

/** Remembers what was odd on a line, so that a device that is no modem can be named, and tells of it without flooding whoever listens. */
export class LineWatch {
  readonly #note: (note: ModemNote, detail: string) => void;
  readonly #counts = new Map<LineOddity['what'], number>();
  #positioning = 0;
  #announced = false;
  #sample: string | null = null;

  constructor(note: (note: ModemNote, detail: string) => void) {
    this.#note = note;
  }

  /** Takes one oddity in; of each kind the first is told, then the second, the fourth, the eighth and so on. */
  see(oddity: LineOddity): void {
    const count = (this.#counts.get(oddity.what) ?? 0) + 1;
    this.#counts.set(oddity.what, count);
    if (oddity.what === 'stray-line') {
      if (/^\$G[A-Z]{4},/.test(oddity.line)) this.#positioning += 1;
      this.#sample ??= oddity.line.slice(0, mostSampleCharacters);
    }
    if (oddity.what === 'echo' || (count & (count - 1)) !== 0) return;
    const times = count === 1 ? '' : ` (${count} times by now)`;
    if (oddity.what === 'overlong-line') this.#note('overlong-line', `a line did not end and was cut${times}`);
    else this.#note(oddity.what, `${oddity.what === 'resync' ? oddity.command : withoutIdentities(oddity.line)}${times}`);
  }

  /** Takes in that the modem said something of its own accord. */
  announced(): void {
    this.#announced = true;
  }

  /** What a device that answers no command does instead, in a few words. */
  describe(): string {
    const count = (what: LineOddity['what']): number => this.#counts.get(what) ?? 0;
    if (this.#positioning > 0) return 'it sends positions, as a GPS port does';
    if (count('overlong-line') > 0) return 'it sends octets without a line end, as a debugging port does';
    if (this.#announced) return 'it announces things of its own accord, as a second port of a modem may do';
    if (this.#sample !== null) return `it says other things, such as ${JSON.stringify(this.#sample)}`;
    if (count('echo') > 0) return 'it only echoes what it is sent';
    return 'it is silent';
  }
}
