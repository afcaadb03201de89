/** A stable error name of the form `room/what-happened`; every one is listed in `docs/errors.md`. */
export type ErrorCode = `${string}/${string}`;

/** What may accompany a {@link BridgeError}. */
export interface BridgeErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** What the reader can do about it, one sentence without a full stop. */
  readonly advice?: string;
}

/** The one base class of wapbridge's errors: a code for programs, one line with the facts for people. */
export class BridgeError extends Error {
  override readonly name: string = 'BridgeError';
  readonly code: ErrorCode;
  readonly advice: string | undefined;

  constructor(code: ErrorCode, message: string, options: BridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice;
  }
}
