const networkDigits = 5;
const mostDigits = 15;
/** The beginning of a line that can be an IMSI: as 3GPP TS 27.007 5.6 has it, or under the command's name, quoted or not. */
const opening = /^(?:[+*^]CIMI: ?)?"?$/i;
const pduAnnouncements = /^\+(?:CMT|CDS|CBM):/;
const finals = /^(?:OK|ERROR|\+CM[ES] ERROR.*)$/;

/**
 * Covers the answer to +CIMI in what comes from a modem, but for the digits that name the network; also where chunks cut it in two.
 * Lengths stay. The PDU of a message that comes in between is left as it is.
 */
export class ImsiCover {
  #command = '';
  #awaited = false;
  #line = '';
  #digits = 0;
  #pduFollows = false;

  /** Takes note of what goes to the modem. */
  sent(text: string): void {
    for (const character of text) {
      if (character === '\r') {
        this.#awaited = /[+*^]CIMI(?!\w)/i.test(this.#command);
        this.#command = '';
      } else this.#command = (this.#command + character).slice(-4_096);
    }
  }

  cover(text: string): string {
    let shown = '';
    for (const character of text) {
      if (character === '\r' || character === '\n') this.#endLine();
      else if (this.#awaited && !this.#pduFollows && /\d/.test(character) && (this.#digits > 0 || opening.test(this.#line))) {
        this.#digits += 1;
        shown += this.#digits > networkDigits && this.#digits <= mostDigits ? '*' : character;
        continue;
      } else if (this.#line.length < 64) {
        this.#line += character;
        this.#digits = 0;
      }
      shown += character;
    }
    return shown;
  }

  #endLine(): void {
    if (this.#line === '' && this.#digits === 0) return;
    if (finals.test(this.#line)) this.#awaited = false;
    this.#pduFollows = pduAnnouncements.test(this.#line);
    this.#line = '';
    this.#digits = 0;
  }
}
