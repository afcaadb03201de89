import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { BridgeError } from '../../errors.js';
import { holdName, systemClock, systemRandom } from '../../runtime/index.js';

/** The least port that is given out; below it stand services. */
const leastPort = 10_000;
const mostPortTries = 100;

/**
 * A port of the loopback address at which nobody listens by TCP or UDP, of those that the system gives to no connection by itself:
 * otherwise any program that connects somewhere could take it before it is listened at. No other process that asks here gets it while
 * this one lives.
 * @throws BridgeError `conformance/no-port`
 */
export async function freePort(): Promise<number> {
  const end = firstEphemeralPort();
  for (let tries = 0; tries < mostPortTries; tries += 1) {
    const port = leastPort + Math.floor(systemRandom.fraction() * (end - leastPort));
    if ('release' in (await holdName(`port ${port}`, systemClock)) && (await isFree(port))) return port;
  }
  throw new BridgeError('conformance/no-port', 'no port of 127.0.0.1 is free');
}

/** @see ip(7), ip_local_port_range */
function firstEphemeralPort(): number {
  const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').trim().split(/\s+/)[0]);
  // A machine that gives out nearly all of them leaves no better choice.
  return first >= leastPort + 1000 ? first : 65_536;
}

/** Whether it can be listened at by both. */
async function isFree(port: number): Promise<boolean> {
  const stream = createServer();
  const datagrams = createSocket('udp4');
  stream.listen(port, '127.0.0.1');
  datagrams.bind(port, '127.0.0.1');
  const opened = await Promise.allSettled([once(stream, 'listening'), once(datagrams, 'listening')]);
  const closing = [stream, datagrams].filter((_, at) => opened[at]?.status === 'fulfilled');
  await Promise.all(closing.map((one) => new Promise<void>((resolve) => one.close(() => resolve()))));
  return closing.length === opened.length;
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

/** The least port that this user may listen at. @see ip(7), ip_unprivileged_port_start */
export function firstPortForAll(): number {
  if (process.getuid?.() === 0) return 1;
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'latin1'));
  } catch {
    // A kernel without the setting keeps the ports below 1024 for root.
    return 1024;
  }
}
