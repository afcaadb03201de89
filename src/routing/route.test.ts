import { describe, expect, test } from 'vitest';
import { fromHex } from '../octets/index.js';
import { fromWdp } from '../push/index.js';
import { route } from './index.js';
import { routeVectors } from './route.vectors.js';

const overWdp = (hex: string, destinationPort = 2948) => fromWdp({ destinationPort, sourcePort: 9200, portBits: 16, octets: fromHex(hex) });

describe('route', () => {
  test.each(routeVectors)('$id is $verdict: $why', ({ hex, verdict }) => {
    expect(route(overWdp(hex)).verdict).toBe(verdict);
  });
});
