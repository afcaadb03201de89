import { Buffer } from 'node:buffer';
import { type ParsedCommand, parseCommandBody } from './command-line.js';
import { runCommand } from './command-runner.js';
import type { Firmware } from './firmware.js';
import { backlogLimitOctets } from './line.js';
import type { Reply } from './reply.js';
import { equipmentErrors, messageErrors } from './result-code-tables.js';
import type { Settings } from './settings.js';

const longestCommandLine = 4096;
const longestPromptText = 8192;
const mostHeldLines = 1024;

/** What the terminal needs of the modem around it. */
export interface TerminalHost {
  readonly firmware: Firmware;
  /** At a prompt nothing but ESC is understood: the fault `prompt-stuck`. */
  promptStuck(): boolean;
  write(octets: Uint8Array): void;
  /** A command line has arrived. */
  spoke(): void;
}

/** Reads command lines, runs them, and words the answers. @see V.250 5 */
export class AtTerminal {
  readonly counters = { commands: 0, errors: 0, announced: 0 };
  readonly #host: TerminalHost;
  #input = '';
  #commandLine = '';
  #promptText = '';
  #lastBody = '';
  #queue: ParsedCommand[] = [];
  #prompt: ((text: string | null) => Reply) | undefined;
  #running = false;
  #waiting = false;
  #generation = 0;
  #held: string[] = [];
  #output = '';
  #depth = 0;

  constructor(host: TerminalHost) {
    this.#host = host;
  }

  /** Octets from the host. */
  feed(octets: Uint8Array): void {
    if (this.#input.length < 16 * backlogLimitOctets) {
      this.#input += Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
    }
    this.turn(() => this.#read());
  }

  /** Says a line of its own accord: between commands, never inside an answer. */
  announce(line: string): void {
    this.counters.announced += 1;
    if (this.#running || this.#prompt !== undefined) {
      if (this.#held.length < mostHeldLines) this.#held.push(line);
      return;
    }
    this.turn(() => this.#information([line]));
  }

  /** Forgets what the host has begun; a command under way goes on. */
  forgetInput(): void {
    this.#input = '';
    this.#commandLine = '';
    this.#promptText = '';
    this.#prompt = undefined;
    if (this.#waiting) return;
    this.#queue = [];
    this.#running = false;
  }

  /** Forgets everything, as without power. */
  reset(): void {
    this.#generation += 1;
    this.#waiting = false;
    this.#held = [];
    this.forgetInput();
  }

  /** Whatever is said within one turn goes out in one write. */
  turn<Result>(work: () => Result): Result {
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0 && this.#output !== '') {
        const output = this.#output;
        this.#output = '';
        this.#host.write(Buffer.from(output, 'latin1'));
      }
    }
  }

  get #settings(): Settings {
    return this.#host.firmware.settings;
  }

  #read(): void {
    while (this.#input !== '' && !this.#waiting) {
      const length = this.#prompt === undefined ? this.#readCommandLine() : this.#readPrompt(this.#prompt);
      this.#input = this.#input.slice(length);
    }
  }

  /** Reads up to the end of one command line; how many characters that were. */
  #readCommandLine(): number {
    const input = this.#input;
    const end = input.indexOf(String.fromCharCode(this.#settings.registers.get(3) ?? 13));
    const piece = end < 0 ? input : input.slice(0, end + 1);
    const line = this.#commandLine + (end < 0 ? piece : piece.slice(0, -1));
    const repeat = /^\s*A\//i.exec(line);
    if (repeat !== null) {
      const taken = repeat[0].length - this.#commandLine.length;
      this.#echo(piece.slice(0, taken));
      this.#commandLine = '';
      this.#execute(this.#lastBody);
      return taken;
    }
    this.#echo(piece);
    if (end < 0) {
      this.#commandLine = line.slice(0, longestCommandLine + 1);
      return piece.length;
    }
    this.#commandLine = '';
    const edited = withBackspaces(line, this.#settings.registers.get(5) ?? 8);
    const start = /AT/i.exec(edited);
    if (start === null) return piece.length;
    // What the network now sends comes after this line's answer.
    this.#running = true;
    this.#host.spoke();
    if (edited.length > longestCommandLine) {
      this.#finish({ kind: 'error' });
    } else {
      this.#lastBody = edited.slice(start.index + 2);
      this.#execute(this.#lastBody);
    }
    return piece.length;
  }

  #readPrompt(prompt: (text: string | null) => Reply): number {
    const input = this.#input;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Ctrl-Z sends and ESC cancels (27.005 3.5.1)
    const end = input.search(/[\x1A\x1B]/);
    const piece = end < 0 ? input : input.slice(0, end);
    this.#echo(end < 0 ? piece : input.slice(0, end + 1));
    this.#promptText = (this.#promptText + piece).slice(0, longestPromptText);
    if (end < 0) return piece.length;
    const text = this.#promptText;
    this.#promptText = '';
    this.#prompt = undefined;
    if (input[end] === '\x1B') this.#settle(prompt(null));
    else if (this.#host.promptStuck()) this.#askAgain(prompt);
    else this.#settle(prompt(text));
    return end + 1;
  }

  #askAgain(prompt: (text: string | null) => Reply): void {
    this.#prompt = prompt;
  }

  #execute(body: string): void {
    this.#running = true;
    const commands = parseCommandBody(body);
    if (commands === null) {
      this.#finish({ kind: 'error' });
      return;
    }
    this.#queue = [...commands];
    this.#next();
  }

  #next(): void {
    for (;;) {
      const command = this.#queue.shift();
      if (command === undefined) {
        this.#finish({ kind: 'ok', lines: [] });
        return;
      }
      this.counters.commands += 1;
      const generation = this.#generation;
      const reply = runCommand(this.#host.firmware, command);
      if (generation !== this.#generation) {
        // The command restarted the modem; its own answer still goes out.
        this.#finish(reply);
        return;
      }
      if (reply.kind !== 'ok') {
        this.#settle(reply);
        return;
      }
      this.#information(reply.lines);
    }
  }

  #settle(reply: Reply): void {
    if (reply.kind === 'ok') {
      this.#information(reply.lines);
      this.#next();
    } else if (reply.kind === 'no-result') {
      this.#information(reply.lines);
      this.#finish(reply);
    } else if (reply.kind === 'prompt') {
      this.#prompt = reply.finish;
      this.#output += '\r\n> ';
    } else if (reply.kind === 'later') {
      this.#waiting = true;
      const generation = this.#generation;
      reply.begin((outcome) => {
        if (generation !== this.#generation) return;
        this.turn(() => {
          this.#waiting = false;
          this.#settle(outcome);
          // What was read meanwhile; when the answer came at once, the reader is still at work and goes on itself.
          if (this.#depth === 1) this.#read();
        });
      });
    } else {
      this.#finish(reply);
    }
  }

  #finish(reply: Reply): void {
    this.#queue = [];
    this.#running = false;
    this.#result(reply);
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = [];
      for (const line of held) this.#information([line]);
    }
  }

  #result(reply: Reply): void {
    if (reply.kind === 'prompt' || reply.kind === 'later' || reply.kind === 'no-result' || this.#settings.quiet) return;
    if (reply.kind === 'ok') {
      this.#output += this.#settings.verbose ? '\r\nOK\r\n' : '0\r';
      return;
    }
    this.counters.errors += 1;
    if (reply.kind === 'final') this.#output += this.#settings.verbose ? `\r\n${reply.text}\r\n` : `${reply.code}\r`;
    else if (reply.kind === 'error' || this.#settings.errorReporting === 0)
      this.#output += this.#settings.verbose ? '\r\nERROR\r\n' : '4\r';
    else {
      const [family, texts] = reply.kind === 'message-error' ? (['CMS', messageErrors] as const) : (['CME', equipmentErrors] as const);
      const text = this.#settings.errorReporting === 2 ? (texts.get(reply.error) ?? 'unknown error') : String(reply.error);
      this.#output += `\r\n+${family} ERROR: ${text}\r\n`;
    }
  }

  #information(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#output += this.#settings.verbose ? `\r\n${lines.join('\r\n')}\r\n` : `${lines.join('\r\n')}\r\n`;
  }

  #echo(text: string): void {
    if (this.#settings.echo) this.#output += text;
  }
}

function withBackspaces(line: string, backspace: number): string {
  const character = String.fromCharCode(backspace);
  if (!line.includes(character)) return line;
  let edited = '';
  for (const typed of line) edited = typed === character ? edited.slice(0, -1) : edited + typed;
  return edited;
}
