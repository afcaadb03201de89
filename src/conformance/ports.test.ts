import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './peers/ports.js';

test('a free port is none that the system gives to connections by itself, and can be listened at', async () => {
  const [first = 0, last = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').trim().split(/\s+/).map(Number);
  const port = await freePort();
  if (first > 11_000) expect(port >= first && port <= last).toBe(false);
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
});

test('a free port is free for datagrams too, and is given out once', async () => {
  const taken = createSocket('udp4');
  const ports = new Set<number>();
  try {
    for (let each = 0; each < 50; each += 1) ports.add(await freePort());
    expect(ports.size).toBe(50);
    const [port = 0] = ports;
    await new Promise<void>((resolve, reject) => taken.once('error', reject).bind(port, '127.0.0.1', resolve));
  } finally {
    taken.close();
  }
});
