import { BridgeError } from '../errors.js';

/** What can go wrong in the room `virtual-bench`; the codes are listed in `docs/errors.md`. */
export class BenchError extends BridgeError {
  override readonly name: string = 'BenchError';
}
