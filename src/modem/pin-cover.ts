const secretCommands = /AT[+^*](?:CPIN2?|CPWD|CLCK)=(?!\?)/i;
const mostLineCharacters = 4_096;

/** Covers PINs in one direction of a line, also where chunks cut them in two and where a modem echoes them. Lengths stay. */
export class PinCover {
  #line = '';
  #covering = false;

  cover(text: string): string {
    let shown = '';
    for (const character of text) {
      if (character === '\r' || character === '\n' || character === '\u001B') {
        this.#line = '';
        this.#covering = false;
      } else if (!this.#covering && this.#line.length < mostLineCharacters) {
        this.#line += character;
        // Looked for only where it can have become whole; the first character behind tells a question from a value.
        this.#covering = /[^=]/.test(character) && /=.$/.test(this.#line) && secretCommands.test(this.#line);
      }
      shown += this.#covering && /\d/.test(character) ? '*' : character;
    }
    return shown;
  }
}
