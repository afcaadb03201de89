import { createRequire } from 'node:module';
import type { pino } from 'pino';

/** What a log line may carry beside its message; values are escaped as JSON, never put into the message text. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Logs go to standard error as NDJSON. Nothing from the air and no secret may stand in `message`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields that stand on every line. */
  with(fields: LogFields): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A log on standard error. */
export function createLogger(level: LogLevel): Logger {
  // Loaded only here: commands that log nothing start without it.
  const load: (name: 'pino') => typeof pino = createRequire(import.meta.url);
  const make = load('pino');
  return wrap(make({ level, base: null, timestamp: make.stdTimeFunctions.isoTime }, make.destination({ dest: 2, sync: true })));
}

/** A log that keeps nothing. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => silentLogger };

function wrap(log: pino.Logger): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    with: (fields) => wrap(log.child(fields)),
  };
}
