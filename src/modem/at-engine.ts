import type { Duplex } from 'node:stream';
import { ReadlineParser } from '@serialport/parser-readline';
import { type Cancel, type Clock, reached } from '../runtime/index.js';
import { describeCommand } from './command-table.js';
import { AtError, PortClosedError, TimeoutError } from './errors.js';
import type { FinalResult } from './final-result.js';
import {
  initialLineState,
  type LineCommand,
  type LineInput,
  type LineOutput,
  type LineState,
  promptLine,
  stepLine,
} from './line-protocol.js';
import { PromptSplitter } from './prompt-splitter.js';

/** What an engine tells its owner; none of these may throw. */
export interface AtEngineListeners {
  /** A line of the modem's own accord, with the PDU line that followed it. */
  readonly onUnsolicited: (line: string, pdu: string | null) => void;
  /** The port is gone; said once. */
  readonly onLost: (reason: PortClosedError) => void;
  /** Something odd happened on the line, for people to read. */
  readonly onOddity: (oddity: LineOddity) => void;
}

/** What was odd on the line. */
export type LineOddity =
  | { readonly what: 'overlong-line' }
  | { readonly what: 'echo' }
  /** A +CMT or +CDS without its PDU. */
  | { readonly what: 'broken-unsolicited'; readonly line: string }
  | { readonly what: 'stray-line'; readonly line: string }
  | { readonly what: 'resync'; readonly command: string };

export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Goes before everything that waits. */
  readonly urgent?: boolean;
  readonly timeoutMs?: number;
  /** Hex to be written at the prompt. */
  readonly payload?: string;
  /** Hex to be written where the modem prompts for it unasked. */
  readonly ifPrompted?: string;
  /** What errors call the command, where its text holds a secret. */
  readonly shownAs?: string;
  /** Called at the OK itself, before any line that follows it is looked at. */
  readonly onOk?: () => void;
}

interface Job {
  readonly command: LineCommand;
  readonly shownAs: string;
  readonly resolve: (information: readonly string[]) => void;
  readonly reject: (reason: unknown) => void;
  readonly release: () => void;
  /** Its payload was written: from then on nobody but the modem knows what became of it. */
  handedOver: boolean;
  /** Why its answer is not waited for to the end of its time. */
  expiredBy: string | null;
}

/** Ends what is written at a prompt. */
const controlZ = '\u001A';
/** Shorter than any command's time, so that a port that takes nothing is not taken for a modem that says nothing. */
const writeStallMs = 4_000;

/** Runs AT commands on a byte stream, one at a time, and tells unsolicited lines from answers. */
export class AtEngine {
  readonly #port: Duplex;
  readonly #clock: Clock;
  readonly #listeners: AtEngineListeners;
  readonly #splitter: PromptSplitter;
  readonly #parser = new ReadlineParser({ delimiter: '\n', encoding: 'latin1' });
  readonly #urgent: Job[] = [];
  readonly #queue: Job[] = [];
  #state: LineState = initialLineState;
  #running: Job | null = null;
  #resync: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | null = null;
  #cancelTimer: Cancel | null = null;
  #lost: PortClosedError | null = null;

  constructor(port: Duplex, clock: Clock, listeners: AtEngineListeners) {
    this.#port = port;
    this.#clock = clock;
    this.#listeners = listeners;
    this.#splitter = new PromptSplitter({ onOverlong: () => listeners.onOddity({ what: 'overlong-line' }) });
    this.#parser.on('data', (line: string) => this.#feed(line));
    port.on('close', this.#onClose);
    port.on('end', this.#onEnd);
    port.on('error', this.#onError);
    port.pipe(this.#splitter).pipe(this.#parser);
  }

  /** Why the line is of no more use, or null. */
  get lost(): PortClosedError | null {
    return this.#lost;
  }

  /**
   * Brings the line to order from any state: leaves a prompt, drops what is under way, switches echo off and results on.
   * @throws TimeoutError `at/no-answer` when nothing answers `attempts` times
   */
  resync({ attempts = 3 }: { readonly attempts?: number } = {}): Promise<void> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      this.#resync = { resolve, reject };
      this.#apply({ type: 'resync', attempts });
    });
  }

  /**
   * Runs one command and gives its information lines.
   * @throws AtError when the modem refuses, TimeoutError when it does not answer, PortClosedError when the port goes, `signal.reason` when aborted
   */
  command(text: string, options: CommandOptions = {}): Promise<readonly string[]> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const known = describeCommand(text);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#abort(job, signal?.reason);
      const job: Job = {
        command: {
          ...known,
          text,
          timeoutMs: options.timeoutMs ?? known.timeoutMs,
          payload: options.payload ?? null,
          ifPrompted: options.ifPrompted,
        },
        shownAs: options.shownAs ?? text,
        resolve: (information) => {
          options.onOk?.();
          resolve(information);
        },
        reject,
        handedOver: false,
        expiredBy: null,
        release: () => signal?.removeEventListener('abort', onAbort),
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      (options.urgent === true ? this.#urgent : this.#queue).push(job);
      this.#next();
    });
  }

  /** The command that waits for its answer, to be given to {@link expire}; null where none does. */
  get underWay(): object | null {
    return this.#running;
  }

  /** Ends the wait for an answer that will not come, as at the end of its time, where it is still waited for; `why` says what came instead. */
  expire(command: object | null, why: string): void {
    if (command === null || this.#running !== command) return;
    this.#running.expiredBy = why;
    this.#apply({ type: 'time-up' });
  }

  /** Lets go of the port without closing it; what waits fails. */
  detach(reason: PortClosedError): void {
    if (this.#lost !== null) return;
    this.#lost = reason;
    this.#cancelTimer?.();
    this.#port.unpipe(this.#splitter);
    this.#port.off('close', this.#onClose);
    this.#port.off('end', this.#onEnd);
    const jobs = [...(this.#running === null ? [] : [this.#running]), ...this.#urgent.splice(0), ...this.#queue.splice(0)];
    this.#running = null;
    this.#resync?.reject(reason);
    this.#resync = null;
    for (const job of jobs) {
      job.release();
      job.reject(job.handedOver ? lostOnTheWay(job, reason) : reason);
    }
  }

  readonly #onClose = (cause?: unknown): void => this.#lose('the port was closed from the other side', cause);
  readonly #onEnd = (): void => this.#lose('the other side ended the connection', undefined);
  readonly #onError = (cause: unknown): void => this.#lose(cause instanceof Error ? cause.message : 'the port failed', cause);

  #lose(why: string, cause: unknown): void {
    if (this.#lost !== null) return;
    const reason = new PortClosedError('modem/port-lost', `The modem's port is gone: ${why}`, cause instanceof Error ? { cause } : {});
    this.detach(reason);
    this.#listeners.onLost(reason);
  }

  #feed(raw: string): void {
    if (this.#lost !== null) return;
    const line = raw === promptLine ? raw : raw.trim();
    if (line === '') return;
    reached('modem:line');
    this.#apply({ type: 'line', line: withUpperCaseName(line) });
  }

  #next(): void {
    if (this.#running !== null || this.#state.phase.name !== 'idle' || this.#lost !== null) return;
    const job = this.#urgent.shift() ?? this.#queue.shift();
    if (job === undefined) return;
    this.#running = job;
    reached('modem:command-begins');
    this.#apply({ type: 'start', command: job.command });
  }

  #abort(job: Job, reason: unknown): void {
    job.release();
    job.reject(reason);
    for (const queue of [this.#urgent, this.#queue]) {
      const at = queue.indexOf(job);
      if (at >= 0) queue.splice(at, 1);
    }
    if (this.#running !== job) return;
    this.#running = null;
    this.#apply({ type: 'abort' });
  }

  #apply(input: LineInput): void {
    const { state, outputs } = stepLine(this.#state, input);
    this.#state = state;
    for (const output of outputs) this.#carryOut(output);
  }

  #carryOut(output: LineOutput): void {
    switch (output.type) {
      case 'write':
        if (this.#running !== null && this.#running.command.payload !== null && output.octets.endsWith(controlZ))
          this.#running.handedOver = true;
        this.#write(output.octets);
        break;
      case 'timer':
        this.#cancelTimer?.();
        this.#cancelTimer = output.delayMs === null ? null : this.#clock.after(output.delayMs, () => this.#apply({ type: 'time-up' }));
        break;
      case 'answer':
        this.#answer(output.information, output.final);
        break;
      case 'fail':
        this.#fail(output);
        break;
      case 'unsolicited':
        reached('modem:unsolicited');
        this.#listeners.onUnsolicited(output.line, output.pdu);
        break;
      case 'broken':
        this.#listeners.onOddity({ what: 'broken-unsolicited', line: output.line });
        break;
      case 'stray':
        this.#listeners.onOddity({ what: 'stray-line', line: output.line });
        break;
      case 'echo':
        this.#listeners.onOddity({ what: 'echo' });
        break;
      case 'idle':
        this.#resync?.resolve();
        this.#resync = null;
        this.#next();
        break;
      case 'dead':
        this.#giveUp();
        break;
    }
  }

  #answer(information: readonly string[], final: FinalResult): void {
    const job = this.#finish();
    reached('modem:command-answered');
    if (final.kind === 'ok') job?.resolve(information);
    else job?.reject(refusal(job, final));
  }

  #fail(output: LineOutput & { readonly type: 'fail' }): void {
    const job = this.#finish();
    if (job === null) return;
    this.#listeners.onOddity({ what: 'resync', command: job.shownAs });
    job.reject(failure(job, output));
  }

  #giveUp(): void {
    const silent = new TimeoutError('at/no-answer', 'The modem does not answer AT commands', [], {
      advice: 'check that this is the AT port of the modem and that no other program uses it',
    });
    this.#resync?.reject(silent);
    this.#resync = null;
    this.#lose('the modem stopped answering', silent);
  }

  #finish(): Job | null {
    const job = this.#running;
    this.#running = null;
    job?.release();
    return job;
  }

  #write(octets: string): void {
    // A serial port that was closed under the stream keeps a write for ever, without an error.
    if (this.#port.destroyed || ('isOpen' in this.#port && this.#port.isOpen === false)) {
      this.#lose('it is closed', undefined);
      return;
    }
    const cancel = this.#clock.after(writeStallMs, () => this.#lose('it takes no more octets', undefined));
    reached('modem:writing');
    this.#port.write(Buffer.from(octets, 'latin1'), (cause) => {
      reached('modem:written');
      cancel();
      if (cause !== null && cause !== undefined) this.#lose(cause.message, cause);
    });
  }
}

/** Some firmware writes the names of its lines in lower case: `+cmti: "sm",3`. Only a name is changed, and nothing of a plain line is. */
function withUpperCaseName(line: string): string {
  const second = line.charCodeAt(1);
  if (line[0] !== '+' || second < 0x61 || second > 0x7a) return line;
  const end = line.indexOf(':');
  return end < 0 ? line : line.slice(0, end).toUpperCase() + line.slice(end);
}

function lostOnTheWay({ shownAs }: Job, cause: PortClosedError): TimeoutError {
  return new TimeoutError(
    'at/outcome-unknown',
    `${shownAs} was not answered before the port was gone; the message may or may not have left`,
    [],
    {
      cause,
    },
  );
}

function refusal({ shownAs, handedOver }: Job, final: FinalResult): AtError {
  const answer = `${shownAs} was answered ${JSON.stringify(final.line)}`;
  if (final.kind === 'cms') return new AtError('at/cms-error', answer, { family: 'cms', number: final.number });
  if (final.kind === 'cme') return new AtError('at/cme-error', answer, { family: 'cme', number: final.number });
  // A modem may say no more than this of a network that did not answer it.
  const doubtful = `${answer} after the message was handed over; it may or may not have left`;
  return new AtError(handedOver ? 'at/outcome-unknown' : 'at/error', handedOver ? doubtful : answer, { family: 'final', number: null });
}

function failure(job: Job, { why, information }: LineOutput & { readonly type: 'fail' }): TimeoutError {
  const unanswered = `${job.shownAs} was not answered${job.expiredBy === null ? '' : ` before ${job.expiredBy}`}`;
  switch (why) {
    case 'outcome-unknown':
      return new TimeoutError('at/outcome-unknown', `${unanswered}; the message may or may not have left`, information);
    case 'no-prompt':
      return new TimeoutError('at/no-prompt', `${job.shownAs} was answered without a prompt; nothing was sent`, information);
    case 'flood':
      return new TimeoutError('at/flood', `${job.shownAs} was answered with lines that do not end`, []);
    case 'timeout':
      return new TimeoutError(
        'at/timeout',
        job.expiredBy === null ? `${unanswered} in ${job.command.timeoutMs} ms` : unanswered,
        information,
      );
  }
}
