export { formatAddress, type HostAndPort, parseListenAddress } from './address.js';
export { bindError, EndpointError, sendError } from './errors.js';
export type * from './types.js';
export { listenUdp, type UdpListenOptions, udpSender } from './udp.js';
