export { Bench, type Needs } from './bench.js';
export { lockModem } from './bench-lock.js';
export { BenchModem, type BenchModemFacts } from './bench-modem.js';
export { HilError } from './errors.js';
export { describePlan, type ExaminedModem, examineBench, suggestBench } from './examine.js';
export type { Moment } from './moments.js';
export { type OpenBenchOptions, openBench } from './open-bench.js';
export type * from './types.js';
