/** Where signals come from: a process. */
interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', callback: () => void): unknown;
}

/** Commands that a signal ends as they should end. */
const endedBySignals = new Set(['listen', 'bench']);

/**
 * SIGINT and SIGTERM for the commands that ask for them. For `listen` and `bench`, which end cleanly at a signal, those that come while the
 * program is still being loaded are kept until somebody asks; the others die of them as any program does.
 */
export class EarlySignals {
  readonly #source: SignalSource;
  readonly #callbacks: (() => void)[] = [];
  #watching = false;
  #came = false;

  constructor(source: SignalSource, words: readonly string[]) {
    this.#source = source;
    if (words.some((word) => endedBySignals.has(word))) this.#watch();
  }

  /** Calls back at each of the signals; at once where one has come before. */
  onStop(callback: () => void): void {
    this.#callbacks.push(callback);
    this.#watch();
    if (this.#came) callback();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    const stop = (): void => {
      this.#came = true;
      for (const callback of this.#callbacks) callback();
    };
    this.#source.on('SIGINT', stop);
    this.#source.on('SIGTERM', stop);
  }
}
