import type { Readable } from 'node:stream';
import type { BenchModem } from './bench-modem.js';
import { BenchError } from './errors.js';
import type { FaultNumbers } from './fault-table.js';
import type { VirtualBench } from './virtual-bench.js';

/** The answer to one command: what it was asked for, or `event: "error"`; `ref` is that of the command. */
export type ControlAnswer = Readonly<Record<string, unknown>> & { readonly ref: unknown };

const longestLineOctets = 65_536;
const longestTpduOctets = 255;
const faultFields: ReadonlySet<string> = new Set(['ref', 'do', 'to', 'fault']);

/** Commands to a bench, one JSON object a line. */
export class BenchControl {
  readonly #bench: VirtualBench;

  constructor(bench: VirtualBench) {
    this.#bench = bench;
  }

  /** Carries out one command; a bad one is answered by an error. Never rejects. */
  async answer(line: string): Promise<ControlAnswer> {
    let ref: unknown = null;
    try {
      const command = parsed(line);
      ref = command.ref ?? null;
      return { ref, ...(await this.#perform(command)) };
    } catch (error) {
      const code = error instanceof BenchError ? error.code : 'virtual-bench/command-failed';
      const message = error instanceof Error ? error.message : String(error);
      const advice = error instanceof BenchError && error.advice !== undefined ? { advice: error.advice } : {};
      return { ref, event: 'error', code, message, field: null, offset: null, ...advice };
    }
  }

  async #perform(command: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    switch (command.do) {
      case 'deliver': {
        const modem = this.#modem(command.to);
        const within = optionalNumber(command, 'within', 0, 86_400);
        const outcome = await modem.deliver(tpduOf(command), { withinMs: within === undefined ? undefined : within * 1000 });
        return { to: modem.name, outcome };
      }
      case 'fault': {
        const modem = this.#modem(command.to);
        if (typeof command.fault !== 'string') throw bad('fault is no text');
        await modem.fault(command.fault, numbersOf(command));
        return { to: modem.name, fault: command.fault, port: modem.state().port };
      }
      case 'state': {
        const modems = command.to === undefined ? this.#bench.modems : [this.#modem(command.to)];
        return { modems: modems.map((modem) => modem.state()), network: { ...this.#bench.network.counters } };
      }
      case 'log': {
        const after = optionalNumber(command, 'after', 0, Number.MAX_SAFE_INTEGER) ?? 0;
        return { events: this.#bench.network.log(after) };
      }
      default:
        throw bad(`do is ${shown(command.do)}`, 'do is one of deliver, fault, state, log');
    }
  }

  #modem(name: unknown): BenchModem {
    const modem = this.#bench.modems.find((one) => one.name === name || one.number === name);
    if (modem !== undefined) return modem;
    throw new BenchError('virtual-bench/no-such-modem', `no modem is called ${shown(name)}`, {
      advice: `they are modem-1 to modem-${this.#bench.modems.length}`,
    });
  }
}

/**
 * Reads commands from a stream, line by line, and answers each through `say`; answers may come in another order. Resolves when the
 * stream has ended and every command is answered. A line that is too long is answered once and passed over.
 */
export async function readControlLines(input: Readable, control: BenchControl, say: (answer: ControlAnswer) => void): Promise<void> {
  const open = new Set<Promise<void>>();
  const take = (line: string): void => {
    if (line.trim() === '') return;
    const answering = control.answer(line).then(say);
    open.add(answering);
    void answering.finally(() => open.delete(answering));
  };
  let rest = '';
  let skipping = false;
  input.setEncoding('utf8');
  // A client that has said all it wanted still waits for its answers: the stream must not be destroyed at its end.
  for await (const chunk of input.iterator({ destroyOnReturn: false })) {
    rest += String(chunk);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      if (!skipping) take(rest.slice(0, end));
      skipping = false;
      rest = rest.slice(end + 1);
    }
    if (rest.length <= longestLineOctets) continue;
    if (!skipping) say({ ref: null, event: 'error', ...asError(bad(`a line is longer than ${longestLineOctets} characters`)) });
    skipping = true;
    rest = '';
  }
  if (!skipping) take(rest);
  await Promise.all(open);
}

function asError({ code, message }: BenchError): Readonly<Record<string, string | null>> {
  return { code, message, field: null, offset: null };
}

function bad(what: string, advice?: string): BenchError {
  return new BenchError('virtual-bench/bad-command', what, advice === undefined ? {} : { advice });
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 60);
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw bad(`the line is no JSON (${error instanceof Error ? error.message : String(error)})`, 'write one object a line');
  }
  if (!isObject(value)) throw bad('the line holds no object', 'write one object a line');
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tpduOf({ tpdu }: Readonly<Record<string, unknown>>): string {
  if (typeof tpdu !== 'string') throw bad('tpdu is no text', 'tpdu is the hex of an SMS-DELIVER without the service centre address');
  const hex = tpdu.replace(/\s+/g, '').toUpperCase();
  if (hex === '' || hex.length % 2 !== 0 || hex.length > 2 * longestTpduOctets || !/^[0-9A-F]+$/.test(hex)) {
    throw bad(`tpdu is no hex of 1 to ${longestTpduOctets} octets`);
  }
  return hex;
}

function optionalNumber(command: Readonly<Record<string, unknown>>, name: string, lowest: number, highest: number): number | undefined {
  const value = command[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= lowest && value <= highest) return value;
  throw bad(`${name} is ${shown(value)}`, `${name} is a number from ${lowest} to ${highest}`);
}

/** The numbers that stand beside a fault's name; which of them it takes, the fault says. */
function numbersOf(command: Readonly<Record<string, unknown>>): FaultNumbers {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(command)) {
    if (faultFields.has(name)) continue;
    if (typeof value !== 'number') throw bad(`${name.slice(0, 40)} is ${shown(value)}`, 'a fault takes numbers');
    numbers[name] = value;
  }
  return numbers;
}
