import { BridgeError } from '../errors.js';

/** A bench that cannot be used as asked, or a journey that asked for too much. */
export class HilError extends BridgeError {
  override readonly name = 'HilError';
}
