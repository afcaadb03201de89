import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.js';
import { systemClock, temporaryFolder } from '../runtime/index.js';
import type { OwnProgram, PeerBench, PeerProgram, Written } from './peers/bench.js';

type Facts = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Lines that are kept of one output; a peer that writes without end costs no more. */
const mostLines = 100_000;

/** Where a program is, or null; the administrator's folders are looked at too, since daemons live there. */
export function findProgram(name: string, environment: Environment): string | null {
  const folders = [...(environment['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  for (const folder of folders.filter((found) => found !== '')) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return null;
}

class Lines<Item> implements Written<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #describe: () => string;
  #ended = false;

  constructor(describe: () => string) {
    this.#describe = describe;
  }

  add(item: Item): void {
    if (this.items.length < mostLines) this.items.push(item);
    for (const look of [...this.#waiting]) look();
  }

  end(): void {
    this.#ended = true;
    for (const look of [...this.#waiting]) look();
  }

  wait(what: string, match: (item: Item) => boolean, { timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {}): Promise<Item> {
    return new Promise((resolve, reject) => {
      let looked = 0;
      const settle = (act: () => void): void => {
        cancel();
        this.#waiting.delete(look);
        act();
      };
      const fail = (why: string): void =>
        settle(() => reject(new BridgeError('conformance/peer-silent', `waited for ${what}: ${why}; ${this.#describe()}`)));
      const look = (): void => {
        for (; looked < this.items.length; looked += 1) {
          const item = this.items[looked];
          if (item !== undefined && match(item)) {
            settle(() => resolve(item));
            return;
          }
        }
        if (this.#ended) fail('the program ended');
      };
      const cancel = systemClock.after(timeoutMs, () => fail(`${timeoutMs} ms are over`), { keepAlive: true });
      this.#waiting.add(look);
      look();
    });
  }
}

class Program implements PeerProgram {
  readonly stdout: Lines<string>;
  readonly stderr: Lines<string>;
  readonly exited: Promise<{ readonly code: number | null }>;
  readonly #child: ChildProcess;
  #running = true;

  constructor(
    readonly name: string,
    child: ChildProcess,
    onLine: (line: string) => void,
    onEnd: () => void,
  ) {
    this.#child = child;
    this.stdout = new Lines(() => this.describe());
    this.stderr = new Lines(() => this.describe());
    const lines = (stream: Readable | null, take: (line: string) => void): void => {
      if (stream !== null) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take);
    };
    lines(child.stdout, (line) => {
      this.stdout.add(line);
      onLine(line);
    });
    lines(child.stderr, (line) => this.stderr.add(line));
    this.exited = new Promise((resolve) => {
      const end = (code: number | null): void => {
        this.#running = false;
        this.stdout.end();
        this.stderr.end();
        onEnd();
        resolve({ code });
      };
      child.once('error', (error) => {
        this.stderr.add(error.message);
        end(null);
      });
      child.once('close', end);
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** SIGTERM, and SIGKILL where it has not gone after a while. */
  async stop(): Promise<unknown> {
    if (!this.#running) return this.exited;
    this.#signal('SIGTERM');
    const cancel = systemClock.after(5_000, () => this.#signal('SIGKILL'), { keepAlive: true });
    const exit = await this.exited;
    cancel();
    return exit;
  }

  describe(): string {
    const tail = [...this.stdout.items.slice(-5), ...this.stderr.items.slice(-10)].map((line) => line.slice(0, 300));
    return `${this.name} said: ${tail.length === 0 ? 'nothing' : tail.join(' | ')}`;
  }

  #signal(signal: NodeJS.Signals): void {
    // A child that never started has no id.
    if (this.#running && this.#child.pid !== undefined && this.#child.pid > 1) this.#child.kill(signal);
  }
}

/** What one procedure starts, as processes of this machine: all of it is ended and removed by {@link ProcessBench.close}, last started first. */
export class ProcessBench implements PeerBench {
  readonly #wapbridge: readonly [string, ...string[]];
  readonly #environment: Environment;
  readonly #endings: (() => Promise<unknown> | unknown)[] = [];

  /** @param wapbridge the command that starts wapbridge, as words */
  constructor(wapbridge: readonly [string, ...string[]], environment: Environment) {
    this.#wapbridge = wapbridge;
    this.#environment = environment;
  }

  folder(): string {
    // Short, since sockets are made in it.
    const path = temporaryFolder('wb-');
    this.#endings.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
    return path;
  }

  program(
    name: string,
    parameters: readonly string[],
    options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> } = {},
  ): PeerProgram {
    const path = findProgram(name, this.#environment);
    if (path === null) throw new BridgeError('conformance/peer-incomplete', `${name} is not installed`);
    return this.#start(name, path, parameters, { ...options.environment, LC_ALL: 'C' }, options.cwd ?? this.folder());
  }

  wapbridge(parameters: readonly string[]): OwnProgram {
    const home = this.folder();
    const objects = new Lines<Facts>(() => program.describe());
    const [command, ...words] = this.#wapbridge;
    const environment = { HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config') };
    const take = (line: string): void => {
      const object = objectOf(line);
      if (object !== null) objects.add(object);
    };
    const program: Program = this.#start(
      `wapbridge ${parameters[0] ?? ''}`,
      command,
      [...words, ...parameters],
      environment,
      home,
      take,
      () => objects.end(),
    );
    return {
      program,
      exited: program.exited,
      waitForEvent: (event, match = () => true, options = {}) =>
        objects.wait(`event ${event}`, (object) => object['event'] === event && match(object), options),
      eventsNamed: (event) => objects.items.filter((object) => object['event'] === event),
      stop: () => program.stop(),
    };
  }

  /** Ends and removes everything. */
  async close(): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) await ending();
  }

  #start(
    name: string,
    path: string,
    parameters: readonly string[],
    environment: Readonly<Record<string, string>>,
    cwd: string,
    onLine: (line: string) => void = () => {},
    onEnd: () => void = () => {},
  ): Program {
    const child = spawn(path, [...parameters], { cwd, env: { ...this.#environment, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const program = new Program(name, child, onLine, onEnd);
    this.#endings.push(() => program.stop());
    return program;
  }
}

function objectOf(line: string): Facts | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Text for people.
    return null;
  }
}
