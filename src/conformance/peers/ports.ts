import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';

/** A TCP port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new BridgeError('conformance/no-port', 'no port of 127.0.0.1 is free');
  return address.port;
}

/** Resolves when connections to a port are taken. @throws BridgeError `conformance/peer-silent` */
export async function whenListening(port: number, name: string, withinMs = 15_000): Promise<void> {
  const until = systemClock.monotonic() + withinMs;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const taken = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (taken) return;
    if (systemClock.monotonic() > until) throw new BridgeError('conformance/peer-silent', `${name} does not listen at port ${port}`);
    await systemClock.sleep(50);
  }
}

/** Resolves when a UDP port of the loopback address is taken, as the system tells. @throws BridgeError `conformance/peer-silent` */
export async function whenBound(port: number, name: string, withinMs = 15_000): Promise<void> {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const until = systemClock.monotonic() + withinMs;
  while (!readFileSync('/proc/net/udp', 'latin1').includes(local)) {
    if (systemClock.monotonic() > until) throw new BridgeError('conformance/peer-silent', `${name} has not opened UDP port ${port}`);
    await systemClock.sleep(50);
  }
}
