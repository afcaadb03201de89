import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from 'vitest';
import { readSeed } from '../../src/hil/seed.js';
import type { NdjsonObject } from './lines.js';
import { findProgram, type RunningProgram, startProgram } from './program.js';
import { RunningWapbridge } from './wapbridge.js';

/** A modem of a running bench, as another program can open it. */
export interface BenchModem {
  readonly name: string;
  readonly port: string;
  readonly number: string;
}

/** A running `wapbridge bench`. */
export class RunningBench {
  #reference = 0;

  constructor(
    readonly process: RunningWapbridge,
    readonly modems: readonly BenchModem[],
  ) {}

  /** The nth modem, counted from 1 as the bench names them. */
  modem(number: number): BenchModem {
    const found = this.modems[number - 1];
    if (found === undefined) throw new Error(`the bench has ${this.modems.length} modems, not ${number}`);
    return found;
  }

  /** Sends a command on standard input and gives its answer. */
  command(command: NdjsonObject, options: { timeoutMs?: number } = {}): Promise<NdjsonObject> {
    this.#reference += 1;
    const ref = `t${this.#reference}`;
    this.process.program.write(JSON.stringify({ ...command, ref }));
    return this.process.events.wait(`the answer to ${JSON.stringify(command)}`, (object) => object['ref'] === ref, options);
  }
}

/** What one test starts: everything is ended and removed when the test is over, last started first. */
export class Scene {
  readonly #endings: (() => Promise<unknown> | unknown)[] = [];
  readonly #processes: RunningProgram[] = [];

  /** A fresh folder, short enough for a unix socket's path. */
  folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'wb-'));
    this.#endings.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
    return path;
  }

  /** Calls `ending` when the test is over. */
  atEnd(ending: () => Promise<unknown> | unknown): void {
    this.#endings.push(ending);
  }

  /** Another program, in a folder of its own unless told otherwise. */
  program(
    name: string,
    parameters: readonly string[],
    options: { cwd?: string; environment?: Readonly<Record<string, string>> } = {},
  ): RunningProgram {
    const path = findProgram(name);
    if (path === null) throw new Error(`${name} is not installed`);
    return this.#watch(
      startProgram(path, parameters, { cwd: options.cwd ?? this.folder(), env: { ...process.env, LC_ALL: 'C', ...options.environment } }),
    );
  }

  /** `wapbridge` with these words; home, configuration and state are folders of this test. */
  wapbridge(parameters: readonly string[], options: { environment?: Readonly<Record<string, string>> } = {}): RunningWapbridge {
    const home = this.folder();
    const environment = { HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config'), ...options.environment };
    const started = new RunningWapbridge(parameters, { env: { ...process.env, ...environment } });
    this.#watch(started.program);
    return started;
  }

  /** A virtual bench whose modems are up; its chance comes from the run's seed, unless the parameters have one. */
  async bench(options: { modems?: number; parameters?: readonly string[] } = {}): Promise<RunningBench> {
    const { modems: count = 1, parameters = [] } = options;
    const started = this.wapbridge([
      'bench',
      '--json',
      '--modems',
      String(count),
      '--link',
      this.folder(),
      ...(parameters.includes('--seed') ? [] : seeded()),
      ...parameters,
    ]);
    const announced = await started.events.waitForCount('virtual-modem', count, (object) => object['event'] === 'virtual-modem');
    const modems = announced.map((object) => ({
      name: String(object['name']),
      port: String(object['port']),
      number: String(object['number']),
    }));
    return new RunningBench(started, modems);
  }

  /** A `listen` whose modem is ready. */
  async listen(port: string, options: { stateDir?: string; parameters?: readonly string[] } = {}): Promise<RunningWapbridge> {
    const stateDir = options.stateDir ?? this.folder();
    const started = this.wapbridge(['listen', '--json', '--modem', port, '--state-dir', stateDir, ...(options.parameters ?? [])]);
    await started.waitForEvent('modem', (object) => object['state'] === 'ready');
    return started;
  }

  /** What the programs of this test have said, for the message of a failed test. */
  describe(): string {
    return this.#processes.map((program) => program.describe()).join('\n');
  }

  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const ending of this.#endings.reverse()) {
      try {
        await ending();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'a scene did not end cleanly');
  }

  #watch(program: RunningProgram): RunningProgram {
    this.#processes.push(program);
    this.#endings.push(() => program.stop());
    return program;
  }
}

/** The run's seed for virtual modems; nothing where the run has none. */
function seeded(): readonly string[] {
  const seed = readSeed(process.env['SEED']);
  return seed === undefined ? [] : ['--seed', String(seed)];
}

/** vitest's `test` with a {@link Scene} that ends with the test. */
export const test = base.extend<{ scene: Scene }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to learn which fixtures this one needs.
  scene: async ({}, use) => {
    const scene = new Scene();
    try {
      await use(scene);
    } finally {
      await scene.end();
    }
  },
});

export { freePort } from '../../src/conformance/peers/ports.js';
