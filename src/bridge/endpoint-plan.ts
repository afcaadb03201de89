import type { EndpointSender, OpenListener } from '../endpoints/index.js';

/** Listeners that are asked for, by binding; each is written `[HOST:]PORT`. */
export interface ListenersAsked {
  readonly udp?: string | undefined;
}

/** The listeners that are asked for. @throws EndpointError `endpoints/bad-address` */
export async function listenersOf(asked: ListenersAsked): Promise<readonly OpenListener[]> {
  if (asked.udp === undefined) return [];
  const { listenUdp, parseListenAddress } = await import('../endpoints/index.js');
  return [listenUdp(parseListenAddress(asked.udp))];
}

/** What sends to a target. @throws EndpointError `endpoints/bad-target` */
export async function senderOf(target: string): Promise<EndpointSender> {
  const { EndpointError, parseListenAddress, udpSender } = await import('../endpoints/index.js');
  const [, address] = /^udp:\/\/([^/]+:\d{1,5})\/?$/.exec(target) ?? [];
  if (address !== undefined) return udpSender(parseListenAddress(address));
  throw new EndpointError('endpoints/bad-target', `${target} cannot be sent to by this version`, { advice: 'write udp://HOST:PORT' });
}
