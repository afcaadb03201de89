import { type Duplex, duplexPair } from 'node:stream';
import type { ManualClock } from '../runtime/index.js';

/** What a scripted modem says to a command: text to be sent as it stands, or nothing at all. */
export type ScriptedAnswer = string | null | ((command: string) => string | null);

/** One stored message of the double. */
export interface ScriptedMessage {
  readonly status: number;
  readonly pdu: string;
}

export const ok = '\r\nOK\r\n';
export const information = (...lines: readonly string[]): string => `${lines.map((line) => `\r\n${line}\r\n`).join('')}${ok}`;

/** The far end of a wire: answers commands from a script, sends in chunks of a chosen size, and remembers what was written to it. */
export class ScriptedModem {
  /** The near end, for the code under test. */
  readonly port: Duplex;
  readonly #wire: Duplex;
  readonly #chunkOctets: number;
  readonly commands: string[] = [];
  readonly payloads: string[] = [];
  readonly memories = new Map<string, Map<number, ScriptedMessage>>([
    ['ME', new Map()],
    ['SM', new Map()],
  ]);
  readonly answers = new Map<string, ScriptedAnswer>();
  memory = 'ME';
  indications = '0,0,0,0,0';
  service = 0;
  echo = false;
  /** Says OK to every command, whatever it is, and nothing else. */
  alwaysOk = false;
  atPrompt = false;
  #input = '';

  constructor({ chunkOctets = 0 }: { readonly chunkOctets?: number } = {}) {
    const [near, far] = duplexPair();
    this.port = near;
    this.#wire = far;
    this.#chunkOctets = chunkOctets;
    far.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')));
    far.on('error', () => {});
  }

  send(text: string): void {
    const octets = Buffer.from(text, 'latin1');
    const size = this.#chunkOctets === 0 ? octets.length : this.#chunkOctets;
    for (let at = 0; at < octets.length; at += size) this.#wire.write(octets.subarray(at, at + size));
  }

  hangUp(): void {
    this.port.destroy();
  }

  end(): void {
    this.#wire.end();
  }

  count(pattern: RegExp): number {
    return this.commands.filter((command) => pattern.test(command)).length;
  }

  #take(text: string): void {
    for (const character of text) {
      if (this.atPrompt) {
        if (this.echo) this.send(character);
        if (character === '\x1a' || character === '\x1b') {
          this.atPrompt = false;
          const payload = this.#input;
          this.#input = '';
          if (character === '\x1b') this.send(ok);
          else {
            this.payloads.push(payload);
            this.#reply('payload', this.answers.has('payload') ? this.answers.get('payload') : information('+CMGS: 7'));
          }
        } else this.#input += character;
        continue;
      }
      if (this.echo) this.send(character);
      if (character === '\x1b' || character === '\n') continue;
      if (character !== '\r') {
        this.#input += character;
        continue;
      }
      const command = this.#input;
      this.#input = '';
      if (!/^AT/i.test(command)) continue;
      this.commands.push(command);
      this.#reply(command, this.answers.has(command) ? this.answers.get(command) : this.#standard(command));
    }
  }

  #reply(command: string, answer: ScriptedAnswer | undefined): void {
    const text = typeof answer === 'function' ? answer(command) : answer;
    if (text !== null && text !== undefined) this.send(text);
  }

  #standard(command: string): string {
    if (this.alwaysOk) return ok;
    const [, name = '', rest = ''] = /^AT([+^]?[A-Z]+)?(.*)$/.exec(command) ?? [];
    const memory = this.memories.get(this.memory) ?? new Map<number, ScriptedMessage>();
    switch (name) {
      case 'ATE':
      case 'E':
        this.echo = rest.startsWith('1');
        return ok;
      case 'Q':
        this.echo = false;
        return ok;
      case '+CGMI':
        return information('Maker');
      case '+CGMM':
        return information('Model 1');
      case '+CGMR':
        return information('1.0');
      case '+CGSN':
        return information('490154203237518');
      case '+CIMI':
        return information('001010123456789');
      case '+CPIN':
        return information('+CPIN: READY');
      case '+CFUN':
        return rest === '?' ? information('+CFUN: 1') : ok;
      case '+CSMS':
        if (rest.startsWith('=')) {
          this.service = Number(rest.slice(1));
          return information('+CSMS: 1,1,1');
        }
        return information(`+CSMS: ${this.service},1,1,1`);
      case '+CPMS':
        if (rest === '=?') return information('+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")');
        if (rest.startsWith('=')) this.memory = /"([A-Za-z]+)"/.exec(rest)?.[1] ?? this.memory;
        return information(`+CPMS: ${this.memories.get(this.memory)?.size ?? 0},100,0,100,0,100`);
      case '+CNMI':
        if (rest === '=?') return information('+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)');
        if (rest === '?') return information(`+CNMI: ${this.indications}`);
        this.indications = rest.slice(1);
        return ok;
      case '+CMGL':
        return information(...[...memory].map(([index, { status, pdu }]) => `+CMGL: ${index},${status},,${announced(pdu)}\r\n${pdu}`));
      case '+CMGR': {
        const found = memory.get(Number(rest.slice(1)));
        return found === undefined
          ? '\r\n+CMS ERROR: 321\r\n'
          : information(`+CMGR: ${found.status},,${announced(found.pdu)}\r\n${found.pdu}`);
      }
      case '+CMGD':
        return memory.delete(Number(rest.slice(1))) ? ok : '\r\n+CMS ERROR: 321\r\n';
      case '+CMGS':
        this.atPrompt = true;
        return '\r\n> ';
      case '+WAPBRIDGE':
        return '\r\nERROR\r\n';
      default:
        return ok;
    }
  }
}

/** The TPDU octets of a PDU line. */
export function announced(pdu: string): number {
  return pdu.length / 2 - 1 - Number.parseInt(pdu.slice(0, 2), 16);
}

/** Lets time pass in small steps until a promise is settled, and gives what became of it. */
export async function passUntil<Result>(clock: ManualClock, promise: Promise<Result>, mostMs = 400_000): Promise<Result> {
  let settled = false;
  const watched = promise.finally(() => {
    settled = true;
  });
  watched.catch(() => {});
  for (let passed = 0; passed < mostMs && !settled; passed += 50) await clock.step(50);
  if (!settled) throw new RangeError('nothing came of it');
  return watched;
}

/** Made by hand from 3GPP TS 23.040 9.2.2.1: an SMS-DELIVER with 8-bit data, its last octet chosen. */
export function deliverPdu(last: number): string {
  return `0791551500000 0F1440B915155550521F300F5621122702400 0A03ABCD${last.toString(16).padStart(2, '0').toUpperCase()}`.replaceAll(
    ' ',
    '',
  );
}
