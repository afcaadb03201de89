/** How long a command may take before the line is brought back to order. */
export type TimeoutClass = 'quick' | 'sim' | 'list' | 'radio' | 'acknowledge' | 'submit';

/** Milliseconds by class. `submit` counts from the end of the message: TR1M is 35 to 45 s, Quectel documents 120 s for its send family. */
export const timeoutsMs: Readonly<Record<TimeoutClass, number>> = {
  quick: 5_000,
  sim: 20_000,
  list: 30_000,
  radio: 40_000,
  acknowledge: 30_000,
  submit: 130_000,
};

/** How long the prompt of +CMGS and +CMGW may take. */
export const promptTimeoutMs = 10_000;

/** What is known of a command: which lines are its own. */
export interface KnownCommand {
  /** Lines beginning with one of these belong to it; without any, its own name and a colon. */
  readonly prefixes?: readonly string[];
  /** Lines without a prefix belong to it too, unless they are known to be unsolicited. */
  readonly freeText?: boolean;
  /** A line with a PDU follows each of its information lines. */
  readonly pduFollows?: boolean;
  readonly timeout: TimeoutClass;
}

/** The commands the driver sends. @see 3GPP TS 27.005 3 and 4, 3GPP TS 27.007 5 to 9, ITU-T V.250 6 */
export const knownCommands: Readonly<Record<string, KnownCommand>> = {
  '+CGMI': { prefixes: ['+CGMI:'], freeText: true, timeout: 'quick' },
  '+CGMM': { prefixes: ['+CGMM:'], freeText: true, timeout: 'quick' },
  '+CGMR': { prefixes: ['+CGMR:'], freeText: true, timeout: 'quick' },
  '+CGSN': { prefixes: ['+CGSN:'], freeText: true, timeout: 'quick' },
  '+CIMI': { prefixes: ['+CIMI:'], freeText: true, timeout: 'quick' },
  '+CCID': { prefixes: ['+CCID:', '+ICCID:', 'ICCID:', '^ICCID:'], freeText: true, timeout: 'quick' },
  '+CFUN': { timeout: 'radio' },
  '+CPIN': { timeout: 'sim' },
  '+CPMS': { timeout: 'sim' },
  '+CMGR': { prefixes: ['+CMGR:'], pduFollows: true, timeout: 'sim' },
  '+CMGL': { prefixes: ['+CMGL:'], pduFollows: true, timeout: 'list' },
  '+CMGD': { timeout: 'sim' },
  '+CMGF': { timeout: 'sim' },
  '+CNMI': { timeout: 'sim' },
  '+CNMA': { timeout: 'acknowledge' },
  '+CMGS': { prefixes: ['+CMGS:'], timeout: 'submit' },
  '+CMGW': { prefixes: ['+CMGW:'], timeout: 'sim' },
  '+CMSS': { prefixes: ['+CMSS:'], timeout: 'submit' },
  '+COPS': { timeout: 'radio' },
  '+CSMS': { timeout: 'sim' },
};

/** Looks a command line up; one that is not in the table owns the lines that begin with its name. */
export function describeCommand(text: string): {
  readonly prefixes: readonly string[];
  readonly freeText: boolean;
  readonly pduFollows: boolean;
  readonly timeoutMs: number;
} {
  const name = /^AT([+^#$%*!][A-Z0-9]+)/i.exec(text)?.[1]?.toUpperCase();
  const known: KnownCommand = (name === undefined ? undefined : knownCommands[name]) ?? { timeout: 'quick' };
  return {
    prefixes: known.prefixes ?? (name === undefined ? [] : [`${name}:`]),
    freeText: known.freeText ?? false,
    pduFollows: known.pduFollows ?? false,
    timeoutMs: timeoutsMs[known.timeout],
  };
}
