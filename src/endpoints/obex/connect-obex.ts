import { once } from 'node:events';
import { connect } from 'node:net';
import type { Clock } from '../../runtime/index.js';
import { formatAddress, type HostAndPort, resolveHost } from '../address.js';
import { EndpointError } from '../errors.js';
import type { ObexLine } from './listen-obex.js';

/** How long a connection may take to come about. */
const connectMs = 10_000;

/** Opens a TCP connection. @throws EndpointError `endpoints/not-reached` where the name is unknown; otherwise what the system says */
export async function connectObex({ host, port }: HostAndPort, signal: AbortSignal, clock: Clock): Promise<ObexLine> {
  const { address } = await resolveHost(host);
  const socket = connect({ host: address, port, noDelay: true });
  const late = new AbortController();
  const cancel = clock.after(connectMs, () => late.abort(), { keepAlive: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, late.signal]) });
  } catch (cause) {
    socket.on('error', () => {});
    socket.destroy();
    if (late.signal.aborted) {
      throw new EndpointError('endpoints/not-reached', `${formatAddress(host, port)} did not answer within ${connectMs / 1000} s`, {
        cause,
        advice: 'check that it listens there',
      });
    }
    throw cause;
  } finally {
    cancel();
  }
  return {
    stream: socket,
    close: () => {
      socket.on('error', () => {});
      socket.end();
      socket.destroySoon();
      return Promise.resolve();
    },
  };
}
