import { BridgeError, type BridgeErrorOptions } from '../errors.js';

/** Why something was not sent, or not made ready for sending. */
export class SendError extends BridgeError {
  override readonly name = 'SendError';

  constructor(code: `sending/${string}`, message: string, options: BridgeErrorOptions = {}) {
    super(code, message, options);
  }
}
