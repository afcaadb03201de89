import { BridgeError, type BridgeErrorOptions, type ErrorCode } from '../errors.js';

/** A sink that cannot be made, or could not be reached; `sink` is its name. */
export class SinkError extends BridgeError {
  override readonly name = 'SinkError';
  readonly sink: string;

  constructor(code: ErrorCode, message: string, sink: string, options: BridgeErrorOptions = {}) {
    super(code, message, options);
    this.sink = sink;
  }
}

/** What went wrong in one printable line of at most 500 characters. */
export function reasonOf(caught: unknown): string {
  return oneLine(caught instanceof Error ? caught.message || caught.name : String(caught));
}

/** Text from outside as one printable line of at most 500 characters. */
export function oneLine(text: string): string {
  return text
    .slice(0, 2000)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
