import { connect, createServer } from 'node:net';
import type { Scene } from './scene.js';

/** A port of a virtual modem behind TCP whose lines are rewritten on their way to the host; what is no whole line waits for the rest. */
export async function rewrittenModem(scene: Scene, port: string, rewrite: (lines: string) => string): Promise<string> {
  const server = createServer((host) => {
    const modem = connect(Number(new URL(port).port), '127.0.0.1');
    let rest = '';
    host.on('data', (octets) => modem.write(octets));
    modem.setEncoding('latin1').on('data', (text: string) => {
      const [, whole = '', partial = ''] = /^([\s\S]*\n)?([\s\S]*)$/.exec(rest + text) ?? [];
      // A prompt ends no line.
      const prompt = partial === '> ';
      rest = prompt ? '' : partial;
      host.write(`${rewrite(whole)}${prompt ? partial : ''}`, 'latin1');
    });
    for (const [one, other] of [[host, modem] as const, [modem, host] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => new Promise((resolve) => server.close(resolve)));
  return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
}
