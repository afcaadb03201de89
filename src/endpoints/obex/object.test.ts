import { expect, test } from 'vitest';
import { headerId } from './codes.js';
import { mostHeadOctets, ObjectInTransit } from './object.js';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('a body that drips in large packets keeps its own octets and not the packets', () => {
  const object = new ObjectInTransit();
  const before = process.memoryUsage().arrayBuffers;
  const packets = 8000;
  for (let index = 0; index < packets; index += 1) {
    const packet = Buffer.allocUnsafeSlow(65_536).fill(index & 0xff, 0, 1);
    expect(object.add([{ id: headerId.body, kind: 'octets', value: packet.subarray(0, 1) }])).toBe(true);
  }
  expect(object.octets).toBe(packets);
  expect([...object.body().subarray(0, 3)]).toEqual([0, 1, 2]);
  // All the packets together have 500 MiB; garbage that waits to be collected is far less.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(250 * 2 ** 20);
});

test('what is kept beside the body is counted over all packets, and no more of it is kept than may be', () => {
  const object = new ObjectInTransit();
  const field = (length: number) => [{ id: headerId.http, kind: 'octets' as const, value: latin1(`X-A: ${'a'.repeat(length)}`) }];
  object.add([
    { id: headerId.type, kind: 'octets', value: latin1('text/plain\0') },
    { id: headerId.name, kind: 'text', value: 'ä€' },
  ]);
  expect(object.headOctets).toBe(12);
  object.add(field(mostHeadOctets - 15));
  expect(object.headOctets).toBe(mostHeadOctets);
  expect(object.lines()).toEqual([
    ['Content-Type', 'text/plain'],
    ['Name', 'ä€'],
    ['X-A', 'a'.repeat(mostHeadOctets - 15)],
  ]);
  object.add(field(60_000));
  expect(object.headOctets).toBeGreaterThan(mostHeadOctets);
  expect(JSON.stringify(object.lines()).length).toBeLessThan(mostHeadOctets + 200);
});
