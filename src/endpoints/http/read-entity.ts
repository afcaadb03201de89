import type { IncomingMessage } from 'node:http';
import { OctetWriter } from '../../octets/index.js';
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
    // One buffer of its own: chunks of an octet would take a hundred each, and those of a connection would keep its buffers.
    const entity = new OctetWriter();
    let over = false;
    const end = (outcome: Entity): void => {
      if (over) return;
      over = true;
      request.off('data', take);
      if (outcome.is !== 'whole') budget.release(entity.length);
      resolve(outcome);
    };
    const take = (chunk: Uint8Array): void => {
      if (entity.length + chunk.length > mostEntityOctets) end({ is: 'too-large' });
      else if (!budget.take(chunk.length)) end({ is: 'no-room' });
      else entity.bytes(chunk);
    };
    request.on('data', take);
    request.once('end', () => end({ is: 'whole', octets: entity.toOctets() }));
    request.on('error', () => end({ is: 'gone', octets: entity.length }));
    request.once('close', () => end({ is: 'gone', octets: entity.length }));
  });
}
