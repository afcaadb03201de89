import { type FindingCode, findingTable } from './finding-table.js';
import type { Finding } from './types.js';

/** What one finding says beyond its kind. */
export interface FindingFacts {
  readonly subject: string | null;
  readonly what: string;
  readonly remedy: string;
  readonly command?: string | null;
}

/** Makes a finding of a kind. */
export function finding(code: FindingCode, { subject, what, remedy, command = null }: FindingFacts): Finding {
  const { severity, exitCode } = findingTable[code];
  return { code, severity, exitCode, subject, what, remedy, command };
}
