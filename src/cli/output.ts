import type { Writable } from 'node:stream';
import { type Terminal, terminalOf } from './terminal.js';

// JSON leaves these as they are, but a terminal may take them for controls or line ends.
const terminalControls = /[\u007F-\u009F\u2028\u2029]/g;

/** Where results go. Lines are gathered and written together; {@link flush} before waiting for anything. */
export class Output {
  readonly terminal: Terminal;
  readonly #stream: Writable;
  #pending: string[] = [];
  #pendingLength = 0;
  #failure: Error | undefined;
  #drained: (() => void)[] = [];
  /** Who waits to hear that what was gathered so far is written. */
  #telling: ((written: boolean) => void)[] = [];

  constructor(stream: Writable, environment: Readonly<Record<string, string | undefined>>) {
    this.#stream = stream;
    this.terminal = terminalOf(stream, environment);
    stream.on('error', (error: Error) => {
      this.#failure = error;
      this.#wake();
    });
    stream.on('drain', () => this.#wake());
    stream.on('close', () => this.#wake());
  }

  /** A person looks on. */
  get isTerminal(): boolean {
    return 'isTTY' in this.#stream && this.#stream.isTTY === true;
  }

  /** The reader has gone away; nothing more can be shown. */
  get broken(): boolean {
    return this.#failure !== undefined || this.#stream.destroyed;
  }

  /** Why what was printed is not whole; null where it is, or where its reader went away and wants no more. */
  get failure(): string | null {
    const code = this.#failure === undefined ? '' : 'code' in this.#failure ? String(this.#failure.code) : this.#failure.message;
    return ['', 'EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'EBADF'].includes(code) ? null : code;
  }

  /** One object as a line of NDJSON. */
  object(value: unknown): void {
    this.line(
      JSON.stringify(value).replace(terminalControls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    );
  }

  /** One line of text; whoever calls has escaped what came from outside. */
  line(text: string): void {
    this.#pending.push(text, '\n');
    this.#pendingLength += text.length + 1;
    if (this.#pendingLength >= 65_536) this.#write();
  }

  /** Text as it is, with its own line ends. */
  text(text: string): void {
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength >= 65_536) this.#write();
  }

  /** Writes what was gathered and waits while the reader cannot keep up. */
  async flush(): Promise<void> {
    this.#write();
    while (!this.broken && this.#stream.writableNeedDrain) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /**
   * Writes what was gathered; true once the reader's side has it, false where nobody reads any more. What else is gathered before the
   * caller's work of this moment is over goes out with it: each write to a pipe wakes its reader.
   */
  written(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#telling.push(resolve);
      if (this.#telling.length === 1) void Promise.resolve().then(() => this.#write());
    });
  }

  /** {@link flush}, and all of it has left the process. */
  async finish(): Promise<void> {
    await this.flush();
    if (this.broken) return;
    // Also where nothing waits: what has failed may not have been told yet.
    await new Promise<void>((resolve) => {
      this.#drained.push(resolve);
      this.#stream.write('', (error) => this.#answered(error));
    });
  }

  #write(): void {
    const telling = this.#telling;
    if (this.#pending.length === 0 && telling.length === 0) return;
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingLength = 0;
    this.#telling = [];
    if (this.broken) for (const tell of telling) tell(false);
    else
      this.#stream.write(text, (error) => {
        this.#failed(error);
        for (const tell of telling) tell(error === null || error === undefined);
      });
  }

  #answered(error: Error | null | undefined): void {
    this.#failed(error);
    this.#wake();
  }

  #failed(error: Error | null | undefined): void {
    if (error !== null && error !== undefined) this.#failure ??= error;
  }

  #wake(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }
}
