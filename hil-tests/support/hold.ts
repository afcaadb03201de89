import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Scene } from './scene.js';

/** Opens so many connections, which stay open until the test ends. */
export async function hold(scene: Scene, port: number, count: number): Promise<readonly Socket[]> {
  const held = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  scene.atEnd(() => {
    for (const socket of held) socket.destroy();
  });
  await Promise.all(
    held.map((socket) => {
      socket.on('error', () => undefined);
      return once(socket, 'connect');
    }),
  );
  return held;
}
