import { type Annotate, DecodeError } from '../octets/index.js';
import type { WdpDatagram } from '../sms/index.js';
import { decodePush, pushPort, securePushPort } from '../wsp/index.js';
import { notPush } from './not-push.js';
import type { NotPush, PushMessage } from './types.js';

export interface FromWdpOptions {
  readonly annotate?: Annotate | undefined;
  /** Offset of the datagram's first octet from the start of the outermost input. */
  readonly baseOffset?: number;
  /** What carried the datagram; by default `sms`. */
  readonly binding?: 'sms' | 'udp';
}

/**
 * Reads a datagram as a push if it was sent to the push port; what is no push comes back with the reason, never as an exception.
 * @see WAP-259-WDP; WAP-235-PushOTA
 */
export function fromWdp(datagram: WdpDatagram, options: FromWdpOptions = {}): PushMessage | NotPush {
  const binding = options.binding ?? 'sms';
  const { destinationPort } = datagram;
  if (destinationPort !== pushPort) {
    return notPush(destinationPort === securePushPort ? 'secure-port' : 'destination-port', { binding, destinationPort });
  }
  try {
    const wsp = decodePush(datagram.octets, options);
    return {
      kind: 'push',
      binding,
      destinationPort,
      contentType: wsp.contentType,
      applicationId: wsp.applicationId,
      headers: wsp.headers,
      body: wsp.body,
      wsp,
      diagnostics: wsp.diagnostics,
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return notPush(error.code === 'wsp/pdu-type' ? 'pdu-type' : 'malformed', { binding, destinationPort, error });
  }
}
