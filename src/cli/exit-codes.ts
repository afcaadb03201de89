import { BridgeError } from '../errors.js';

/** How a command can end; docs/cli.md says what each means to a script. */
export const exitCodes = {
  done: 0,
  fault: 1,
  usage: 2,
  noDevice: 3,
  notPermitted: 4,
  refused: 5,
  undecodable: 6,
  policy: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What an error of a room means where none of the lines below says otherwise; of rooms not listed it is a fault of ours. */
const byRoom: Readonly<Record<string, ExitCode>> = {
  octets: exitCodes.undecodable,
  sms: exitCodes.undecodable,
  wsp: exitCodes.undecodable,
  dm: exitCodes.undecodable,
  capture: exitCodes.undecodable,
  config: exitCodes.usage,
  cli: exitCodes.usage,
  delivery: exitCodes.usage,
  sending: exitCodes.usage,
  push: exitCodes.undecodable,
  endpoints: exitCodes.usage,
  at: exitCodes.refused,
  modem: exitCodes.refused,
  runtime: exitCodes.usage,
  'virtual-bench': exitCodes.usage,
  hil: exitCodes.usage,
};

/** How codes end that mean the same in every room. */
const byEnding: readonly (readonly [ending: RegExp, exitCode: ExitCode])[] = [
  [/[/-](?:not-permitted|held|in-use)$/, exitCodes.notPermitted],
  [/\/no-modem$/, exitCodes.noDevice],
  [/[/-](?:secret-missing|not-allowed)$/, exitCodes.policy],
];

/** Codes whose meaning differs from that of their room. */
const byCode: Readonly<Record<string, ExitCode>> = {
  'cli/unexpected': exitCodes.fault,
  // Nothing was wrong with what was asked for: whoever should have answered had not yet.
  'cli/stopped': exitCodes.refused,
  'sending/stopped': exitCodes.refused,
  'modem/no-such-port': exitCodes.noDevice,
  'modem/port-failed': exitCodes.noDevice,
  'modem/port-lost': exitCodes.noDevice,
  'modem/bad-port-name': exitCodes.usage,
  'modem/bad-trace': exitCodes.undecodable,
  'modem/trace-not-written': exitCodes.usage,
  'modem/closed': exitCodes.fault,
  // Only what is written can be too long for its parts, or have no octets in the form wished.
  'sms/datagram-too-long': exitCodes.usage,
  'sms/bad-address': exitCodes.usage,
  'sms/bad-validity-period': exitCodes.usage,
  'wsp/cannot-encode': exitCodes.usage,
  'hil/budget-spent': exitCodes.policy,
  'hil/modem-not-ready': exitCodes.refused,
  'hil/nothing-came': exitCodes.refused,
  'hil/quiet-hours': exitCodes.policy,
  'journal/cannot-open': exitCodes.usage,
  'journal/foreign-file': exitCodes.usage,
  'journal/missing': exitCodes.usage,
  'journal/newer-schema': exitCodes.usage,
  'journal/older-schema': exitCodes.usage,
  'journal/unknown-delivery': exitCodes.usage,
  'journal/unknown-message': exitCodes.usage,
  'journal/unknown-send': exitCodes.usage,
  'virtual-bench/no-pseudo-terminal': exitCodes.noDevice,
};

/** The exit code that says what an error means. Anything that is none of our errors is a fault of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof BridgeError)) return exitCodes.fault;
  const own = byCode[error.code];
  if (own !== undefined) return own;
  for (const [ending, exitCode] of byEnding) if (ending.test(error.code)) return exitCode;
  return byRoom[error.code.slice(0, error.code.indexOf('/'))] ?? exitCodes.fault;
}
