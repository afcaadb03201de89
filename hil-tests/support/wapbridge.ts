import type { SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Collector, type NdjsonObject } from './lines.js';
import { type Exit, type RunningProgram, startProgram } from './program.js';

/** The built command; `npm test` and the other scripts build it first. */
export const wapbridgeMain = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** A running `wapbridge … --json`: its NDJSON by object. */
export class RunningWapbridge {
  readonly program: RunningProgram;
  readonly events: Collector<NdjsonObject>;
  /** Lines of standard output that were no JSON object; the contract allows none. */
  readonly strayLines: string[] = [];

  constructor(parameters: readonly string[], options: SpawnOptions) {
    this.events = new Collector(() => this.program.describe());
    const onLine = (line: string): void => {
      const object = parseObject(line);
      if (object === null) this.strayLines.push(line);
      else this.events.add(object);
    };
    this.program = startProgram(process.execPath, [wapbridgeMain, ...parameters], { ...options, onLine });
    this.program.exited.then(
      (exit) => this.events.end(`it ended with ${exit.signal ?? `code ${exit.code}`}`),
      (reason: unknown) => this.events.end(String(reason)),
    );
  }

  get pid(): number {
    return this.program.pid;
  }

  get exited(): Promise<Exit> {
    return this.program.exited;
  }

  /** The first object with this `event`, come or coming. */
  waitForEvent(
    event: string,
    match: (object: NdjsonObject) => boolean = () => true,
    options: { timeoutMs?: number } = {},
  ): Promise<NdjsonObject> {
    return this.events.wait(`event ${event}`, (object) => object['event'] === event && match(object), options);
  }

  /** All objects with this `event` that have come. */
  eventsNamed(event: string): NdjsonObject[] {
    return this.events.items.filter((object) => object['event'] === event);
  }

  stop(): Promise<Exit> {
    return this.program.stop();
  }
}

function parseObject(line: string): NdjsonObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as NdjsonObject) : null;
  } catch {
    return null;
  }
}
