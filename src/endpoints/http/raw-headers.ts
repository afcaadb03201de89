import type { IncomingMessage } from 'node:http';
import type { HttpHeader } from './types.js';

/** Header fields in the order sent. */
export function headersOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): readonly HttpHeader[] {
  return Array.from(
    { length: rawHeaders.length >> 1 },
    (_, index): HttpHeader => [rawHeaders[2 * index] ?? '', rawHeaders[2 * index + 1] ?? ''],
  );
}
