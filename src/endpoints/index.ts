export { formatAddress, type HostAndPort, parseListenAddress } from './address.js';
export { bindError, EndpointError, sendError } from './errors.js';
export { type ListenSipOptions, listenSip, type SipTlsOptions } from './sip/listen-sip.js';
export type { RegistrationState } from './sip/registration.js';
export { type SipSenderOptions, sipSender } from './sip/send-sip.js';
export { parseSipUri, type SipUri } from './sip/uri.js';
export type * from './types.js';
export { listenUdp, type UdpListenOptions, udpSender } from './udp.js';
