import type { IncomingMessage } from 'node:http';
import { mostEntityOctets } from './terminal.js';

/** Octets of entities that are held, of all connections together. */
export class EntityBudget {
  #held = 0;
  readonly #most: number;

  constructor(most = 67_108_864) {
    this.#most = most;
  }

  /** Takes room for octets; false where there is none. */
  take(octets: number): boolean {
    if (this.#held + octets > this.#most) return false;
    this.#held += octets;
    return true;
  }

  release(octets: number): void {
    this.#held -= octets;
  }
}

/** An entity that came whole, whose octets stay taken of the budget; or why there is none. */
export type Entity =
  | { readonly is: 'whole'; readonly octets: Uint8Array }
  | { readonly is: 'too-large' }
  | { readonly is: 'no-room' }
  | { readonly is: 'gone'; readonly octets: number };

/** Reads what a request holds, within bounds. Never rejects. */
export function readEntity(request: IncomingMessage, budget: EntityBudget): Promise<Entity> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let over = false;
    const end = (entity: Entity): void => {
      if (over) return;
      over = true;
      request.off('data', take);
      if (entity.is !== 'whole') budget.release(length);
      resolve(entity);
    };
    const take = (chunk: Uint8Array): void => {
      if (length + chunk.length > mostEntityOctets) end({ is: 'too-large' });
      else if (!budget.take(chunk.length)) end({ is: 'no-room' });
      else {
        length += chunk.length;
        chunks.push(chunk);
      }
    };
    request.on('data', take);
    request.once('end', () => end({ is: 'whole', octets: joined(chunks, length) }));
    request.on('error', () => end({ is: 'gone', octets: length }));
    request.once('close', () => end({ is: 'gone', octets: length }));
  });
}

/** One array of its own, so that what is kept does not hold the buffers of a connection. */
function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const octets = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    octets.set(chunk, at);
    at += chunk.length;
  }
  return octets;
}
