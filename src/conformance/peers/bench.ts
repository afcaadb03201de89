/** Lines, or objects, that a program has written and goes on writing. */
export interface Written<Item> {
  readonly items: readonly Item[];
  /** The first item, come or coming, that matches. @throws where none comes in time, with what came in its place */
  wait(what: string, match: (item: Item) => boolean, options?: { readonly timeoutMs?: number }): Promise<Item>;
}

/** A program that was started. */
export interface PeerProgram {
  readonly stdout: Written<string>;
  readonly stderr: Written<string>;
  readonly exited: Promise<{ readonly code: number | null }>;
  stop(): Promise<unknown>;
  /** The last lines of what it wrote. */
  describe(): string;
}

/** A `wapbridge … --json` that was started. */
export interface OwnProgram {
  readonly program: PeerProgram;
  waitForEvent(
    event: string,
    match?: (object: Readonly<Record<string, unknown>>) => boolean,
    options?: { readonly timeoutMs?: number },
  ): Promise<Readonly<Record<string, unknown>>>;
  eventsNamed(event: string): readonly Readonly<Record<string, unknown>>[];
  readonly exited: Promise<{ readonly code: number | null }>;
  stop(): Promise<unknown>;
}

/** What a procedure is given: fresh folders, other people's programs and wapbridge itself. All of it ends with the procedure. */
export interface PeerBench {
  folder(): string;
  program(
    name: string,
    parameters: readonly string[],
    options?: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>> },
  ): PeerProgram;
  wapbridge(parameters: readonly string[]): OwnProgram;
}
