export { BenchError } from './errors.js';
export { type BenchModem, type BenchOptions, openVirtualBench, type Transport, type VirtualBench } from './virtual-bench.js';
