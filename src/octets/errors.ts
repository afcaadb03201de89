import { BridgeError, type ErrorCode } from '../errors.js';

/** Octets that could not be read: says which field, and where it began counted from the start of the outermost input. */
export class DecodeError extends BridgeError {
  override readonly name = 'DecodeError';
  /** Path of the field, outermost first, such as `tpdu.ud.udh.ie[1]`. */
  readonly field: string;
  /** Octets from the start of the outermost input. */
  readonly offset: number;

  constructor(code: ErrorCode, message: string, field: string, offset: number) {
    super(code, message);
    this.field = field;
    this.offset = offset;
  }
}

/** A value that has no octets: says which field. */
export class EncodeError extends BridgeError {
  override readonly name = 'EncodeError';
  readonly field: string;

  constructor(code: ErrorCode, message: string, field: string) {
    super(code, message);
    this.field = field;
  }
}
