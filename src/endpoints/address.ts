import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { EndpointError } from './errors.js';

/** Where to listen or send to. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Loopback, unless somebody names another address. */
const standardHost = '127.0.0.1';

/**
 * Reads `[HOST:]PORT`; an IPv6 address stands in brackets.
 * @throws EndpointError `endpoints/bad-address`
 */
export function parseListenAddress(text: string): HostAndPort {
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([0-9A-Fa-f:.%a-z]+)\]|([^\s:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = digits === '' ? Number.NaN : Number(digits);
  if (!(port >= 0 && port <= 65_535)) {
    throw new EndpointError('endpoints/bad-address', `${JSON.stringify(text.slice(0, 80))} is no address to listen at`, {
      advice: 'write PORT or HOST:PORT, an IPv6 address in brackets; port 0 takes a free one',
    });
  }
  return { host: bracketed ?? plain ?? standardHost, port };
}

/** An address as it is shown with its port. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address without the form that IPv4 has in IPv6. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/**
 * The address of a name, and whether it is of IPv4 or IPv6.
 * @throws EndpointError `endpoints/not-reached` where the name is unknown
 */
export async function resolveHost(host: string): Promise<{ readonly address: string; readonly family: 4 | 6 }> {
  const known = isIP(host);
  if (known !== 0) return { address: host, family: known === 6 ? 6 : 4 };
  try {
    const { address, family } = await lookup(host);
    return { address, family: family === 6 ? 6 : 4 };
  } catch (cause) {
    throw new EndpointError('endpoints/not-reached', `the name ${host} is not known`, { cause, advice: 'correct it, or give an address' });
  }
}

/** The far end of a connection, as it is shown; null where it is gone. */
export function peerName({
  remoteAddress,
  remotePort,
}: {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}): string | null {
  return remoteAddress === undefined || remotePort === undefined ? null : formatAddress(plainAddress(remoteAddress), remotePort);
}
