/** Cancels what was begun; calling it again does nothing. */
export type Cancel = () => void;

/** Time, injected everywhere so that tests can hold it. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Milliseconds on a clock that never jumps, from an arbitrary zero. */
  monotonic(): number;
  /** Calls back once after `delayMs`. A timer does not keep the process alive unless `keepAlive` is set. */
  after(delayMs: number, callback: () => void, options?: { readonly keepAlive?: boolean }): Cancel;
  /** Resolves after `delayMs`; rejects with `signal.reason` when aborted. */
  sleep(delayMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Chance, injected everywhere so that tests can hold it. */
export interface Random {
  /** A number from 0 up to but not including 1. */
  fraction(): number;
  /** A universally unique identifier in its text form. */
  uuid(): string;
}
