import { BridgeError } from '../errors.js';
import { DecodeError } from '../octets/index.js';
import type { Output } from './output.js';
import { asCalled, type Calling } from './program.js';
import { escapeText } from './terminal.js';

/** The object form of an error: code, message, and which field at which offset, null where no octets are concerned. */
export function errorObject(error: unknown): { code: string; message: string; field: string | null; offset: number | null } {
  const nowhere = { field: null, offset: null };
  if (error instanceof DecodeError) return { code: error.code, message: error.message, field: error.field, offset: error.offset };
  if (error instanceof BridgeError) return { code: error.code, message: error.message, ...nowhere };
  return { code: 'cli/unexpected', message: error instanceof Error ? error.message : String(error), ...nowhere };
}

/** The one line of an error: what, where, what to do. */
export function errorLine(error: unknown, calling: Calling): string {
  const { message } = errorObject(error);
  const where = error instanceof DecodeError ? ` (${error.field}, offset ${error.offset})` : '';
  const advice =
    error instanceof BridgeError ? error.advice : 'this is a fault of wapbridge: run again with --verbose and report what it prints';
  return escapeText(`wapbridge: ${message}${where}${advice === undefined ? '' : `; ${asCalled(advice, calling)}`}`);
}

/** Says an error on standard error as one line, with `json` also as an object on standard output, with `verbose` with its stack. */
export function reportError(
  error: unknown,
  options: { readonly json: boolean; readonly verbose: boolean; readonly calling: Calling },
  streams: { readonly output: Output; readonly errors: Output },
): void {
  if (options.json) streams.output.object({ event: 'error', ...errorObject(error) });
  streams.errors.line(errorLine(error, options.calling));
  if (!options.verbose) return;
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    for (const line of (current.stack ?? current.message).split('\n')) streams.errors.line(`  ${escapeText(line)}`);
  }
}
