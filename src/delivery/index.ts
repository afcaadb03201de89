export { Delivery, type DeliveryOptions } from './delivery.js';
export { SinkError } from './errors.js';
export { type ExecSinkOptions, execSink } from './exec-sink.js';
export { type HttpSinkOptions, httpSink } from './http-sink.js';
export { ndjsonFileSink, ndjsonSink } from './ndjson-sink.js';
export { defaultRetry } from './retry.js';
export { spoolSink } from './spool-sink.js';
export type * from './types.js';
export { unixSink } from './unix-sink.js';
