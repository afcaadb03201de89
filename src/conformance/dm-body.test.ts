import { expect, test } from 'vitest';
import { decodeWbxml, syncMl12 } from '../dm/index.js';
import { dmBody } from './procedures/push-bench.js';

test.each([12, 60, 136, 137, 138, 157, 1400, 16_394, 16_395, 30_000])(
  'a body of %i octets is that long, and a document without a fault',
  (octets) => {
    const body = dmBody(octets);
    expect(body).toHaveLength(octets);
    expect(decodeWbxml(body, { fallbackType: syncMl12 })).toMatchObject({ root: { name: 'SyncML' }, diagnostics: [] });
  },
);
