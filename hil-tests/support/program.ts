import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Collector, eachLine } from './lines.js';

/** How a program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a program is, or null; the administrator's folders are looked at too, since daemons live there. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'].filter(
    (folder) => folder !== '',
  );
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return null;
}

/** A child process of a test: its output by line, and its end. */
export class RunningProgram {
  readonly stdout: Collector<string>;
  readonly stderr: Collector<string>;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #exit: Exit | null = null;

  constructor(
    readonly name: string,
    child: ChildProcess,
    onLine: (line: string) => void,
  ) {
    this.#child = child;
    const describe = (): string => this.describe();
    this.stdout = new Collector(describe);
    this.stderr = new Collector(describe);
    if (child.stdout) {
      eachLine(child.stdout, (line) => {
        this.stdout.add(line);
        onLine(line);
      });
    }
    if (child.stderr) eachLine(child.stderr, (line) => this.stderr.add(line));
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        const why = `${name} ended with ${signal ?? `code ${code}`}`;
        this.stdout.end(why);
        this.stderr.end(why);
        resolve(this.#exit);
      });
    });
    // A program that cannot be started also fails whoever waits for its output; here it only must not end the test run.
    this.exited.catch((reason: unknown) => {
      this.stdout.end(String(reason));
      this.stderr.end(String(reason));
    });
  }

  get pid(): number {
    const pid = this.#child.pid;
    if (pid === undefined || pid <= 1) throw new Error(`${this.name} was not started`);
    return pid;
  }

  get running(): boolean {
    return this.#exit === null;
  }

  write(line: string): void {
    if (!this.#child.stdin?.writable) throw new Error(`${this.name} takes no input`);
    this.#child.stdin.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) process.kill(this.pid, signal);
  }

  /** Ends it: SIGTERM, and SIGKILL if it has not gone after a while. */
  async stop(patienceMs = 5_000): Promise<Exit> {
    if (!this.running) return this.exited;
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The last lines of both outputs, for the message of a failed wait. */
  describe(): string {
    const tail = (lines: readonly string[]): string =>
      lines
        .slice(-30)
        .map((line) => `    ${line.slice(0, 400)}`)
        .join('\n');
    return `${this.name}\n  standard output:\n${tail(this.stdout.items)}\n  standard error:\n${tail(this.stderr.items)}`;
  }
}

/** Starts a program with its outputs collected; `onLine` gets each line of standard output as well. */
export function startProgram(
  command: string,
  parameters: readonly string[],
  options: SpawnOptions & { readonly onLine?: (line: string) => void } = {},
): RunningProgram {
  const { onLine, ...spawnOptions } = options;
  const child = spawn(command, [...parameters], { stdio: ['pipe', 'pipe', 'pipe'], ...spawnOptions });
  // Writing to a program that has just ended is told by `exited`; the stream's own error says nothing more.
  child.stdin?.on('error', () => undefined);
  return new RunningProgram(`${command} ${parameters.join(' ')}`.slice(0, 200), child, onLine ?? (() => undefined));
}
