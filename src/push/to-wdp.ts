import type { WdpDatagram } from '../sms/index.js';
import { type EncodePushOptions, encodePush, type PushToEncode, pushPort } from '../wsp/index.js';
import type { PushMessage } from './types.js';

/** The port that gateways send pushes from. */
const gatewayPort = 9200;

export interface ToWdpOptions extends EncodePushOptions {
  /** By default 2948. */
  readonly destinationPort?: number;
  /** By default 9200, as gateways have it; receivers take any. */
  readonly sourcePort?: number;
  /** Width of the port numbers in the user data header; by default 16. */
  readonly portBits?: 8 | 16;
  /** For a message that came by a binding without transaction ids; by default 1. */
  readonly transactionId?: number;
}

/**
 * Makes a push the datagram that carries it; a message received by another binding is written as WSP.
 * @throws EncodeError `wsp/cannot-encode`, `octets/out-of-range`
 * @throws RangeError where a port does not fit its width
 * @see WAP-259-WDP; WAP-235-PushOTA
 */
export function toWdp(push: PushMessage | PushToEncode, options: ToWdpOptions = {}): WdpDatagram {
  const { destinationPort = pushPort, sourcePort = gatewayPort, portBits = 16 } = options;
  const largest = portBits === 8 ? 0xff : 0xffff;
  for (const port of [destinationPort, sourcePort]) {
    if (!Number.isInteger(port) || port < 0 || port > largest) throw new RangeError(`port ${port} does not fit ${portBits} bits`);
  }
  const transactionId = options.transactionId ?? transactionIdOf(push) ?? 1;
  const pduType = 'wsp' in push ? undefined : push.pduType;
  const octets = encodePush(
    {
      transactionId,
      ...(pduType === undefined ? {} : { pduType }),
      contentType: push.contentType,
      applicationId: push.applicationId ?? null,
      headers: push.headers ?? [],
      body: push.body,
    },
    options,
  );
  return { destinationPort, sourcePort, portBits, octets };
}

function transactionIdOf(push: PushMessage | PushToEncode): number | undefined {
  return 'wsp' in push ? push.wsp?.transactionId : push.transactionId;
}
