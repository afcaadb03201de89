import { BridgeError, type BridgeErrorOptions, type ErrorCode } from '../errors.js';

/** A modem or its network answered a command with an error; `at/outcome-unknown` where it said so little of a message that it may have left. */
export class AtError extends BridgeError {
  override readonly name = 'AtError';
  /** Where the number comes from: +CMS, +CME, or a final result without one. */
  readonly family: 'cms' | 'cme' | 'final';
  /** The error number, also where the modem gave its words; null where it gave other text or nothing. */
  readonly number: number | null;

  constructor(code: ErrorCode, message: string, facts: { readonly family: AtError['family']; readonly number: number | null }) {
    super(code, message);
    this.family = facts.family;
    this.number = facts.number;
  }
}

/**
 * A modem did not answer in time. With the code `at/outcome-unknown` a message had already been given to it: it may or may not have left,
 * so that sending it again may send it twice. With `at/timeout` nothing was sent.
 */
export class TimeoutError extends BridgeError {
  override readonly name = 'TimeoutError';
  /** What had been answered before the time was up. */
  readonly information: readonly string[];

  constructor(code: ErrorCode, message: string, information: readonly string[] = [], options: BridgeErrorOptions = {}) {
    super(code, message, options);
    this.information = information;
  }
}

/** The port is gone: `modem/port-lost` when it was lost, `modem/closed` when it was closed here. */
export class PortClosedError extends BridgeError {
  override readonly name = 'PortClosedError';
}

/** A port could not be opened. */
export class PortError extends BridgeError {
  override readonly name = 'PortError';
}

/** A modem cannot do the work: it does not answer, or its SIM is missing or locked. */
export class ModemError extends BridgeError {
  override readonly name = 'ModemError';
}

/** A trace cannot be read, or a replay was driven off its script. */
export class TraceError extends BridgeError {
  override readonly name = 'TraceError';
}
