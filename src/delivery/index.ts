export { Delivery, type DeliveryOptions } from './delivery.js';
export { SinkError } from './errors.js';
export { ndjsonFileSink, ndjsonSink } from './ndjson-sink.js';
export { defaultRetry } from './retry.js';
export { spoolSink } from './spool-sink.js';
export type * from './types.js';
