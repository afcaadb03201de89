import { once } from 'node:events';
import type { Server } from 'node:net';
import { formatAddress, type HostAndPort, resolveHost } from './address.js';
import { bindError } from './errors.js';

/** Connections that may wait to be taken. */
const backlog = 1024;

/**
 * Has a server listen, and gives the address and port as bound.
 * @throws EndpointError `endpoints/address-in-use`, `endpoints/address-not-permitted`, `endpoints/bad-address`, `endpoints/not-reached`
 */
export async function listenTcp(server: Server, { host, port }: HostAndPort): Promise<{ readonly address: string; readonly port: number }> {
  const { address } = await resolveHost(host);
  try {
    server.listen({ host: address, port, backlog });
    await once(server, 'listening');
  } catch (cause) {
    throw bindError(cause, formatAddress(address, port));
  }
  const at = server.address();
  if (at === null || typeof at === 'string') throw bindError(null, formatAddress(address, port));
  return { address: at.address, port: at.port };
}
