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

/** What an error of a room means where no line of its own stands in {@link byCode}. */
const byRoom: Readonly<Record<string, ExitCode>> = {
  octets: exitCodes.undecodable,
  sms: exitCodes.undecodable,
  wsp: exitCodes.undecodable,
  dm: exitCodes.undecodable,
  push: exitCodes.undecodable,
  capture: exitCodes.undecodable,
  config: exitCodes.usage,
  cli: exitCodes.usage,
  at: exitCodes.refused,
  modem: exitCodes.refused,
};

/** Last words of a code that mean the same whatever room raised it. */
const byEnding: readonly (readonly [ending: RegExp, exitCode: ExitCode])[] = [
  [/\/(?:no-modem|no-such-port|no-such-device|no-device|not-found-port)$/, exitCodes.noDevice],
  [/\/(?:not-permitted|permission-denied|busy|port-busy|held|locked|in-use|address-in-use)$/, exitCodes.notPermitted],
  [/\/(?:policy|refused-by-policy|not-allowed|limit-reached|secret-missing)$/, exitCodes.policy],
  [/\/(?:usage|bad-option|bad-argument)$/, exitCodes.usage],
];

/** Codes whose meaning differs from that of their room. */
const byCode: Readonly<Record<string, ExitCode>> = {
  'cli/unexpected': exitCodes.fault,
};

/** The exit code that says what an error means. Anything that is none of our errors is a fault of ours. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof BridgeError)) return exitCodes.fault;
  const own = byCode[error.code];
  if (own !== undefined) return own;
  for (const [ending, exitCode] of byEnding) if (ending.test(error.code)) return exitCode;
  return byRoom[error.code.slice(0, error.code.indexOf('/'))] ?? exitCodes.fault;
}
