import type { ErrorCode } from '../errors.js';

/** Something worth saying about octets that were read all the same: a reserved value, an allowance that was used. */
export interface Diagnostic {
  readonly code: ErrorCode;
  readonly message: string;
  /** Octets from the start of the outermost input; null where no octet stands for it. */
  readonly offset: number | null;
}
