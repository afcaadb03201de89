import { createServer } from 'node:http';
import { Collector } from '../support/lines.js';
import type { Scene } from '../support/scene.js';

export { type Kannel, kannel, papRequest } from '../../src/conformance/peers/kannel.js';

/** A web server on the loopback address that collects the queries it is asked; `%b` of Kannel is percent-encoded octets. */
export async function querySink(scene: Scene): Promise<{ readonly url: string; readonly queries: Collector<ReadonlyMap<string, Buffer>> }> {
  const queries = new Collector<ReadonlyMap<string, Buffer>>(() => 'the web server that Kannel calls');
  const server = createServer((request, response) => {
    const query = (request.url ?? '').split('?')[1] ?? '';
    queries.add(
      new Map(
        query.split('&').map((pair) => {
          const [name, value] = pair.split('=');
          return [name ?? '', percentDecode(value ?? '')];
        }),
      ),
    );
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { url: `http://127.0.0.1:${address.port}/`, queries };
}

/** Octets of a percent-encoded query value; decodeURIComponent would take them for UTF-8. */
function percentDecode(value: string): Buffer {
  const text = value.replaceAll('+', ' ').replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}
